"""The paper's published figures beside the measured ones, and its ranking of methods beside ours."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import scipy.stats

from rofi.evaluation.intervals import Interval
from rofi.evaluation.methods.method import MethodFacts
from rofi.evaluation.report.counterparts import COUNTERPARTS, Counterpart, Kin
from rofi.evaluation.report.document import Cell, Section, Table
from rofi.evaluation.report.look_up import Measured, estimate, measured
from rofi.evaluation.report.published import COHORTS, FIGURES, METHOD_TITLES, NONE, ORIGINAL, Published

NAME = "beside-the-paper"
_KIN: Mapping[Kin, str] = {"same": "the same", "kindred": "kindred", "other": "another"}
_TOPICS: Mapping[str, str] = {
    "signs": "Signs kept",
    "diagnosis": "Diagnosis",
    "privacy": "Privacy and attacks",
    "reversal": "The way back",
}


def compare(sections: Sequence[Section], methods: Sequence[MethodFacts]) -> Section:
    """A section that puts both beside each other; a dash where this report has no such figure.

    Args:
        sections: of the report, with all that was measured.
        methods: that were compared.
    """
    pairs = [_pair(sections, methods, figure) for figure in FIGURES]
    rankings = [ranking for pair in pairs if (ranking := _rank(pair)) is not None]
    tables = (
        _rankings(rankings),
        _turned(rankings),
        _reasons(rankings, methods),
        *(_side_by_side(topic, [pair for pair in pairs if pair.figure.topic == topic]) for topic in _TOPICS),
        _measures(pairs),
    )
    left_out = [
        f"{_name(pair.figure)}: not measured in this run"
        for pair in pairs
        if not any(entry.here is not None for entry in pair.entries)
    ]
    return Section(NAME, "Beside the paper", "published figures, main text", _TEXT, tables, left_out=tuple(left_out))


_TEXT = """The paper's figures are of its own patients, its own networks and, in part, of physicians. None of that is
published, so no figure here repeats one of the paper's: “the same” measure means the same question asked of other
faces, “kindred” one that the paper does not describe closely enough or that another instrument answers, “another” that
people answered there what networks answer here. What can be compared best is the order of the methods.

The order is compared by Kendall's tau: 1 the paper's order, 0 nothing of it, -1 the reverse. Of six methods only an
almost complete agreement is beyond chance; the pairs that stand the other way round, and whether the intervals say so
too, tell more. Rivals are this project's own versions wherever a published one could not be had, so what they lack is
the first explanation to think of where they stand elsewhere than in the paper."""


@dataclass(frozen=True)
class _Entry:
    """One method: its name in the paper, its title here and a short one, and both figures."""

    method: str
    title: str
    short: str
    paper: Cell
    here: Measured | None


@dataclass(frozen=True)
class _Pair:
    """A figure of the paper and what was measured for it."""

    figure: Published
    where: Counterpart
    entries: tuple[_Entry, ...]


@dataclass(frozen=True)
class _Ranking:
    """The methods that have both figures, in both orders, and the pairs that stand the other way round here."""

    figure: Published
    paper: tuple[str, ...]
    here: tuple[str, ...]
    tau: float
    turned: tuple[tuple[_Entry, _Entry], ...]
    pairs: int


def _pair(sections: Sequence[Section], methods: Sequence[MethodFacts], figure: Published) -> _Pair:
    """By the first counterpart that has the figure of any method."""
    for where in COUNTERPARTS[figure.name]:
        entries = _entries(sections, methods, figure, where)
        if any(entry.here is not None for entry in entries):
            break
    return _Pair(figure, where, entries)


def _entries(
    sections: Sequence[Section], methods: Sequence[MethodFacts], figure: Published, where: Counterpart
) -> tuple[_Entry, ...]:
    entries = []
    for method, paper in figure.values.items():
        titles = [METHOD_TITLES[method]] if method in (ORIGINAL, NONE) else _titles(methods, method)
        for title in titles or [METHOD_TITLES[method]]:
            here = measured(sections, figure, where, method, title)
            short = METHOD_TITLES[method] if len(titles) == 1 else title
            entries.append(_Entry(method, title, short, paper, here))
    return tuple(entries)


def _titles(methods: Sequence[MethodFacts], method: str) -> list[str]:
    """Of the methods here that stand for one of the paper's: built in, or a user's own networks."""
    return [facts.title for facts in methods if facts.name == method or facts.name.startswith(f"{method}-")]


def _rank(pair: _Pair) -> _Ranking | None:
    both = [
        (entry, estimate(entry.paper), estimate(entry.here))
        for entry in pair.entries
        if entry.here is not None and isinstance(entry.paper, int | float | Interval)
    ]
    if len(both) < 2:
        return None
    sign = -1 if pair.figure.better == "higher" else 1
    paper = sorted(both, key=lambda one: sign * one[1])
    here = sorted(both, key=lambda one: sign * one[2])
    turned = tuple(
        (one[0], other[0])
        for one, other in itertools.combinations(paper, 2)
        if sign * (one[1] - other[1]) < 0 < sign * (one[2] - other[2])
    )
    tau = float(scipy.stats.kendalltau([one[1] for one in both], [one[2] for one in both]).statistic)
    return _Ranking(
        pair.figure,
        tuple(one[0].short for one in paper),
        tuple(one[0].short for one in here),
        tau,
        turned,
        len(both) * (len(both) - 1) // 2,
    )


def _rankings(rankings: Sequence[_Ranking]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (_name(of.figure), ", ".join(of.paper), ", ".join(of.here), of.tau, f"{len(of.turned)} of {of.pairs}")
        for of in rankings
    ]
    columns = ("figure", "best to worst in the paper", "best to worst here", "Kendall's tau", "pairs turned")
    note = "Only methods that have both figures. Equal figures here keep the paper's order."
    return Table("paper-rankings", "Rankings of the methods", columns, tuple(rows), note, 2)


def _turned(rankings: Sequence[_Ranking]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            _name(of.figure),
            f"{better.short} over {worse.short}",
            f"{worse.short} over {better.short}",
            _apart(better.here, worse.here),
        )
        for of in rankings
        for better, worse in of.turned
    ]
    columns = ("figure", "in the paper", "here", "intervals apart")
    note = (
        "Pairs of methods whose order is not the paper's. Intervals apart: those of both figures here do not overlap, "
        "so that the order here is hardly chance; a dash: no interval."
    )
    return Table("paper-turned-pairs", "Where the order differs", columns, tuple(rows), note)


def _reasons(rankings: Sequence[_Ranking], methods: Sequence[MethodFacts]) -> Table:
    counts = Counter(entry.title for of in rankings for pair in of.turned for entry in pair)
    lacks = {facts.title: facts.is_not for facts in methods}
    rows: list[tuple[Cell, ...]] = [(title, count, lacks.get(title) or None) for title, count in counts.most_common()]
    columns = ("method", "turned pairs with it", "how it differs from the paper's")
    note = "The first explanation to think of where a method stands elsewhere than in the paper."
    return Table("paper-reasons", "The methods of these pairs, and what they are not", columns, tuple(rows), note)


def _apart(one: Measured | None, other: Measured | None) -> Cell:
    if not isinstance(one, Interval) or not isinstance(other, Interval):
        return None
    return "yes" if one.low > other.high or other.low > one.high else "no"


def _side_by_side(topic: str, pairs: Sequence[_Pair]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (_name(pair.figure), entry.title, entry.paper, entry.here, _KIN[pair.where.kin])
        for pair in pairs
        for entry in pair.entries
    ]
    columns = ("figure", "method", "paper", "here", "measure")
    note = "With 95 % intervals where there are any. A dash: not measured in this run."
    return Table(f"paper-{topic}", f"{_TOPICS[topic]}: published and measured", columns, tuple(rows), note)


def _measures(pairs: Sequence[_Pair]) -> Table:
    rows: dict[tuple[Cell, ...], None] = {}
    for pair in pairs:
        rows.setdefault((pair.figure.title, pair.figure.place, _KIN[pair.where.kin], pair.where.why))
    columns = ("figure", "in the paper", "measure", "why")
    return Table("paper-measures", "What can be compared, and how far", columns, tuple(rows))


def _name(figure: Published) -> str:
    """Title, disease and cohort."""
    parts = [figure.title]
    if figure.disease is not None:
        parts.append(figure.disease.value.replace("_", " "))
    name = ", ".join(parts)
    if figure.split is None:
        return name
    return f"{name} ({COHORTS[figure.split]}; here {figure.split.value.replace('_', ' ')})"
