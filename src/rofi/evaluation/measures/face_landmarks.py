"""Whether landmarks of the whole face stay, and with them what palsy shows (Supplementary Table 7, discussion).

Costs nothing where the signs kept have been measured: the points of the faces are the same and come from the store.
Otherwise about a fifth of a second per image and method on one core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
import numpy.typing as npt

from rofi.cohort.row import Split
from rofi.errors import RofiError
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.case_landmarks import SeenFace, landmark_cases
from rofi.evaluation.facial_asymmetry import Asymmetry, facial_asymmetry
from rofi.evaluation.intervals import Interval, bootstrap, exact_binomial
from rofi.evaluation.methods.method import Method
from rofi.evaluation.patients import mean_over_patients, paired_test, patient_means
from rofi.evaluation.report.document import Better, Cell, Picture, Section, Table, Verdict
from rofi.evaluation.report.plots import bars
from rofi.evaluation.tests_of_difference import holm

Points = npt.NDArray[np.float64]

ROFI = "rofi"
_VIEW = 256
_ENOUGH = 4  # patients, for a correlation with an interval
_ASYMMETRIES = {
    "mouth": "corners of the mouth, % of the eyes' distance",
    "fissure": "palpebral fissures, % of their sum",
    "brow": "brows, % of the eyes' distance",
    "mesh": "mesh against its mirror image, % of the eyes' distance",
}


@dataclass(frozen=True)
class _Faces:
    """A method on a split: the cases that it does not refuse, before and after."""

    split: Split
    method: Method
    asked: int
    cases: tuple[Case, ...]
    before: Mapping[str, SeenFace]
    after: Mapping[str, SeenFace]

    def means(self, figure: Callable[[SeenFace, SeenFace], float]) -> dict[str, float]:
        """By patient."""
        return patient_means(
            (case.row.patient, figure(self.before[case.row.image], self.after[case.row.image])) for case in self.cases
        )


def measure(bench: Bench) -> Section:
    """Five points and mesh before and after every method in pixels of a 256-pixel view; asymmetry before and after."""
    scale = _VIEW / bench.settings.view
    faces = [
        _Faces(split, method, len(cases), tuple(case for case in cases if case.row.image in after), before, after)
        for split in bench.splits
        for cases in [bench.of(split)]
        for before in [landmark_cases(bench, cases, None)]
        for method in bench.methods
        for after in [landmark_cases(bench, cases, method)]
    ]
    asymmetries = [row for method in bench.methods for row in _asymmetry_rows(bench, method, faces)]
    return Section(
        "face-landmarks",
        "Are the landmarks of the face kept, and its asymmetry?",
        "section 2.4, Supplementary Table 7; discussion (facial palsy)",
        _TEXT,
        (_landmark_table(bench, faces, scale), _asymmetry_table(asymmetries)),
        _pictures(bench, faces, scale),
        tuple(_verdicts(bench, asymmetries)),
        (
            "landmarks by MTCNN on CelebA-HQ: neither is at hand; YuNet, which gives the same five points, on this "
            "cohort stands for them, and the paper's figures are of another unit or scale",
            "patients with facial palsy: a made cohort has none; how much of the asymmetry that its faces have anyway, "
            "most of it small, is kept is measured instead",
        ),
    )


_TEXT = """A detector (YuNet: two eyes, nose, two corners of the mouth, as MTCNN's) looks for the face in the aligned
original and in what each method makes of it. Where it finds the face in both, the five points are held against each
other; a method whose faces are not found is the worse for it, and the errors are those of its best pictures. A face
mesh (MediaPipe, 468 points) starts from the original's five points and always answers; its error is told for all
pictures. Errors are in pixels of a face aligned to 256 x 256, where the eyes are 72 pixels apart.

Asymmetry is what facial palsy shows: one corner of the mouth or one brow lower than the other, one palpebral fissure
narrower, and the mesh unlike its mirror image. It is taken from the landmarks of the original and of the protected
picture of every face; where a method keeps it, both agree from patient to patient."""

_LANDMARK_NOTE = """Found: share of the images found in the original, with its exact binomial interval. Errors: means
over patients with BCa bootstrap intervals; the squared error is the mean over the ten coordinates. P: Wilcoxon's
signed-rank test of the five points' error against ROFI's, over patients that both have, corrected by Holm's method over
the table."""

_ASYMMETRY_NOTE = """All splits together. Correlation (Pearson) of a patient's asymmetry before and after, and mean
absolute difference, with BCa bootstrap intervals over patients; spread: standard deviation of the originals, which a
method that draws everybody alike has for its error. Not corrected for there being several measures; no tests."""


def _five(scale: float) -> Callable[[SeenFace, SeenFace], float]:
    """Mean distance of the five points in pixels; NaN where the face is not found in both."""

    def error(before: SeenFace, after: SeenFace) -> float:
        if before.detection is None or after.detection is None:
            return np.nan
        return scale * _distance(before.detection.points, after.detection.points)

    return error


def _five_squared(scale: float) -> Callable[[SeenFace, SeenFace], float]:
    """Mean squared error of their coordinates, likewise."""

    def error(before: SeenFace, after: SeenFace) -> float:
        if before.detection is None or after.detection is None:
            return np.nan
        return scale**2 * float(((before.detection.points - after.detection.points) ** 2).mean())

    return error


def _mesh(scale: float) -> Callable[[SeenFace, SeenFace], float]:
    """Mean distance of the mesh's points in the image plane."""
    return lambda before, after: scale * _distance(before.landmarks.mesh[:, :2], after.landmarks.mesh[:, :2])


def _distance(one: Points, other: Points) -> float:
    return float(np.linalg.norm(one - other, axis=1).mean())


def _landmark_table(bench: Bench, faces: Sequence[_Faces], scale: float) -> Table:
    five = [of.means(_five(scale)) for of in faces]
    references = {of.split: means for of, means in zip(faces, five, strict=True) if of.method.facts.name == ROFI}
    raw = {}
    for number, (of, means) in enumerate(zip(faces, five, strict=True)):
        outcome = None if of.method.facts.name == ROFI else paired_test(references.get(of.split, {}), means)
        if outcome is not None:
            raw[number] = outcome.p_value
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    rows: list[tuple[Cell, ...]] = [
        (
            of.split,
            of.method.facts.title,
            len(of.cases),
            of.asked - len(of.cases),
            _found(of),
            _mean(bench, means),
            adjusted.get(number),
            _mean(bench, of.means(_five_squared(scale))),
            _mean(bench, of.means(_mesh(scale))),
        )
        for number, (of, means) in enumerate(zip(faces, five, strict=True))
    ]
    columns = (
        "split",
        "method",
        "images",
        "refused",
        "found anew, of those found in the original",
        "five points, px",
        "P (Holm)",
        "five points, mean squared error, px²",
        "mesh, px",
    )
    title = "Landmarks of the protected face from those of the original, pixels of a 256-pixel view"
    better: tuple[Better | None, ...] = (None, None, None, None, "higher", "lower", None, "lower", "lower")
    return Table("face-landmarks", title, columns, tuple(rows), _LANDMARK_NOTE, better=better)


def _found(of: _Faces) -> Interval | None:
    sought = [case.row.image for case in of.cases if of.before[case.row.image].detection is not None]
    again = sum(of.after[image].detection is not None for image in sought)
    return exact_binomial(again, len(sought)) if sought else None


def _mean(bench: Bench, means: Mapping[str, float]) -> Interval | None:
    return mean_over_patients(means, bench.settings.resamples, bench.settings.seed)


@dataclass(frozen=True)
class _Kept:
    """How one kind of asymmetry comes through a method; None where there are too few patients."""

    method: Method
    kind: str
    patients: int
    spread: float | None
    correlation: Interval | None
    difference: Interval | None


def _asymmetry_rows(bench: Bench, method: Method, faces: Sequence[_Faces]) -> list[_Kept]:
    of_method = [of for of in faces if of.method is method]
    pairs = [
        (case.row.patient, before, after)
        for of in of_method
        for case in of.cases
        for before, after in [(_asymmetry(of.before[case.row.image]), _asymmetry(of.after[case.row.image]))]
        if before is not None and after is not None
    ]
    rows = []
    for number, kind in enumerate(field.name for field in fields(Asymmetry)):
        one = patient_means((patient, astuple(before)[number]) for patient, before, _ in pairs)
        other = patient_means((patient, astuple(after)[number]) for patient, _, after in pairs)
        gaps = patient_means(
            (patient, abs(astuple(after)[number] - astuple(before)[number])) for patient, before, after in pairs
        )
        x, y = np.array(list(one.values())), np.array([other[patient] for patient in one])
        spread = float(x.std(ddof=1)) if len(x) > 1 else None
        rows.append(_Kept(method, kind, len(x), spread, _correlation(bench, x, y), _mean(bench, gaps)))
    return rows


def _asymmetry(face: SeenFace) -> Asymmetry | None:
    """None where a network gives one point for all, as it may of an empty picture."""
    try:
        return facial_asymmetry(face.landmarks)
    except RofiError:
        return None


def _correlation(bench: Bench, x: Points, y: Points) -> Interval | None:
    if len(x) < _ENOUGH or min(np.ptp(x), np.ptp(y)) == 0:
        return None

    def pearson(a: Points, b: Points, axis: int) -> Points:
        a, b = a - a.mean(axis, keepdims=True), b - b.mean(axis, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((a * b).sum(axis) / np.sqrt((a**2).sum(axis) * (b**2).sum(axis)))

    settings = bench.settings
    return bootstrap(pearson, x, y, paired=True, vectorized=True, resamples=settings.resamples, seed=settings.seed)


def _asymmetry_table(rows: Sequence[_Kept]) -> Table:
    columns = ("asymmetry of", "method", "patients", "spread", "correlation", "mean absolute difference")
    cells = tuple(
        (_ASYMMETRIES[row.kind], row.method.facts.title, row.patients, row.spread, row.correlation, row.difference)
        for kind in _ASYMMETRIES
        for row in rows
        if row.kind == kind
    )
    title = "Facial asymmetry, protected against original"
    better: tuple[Better | None, ...] = (None, None, None, None, "higher", "lower")
    return Table("facial-asymmetry", title, columns, cells, _ASYMMETRY_NOTE, 2, better)


def _pictures(bench: Bench, faces: Sequence[_Faces], scale: float) -> tuple[Picture, ...]:
    titles = [method.facts.title for method in bench.methods]
    unit = "five points, mean distance, px of 256"
    panels = {
        str(split): [_mean(bench, of.means(_five(scale))) for of in faces if of.split is split]
        for split in bench.splits
    }
    return (Picture("face-landmarks", unit, bars(titles, panels, unit), "Only of faces that are found anew."),)


def _verdicts(bench: Bench, rows: Sequence[_Kept]) -> list[Verdict]:
    kept = {row.kind: row.correlation for row in rows if row.method.facts.name == ROFI and row.correlation}
    if "mouth" not in kept or "fissure" not in kept:
        return []
    mouth, fissure = kept["mouth"], kept["fissure"]
    answer = f"correlation with the original: mouth {mouth.estimate:.2f}, palpebral fissures {fissure.estimate:.2f}"
    return [Verdict("Does facial asymmetry, as of palsy, come through?", answer, None, "face-landmarks")]
