"""Sections as the page shows them: cells as text, rows in groups, tables and figures numbered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rofi.evaluation.report.cells import best, is_numeric, method_column, row_name, shown
from rofi.evaluation.report.document import Picture, Section, Table
from rofi.evaluation.report.embedding import Embedded, embed
from rofi.evaluation.report.palette import look

_LONG = 40
"""Rows above which a table is folded; one by disease always is."""
_WIDE = 900
"""CSS pixels from which a picture scrolls in a box of its own rather than shrink."""


@dataclass
class Numbers:
    """How many tables and figures there are so far."""

    tables: int = 0
    figures: int = 0


@dataclass(frozen=True)
class Row:
    """A row as shown.

    Attributes:
        group: a heading above it, where it is the first below it.
        cells: text, and whether it is the best.
        own: whether it is ROFI's.
    """

    group: str
    cells: tuple[tuple[str, bool], ...]
    own: bool


@dataclass(frozen=True)
class Grid:
    """A table as shown."""

    number: int
    table: Table
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[Row, ...]
    marked: bool
    folded: bool


@dataclass(frozen=True)
class Plate:
    """A picture as shown."""

    number: int
    picture: Picture
    image: Embedded
    wide: bool


@dataclass(frozen=True)
class Chapter:
    """A section as shown."""

    section: Section
    paragraphs: tuple[str | tuple[str, ...], ...]
    grids: tuple[Grid, ...]
    plates: tuple[Plate, ...]


def chapter(section: Section, numbers: Numbers) -> Chapter:
    grids, plates = [], []
    for table in section.tables:
        numbers.tables += 1
        grids.append(_grid(table, numbers.tables))
    for picture in section.pictures:
        numbers.figures += 1
        image = embed(picture.name, picture.png)
        plates.append(Plate(numbers.figures, picture, image, image.width > _WIDE))
    return Chapter(section, _paragraphs(section.text), tuple(grids), tuple(plates))


def _grid(table: Table, number: int) -> Grid:
    """Columns left of the row's name become headings above groups of rows, so that the name stays in sight."""
    marked = best(table)
    method, name = method_column(table), row_name(table)
    groups = name if name and not any(is_numeric(table, column) for column in range(name)) else 0
    rows, before = [], ""
    for place, row in enumerate(table.rows):
        told = [f"{table.columns[c]}: " if groups > 1 else "" for c in range(groups)]
        titles = (f"{title}{shown(row[c], table.decimals)}" for c, title in enumerate(told))
        heading = ", ".join(titles).replace("_", " ")
        cells = tuple(
            (shown(row[column], table.decimals, table.columns[column]), (place, column) in marked)
            for column in range(groups, len(table.columns))
        )
        own = method is not None and look(str(row[method])).strong
        rows.append(Row(heading if heading != before else "", cells, own))
        before = heading
    columns = tuple((table.columns[c], is_numeric(table, c)) for c in range(groups, len(table.columns)))
    folded = len(rows) > _LONG or (method is None and name is not None)
    return Grid(number, table, columns, tuple(rows), bool(marked), folded)


def _paragraphs(text: str) -> tuple[str | tuple[str, ...], ...]:
    """Paragraphs, and lists where every line begins with a hyphen."""
    found: list[str | tuple[str, ...]] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        if lines and all(line.startswith("- ") for line in lines):
            found.append(tuple(line[2:] for line in lines))
        elif lines:
            found.append(" ".join(lines))
    return tuple(found)
