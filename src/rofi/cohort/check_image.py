"""Checking one image of a cohort: that it can be read, and that it meets the criteria for a patient's photograph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from rofi.cohort.face import FaceMeasurer
from rofi.cohort.quality import measure_quality
from rofi.cohort.row import Points
from rofi.errors import PhotoError
from rofi.faces.detection import Detection, Detector
from rofi.faces.landmarks import IrisDetector
from rofi.imaging.decode import decode
from rofi.imaging.files import read_file

_ANOTHER_FACE = 0.5
"""Of the largest face's size: a smaller one behind a patient is nobody that the image could be of."""
_OFF = 0.3
"""Of the distance of the eyes: how far given points may lie from the detected ones on average. Detection itself jumps
by 0.03."""


@dataclass(frozen=True)
class Entry:
    """An image that a table names.

    Attributes:
        image: where it lies within the folder.
        points: its five points if the table has them.
        face_only: it need not show more than a face: nobody looks for signs in it.
    """

    image: str
    points: Points | None = None
    face_only: bool = False


@dataclass(frozen=True)
class Seen:
    """What was found.

    Attributes:
        image: its name.
        problems: a line each.
        digest: of its pixels, the same for copies in other formats; empty if it cannot be read.
        size: width and height in pixels; (0, 0) likewise.
    """

    image: str
    problems: tuple[str, ...] = ()
    digest: str = ""
    size: tuple[int, int] = (0, 0)


@dataclass
class SeeJob:
    """Looks at images; every problem is in the result.

    Args:
        folder: of the cohort.
        threads: of OpenCV; 0 leaves it as it is.
    """

    folder: Path
    threads: int = 0
    _networks: _Networks | None = field(default=None, init=False, repr=False)

    def prepare(self) -> None:
        """Load the networks."""
        if self.threads:
            cv2.setNumThreads(self.threads)
        self._networks = _Networks()

    def __call__(self, entry: Entry, /) -> Seen:
        assert self._networks is not None
        try:
            pixels = decode(read_file(self.folder / entry.image), entry.image).pixels
        except PhotoError as error:
            return Seen(entry.image, (_without_name(str(error), self.folder, entry.image),))
        digest = hashlib.sha256(str(pixels.shape).encode() + pixels.tobytes()).hexdigest()
        problems = tuple(self._networks.problems(pixels, entry))
        return Seen(entry.image, problems, digest, (pixels.shape[1], pixels.shape[0]))


class _Networks:
    """Holds what faces are found and measured with."""

    def __init__(self) -> None:
        self._detector = Detector(looks=1)
        self._measurer = FaceMeasurer()
        self._iris = IrisDetector()

    def problems(self, pixels: npt.NDArray[np.uint8], entry: Entry) -> Iterator[str]:
        found = self._detector.detect(pixels)
        if not found:
            yield "no face found; leave the image out"
            return
        if entry.face_only:
            return
        largest = found[0]
        others = sum(face.size >= _ANOTHER_FACE * largest.size for face in found[1:])
        if others:
            yield f"{others + 1} faces; cut it down to the patient's"
        if entry.points is not None and _distance(entry.points, largest) > _OFF:
            yield "its points do not lie on its face; leave the cell empty to have them found"
        try:
            face = self._measurer.measure(pixels, entry.image, largest.points)
            yield from measure_quality(face, largest.points, self._iris).faults
        except PhotoError as error:
            yield _without_name(str(error), Path(), entry.image)


def _distance(points: Sequence[tuple[float, float]], face: Detection) -> float:
    """Mean distance of given and found points, in distances of the eyes."""
    eyes = float(np.linalg.norm(face.points[1] - face.points[0]))
    return float(np.linalg.norm(np.array(points) - face.points, axis=1).mean()) / max(eyes, 1e-6)


def _without_name(message: str, folder: Path, image: str) -> str:
    """A message without the file's name, which the finding has already."""
    return message.removeprefix(f"{folder / image}: ").removeprefix(f"{image}: ")
