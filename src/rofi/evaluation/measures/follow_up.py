"""Thyroid eye disease followed up: better, same or worse, with and without a restored history (Figure 5e)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.cohort.diseases import Disease
from rofi.cohort.follow_up_table import Pair, read_pairs
from rofi.cohort.layout import FOLLOW_UP
from rofi.cohort.row import Label, Row
from rofi.errors import PhotoError, TooFewPairs
from rofi.evaluation.agreement import cohen_kappa
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.course_comparer import judge_courses
from rofi.evaluation.eye_shape import eye_shape
from rofi.evaluation.intervals import exact_binomial
from rofi.evaluation.methods.method import ReversibleMethod
from rofi.evaluation.report.document import Cell, Section, Table, Verdict
from rofi.faces.landmarks import find_landmarks

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

_MOST, _QUICK = 120, 12
"""Pairs whose history is protected and restored; the comparer learns from all."""
_WANTED_KAPPA_SHARE = 0.9
"""Of the agreement with the original history that the restored one should reach."""


@dataclass(frozen=True, eq=False)
class _Visits:
    """Pairs whose faces are found: (N, d) eye shapes of the originals."""

    pairs: tuple[Pair, ...]
    before: Floats
    after: Floats


def measure(bench: Bench) -> Section:
    """Agreement of a trained comparer with the truth, by where it has the patient's history from."""
    if not (bench.cohort / FOLLOW_UP).is_file():
        reason = f"the cohort has no {FOLLOW_UP}; 'rofi cohort make --follow-up N' paints pairs of visits"
        return Section("follow-up", _TITLE, _SOURCE, "", left_out=(reason,))
    visits = _visits(bench)
    try:
        table, verdicts = _compare(bench, visits)
    except TooFewPairs as error:
        return Section("follow-up", _TITLE, _SOURCE, _TEXT, left_out=(str(error),))
    return Section("follow-up", _TITLE, _SOURCE, _TEXT, (table,), (), verdicts)


_TITLE, _SOURCE = "Thyroid eye disease followed up", "section 2.6, Figure 5e, f"
_TEXT = """Pairs of photographs of one patient before and after hormone therapy, at two severities, in other pose and
light, are judged better, same or worse. A classifier takes the place of the physicians: it reads the shape of both eyes
(lid margins, lids and brows about the iris) off landmarks and learns from the original photographs, judging only
patients it has not learned from (five-fold cross-validation). "None" knows today's photograph alone; the others also
have a history: the photograph from before as each reversible method restores it from its protected file, or the
original itself.

The paper's readers were physicians who compare whole photographs, so the level is not comparable, the order is: without
history hardly better than chance, with a well restored one as good as with the original."""


def _visits(bench: Bench) -> _Visits:
    pairs = read_pairs(bench.cohort)
    if bench.settings.quick:
        pairs = pairs[: 4 * _QUICK]

    def make() -> dict[str, npt.NDArray[np.float64]]:
        found = []
        for number, pair in enumerate(pairs):
            bench.progress(f"measuring the eyes: {pair.before}")
            try:
                shapes = [
                    eye_shape(bench.original(_case(pair, image)).landmarks) for image in (pair.before, pair.after)
                ]
            except PhotoError:
                continue
            found.append(np.concatenate([[number], *shapes]))
        return {"shapes": np.array(found)}

    made_of = {"cohort": str(bench.cohort.resolve()), "images": [(pair.before, pair.after) for pair in pairs]}
    shapes = bench.store.arrays("follow-up-eyes", made_of, make)["shapes"]
    numbers, eyes = shapes[:, 0].astype(int).tolist(), (shapes.shape[1] - 1) // 2
    return _Visits(tuple(pairs[n] for n in numbers), shapes[:, 1 : 1 + eyes], shapes[:, 1 + eyes :])


def _compare(bench: Bench, visits: _Visits) -> tuple[Table, tuple[Verdict, ...]]:
    truth = [str(pair.verdict) for pair in visits.pairs]
    patients = [pair.pair for pair in visits.pairs]
    change = visits.after - visits.before
    tried = np.zeros(len(truth), bool)
    tried[: _QUICK if bench.settings.quick else _MOST] = True
    judged = {
        "none": (tried, judge_courses(visits.after, truth, patients, visits.after, bench.settings.seed)),
        "the original": (tried, judge_courses(change, truth, patients, change, bench.settings.seed)),
    }
    for method in bench.methods:
        if isinstance(method, ReversibleMethod):
            history, back = _restored(bench, visits, method, tried)
            asked = np.where(back[:, None], visits.after - history, change)
            title = f"restored by {method.facts.title}"
            judged[title] = (back, judge_courses(change, truth, patients, asked, bench.settings.seed))
    rows: list[tuple[Cell, ...]] = []
    kappas = {}
    for history_name, (used, verdicts) in judged.items():
        pair = [truth[i] for i in np.flatnonzero(used)], [verdicts[i] for i in np.flatnonzero(used)]
        right = sum(one == other for one, other in zip(*pair, strict=True))
        kappas[history_name] = cohen_kappa(*pair)
        rows.append((history_name, len(pair[0]), kappas[history_name], exact_binomial(right, len(pair[0]))))
    note = (
        f"The comparer learned from {len(truth)} pairs; histories were protected and restored for {int(tried.sum())}."
    )
    table = Table(
        "follow-up", "Judging the course of the disease", ("history", "pairs", "kappa", "right"), tuple(rows), note
    )
    ours, best = kappas.get("restored by ROFI"), kappas["the original"]
    if ours is None:
        return table, ()
    answer = (
        f"kappa {ours.estimate:.2f} with ROFI's history, {kappas['none'].estimate:.2f} without, "
        f"{best.estimate:.2f} with the original"
    )
    good = ours.estimate >= _WANTED_KAPPA_SHARE * best.estimate
    return table, (Verdict("Can a disease be followed up over years?", answer, good, "follow-up"),)


def _restored(
    bench: Bench, visits: _Visits, method: ReversibleMethod, tried: npt.NDArray[np.bool_]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(N, d) eye shapes before, as restored, and (N,) which of them came back."""
    chosen: Sequence[int] = np.flatnonzero(tried).tolist()

    def make() -> dict[str, npt.NDArray[np.float64]]:
        found = []
        for number in chosen:
            case = _case(visits.pairs[number], visits.pairs[number].before)
            pixels = bench.restored(case, method)
            if pixels is not None:
                shape = eye_shape(find_landmarks(pixels, bench.original(case).detection))
                found.append(np.concatenate([[number], shape]))
        return {"shapes": np.array(found).reshape(len(found), -1)}

    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": [visits.pairs[number].before for number in chosen],
        "version": method.facts.version,
    }
    shapes = bench.store.arrays(f"follow-up-{method.facts.name}", made_of, make)["shapes"]
    history, back = visits.before.copy(), np.zeros(len(tried), bool)
    if len(shapes):
        numbers = shapes[:, 0].astype(int)
        history[numbers], back[numbers] = shapes[:, 1:], True
    return history, back


def _case(pair: Pair, image: str) -> Case:
    row = Row(image, pair.pair, pair.centre, pair.split, Label.DISEASED)
    return Case(row, Disease.THYROID_EYE_DISEASE, (), None, pair.pair)
