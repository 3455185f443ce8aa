"""Irises of a bench's photographs and of the gallery: where they are, and their codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError
from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.id_gallery import IdGallery
from rofi.evaluation.iris_code import Code, IrisCoding, encode_band, find_circles, unroll, visible
from rofi.evaluation.methods.method import Method
from rofi.evaluation.rephotograph import rephotograph
from rofi.evaluation.store import Arrays
from rofi.faces import topology
from rofi.faces.detection import Detection
from rofi.faces.landmarks import FaceLandmarks, find_landmarks

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
EyeMarks = Floats
"""(2, 21, 2) of the image-left and the image-right eye: 16 points of the lids, 5 of the iris (centre and rim)."""


@dataclass(frozen=True)
class IrisReader:
    """Reads irises, and keeps what it read in the bench's store.

    Attributes:
        bench: with the photographs.
        coding: see `IrisCoding`.
    """

    bench: Bench
    coding: IrisCoding = field(default_factory=IrisCoding)

    def marks(self, cases: Sequence[Case]) -> Floats:
        """(N, 2, 21, 2) where the eyes of the originals are."""

        def make() -> Arrays:
            return {"marks": _stack((eye_marks(self.bench.original(case).landmarks) for case in cases), (2, 21, 2))}

        return self._kept("eye-marks", [case.row.image for case in cases], "", make)["marks"]

    def probes(self, cases: Sequence[Case], marks: Floats, method: Method | None) -> tuple[list[int], Code]:
        """Numbers of the cases that a method does not refuse, and their codes (N, 2, wavelets, rows, columns, 2).

        Where the eyes are is taken from the originals: a method may hide that, but an attacker can guess it.
        """

        def make() -> Arrays:
            numbers, codes = list[int](), list[Code]()
            for number, (case, eyes) in enumerate(zip(cases, marks, strict=True)):
                pixels = self.bench.protected(case, method)
                if pixels is not None:
                    numbers.append(number)
                    codes.append(both_codes(pixels, eyes, self.coding))
            return {"numbers": np.array(numbers, np.int64), "codes": _stack(codes, self._shape).astype(np.int8)}

        after, version = (ORIGINAL, "") if method is None else (method.facts.name, method.facts.version)
        kept = self._kept(f"irises-{after}", [case.row.image for case in cases], version, make)
        return [int(number) for number in kept["numbers"]], np.asarray(kept["codes"], np.int8)

    def known(self, gallery: IdGallery) -> Code:
        """(G, 2, wavelets, rows, columns, 2) codes of the gallery: of ID photographs, or of originals taken again."""

        def make() -> Arrays:
            codes = []
            for number, entry in enumerate(gallery.entries):
                self.bench.progress(f"irises of the gallery: {entry.image}")
                codes.append(both_codes(*known_eyes(gallery, number), self.coding))
            return {"codes": _stack(codes, self._shape).astype(np.int8)}

        kind = "cards" if gallery.of_cards else f"again {self.bench.settings.seed}"
        images = [entry.image for entry in gallery.entries]
        return np.asarray(self._kept("irises-gallery", images, kind, make)["codes"], np.int8)

    @property
    def _shape(self) -> tuple[int, ...]:
        return 2, len(self.coding.cycles), self.coding.rows, self.coding.columns, 2

    def _kept(self, name: str, images: list[str], version: str, make: Callable[[], Arrays]) -> Arrays:
        made_of = {
            "cohort": str(self.bench.cohort.resolve()),
            "images": images,
            "version": version,
            "coding": asdict(self.coding),
        }
        return self.bench.store.arrays(name, made_of, make)


def known_eyes(gallery: IdGallery, number: int) -> tuple[Bytes, EyeMarks]:
    """(H, W, 3) pixels of a gallery's entry and where the eyes are in it; an original is taken again."""
    photo = gallery.photograph(gallery.entries[number])
    if gallery.of_cards:
        return photo.pixels, eye_marks(photo.landmarks)
    pixels, points = rephotograph(photo.pixels, photo.detection.points, gallery.bench.settings.seed + number)
    detection = Detection(photo.detection.box, points, photo.detection.score)
    return pixels, eye_marks(find_landmarks(pixels, detection))


def eye_marks(marks: FaceLandmarks) -> EyeMarks:
    """Lids and irises of a face's landmarks."""
    contour = list(topology.EYE_CONTOUR)
    left = np.vstack([marks.left_eye[contour], marks.left_iris])
    right = np.vstack([marks.right_eye[contour], marks.right_iris])
    return np.stack([left, right])


def both_codes(pixels: Bytes, eyes: EyeMarks, coding: IrisCoding) -> Code:
    """(2, wavelets, rows, columns, 2) codes of the image-left and the image-right eye.

    Args:
        pixels: (H, W, 3) RGB.
        eyes: where they are.
        coding: see `IrisCoding`.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float64)
    codes = []
    for eye in eyes:
        lids, iris = eye[:16], eye[16:]
        try:
            circles = find_circles(grey, iris)
        except RofiError:  # nothing that looks like an iris: a code that is masked throughout
            codes.append(np.zeros((len(coding.cycles), coding.rows, coding.columns, 2), np.int8))
            continue
        across = lids[8] - lids[0]
        across = (
            across if across[0] > 0 else -across
        )  # lids begin at the outer corner, which is the left or the right one
        turn = float(np.arctan2(across[1], across[0]))
        codes.append(encode_band(unroll(grey, circles, turn, coding), visible(circles, lids, turn, coding), coding))
    return np.stack(codes)


def iris_diameters(marks: Floats) -> Floats:
    """(N,) pixels, the mean of both eyes."""
    radii = np.linalg.norm(marks[:, :, 17:] - marks[:, :, 16:17], axis=-1)
    return np.asarray(2 * radii.mean((1, 2)), np.float64)


def _stack(arrays: Iterable[npt.NDArray[np.generic]], shape: tuple[int, ...]) -> npt.NDArray[np.generic]:
    found = list(arrays)
    return np.stack(found) if found else np.zeros((0, *shape))
