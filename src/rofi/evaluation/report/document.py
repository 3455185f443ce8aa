"""What a report is made of; how it looks is another file's business."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rofi.evaluation.intervals import Interval

Cell = str | int | float | Interval | None
"""An interval is shown as "estimate (low to high)", None as a dash."""

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Table:
    """Figures.

    Attributes:
        name: for file names and JSON: lower case, digits and hyphens; unique in a report.
        title: what it shows, with the unit.
        columns: their titles, with units.
        rows: as many cells as columns each.
        note: how to read it, how it was measured, or why something is missing.
        decimals: shown of floats and intervals; JSON and CSV have them all.
        better: which way each column is better, None where neither is, so that the best method can be marked; empty
            marks none. Compared are the rows that are alike in the columns left of the one called "method", without
            originals.
        across: the methods are columns, and the best one of each row is marked.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    decimals: int = 3
    better: tuple[Better | None, ...] = ()
    across: bool = False


@dataclass(frozen=True, eq=False)
class Picture:
    """A plot or a sheet of photographs.

    Attributes:
        name: as a table's.
        title: what it shows.
        png: the file's bytes.
        note: how to read it.
    """

    name: str
    title: str
    png: bytes
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """One line of the report's first page.

    Attributes:
        question: what an ethics board asks.
        answer: in a few words, with the figure.
        good: whether the figure reaches what it should; None where there is no such level.
        section: name of the section that has the details.
    """

    question: str
    answer: str
    good: bool | None
    section: str


@dataclass(frozen=True)
class Section:
    """A chapter.

    Attributes:
        name: as a table's.
        title: of the chapter.
        source: the paper's section, figure or table that it answers to.
        text: what was done and how to read it; paragraphs divided by empty lines.
        tables, pictures: in the order shown.
        verdicts: for the first page.
        left_out: what belongs here and is missing, with the reason, one entry each.
    """

    name: str
    title: str
    source: str
    text: str
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    left_out: tuple[str, ...] = field(default=())
