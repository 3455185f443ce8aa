"""The recognisers that judge protected faces."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rofi.evaluation.attacks.verdicts import evaluation_judges
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

STAND_IN = "mobilefacenet512"
"""Comes with the package; ROFI itself asks it."""


@dataclass(frozen=True, eq=False)
class Judges:
    """Those at hand.

    Attributes:
        recognisers: at least one.
        left_out: those that are missing, each with the reason; for a section.
        note: what is to be known of them; empty where nothing is.
    """

    recognisers: tuple[Recogniser, ...]
    left_out: tuple[str, ...]
    note: str


def find_judges(folder: Path | None) -> Judges:
    """The evaluation recognisers, or where none of their files is found the packaged one in their place.

    Args:
        folder: of their files, see `find_network`.
    """
    found, missing = evaluation_judges(folder)
    if found:
        return Judges(tuple(found), tuple(missing), "")
    note = (
        f"No evaluation recogniser is at hand. {STAND_IN} stands in for them: it comes with the package, is a training "
        "recogniser, and ROFI refuses photographs that it still recognises, so ROFI's figures by it are too good."
    )
    return Judges((Recogniser(SPECS[STAND_IN], folder, threads=1),), tuple(missing), note)
