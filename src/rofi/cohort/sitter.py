"""The face that sits for a patient: read from its source, perhaps mirrored or turned a little, and measured."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rofi.cohort.face import Face, FaceMeasurer
from rofi.cohort.frame import Floats
from rofi.cohort.quality import Quality, measure_quality
from rofi.cohort.sources import SourceFace
from rofi.errors import NoFaceFound
from rofi.faces.detection import Detector
from rofi.faces.landmarks import IrisDetector
from rofi.imaging.decode import decode

Bytes = npt.NDArray[np.uint8]
_MIRRORED_ORDER = [1, 0, 2, 4, 3]


@dataclass(frozen=True)
class Look:
    """How a face that sits again differs from the first time.

    Attributes:
        mirrored: left and right.
        turn: of the head in the picture's plane, radians.
        zoom: factor of its size.
    """

    mirrored: bool = False
    turn: float = 0.0
    zoom: float = 1.0

    @classmethod
    def draw(cls, again: int, generator: np.random.Generator) -> Look:
        """As the source is for the first patient, mirrored for the second, turned and zoomed for more.

        Args:
            again: how many sat before.
            generator: of turn and zoom.
        """
        turn, zoom = generator.uniform(-0.12, 0.12), generator.uniform(0.94, 1.06)
        return cls(again % 2 == 1, float(turn), float(zoom)) if again > 1 else cls(again == 1)

    def apply(self, photo: Bytes, points: Floats | None) -> tuple[Bytes, Floats | None]:
        """The photograph and its five points so changed; the border is mirrored where the picture turns out of it."""
        if self.mirrored:
            photo = np.ascontiguousarray(photo[:, ::-1])
            if points is not None:
                points = np.column_stack([photo.shape[1] - 1 - points[:, 0], points[:, 1]])[_MIRRORED_ORDER]
        if (self.turn, self.zoom) == (0.0, 1.0):
            return photo, points
        height, width = photo.shape[:2]
        centre = (width - 1) / 2, (height - 1) / 2
        matrix = cv2.getRotationMatrix2D(centre, float(np.degrees(self.turn)), self.zoom)
        turned = cv2.warpAffine(
            photo, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(turned, np.uint8), None if points is None else points @ matrix[:, :2].T + matrix[:, 2]


@dataclass(frozen=True, eq=False)
class Sitter:
    """A measured face.

    Attributes:
        face: with its picture.
        points: (5, 2) its five points, pixels.
        quality: of the picture.
    """

    face: Face
    points: Floats
    quality: Quality


class SitterReader:
    """Reads sitters; holds the networks, so make one per process."""

    def __init__(self) -> None:
        self._detector = Detector(looks=1)
        self._measurer = FaceMeasurer()
        self._iris = IrisDetector()

    def read(self, source: SourceFace, look: Look) -> Sitter:
        """The face of an image.

        Raises:
            PhotoError: the image cannot be read, shows no face that can be measured, or not well enough.
        """
        photo = decode(source.place.read(), source.name).pixels
        listed = None if source.points is None else np.array(source.points)
        photo, points = look.apply(photo, listed)
        if points is None:
            found = self._detector.detect(photo)
            if not found:
                raise NoFaceFound(f"{source.name}: no face found; leave the image out")
            points = found[0].points
        face = self._measurer.measure(photo, source.name, points)
        quality = measure_quality(face, points, self._iris)
        if quality.faults:
            raise NoFaceFound(f"{source.name}: {'; '.join(quality.faults)}; leave the image out")
        return Sitter(face, points, quality)
