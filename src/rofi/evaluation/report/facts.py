"""What a report says of the run itself: the data, the methods, the versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import rofi
from rofi.cohort.layout import SETTINGS
from rofi.evaluation.bench import Bench, BenchSettings
from rofi.evaluation.methods.method import MethodFacts

MADE_LIMITS = (
    "The patients are paintings: signs of eye disease painted on faces, with the truth known. They show what textbooks "
    "describe, one disease each, and miss what textbooks leave out. What keeps a painted sign may lose a real one.",
    "No physician has seen these photographs. Where the paper has physicians' answers, this report has the painted "
    "truth, the answers of networks, or, if a reader study was held, those of its readers.",
    "The paper's cohorts (Shanghai, Changsha, Wuhan; 231, 246 and 48 patients) are not published. The splits stand in "
    "for them by size and by camera, not by hospital.",
)
OWN_LIMITS = (
    "Diseases and signs are those of the cohort's own table and were not checked here.",
    "Pictures of patients are part of this report where a chapter shows any: treat it like the photographs themselves.",
)


@dataclass(frozen=True)
class SplitCount:
    """How much of a split was measured.

    Attributes:
        split: its name.
        images, patients: with a face.
        healthy, diseased: images by their label.
    """

    split: str
    images: int
    patients: int
    healthy: int
    diseased: int


@dataclass(frozen=True)
class Missing:
    """A chapter that could not be written, and why."""

    title: str
    reason: str


@dataclass(frozen=True)
class ReportFacts:
    """The run.

    Attributes:
        cohort: name of its folder, without the way to it.
        made: whether it is a made cohort rather than patients' photographs.
        splits: what was measured.
        diseases: images by disease.
        no_face: images left out since no face was found.
        settings: of the bench.
        methods: that were compared.
        version: of ROFI.
        weights: fingerprint of ROFI's weights.
        date: when the run ended, with its time zone.
        seconds: that the run took; what a resumed run found done is not in it.
        missing: chapters that failed.
        limits: of the data, one sentence or two each.
    """

    cohort: str
    made: bool
    splits: tuple[SplitCount, ...]
    diseases: tuple[tuple[str, int], ...]
    no_face: int
    settings: BenchSettings
    methods: tuple[MethodFacts, ...]
    version: str
    weights: str
    date: datetime
    seconds: float
    missing: tuple[Missing, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The cohort as a title names it: a folder whose name ends in "cohort" says so itself."""
        return f"the {self.cohort}" if self.cohort.casefold().endswith("cohort") else f"the cohort {self.cohort}"

    @property
    def quick(self) -> bool:
        """Whether it was a rehearsal whose figures mean little."""
        return self.settings.quick

    @property
    def images(self) -> int:
        """Of all splits."""
        return sum(split.images for split in self.splits)

    @property
    def patients(self) -> int:
        """Of all splits; a patient is in one split only."""
        return sum(split.patients for split in self.splits)


def facts_of(
    bench: Bench,
    *,
    weights: str,
    date: datetime,
    seconds: float,
    missing: Sequence[Missing] = (),
    limits: Sequence[str] = (),
) -> ReportFacts:
    """The facts of a bench.

    Args:
        bench: that was measured on.
        weights, date, seconds, missing: see `ReportFacts`.
        limits: of the data, besides those that every cohort of its kind has.
    """
    splits = []
    for split in bench.splits:
        cases = bench.of(split)
        ill = sum(case.diseased for case in cases)
        patients = len({case.row.patient for case in cases})
        splits.append(SplitCount(split.value, len(cases), patients, len(cases) - ill, ill))
    diseases = Counter(case.disease.value for case in bench.cases if case.disease is not None)
    made = (bench.cohort / SETTINGS).is_file()
    return ReportFacts(
        bench.cohort.resolve().name,
        made,
        tuple(splits),
        tuple(sorted(diseases.items())),
        len(bench.no_face),
        bench.settings,
        tuple(method.facts for method in bench.methods),
        rofi.__version__,
        weights,
        date,
        seconds,
        tuple(missing),
        (*(MADE_LIMITS if made else OWN_LIMITS), *limits),
    )
