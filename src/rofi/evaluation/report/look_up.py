"""Finding a measured figure in the tables of a report; what is not there is None, never an error."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.counterparts import Counterpart
from rofi.evaluation.report.document import Cell, Section, Table
from rofi.evaluation.report.published import NONE, ORIGINAL, Published

Measured = float | Interval


def measured(
    sections: Sequence[Section], figure: Published, where: Counterpart, method: str, title: str
) -> Measured | None:
    """The figure of one method, in the paper's unit.

    Args:
        sections: of the report.
        figure: of the paper.
        where: to look.
        method: its name in the paper's comparison.
        title: its title here.
    """
    tables = [table for section in sections for table in section.tables]
    for name in where.tables:
        for wish in (where.wish, ()) if where.wish else ((),):
            found: list[Measured] = []
            for table in tables:
                if fnmatchcase(table.name, name):
                    found += _in(table, figure, where, (*where.rows, *wish), method, title)
                if found and where.pick == "first":
                    return _scaled(found[0], where.scale)
            if found:
                chosen = (min if where.pick == "lowest" else max)(found, key=estimate)
                return _scaled(chosen, where.scale)
    return None


def estimate(value: Measured) -> float:
    """Without its interval."""
    return value.estimate if isinstance(value, Interval) else value


def _in(
    table: Table, figure: Published, where: Counterpart, rows: Sequence[tuple[str, str]], method: str, title: str
) -> list[Measured]:
    if where.by_disease:
        return _by_disease(table, figure, rows, title)
    wanted = {ORIGINAL: ORIGINAL, NONE: NONE}.get(method, where.of_method.format(title)).casefold()
    labels = [number for number, column in enumerate(table.columns) if column.casefold() == where.label]
    if where.label and not labels:
        return []
    values = [number for number, column in enumerate(table.columns) if where.column in column.casefold()]
    found = []
    for row in table.rows:
        named = not where.label or str(row[labels[0]]).casefold() == wanted
        if named and _of_split(table, row, figure) and _says(table, row, rows):
            found += [value for number in values if (value := _value(row[number])) is not None]
    return found


def _by_disease(table: Table, figure: Published, rows: Sequence[tuple[str, str]], title: str) -> list[Measured]:
    """Rows are diseases, columns are methods."""
    names = [column.casefold() for column in table.columns]
    if "disease" not in names or title not in table.columns or figure.disease is None:
        return []
    disease = figure.disease.value.replace("_", " ")
    untold = [(part, text) for part, text in rows if text not in table.title.casefold()]
    return [
        value
        for row in table.rows
        if str(row[names.index("disease")]).replace("_", " ").casefold() == disease
        and _of_split(table, row, figure)
        and _says(table, row, untold)
        and (value := _value(row[table.columns.index(title)])) is not None
    ]


def _of_split(table: Table, row: tuple[Cell, ...], figure: Published) -> bool:
    """A table without splits speaks of all of them."""
    if figure.split is None:
        return True
    splits = [number for number, column in enumerate(table.columns) if column.casefold() in ("split", "set")]
    return not splits or str(row[splits[0]]).replace(" ", "_") == figure.split.value


def _says(table: Table, row: tuple[Cell, ...], wanted: Sequence[tuple[str, str]]) -> bool:
    return all(
        any(
            part in column.casefold() and text in str(cell).casefold()
            for column, cell in zip(table.columns, row, strict=True)
        )
        for part, text in wanted
    )


def _value(cell: Cell) -> Measured | None:
    return None if cell is None or isinstance(cell, str) else cell


def _scaled(value: Measured, scale: float) -> Measured:
    if isinstance(value, Interval):
        return Interval(value.estimate * scale, value.low * scale, value.high * scale)
    return value * scale
