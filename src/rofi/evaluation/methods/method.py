"""What a method is: a photograph goes in, a file with a photograph comes out, perhaps there is a way back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from rofi.errors import NoFaceFound
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detection, Detector
from rofi.faces.landmarks import FaceLandmarks, find_landmarks
from rofi.imaging.decode import decode

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photograph of one patient.

    Attributes:
        name: what it is called in messages.
        data: the file's bytes.
        pixels: (H, W, 3) RGB.
        detection: the patient's face.
    """

    name: str
    data: bytes
    pixels: Bytes
    detection: Detection

    @classmethod
    def read(cls, name: str, data: bytes, detector: Detector) -> Photograph:
        """From a file's bytes; the largest face is the patient's.

        Raises:
            PhotoError: it cannot be read, or no face is found.
        """
        pixels = decode(data, name).pixels
        found = detector.detect(pixels)
        if not found:
            raise NoFaceFound(f"{name}: no face found; leave it out")
        return cls(name, data, pixels, found[0])

    @cached_property
    def landmarks(self) -> FaceLandmarks:
        """Mesh and eyes, in photograph pixels."""
        return find_landmarks(self.pixels, self.detection)

    def alignment(self, view: int) -> Alignment:
        """Of the face to a square view."""
        return Alignment.from_points(self.detection.points, view)


@dataclass(frozen=True)
class MethodFacts:
    """What a report says of a method.

    Attributes:
        name: short, for file names and columns of machines: lower case, digits and hyphens.
        title: for people.
        version: of whatever decides its output (settings, weights); results of another version are not reused.
        reversible: whether there is a way back.
        keyed: whether a key decides what comes out.
        built_in: what this implementation is, in one sentence.
        is_not: what it is not, and what that means for its figures, in one sentence; empty where nothing is missing.
        reference: paper or product that it stands for.
    """

    name: str
    title: str
    version: str
    reversible: bool
    keyed: bool
    built_in: str
    is_not: str
    reference: str


@runtime_checkable
class Method(Protocol):
    """Hides who a patient is; picklable, and the same photograph gives the same file."""

    @property
    def facts(self) -> MethodFacts:
        """What it is."""

    def protect(self, photo: Photograph) -> bytes:
        """A PNG file of the photograph's size (H, W): what the method gives away of the patient.

        A method that keeps only a part of the photograph leaves the rest grey (128).

        Raises:
            PhotoError: it refuses the photograph.
        """


@runtime_checkable
class ReversibleMethod(Method, Protocol):
    """A method with a way back."""

    def restore(self, data: bytes, name: str) -> Bytes:
        """(H, W, 3): the original, as far as it comes back from the protected file with the right key.

        Args:
            data: what `protect` gave.
            name: for messages.

        Raises:
            PhotoError: the file cannot be restored.
        """


@runtime_checkable
class ReEncodable(ReversibleMethod, Protocol):
    """A reversible method that can be told what its file said before somebody stripped and re-encoded it."""

    def restore_re_encoded(self, data: bytes, name: str, protected: bytes) -> Bytes:
        """(H, W, 3): the original, as far as it comes back from re-encoded pixels.

        Args:
            data: a JPEG file of the protected picture, without metadata.
            name: for messages.
            protected: the file as `protect` gave it, whose metadata its owner has noted.

        Raises:
            PhotoError: the file cannot be restored.
        """
