"""Agreement on the classes of signs, by machine readers (paper section 2.3, Figure 2d, Supplementary Table 3).

The readers are those of the diagnosis and are trained once for both chapters; the figures here take seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.cohort.diseases import Sign
from rofi.cohort.row import Split
from rofi.errors import RofiError
from rofi.evaluation.agreement import cohen_kappa
from rofi.evaluation.bench import ORIGINAL, Bench
from rofi.evaluation.diagnosis.panel import Panel, independent_cases, read_split, train_panel
from rofi.evaluation.diagnosis.readings import Reading
from rofi.evaluation.diagnosis.settings import DiagnosisSettings
from rofi.evaluation.diagnosis.targets import SIGNS, targets_of
from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.document import Better, Cell, Picture, Section, Table, Verdict
from rofi.evaluation.report.plots import bars
from rofi.evaluation.sign_detection import auroc_interval
from rofi.evaluation.tests_of_difference import holm, mcnemar_exact

ROFI = "rofi"
GOOD_KAPPA = 0.81
"""The paper's "remarkable agreement" (section 2.4)."""
NAMES = {
    Sign.CONJUNCTIVAL_DISORDER: "Conj-Dis",
    Sign.LACRIMAL_DISORDER: "LA-Dis",
    Sign.EYELID_DISORDER: "Eyelid-Dis",
    Sign.IRIS_DISORDER: "Iris-Dis",
}
_SEEN = 0.7
"""AUROC on originals below which a reader hardly sees a sign, and its agreement with itself means little."""


@dataclass(frozen=True, eq=False)
class _Result:
    split: Split
    reading: Reading
    original: Reading

    @property
    def pairs(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """(N, 4) which signs the reader sees on the original, and on what the method makes of it."""
        lines = self.reading.reader.calibration.sign_thresholds
        return self.original.on(self.reading.cases).scores.shown(lines), self.reading.scores.shown(lines)

    def kappa(self, place: int) -> Interval | None:
        """Of one of `SIGNS`; None for too few images, or if the sign is seen nowhere."""
        before, after = (seen[:, place] for seen in self.pairs)
        if len(before) < 2 or not (before.any() or after.any()):
            return None
        return cohen_kappa(before.tolist(), after.tolist())

    def area(self, place: int) -> Interval | None:
        """Under the curve of the sign's truth."""
        signs = targets_of(self.reading.cases).signs[:, place]
        scores = self.reading.scores.signs[:, place]
        try:
            return auroc_interval(scores[signs == 1], scores[signs == 0])
        except RofiError:  # too few of either
            return None


def measure(bench: Bench) -> Section:
    """Kappa of each sign class between a reader on the original and the same reader on the protected photograph."""
    return measure_with(bench, DiagnosisSettings.of(bench.settings))


def measure_with(bench: Bench, settings: DiagnosisSettings) -> Section:
    """The same with other readers.

    Args:
        bench: with the cases.
        settings: of the readers.

    Raises:
        CohortError: too few photographs of the cohort tell their disease.
        WeightsMismatch, TrainingError: see `train_panel`.
    """
    panel = train_panel(bench, settings)
    results = [result for split in bench.splits for result in _of_split(bench, panel, split)]
    protected = [of for of in results if of.reading.method != ORIGINAL]
    tables = (_kappas(protected), _areas(results), _differences(protected))
    left_out = ["eyelid shape and iris shape are measured, not judged: see the chapter on the signs of the eyes"]
    if all(of.reading.method != ROFI for of in protected):
        left_out.append("tests of ROFI against the others: it is not among the methods compared")
    return Section(
        "sign-classes",
        "Do machine readers see the same signs?",
        "section 2.3, Figure 2d, Supplementary Table 3",
        f"{_TEXT}\n\n{panel.about}",
        tuple(table for table in tables if table.rows),
        tuple(_pictures(protected)),
        tuple(_verdicts(results)),
        tuple(left_out),
    )


_TEXT = f"""Machine readers stand in for the paper's three ophthalmologists: classifiers trained on originals alone look
for disorders of conjunctiva (Conj-Dis), lacrimal apparatus (LA-Dis), eyelids (Eyelid-Dis) and iris (Iris-Dis). Cohen's
kappa is the agreement of a reader with itself, on the original and on what a method makes of it, from thresholds on
that were fixed on originals. To ask people, make a reader study with `rofi study`.

Agreement says nothing of a sign that the reader cannot see. How well it tells the signs apart stands beside it (AUROC);
where that is below {_SEEN} on originals, the reader's kappa means little. A photograph that a method refuses cannot be
judged: it is counted as refused, and the figures are of the rest."""


def _of_split(bench: Bench, panel: Panel, split: Split) -> list[_Result]:
    cases = independent_cases(bench, panel, split)
    readings = read_split(bench, panel, cases) if cases else ()
    originals = {reading.reader.name: reading for reading in readings if reading.method == ORIGINAL}
    return [_Result(split, reading, originals[reading.reader.name]) for reading in readings]


_HEAD = ("split", "reader", "method", "photographs", "refused")
_BETTER: tuple[Better | None, ...] = (*(None for _ in _HEAD), "higher", "higher", "higher", "higher")


def _head(result: _Result) -> tuple[Cell, ...]:
    reading = result.reading
    return result.split, reading.reader.title, reading.title, len(reading.cases), reading.refused


def _kappas(results: Sequence[_Result]) -> Table:
    rows = tuple((*_head(of), *(of.kappa(place) for place in range(len(SIGNS)))) for of in results)
    columns = (*_HEAD, *(NAMES[sign] for sign in SIGNS))
    note = (
        "Cohen's kappa with its asymptotic 95 % interval. A dash: the sign is seen on no photograph, before or after."
    )
    return Table("sign-kappa", "Agreement with the original on signs (kappa)", columns, rows, note, better=_BETTER)


def _areas(results: Sequence[_Result]) -> Table:
    rows = tuple((*_head(of), *(of.area(place) for place in range(len(SIGNS)))) for of in results)
    columns = (*_HEAD, *(NAMES[sign] for sign in SIGNS))
    note = "Whether the sign is there, by the cohort's table or truth; with DeLong's 95 % interval."
    return Table("sign-auroc", "Signs told apart (AUROC)", columns, rows, note, better=_BETTER)


def _differences(results: Sequence[_Result]) -> Table:
    compared: list[tuple[str, str, str, str, int, int, int, float]] = []
    for own in results:
        for other in results:
            same = other.split is own.split and other.reading.reader == own.reading.reader
            if own.reading.method != ROFI or other.reading.method == ROFI or not same:
                continue
            read = {case.row.image for case in other.reading.cases}
            cases = [case for case in own.reading.cases if case.row.image in read]
            if not cases:
                continue
            agreed = []
            for of in (own, other):
                before, after = _Result(of.split, of.reading.on(cases), of.original).pairs
                agreed.append(before == after)
            for place, sign in enumerate(SIGNS):
                ours, theirs = (of[:, place] for of in agreed)
                alone, other_alone = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
                head = own.split, own.reading.reader.title, NAMES[sign], other.reading.title
                compared.append((*head, len(cases), alone, other_alone, mcnemar_exact(ours, theirs).p_value))
    corrected = holm([row[-1] for row in compared])
    rows = tuple((*row[:-1], p_value) for row, p_value in zip(compared, corrected, strict=True))
    columns = (
        "split", "reader", "sign", "ROFI against", "photographs of both", "as on the original with ROFI alone",
        "with the other alone", "P (McNemar, Holm)",
    )  # fmt: skip
    note = "Exact two-sided McNemar tests on the photographs that both methods give; Holm over all rows."
    return Table("sign-differences", "Signs: ROFI against the others", columns, rows, note, decimals=4)


def _pictures(results: Sequence[_Result]) -> list[Picture]:
    if not results:
        return []
    split, reader = results[0].split, results[0].reading.reader
    shown = [of for of in results if of.split is split and of.reading.reader == reader]
    titles = [of.reading.title for of in shown]
    panels = {NAMES[sign]: [of.kappa(place) for of in shown] for place, sign in enumerate(SIGNS)}
    drawn = bars(titles, panels, "kappa", limits=(0, 1), level=GOOD_KAPPA)
    note = f"{reader.title}, split {split}. Dashed: {GOOD_KAPPA}, from where on the paper calls agreement remarkable."
    return [Picture("sign-kappa-bars", "Agreement on signs", drawn, note)]


def _verdicts(results: Sequence[_Result]) -> list[Verdict]:
    """Of the signs that the readers see on originals; of the others agreement means nothing."""
    seen = []
    for of in results:
        for place, sign in enumerate(SIGNS):
            on_original = _Result(of.split, of.original, of.original).area(place)
            kappa = of.kappa(place)
            if of.reading.method == ROFI and kappa and on_original and on_original.estimate >= _SEEN:
                seen.append((kappa, sign, of))
    if not seen:
        return []
    worst, sign, of = min(seen, key=lambda found: found[0].estimate)
    answer = (
        f"kappa {worst.estimate:.2f} ({worst.low:.2f} to {worst.high:.2f}) in the worst case "
        f"({NAMES[sign]}, {of.reading.reader.title}, {of.split})"
    )
    good = worst.estimate >= GOOD_KAPPA
    return [Verdict("Do machines see the same signs on protected photographs?", answer, good, "sign-classes")]
