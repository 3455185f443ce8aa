"""All machine readers of a cohort, trained on its originals, and what they answer to every method's output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rofi.cohort.row import Split
from rofi.errors import PhotoError
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.diagnosis.head_desk import train_head_desk
from rofi.evaluation.diagnosis.partition import Partition, divide
from rofi.evaluation.diagnosis.reader import Desk, ReaderFacts
from rofi.evaluation.diagnosis.readings import Reading, read_cases
from rofi.evaluation.diagnosis.settings import DiagnosisSettings
from rofi.evaluation.diagnosis.whole_desk import networks_to_train, train_whole_desk


@dataclass(frozen=True, eq=False)
class Panel:
    """Readers, and what they have learnt from.

    Attributes:
        desks: of readers.
        partition: of the cohort.
        about: what was learnt from, for the report.
    """

    desks: tuple[Desk, ...]
    partition: Partition
    about: str

    @property
    def readers(self) -> tuple[ReaderFacts, ...]:
        """Of all desks."""
        return tuple(facts for desk in self.desks for facts in desk.facts)


def train_panel(bench: Bench, settings: DiagnosisSettings) -> Panel:
    """Train readers on originals, or take them from the store.

    Args:
        bench: with the cohort.
        settings: see `DiagnosisSettings`.

    Raises:
        CohortError: too few photographs tell their disease.
        PhotoError: a photograph to learn from is damaged.
        WeightsMismatch, TrainingError: see `train_whole_desk`.
    """
    drawn = divide(bench.cohort, settings.images, settings.tuning, bench.settings.seed)
    learning, tuning = (_with_face(bench, cases) for cases in (drawn.learning, drawn.tuning))
    partition = replace(drawn, learning=learning, tuning=tuning)
    desks: list[Desk] = []
    if networks_to_train(settings):  # the paper's own readers come first, those in their stead after them
        desks += [train_whole_desk(bench, partition, settings, side) for side in settings.sides]
    desks += [train_head_desk(bench, partition, settings, side) for side in settings.sides]
    return Panel(tuple(desks), partition, _about(partition))


def independent_cases(bench: Bench, panel: Panel, split: Split) -> tuple[Case, ...]:
    """The cases of a split that no reader has learnt from, one of each patient: intervals take them as independent."""
    first: dict[str, Case] = {}
    for case in bench.of(split):
        if panel.partition.may_test(case):
            first.setdefault(case.row.patient, case)
    return tuple(first.values())


def read_split(bench: Bench, panel: Panel, cases: Sequence[Case]) -> tuple[Reading, ...]:
    """Every reader on the originals and on every method's output, by reader and then by method."""
    readings = [
        reading
        for desk in panel.desks
        for method in (None, *bench.methods)
        for reading in read_cases(bench, desk, cases, method)
    ]
    order = [facts.name for facts in panel.readers]
    return tuple(sorted(readings, key=lambda reading: order.index(reading.reader.name)))


def _with_face(bench: Bench, cases: Sequence[Case]) -> tuple[Case, ...]:
    """Those in which a face is found, where the table does not tell its points."""
    asked = [case for case in cases if case.row.points is None]

    def make() -> dict[str, npt.NDArray[np.bool_]]:
        bench.progress(f"diagnosis: looking for the faces of {len(asked)} photographs to learn from")
        return {"found": np.array([_has_face(bench, case) for case in asked], np.bool_)}

    made_of = {"cohort": str(bench.cohort.resolve()), "images": [case.row.image for case in asked]}
    found = bench.store.arrays("diagnosis-faces", made_of, make)["found"].tolist() if asked else []
    without = {case.row.image for case, has in zip(asked, found, strict=True) if not has}
    return tuple(case for case in cases if case.row.image not in without)


def _has_face(bench: Bench, case: Case) -> bool:
    try:
        bench.original(case)
    except PhotoError:
        return False
    return True


def _about(partition: Partition) -> str:
    learnt, tuned = (
        f"{sum(not case.diseased for case in cases)} healthy and {sum(case.diseased for case in cases)} diseased"
        for cases in (partition.learning, partition.tuning)
    )
    if partition.tested is None:
        return (
            f"They learnt from originals of the split train ({learnt}); epoch and thresholds were chosen on originals "
            f"of the split selection ({tuned}). The internal split and the external ones are tested whole."
        )
    return (
        "The cohort tells too few diseases in train and selection, so its internal split was divided by patients "
        f"as in the paper: 60 % to learn from ({learnt}), 10 % to choose epoch and thresholds on ({tuned}) and 30 % "
        f"to test on ({len(partition.tested)} photographs). The external splits are tested whole."
    )
