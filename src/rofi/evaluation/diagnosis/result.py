"""One reader on one method's output of one split, and the figures that tables and pictures share."""

from __future__ import annotations

from dataclasses import dataclass

from rofi.cohort.row import Split
from rofi.evaluation.bench import ORIGINAL, Bench
from rofi.evaluation.diagnosis.figures import diseases_area, health_area, kappa
from rofi.evaluation.diagnosis.panel import Panel, independent_cases, read_split
from rofi.evaluation.diagnosis.readings import Reading
from rofi.evaluation.intervals import Interval


@dataclass(frozen=True, eq=False)
class Result:
    """One reader on one method's output of one split.

    Attributes:
        split: of the cohort.
        reading: on the method's output.
        original: the same reader on the originals of the split.
        health, diseases, agreement: areas under curves and kappa; None where too few images give none.
    """

    split: Split
    reading: Reading
    original: Reading
    health: Interval | None
    diseases: Interval | None
    agreement: Interval | None


def results_of(bench: Bench, panel: Panel, split: Split) -> list[Result]:
    """By reader and then by method, the originals first; none where the split has no case to test on.

    Args:
        bench: with the cases.
        panel: of readers.
        split: of the cohort.
    """
    cases = independent_cases(bench, panel, split)
    if not cases:
        return []
    readings = read_split(bench, panel, cases)
    originals = {reading.reader.name: reading for reading in readings if reading.method == ORIGINAL}
    results = []
    for reading in readings:
        bench.progress(f"diagnosis, {split}: figures of {reading.reader.title} on {reading.title}")
        original = originals[reading.reader.name]
        diseases = diseases_area(reading, bench.settings.resamples, bench.settings.seed)
        agreement = None if reading.method == ORIGINAL else kappa(original, reading)
        results.append(Result(split, reading, original, health_area(reading), diseases, agreement))
    return results
