"""How a table's cells read, which of them are numbers, and which are the best."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from rofi.evaluation.bench import ORIGINAL
from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.document import Better, Cell, Table

DASH = "–"
_BOUND = re.compile(r"[<>≤≥] ?[0-9.]+")
_THIN = "\u202f"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def shown(cell: Cell, decimals: int, column: str = "") -> str:
    """As people read it: true minus signs, a dash for nothing, "< 0.001" for tiny p-values.

    Args:
        cell: of a table.
        decimals: of floats and intervals.
        column: its title.
    """
    if cell is None:
        return DASH
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Interval):
        if not math.isfinite(cell.estimate) or cell.low == cell.high:  # without a width it would promise too much
            return _number(cell.estimate, decimals)
        estimate, low, high = (_plain(number, decimals) for number in (cell.estimate, cell.low, cell.high))
        return f"{estimate} ({low} to {high})"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}".replace(",", _THIN).replace("-", "−")
    if 0 <= cell < 10.0**-decimals and is_p_value(column):
        return f"< {10.0**-decimals:.{decimals}f}"
    return _number(cell, decimals)


def is_p_value(column: str) -> bool:
    """Whether a column's title says so."""
    return column.split(" ")[0].rstrip(",") in {"P", "p"}


def is_numeric(table: Table, column: int) -> bool:
    """Whether a column has numbers and nothing else but bounds such as "< 5" and dashes."""
    texts = (cell for row in table.rows if isinstance(cell := row[column], str))
    return bool(table.rows) and all(_BOUND.fullmatch(text) for text in texts)


def method_column(table: Table) -> int | None:
    """Where the methods stand: the column called "method"; None if there is none."""
    return _column(table, "method")


def row_name(table: Table) -> int | None:
    """What tells rows apart: the method, or else the disease; None if there is neither."""
    method = method_column(table)
    return _column(table, "disease") if method is None else method


def _column(table: Table, wanted: str) -> int | None:
    for number, title in enumerate(table.columns):
        if title.casefold() == wanted:
            return number
    return None


def best(table: Table) -> frozenset[tuple[int, int]]:
    """Row and column of the cells that are the best of those comparable; several where they are equal.

    Nothing is best where all are equal, or where there is one only.
    """
    if not any(table.better):
        return frozenset()
    return frozenset(_best_across(table) if table.across else _best_below(table))


def _best_below(table: Table) -> list[tuple[int, int]]:
    method = method_column(table)
    groups: dict[tuple[Cell, ...], list[int]] = {}
    for number, row in enumerate(table.rows):
        if method is None or not _is_original(row[method]):
            groups.setdefault(row[:method] if method is not None else (), []).append(number)
    found = []
    for column, way in enumerate(table.better):
        for rows in groups.values() if way else ():
            found += [(rows[place], column) for place in _extreme([table.rows[row][column] for row in rows], way)]
    return found


def _best_across(table: Table) -> list[tuple[int, int]]:
    columns = [
        number for number, way in enumerate(table.better) if way is not None and not _is_original(table.columns[number])
    ]
    ways = {way for way in table.better if way}
    if len(ways) != 1:
        return []
    (way,) = ways
    return [
        (number, columns[place])
        for number, row in enumerate(table.rows)
        for place in _extreme([row[column] for column in columns], way)
    ]


def _extreme(cells: Sequence[Cell], way: Better | None) -> list[int]:
    values = [_estimate(cell) for cell in cells]
    known = {value for value in values if not math.isnan(value)}
    if len(known) < 2:
        return []
    wanted = max(known) if way == "higher" else min(known)
    return [place for place, value in enumerate(values) if value == wanted]


def _estimate(cell: Cell) -> float:
    if isinstance(cell, Interval):
        return cell.estimate
    return float(cell) if isinstance(cell, int | float) else math.nan


def _is_original(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.casefold().startswith(ORIGINAL)


def _number(value: float, decimals: int) -> str:
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if 0 < abs(value) < 0.5 * 10.0**-decimals:
        digits, exponent = f"{value:.1e}".split("e")
        return f"{digits} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}".replace("-", "−")
    return _plain(value, decimals)


def _plain(value: float, decimals: int) -> str:
    if not math.isfinite(value):
        return _number(value, decimals)
    text = f"{value:.{decimals}f}"
    zero = not text.strip("-0.")
    return (text.lstrip("-") if zero else text).replace("-", "−")
