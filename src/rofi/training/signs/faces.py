"""A cohort's faces for the sign detector's training: aligned once, then read from memory-mapped arrays."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rofi.cohort.row import Label, Row
from rofi.errors import OutputError, TrainingError
from rofi.evaluation.cohort_views import CohortReader
from rofi.training.faces import CANVAS_MARGIN

HEALTHY, DISEASED, NO_FACE, TO_DO = 0, 1, -1, -2
_SET, _CANVASES, _LABELS = "set.json", "canvases.npy", "labels.npy"


@dataclass(frozen=True, eq=False)
class SignFaces:
    """Aligned faces and their labels.

    Attributes:
        canvases: (N, C, C, 3) uint8; the central `view` pixels are the aligned face.
        labels: (N,) int8: HEALTHY, DISEASED, or NO_FACE where none was found.
        view: side of the view.
        pairs: (P, 2) numbers of a healthy and a diseased face of one patient.
    """

    canvases: NDArray[np.uint8]
    labels: NDArray[np.int8]
    view: int
    pairs: NDArray[np.intp]

    @property
    def usable(self) -> NDArray[np.intp]:
        """Which of them show a face."""
        return np.flatnonzero(self.labels >= 0)

    @property
    def views(self) -> NDArray[np.uint8]:
        """(N, view, view, 3), without copying."""
        margin = (int(self.canvases.shape[1]) - self.view) // 2
        inner = slice(margin, margin + self.view)
        return self.canvases[:, inner, inner]


def prepare(
    cohort: Path,
    rows: Sequence[Row],
    out: Path,
    view: int = 256,
    progress: Callable[[str], None] = lambda image: None,
) -> SignFaces:
    """Align the images of `rows` into the folder `out`, or go on with it, or open it where it is done.

    Only images and labels are read; masks are the evaluation's.

    Args:
        cohort: folder of the cohort.
        rows: of its table.
        out: made if need be.
        view: side of the aligned face.
        progress: called with every image that is aligned.

    Raises:
        TrainingError: no rows, or `out` holds another set.
        PhotoError: an image is missing or damaged.
        OutputError: `out` cannot be written or is too full.
    """
    if not rows:
        raise TrainingError(f"{cohort}: no images for {out.name}; make a cohort with a train and a selection split")
    side = int(view * CANVAS_MARGIN) // 2 * 2
    content = _content(rows, view)
    try:
        if not (out / _SET).is_file():
            _begin(out, len(rows), side, content)
        if json.loads((out / _SET).read_text())["content"] != content:
            raise TrainingError(f"{out}: made of other images, labels or another view; name another --out folder")
        canvases = np.lib.format.open_memmap(out / _CANVASES, mode="r+")
        labels = np.lib.format.open_memmap(out / _LABELS, mode="r+")
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{out}: cannot be written or is damaged ({error}); remove it or name another") from error
    reader = CohortReader(cohort, view)
    for index in np.flatnonzero(labels == TO_DO).tolist():
        row = rows[index]
        progress(row.image)
        aligned = reader.read(row)
        if aligned is not None:
            canvases[index] = aligned.canvas(side)
        labels[index] = _label(row) if aligned is not None else NO_FACE  # last, for it says that this one is done
    canvases.flush()
    labels.flush()
    return SignFaces(np.load(out / _CANVASES, mmap_mode="r"), np.array(labels), view, _pairs(rows, labels))


def _begin(out: Path, count: int, side: int, content: str) -> None:
    """Files of the final size; `set.json` comes last and says that they are there."""
    out.mkdir(parents=True, exist_ok=True)
    shape = (count, side, side, 3)
    needed = count * side * side * 3
    if shutil.disk_usage(out).free < needed:  # a full disk kills whoever writes into a memory-mapped file
        raise OutputError(f"{out}: {needed / 2**30:.1f} GiB are needed; choose a folder with room")
    np.lib.format.open_memmap(out / _CANVASES, mode="w+", dtype=np.uint8, shape=shape)
    np.save(out / _LABELS, np.full(count, TO_DO, np.int8))
    partial = out / f"{_SET}.partial"
    partial.write_text(json.dumps({"content": content}))
    partial.replace(out / _SET)


def _label(row: Row) -> int:
    return DISEASED if row.label is Label.DISEASED else HEALTHY


def _pairs(rows: Sequence[Row], labels: NDArray[np.int8]) -> NDArray[np.intp]:
    """(P, 2): of each patient who was photographed healthy and ill, the first of either."""
    first: dict[str, dict[int, int]] = {}
    for index, row in enumerate(rows):
        first.setdefault(row.patient, {}).setdefault(int(labels[index]), index)
    both = [[of[HEALTHY], of[DISEASED]] for of in first.values() if HEALTHY in of and DISEASED in of]
    return np.array(both, np.intp).reshape(-1, 2)


def _content(rows: Sequence[Row], view: int) -> str:
    """A digest of what the set is made of."""
    listed = [[row.image, row.label, row.points] for row in rows]
    return hashlib.sha256(json.dumps([view, listed]).encode()).hexdigest()
