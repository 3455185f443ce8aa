"""What a machine reader is: it looks at a photograph by its face, and answers with logits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rofi.evaluation.diagnosis.calibration import Calibration
from rofi.faces.alignment import Alignment

Bytes = npt.NDArray[np.uint8]
Logits = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ReaderFacts:
    """What a report says of a reader.

    Attributes:
        name: lower case, digits and hyphens.
        title: for people.
        side: size of its input, pixels.
        about: what it is, in one sentence.
        calibration: where it draws its lines.
    """

    name: str
    title: str
    side: int
    about: str
    calibration: Calibration


class Desk(Protocol):
    """Readers that look at the same frame of a photograph, and share what is costly."""

    @property
    def facts(self) -> tuple[ReaderFacts, ...]:
        """Of the readers."""

    @property
    def name(self) -> str:
        """Lower case, digits and hyphens."""

    @property
    def version(self) -> str:
        """Of whatever decides their answers; answers of another version are not reused."""

    def frame(self, pixels: Bytes, alignment: Alignment) -> Bytes:
        """(h, w, 3) what they look at, of the photograph (H, W, 3) and its face."""

    def read(self, frames: Bytes) -> Mapping[str, Logits]:
        """By reader's name, (N, OUTPUTS) logits for frames (N, h, w, 3)."""
