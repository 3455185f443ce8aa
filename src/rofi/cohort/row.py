"""What a cohort's table says of one image."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rofi.cohort.diseases import Disease, Sign
from rofi.cohort.face import Side


class Split(StrEnum):
    """The parts of the paper's cohort (section 2.1)."""

    TRAIN = "train"
    SELECTION = "selection"
    INTERNAL = "internal"
    EXTERNAL_1 = "external_1"
    EXTERNAL_2 = "external_2"


class Label(StrEnum):
    """State of health, all that is known of images to train on (section 4.1)."""

    HEALTHY = "healthy"
    DISEASED = "diseased"


class Laterality(StrEnum):
    """Which of the patient's eyes: right, left, both."""

    OD = "OD"
    OS = "OS"
    OU = "OU"

    @property
    def sides(self) -> tuple[Side, ...]:
        """The eyes it stands for."""
        return (Side.OD, Side.OS) if self is Laterality.OU else (Side(self.value),)


Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Row:
    """One image.

    Attributes:
        image: path within the cohort's folder, with forward slashes.
        patient: a pseudonym; a patient's images are all in one split.
        centre: the hospital.
        split: see `Split`.
        label: healthy or diseased.
        disease: where it is known and told; never of a healthy image.
        signs: classes of signs, likewise.
        severity: 0 (just visible) to 1 (as in a textbook), likewise.
        side: of the diseased eye or eyes, likewise.
        points: the face's five points (image-left eye, image-right eye, nose tip, image-left and image-right mouth
            corner), image pixels; None leaves it to the detector to find them.
    """

    image: str
    patient: str
    centre: str
    split: Split
    label: Label
    disease: Disease | None = None
    signs: tuple[Sign, ...] = ()
    severity: float | None = None
    side: Laterality | None = None
    points: Points | None = None
