"""Whether eyelids, irises and the eyes' structure stay as they are (paper 2.3, Figure 2b, Supplementary Tables 1, 2).

About a fifth of a second per image and method on one core, most of it for finding the face anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rofi.cohort.row import Split
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.case_landmarks import SeenFace, landmark_cases
from rofi.evaluation.eye_structure import eye_structure_similarity
from rofi.evaluation.face_geometry import point_shifts
from rofi.evaluation.intervals import Interval
from rofi.evaluation.methods.method import Method
from rofi.evaluation.patients import mean_over_patients, paired_test, patient_means
from rofi.evaluation.report.document import Better, Cell, Picture, Section, Table, Verdict
from rofi.evaluation.report.plots import bars
from rofi.evaluation.template_check import DETECTOR_ERROR
from rofi.evaluation.tests_of_difference import holm

ROFI = "rofi"
HEALTHY = "healthy"
_EYELIDS, _IRISES, _SIMILARITY = "eyelids", "irises", "similarity"
_MEASURES = {
    _EYELIDS: "eyelid key-point error, % of the eyes' distance",
    _IRISES: "iris key-point error, % of the eyes' distance",
    _SIMILARITY: "eye-structure similarity, %",
}
_CHUNK = 64


@dataclass(frozen=True)
class _Result:
    """A method on a split.

    Attributes:
        cases: that it does not refuse.
        asked: images of the split.
        lost: in how many of those whose face is found in the original it is not found anew.
        values: by measure and image.
        adjusted: by measure, Holm's p-value of the difference from ROFI.
    """

    split: Split
    method: Method
    cases: tuple[Case, ...]
    asked: int
    lost: int
    values: Mapping[str, Mapping[str, float]]
    adjusted: Mapping[str, float]

    def means(self, measure: str, disease: str | None = None) -> dict[str, float]:
        """By patient; of one disease or of all."""
        cases = [case for case in self.cases if disease is None or _disease(case) == disease]
        return patient_means((case.row.patient, self.values[measure][case.row.image]) for case in cases)


def measure(bench: Bench) -> Section:
    """Key-point errors and eye-structure similarity by split, method and disease, every rival tested against ROFI."""
    results = [_result(bench, split, method) for split in bench.splits for method in bench.methods]
    results = _tested(results)
    left_out = []
    if all(result.method.facts.name != ROFI for result in results):
        left_out.append("tests against ROFI: it is not among the methods compared")
    return Section(
        "signs-kept",
        "Are the signs of the eyes kept?",
        "section 2.3, Figure 2b, Supplementary Tables 1 and 2, Supplementary Figures 1 to 3",
        _TEXT,
        (_points_table(bench, results), _similarity_table(bench, results), *_disease_tables(bench, results)),
        tuple(_pictures(bench, results)),
        tuple(_verdicts(bench, results)),
        tuple(left_out),
    )


_TEXT = f"""Eyelids and irises are found by a face mesh and an iris network (MediaPipe) in the original and once more in
what each method makes of it; both start from the original's five points, so that there is an answer for a mosaic as
well. The error is the mean distance of 2 x 16 points of the lid margins, and of 2 x 5 points of the irises, from where
they were, in per cent of the distance between the iris centres. In how many pictures a detector finds the face again by
itself is counted beside it. The paper tells neither its detector nor its unit.

Against points set by hand on 91 photographs of volunteers the same networks' lid margins lie
{DETECTOR_ERROR.eyelids:.1f} % and their rims of the iris {DETECTOR_ERROR.irises:.1f} % off the outline; point from
point, the corners of the eyes lie {DETECTOR_ERROR.corners:.1f} % and the pupils {DETECTOR_ERROR.pupils:.1f} % apart
(benchmarks/templates.py). A point that has moved by less than that has moved by less than what separates the networks
from an observer.

Eye-structure similarity is SSIM of both eyes' regions, as wide as the eyes are apart and 0.7 of that high, in the
aligned face; the paper does not tell its measure. Methods that keep one eye or less of the photograph are judged on
both eyes, like all others: what they cut away is not kept."""

_NOTE = """Means over patients with 95 % intervals (BCa bootstrap). P: Wilcoxon's signed-rank test of the patients that
both ROFI and the method have, two-sided, corrected by Holm's method for all tests of this chapter."""


def _result(bench: Bench, split: Split, method: Method) -> _Result:
    cases = bench.of(split)
    before, after = landmark_cases(bench, cases, None), landmark_cases(bench, cases, method)
    kept = tuple(case for case in cases if case.row.image in after)
    shifts = {case.row.image: _shifts(before[case.row.image], after[case.row.image]) for case in kept}
    lost = [case for case in kept if before[case.row.image].detection and not after[case.row.image].detection]
    return _Result(
        split,
        method,
        kept,
        len(cases),
        len(lost),
        {
            _EYELIDS: {image: eyelids for image, (eyelids, _) in shifts.items()},
            _IRISES: {image: irises for image, (_, irises) in shifts.items()},
            _SIMILARITY: _similarities(bench, kept, method),
        },
        {},
    )


def _shifts(before: SeenFace, after: SeenFace) -> tuple[float, float]:
    """Of eyelids and irises."""
    nowhere = np.full((5, 2), np.nan)  # the detector's points are another chapter's
    shifts = point_shifts(before.landmarks, after.landmarks, nowhere, nowhere)
    return shifts.eyelids, shifts.irises


def _similarities(bench: Bench, cases: Sequence[Case], method: Method) -> dict[str, float]:
    """By image, per cent."""

    def make() -> dict[str, npt.NDArray[np.float64]]:
        parts = []
        for start in range(0, len(cases), _CHUNK):
            some = cases[start : start + _CHUNK]
            bench.progress(f"structure of the eyes, {method.facts.title}: {some[0].row.image}")
            parts.append(eye_structure_similarity(bench.views(some, method)[1], bench.views(some, None)[1]))
        return {"similarities": 100 * np.concatenate(parts) if parts else np.zeros(0)}

    images = [case.row.image for case in cases]
    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": images,
        "version": method.facts.version,
        "view": bench.settings.view,
    }
    arrays = bench.store.arrays(f"eye-structure-{method.facts.name}", made_of, make)
    return dict(zip(images, arrays["similarities"].tolist(), strict=True))


def _tested(results: Sequence[_Result]) -> list[_Result]:
    """The same with p-values: one family of all tests."""
    references = {result.split: result for result in results if result.method.facts.name == ROFI}
    raw: dict[tuple[int, str], float] = {}
    for number, result in enumerate(results):
        reference = references.get(result.split)
        if reference is None or result is reference:
            continue
        for measure_name in _MEASURES:
            outcome = paired_test(reference.means(measure_name), result.means(measure_name))
            if outcome is not None:
                raw[number, measure_name] = outcome.p_value
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    return [
        replace(result, adjusted={name: p for (of, name), p in adjusted.items() if of == number})
        for number, result in enumerate(results)
    ]


def _points_table(bench: Bench, results: Sequence[_Result]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for result in results:
        cells: list[Cell] = []
        for name in (_EYELIDS, _IRISES):
            cells += [_mean(bench, result, name), result.adjusted.get(name)]
        rows.append((*_head(result), result.lost, *cells))
    columns = (*_HEAD, "face not found anew", "eyelids, %", "P (Holm)", "irises, %", "P (Holm)")
    better: tuple[Better | None, ...] = (*(None,) * len(_HEAD), "lower", "lower", None, "lower", None)
    return Table("key-points", "Key-point error, % of the eyes' distance", columns, tuple(rows), _NOTE, better=better)


def _similarity_table(bench: Bench, results: Sequence[_Result]) -> Table:
    rows = [(*_head(result), _mean(bench, result, _SIMILARITY), result.adjusted.get(_SIMILARITY)) for result in results]
    columns = (*_HEAD, "similarity, %", "P (Holm)")
    better: tuple[Better | None, ...] = (*(None,) * len(_HEAD), "higher", None)
    return Table("eye-structure", "Eye-structure similarity (SSIM), %", columns, tuple(rows), _NOTE, better=better)


_HEAD = ("split", "method", "images", "patients", "refused")


def _head(result: _Result) -> tuple[Cell, ...]:
    patients = len({case.row.patient for case in result.cases})
    refused = result.asked - len(result.cases)
    return result.split, result.method.facts.title, len(result.cases), patients, refused


def _disease_tables(bench: Bench, results: Sequence[_Result]) -> list[Table]:
    tables = []
    note = (
        "Means over patients with 95 % intervals (BCa bootstrap), not corrected for there being several diseases; "
        "without an interval: of one patient."
    )
    for split in bench.splits:
        of_split = [result for result in results if result.split is split]
        diseases = sorted({_disease(case) for case in bench.of(split)}, key=lambda name: (name == HEALTHY, name))
        for name, unit in _MEASURES.items():
            rows = [(disease, *(_cell(bench, result, name, disease) for result in of_split)) for disease in diseases]
            columns = ("disease", *(result.method.facts.title for result in of_split))
            way: Better = "higher" if name == _SIMILARITY else "lower"
            better = (None, *(way for _ in of_split))
            slug = f"{name}-by-disease-{_slug(split)}"
            tables.append(Table(slug, f"{split}: {unit}", columns, tuple(rows), note, 2, better, across=True))
    return tables


def _pictures(bench: Bench, results: Sequence[_Result]) -> list[Picture]:
    pictures = []
    for name, unit in _MEASURES.items():
        panels = {
            str(split): [_mean(bench, result, name) for result in results if result.split is split]
            for split in bench.splits
        }
        titles = [method.facts.title for method in bench.methods]
        limits = (0.0, 100.0) if name == _SIMILARITY else None
        pictures.append(Picture(f"signs-kept-{name}", unit, bars(titles, panels, unit, limits=limits), _NOTE))
    return pictures


def _verdicts(bench: Bench, results: Sequence[_Result]) -> list[Verdict]:
    found = []
    for result in results:
        if result.method.facts.name != ROFI or result.split is not bench.splits[0]:
            continue
        eyelids, irises, similar = (_mean(bench, result, name) for name in _MEASURES)
        if eyelids is None or irises is None or similar is None:
            continue
        found.append(
            Verdict(
                "Are eyelids and irises still where they were?",
                f"moved by {eyelids.estimate:.1f} % and {irises.estimate:.1f} % of the eyes' distance; the "
                f"networks differ from an observer by {DETECTOR_ERROR.corners:.1f} % and {DETECTOR_ERROR.pupils:.1f} %",
                eyelids.high < DETECTOR_ERROR.corners and irises.high < DETECTOR_ERROR.pupils,
                "signs-kept",
            )
        )
        answer = f"{similar.estimate:.1f} % similar ({similar.low:.1f} to {similar.high:.1f})"
        found.append(Verdict("Is the structure of the eyes kept?", answer, None, "signs-kept"))
    return found


def _mean(bench: Bench, result: _Result, name: str, disease: str | None = None) -> Interval | None:
    return mean_over_patients(result.means(name, disease), bench.settings.resamples, bench.settings.seed)


def _cell(bench: Bench, result: _Result, name: str, disease: str) -> Cell:
    """The mean with its interval, bare of one patient."""
    means = result.means(name, disease)
    return next(iter(means.values())) if len(means) == 1 else _mean(bench, result, name, disease)


def _disease(case: Case) -> str:
    if not case.diseased:
        return HEALTHY
    return "not told" if case.disease is None else str(case.disease)


def _slug(split: Split) -> str:
    return str(split).replace("_", "-")
