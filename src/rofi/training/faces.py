"""Aligned training faces: made from photographs once, then read from memory-mapped arrays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rofi.errors import TrainingError
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detector
from rofi.faces.landmarks import MeshDetector

CANVAS_MARGIN = 1.25
"""A canvas is the view and an eighth of it on every side: room for augmentation."""
_FILES = ("canvases.npy", "meshes.npy", "presence.npy", "names.json")


@dataclass(frozen=True)
class TrainingFaces:
    """Aligned faces and their meshes.

    Attributes:
        canvases: (N, C, C, 3) uint8; the central `view` pixels are the aligned face.
        meshes: (N, 468, 3) float32, in pixels of the view (not of the canvas).
        presence: (N,) probability that the mesh lies on a face.
        view: side of the view.
    """

    canvases: NDArray[np.uint8]
    meshes: NDArray[np.float32]
    presence: NDArray[np.float32]
    view: int

    def __len__(self) -> int:
        return len(self.canvases)

    @property
    def margin(self) -> int:
        """Canvas pixels beyond the view on every side."""
        return (self.canvases.shape[1] - self.view) // 2

    @property
    def views(self) -> NDArray[np.uint8]:
        """(N, view, view, 3), without copying."""
        inner = slice(self.margin, self.margin + self.view)
        return self.canvases[:, inner, inner]


def align_photos(
    photos: Iterable[tuple[str, NDArray[np.uint8]]],
    out: Path,
    view: int = 256,
    progress: Callable[[str], None] = lambda name: None,
) -> int:
    """Find, align and measure every face of the photographs and write them to the folder `out`.

    Args:
        photos: names and (H, W, 3) pixels.
        out: made if need be; a set that is there already is replaced once the new one is whole.
        view: side of the aligned face.
        progress: called with every photograph's name.

    Returns:
        The number of faces.

    Raises:
        TrainingError: no photograph shows a face.
    """
    detector, mesh_detector = Detector(looks=1), MeshDetector()
    canvas = int(view * CANVAS_MARGIN) // 2 * 2
    shift = (canvas - view) / 2
    names: list[str] = []
    canvases, meshes, presences = [], [], []
    for name, photo in photos:
        progress(name)
        for found in detector.detect(photo):
            alignment = Alignment.from_points(found.points, view)
            matrix = alignment.matrix.copy()
            matrix[:, 2] += shift
            landmarks = mesh_detector.detect(photo, found.points)
            points = alignment.to_view(landmarks.mesh[:, :2])
            depth = landmarks.mesh[:, 2:] * alignment.scale
            names.append(name)
            canvases.append(Alignment(matrix, canvas).extract(photo))
            meshes.append(np.hstack([points, depth]))
            presences.append(landmarks.presence)
    if not names:
        raise TrainingError("no photograph of the training set shows a face: check the folder")
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "canvases.npy", np.stack(canvases))
    np.save(out / "meshes.npy", np.stack(meshes).astype(np.float32))
    np.save(out / "presence.npy", np.array(presences, np.float32))
    (out / "names.json").write_text(json.dumps({"view": view, "names": names}))
    return len(names)


def load_faces(folder: Path) -> TrainingFaces:
    """Open what `align_photos` wrote; the canvases stay on disk and are shared by the workers.

    Raises:
        TrainingError: something is missing.
    """
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise TrainingError(f"{folder}: no {', '.join(missing)}; make the set with 'rofi train align PHOTOS --out {folder}'")
    return TrainingFaces(
        np.load(folder / "canvases.npy", mmap_mode="r"),
        np.load(folder / "meshes.npy"),
        np.load(folder / "presence.npy"),
        int(json.loads((folder / "names.json").read_text())["view"]),
    )
