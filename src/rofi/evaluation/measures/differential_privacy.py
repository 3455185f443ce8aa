"""What differential privacy leaves for diagnosis where it hides as well as ROFI (paper 2.6, Supplementary Table 13).

On at most sixty photographs; on one core a second each to find the noise, and as much for landmarks and readers. The
readers are those of the diagnosis, trained there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rofi.errors import RofiError
from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.case_landmarks import landmark_cases
from rofi.evaluation.diagnosis.figures import health_area
from rofi.evaluation.diagnosis.panel import Panel, train_panel
from rofi.evaluation.diagnosis.readings import Reading, read_cases
from rofi.evaluation.diagnosis.settings import DiagnosisSettings
from rofi.evaluation.equal_recognition import PAPERS_RATE, ROFI, EqualRecognition, equal_recognition
from rofi.evaluation.face_geometry import point_shifts
from rofi.evaluation.health_difference import HealthDifference, health_difference
from rofi.evaluation.intervals import Interval
from rofi.evaluation.methods.calibrate import Calibration
from rofi.evaluation.methods.differential_privacy import FeatureDp, PixelDp
from rofi.evaluation.methods.method import Method
from rofi.evaluation.patients import mean_over_patients, paired_test, patient_means
from rofi.evaluation.report.document import Better, Cell, Picture, Section, Table, Verdict
from rofi.evaluation.report.plots import Points, bars, curves
from rofi.evaluation.tests_of_difference import holm

NAME = "differential-privacy"
_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class _Answer:
    """A reader on what a method gives, and ROFI against it; None where that cannot be said.

    Attributes:
        reading: its answers.
        area: AUROC of health.
        difference: ROFI minus the method.
        adjusted: its p-value, corrected by Holm's method for all answers.
    """

    reading: Reading
    area: Interval | None
    difference: HealthDifference | None
    adjusted: float | None = None


def measure(bench: Bench) -> Section:
    """Originals, ROFI, pixel-wise and feature-wise privacy at one recognition rate: AUROC of health, key points."""
    found = equal_recognition(bench)
    rofi = [method for method in bench.methods if method.facts.name == ROFI]
    methods: list[Method | None] = [None, *rofi, found.pixels.method, found.features.method]
    answers, left_out = _answers(bench, found.cases, methods)
    if not rofi:
        left_out.append(f"ROFI: it is not among the methods; the paper's rate of {PAPERS_RATE:.0%} is looked for")
    left_out.append(
        "feature-wise privacy with the noise at which membership inference succeeds as seldom as against ROFI "
        "(section 2.6): too few people here to tell such small rates apart"
    )
    tables = (_health_table(answers), _noise_table(bench, found), _points_table(bench, found.cases, methods))
    return Section(
        NAME,
        "Does ROFI leave more for diagnosis than differential privacy does?",
        "section 2.6, Supplementary Table 13",
        _text(found),
        tuple(table for table in tables if table.rows),
        _pictures(answers, found),
        _verdicts(answers),
        tuple(left_out),
    )


_TEXT = """Noise can hide who somebody is, and hides everything else with it. Two ways of adding it, both with a
parameter that trades one for the other, get just as much as it takes for recognisers to find a patient as seldom as
after ROFI; then the question is what they leave for diagnosis.

Pixel-wise privacy puts Laplace noise on the cells of a mosaic; its epsilon is 3 x 255 x min(m, b²) / (b² x scale) for
photographs that differ in m = {pixels} pixels, with cells of b x b pixels and three channels. Feature-wise privacy puts
it on 512 coordinates of a face, from which the face is drawn anew on grey; its epsilon is the sensitivity of all of
them over the scale. Neither epsilon is small enough to promise much: what protects is measured here, not proved.

A protected photograph is recognised if, among the originals of all {cases} photographs, the nearest is its own
person's: the hardest gallery there is. {wanted}

{notes}

Health is read by the machine readers of the diagnosis, who learnt from originals and have seen none of these
photographs. Photographs that a method refuses are left out of its figures and counted."""


def _text(found: EqualRecognition) -> str:
    rate = f"The noise is the least of those tried with a mean rate nearest to {found.wanted:.1%}"
    if found.own:
        told = ", ".join(f"{judge} {share.estimate:.1%}" for judge, share in found.own.items())
        rate = f"ROFI's rates are {told}. {rate}, which is ROFI's mean, but no less than one photograph."
    else:
        rate += "."
    rate += " Where no noise brings the rate so low, it is the least that brings it as low as noise can."
    notes = "\n\n".join(_note(calibration) for calibration in (found.pixels, found.features))
    pixels = found.pixels.method.pixels if isinstance(found.pixels.method, PixelDp) else 0
    return _TEXT.format(pixels=pixels, cases=len(found.cases), wanted=rate, notes=notes)


def _note(calibration: Calibration) -> str:
    facts = calibration.method.facts
    return f"{facts.title} ({facts.reference}): {facts.built_in} {facts.is_not} {calibration.note}"


def _answers(
    bench: Bench, cases: Sequence[Case], methods: Sequence[Method | None]
) -> tuple[tuple[_Answer, ...], list[str]]:
    """By reader, the one best on its tuning images first, and by method; and what is missing."""
    settings = DiagnosisSettings.of(bench.settings)
    try:
        panel = train_panel(bench, settings)
    except RofiError as error:
        return (), [f"health by machine readers: {error}"]
    by_reader: dict[str, list[Reading]] = {}
    for desk in panel.desks:
        for method in methods:
            for reading in read_cases(bench, desk, cases, method):
                by_reader.setdefault(reading.reader.name, []).append(reading)
    bench.progress("differential privacy: figures of the readers")
    answers = [
        _Answer(reading, health_area(reading), _against(bench, by_reader[name], reading))
        for name in _best_first(panel)
        for reading in by_reader[name]
    ]
    adjusted = iter(holm([of.difference.p_value for of in answers if of.difference]))
    return tuple(replace(of, adjusted=next(adjusted) if of.difference else None) for of in answers), []


def _best_first(panel: Panel) -> list[str]:
    def quality(area: float | None) -> float:
        return -1.0 if area is None else area

    return [of.name for of in sorted(panel.readers, key=lambda of: quality(of.calibration.tuning_auroc), reverse=True)]


def _against(bench: Bench, readings: Sequence[Reading], reading: Reading) -> HealthDifference | None:
    """ROFI minus a rival, on the photographs that both give."""
    own = next((of for of in readings if of.method == ROFI), None)
    if own is None or reading.method in (ROFI, ORIGINAL):
        return None
    read = {case.row.image for case in reading.cases}
    cases = [case for case in own.cases if case.row.image in read]
    try:
        return health_difference(
            own.of(cases).diseased,
            reading.of(cases).diseased,
            [case.diseased for case in cases],
            bench.settings.resamples,
            bench.settings.seed,
        )
    except RofiError:
        return None


def _health_table(answers: Sequence[_Answer]) -> Table:
    rows = tuple(
        (
            of.reading.reader.title,
            of.reading.title,
            len(of.reading.cases),
            of.reading.refused,
            of.area,
            None if of.difference is None else of.difference.area,
            of.adjusted,
        )
        for of in answers
    )
    columns = (
        "reader", "method", "photographs", "refused", "AUROC of health", "ROFI minus it", "P (permutation, Holm)",
    )  # fmt: skip
    note = (
        "AUROC with DeLong's 95 % interval; of the difference, on the photographs that both give, the BCa bootstrap "
        "interval, and two-sided permutation tests, corrected by Holm's method over the table. The first reader is the "
        "best on its tuning originals."
    )
    better: tuple[Better | None, ...] = (None, None, None, None, "higher", None, None)
    return Table(NAME, "Health told at an equal recognition rate", columns, rows, note, 3, better)


def _noise_table(bench: Bench, found: EqualRecognition) -> Table:
    names = list(found.pixels.chosen.rates)
    rows: list[tuple[Cell, ...]] = []
    if found.own:
        rows.append(("ROFI", None, None, *(found.own[name] for name in names), _mean(found.own)))
    for calibration in (found.pixels, found.features):
        rates = calibration.chosen.rates
        noise, epsilon = calibration.chosen.noise, _epsilon(bench, found.cases, calibration.method)
        title = calibration.method.facts.title
        rows.append((title, noise, epsilon, *(rates[name] for name in names), _mean(rates)))
    columns = ("method", "scale of the noise", "epsilon", *(f"rank-1 by {name}" for name in names), "mean rank-1")
    note = (
        "The scale is in levels of 0 to 255 for pixels, in standard deviations of a coordinate for features. Epsilon "
        "for pixels is another one for each photograph, as the size of a cell follows the face: median (least to "
        "greatest). Shares of the photographs that are not refused, with exact binomial 95 % intervals."
    )
    return Table(f"{NAME}-noise", "Noise, epsilon and recognition rate", columns, tuple(rows), note)


def _mean(rates: Mapping[str, Interval]) -> float:
    return float(np.mean([rate.estimate for rate in rates.values()]))


def _epsilon(bench: Bench, cases: Sequence[Case], method: Method) -> Cell:
    if isinstance(method, FeatureDp):
        return method.epsilon
    if not isinstance(method, PixelDp):
        return None
    of = [method.epsilon(bench.original(case)) for case in cases]
    middle, low, high = float(np.median(of)), min(of), max(of)
    return middle if low == high else Interval(middle, low, high)


def _points_table(bench: Bench, cases: Sequence[Case], methods: Sequence[Method | None]) -> Table:
    protecting = [method for method in methods if method is not None]
    means = [_shifts(bench, cases, method) for method in protecting]
    kept = [len(landmark_cases(bench, cases, method)) for method in protecting]
    own = next((of for of, method in zip(means, protecting, strict=True) if method.facts.name == ROFI), None)
    raw: dict[tuple[int, int], float] = {}
    for number, of in enumerate(means):
        if own is None or of is own:
            continue
        for kind in range(2):
            outcome = paired_test(own[kind], of[kind])
            if outcome is not None:
                raw[number, kind] = outcome.p_value
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    rows = []
    for number, (method, of, count) in enumerate(zip(protecting, means, kept, strict=True)):
        row: list[Cell] = [method.facts.title, count, len(cases) - count]
        for kind in range(2):
            interval = mean_over_patients(of[kind], bench.settings.resamples, bench.settings.seed)
            row += [interval, adjusted.get((number, kind))]
        rows.append(tuple(row))
    columns = ("method", "photographs", "refused", "eyelids, %", "P (Holm)", "irises, %", "P (Holm)")
    note = (
        "Distance of the key points from those of the original, as in the chapter on signs kept: means over patients "
        "with BCa bootstrap intervals, Wilcoxon's signed-rank tests against ROFI, corrected over the table."
    )
    better: tuple[Better | None, ...] = (None, None, None, "lower", None, "lower", None)
    title = "Key-point error, % of the eyes' distance"
    return Table(f"{NAME}-key-points", title, columns, tuple(rows), note, 2, better)


def _shifts(bench: Bench, cases: Sequence[Case], method: Method) -> tuple[dict[str, float], dict[str, float]]:
    """By patient, of eyelids and irises."""
    before, after = landmark_cases(bench, cases, None), landmark_cases(bench, cases, method)
    nowhere = np.full((5, 2), np.nan)
    kept = [case for case in cases if case.row.image in after]
    shifts = [
        point_shifts(before[case.row.image].landmarks, after[case.row.image].landmarks, nowhere, nowhere)
        for case in kept
    ]
    pairs = list(zip(kept, shifts, strict=True))
    return (
        patient_means((case.row.patient, of.eyelids) for case, of in pairs),
        patient_means((case.row.patient, of.irises) for case, of in pairs),
    )


def _pictures(answers: Sequence[_Answer], found: EqualRecognition) -> tuple[Picture, ...]:
    panels: dict[str, dict[str, Points]] = {}
    for calibration in (found.pixels, found.features):
        noises = [trial.noise for trial in calibration.trials]
        panels[calibration.method.facts.title] = {
            judge: (noises, [trial.rates[judge] for trial in calibration.trials]) for judge in calibration.chosen.rates
        }
    drawn = curves(panels, "scale of the noise", "rank-1 rate", limits=(0, 1.02), level=found.wanted, logarithmic=True)
    note = "Dashed: the rate wanted."
    pictures = [Picture(f"{NAME}-noise", "Recognition rate by the noise tried", drawn, note)]
    titles = list(dict.fromkeys(of.reading.title for of in answers))
    readers = list(dict.fromkeys(of.reading.reader.title for of in answers))
    if readers:
        areas = {(of.reading.reader.title, of.reading.title): of.area for of in answers}
        values = {reader: [areas.get((reader, title)) for title in titles] for reader in readers}
        drawn = bars(titles, values, "AUROC of health", limits=(0, 1), level=0.5)
        pictures.insert(0, Picture(NAME, "AUROC of health at an equal recognition rate", drawn, "Dashed: chance."))
    return tuple(pictures)


def _verdicts(answers: Sequence[_Answer]) -> tuple[Verdict, ...]:
    """By the reader that is best on its tuning originals; none if it reads nothing in the originals here."""
    of_best = [of for of in answers if of.reading.reader == answers[0].reading.reader]
    areas = {of.reading.method: of.area for of in of_best}
    before, own = areas.get(ORIGINAL), areas.get(ROFI)
    rivals = [
        (of.reading.title, of.area, of.difference.area, of.adjusted) for of in of_best if of.area and of.difference
    ]
    if own is None or not rivals or before is None or before.low <= 0.5:
        return ()
    told = ", ".join(f"{title} {area.estimate:.2f}" for title, area, _, _ in rivals)
    answer = f"AUROC of health {own.estimate:.2f}, originals {before.estimate:.2f}; {told}"
    certain = [difference.estimate > 0 for _, _, difference, p in rivals if p is not None and p < _SIGNIFICANT]
    good = None if len(certain) < len(rivals) and all(certain) else all(certain)
    question = "Hiding equally well, does it leave more for diagnosis than differential privacy?"
    return (Verdict(question, answer, good, NAME),)
