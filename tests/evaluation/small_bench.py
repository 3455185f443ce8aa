"""A bench in miniature: one face seen many ways, a method that blurs and can undo it, and one that refuses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from rofi.cohort.row import Label, Split
from rofi.cohort.truth import read_truth
from rofi.errors import StillRecognised
from rofi.evaluation.bench import Bench, BenchSettings, Case
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.evaluation.store import Store
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from sign_cohort import write_cohort


@dataclass(frozen=True)
class Blurring:
    """Blurs by `sigma` pixels; the way back gives the blurred picture."""

    sigma: float = 4.0

    @property
    def facts(self) -> MethodFacts:
        return MethodFacts("blurring", "Blurring", f"{self.sigma:g}", True, False, "a blur", "", "none")

    def protect(self, photo: Photograph) -> bytes:
        return encode(cv2.GaussianBlur(photo.pixels, (0, 0), self.sigma), "png")

    def restore(self, data: bytes, name: str) -> np.ndarray:
        return decode(data, name).pixels


@dataclass(frozen=True)
class Refusing:
    """Protects nobody."""

    @property
    def facts(self) -> MethodFacts:
        return MethodFacts("refusing", "Refusing", "1", False, False, "nothing", "", "none")

    def protect(self, photo: Photograph) -> bytes:
        raise StillRecognised(f"{photo.name}: too like; leave it out")


def make_bench(folder: Path, counts: dict[Split, int], side: int = 160, methods: tuple = (Blurring(),), **settings):
    """A bench on a cohort written into `folder`; every image is of a person of its own by name."""
    cohort = folder / "cohort"
    rows = write_cohort(cohort, counts, side)
    truths = {truth.image: truth for truth in read_truth(cohort)}
    cases = tuple(
        Case(
            row,
            truths[row.image].disease,
            truths[row.image].signs,
            0.5 if row.label is Label.DISEASED else None,
            row.patient,
        )
        for row in rows
    )
    return Bench(cohort, cases, methods, Store(folder / "store"), BenchSettings(**settings))
