"""Aligned training faces: made from photographs once, then read from memory-mapped arrays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rofi.errors import OutputError, TrainingError
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detector
from rofi.faces.landmarks import MeshDetector

CANVAS_MARGIN = 1.25
"""A canvas is the view and an eighth of it on every side: room for augmentation."""
_ARRAYS = ("canvases", "meshes", "presence")
_NAMES = "names.json"


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
        return (int(self.canvases.shape[1]) - self.view) // 2

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
        out: made if need be; the files of a set that is there already are replaced once the new ones are whole, and
            a run that reads them goes on reading the old ones.
        view: side of the aligned face.
        progress: called with every photograph's name.

    Returns:
        The number of faces.

    Raises:
        TrainingError: no photograph shows a face.
        OutputError: `out` cannot be written.
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
    arrays = (np.stack(canvases), np.stack(meshes).astype(np.float32), np.array(presences, np.float32))
    _write(out, dict(zip(_ARRAYS, arrays, strict=True)), json.dumps({"view": view, "names": names}))
    return len(names)


def _write(out: Path, arrays: Mapping[str, NDArray[np.generic]], names: str) -> None:
    """All files under temporary names first, then all renamed."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, array in arrays.items():
            with (out / f"{name}.npy.partial").open("wb") as file:
                np.save(file, array)
        (out / f"{_NAMES}.partial").write_text(names)
        for name in (*(f"{name}.npy" for name in arrays), _NAMES):
            (out / f"{name}.partial").replace(out / name)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror}); choose a folder with room") from error


def load_faces(folder: Path) -> TrainingFaces:
    """Open what `align_photos` wrote; the canvases stay on disk and are shared by the workers.

    Raises:
        TrainingError: a file is missing or damaged.
    """
    remedy = f"make the set with 'rofi train align PHOTOS --out {folder}'"
    files = (*(f"{name}.npy" for name in _ARRAYS), _NAMES)
    missing = [name for name in files if not (folder / name).is_file()]
    if missing:
        raise TrainingError(f"{folder}: no {', '.join(missing)}; {remedy}")
    try:
        canvases, meshes, presence = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS)
        view = int(json.loads((folder / _NAMES).read_text())["view"])
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{folder}: a file is damaged ({error}); {remedy}") from error
    if not len(canvases) == len(meshes) == len(presence):
        raise TrainingError(f"{folder}: its files are of different sets; {remedy}")
    return TrainingFaces(canvases, np.array(meshes), np.array(presence), view)
