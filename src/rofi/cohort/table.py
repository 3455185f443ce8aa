"""The table of a cohort: cohort.csv, or cohort.parquet. Whoever reads cohorts finds here all that it takes."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rofi.cohort import cells
from rofi.cohort.csv_file import BadLine, Line, Scanned, all_good, check_columns, read_lines, scan, write_lines
from rofi.cohort.diseases import Disease
from rofi.cohort.layout import PARQUET, TABLE, image_path, mask_path
from rofi.cohort.row import Label, Laterality, Points, Row, Split
from rofi.errors import CohortError

__all__ = [
    "Label",
    "Laterality",
    "Points",
    "Row",
    "Split",
    "format_row",
    "image_path",
    "mask_path",
    "parse_row",
    "read_table",
    "scan_table",
    "write_table",
]

REQUIRED = ("image", "patient", "centre", "split", "label")
OPTIONAL = ("disease", "signs", "severity", "side", "points")


def read_table(folder: Path) -> list[Row]:
    """Every image of a cohort.

    Raises:
        CohortError: there is no table, its columns are others, or a row is bad; names file and line.
    """
    path, scanned = scan_table(folder)
    return all_good(path, scanned)


def scan_table(folder: Path) -> tuple[Path, Scanned[Row]]:
    """The table's file, its good rows by line, and its bad ones.

    Raises:
        CohortError: there is no table, it has no rows, or its columns are others.
    """
    path = folder / TABLE
    if path.exists() or not (folder / PARQUET).exists():
        return path, scan(path, read_lines(path, REQUIRED, OPTIONAL), parse_row, "image")
    path = folder / PARQUET
    return path, scan(path, _read_parquet(path), parse_row, "image")


def write_table(folder: Path, rows: Iterable[Row]) -> None:
    """Write cohort.csv, whole.

    Raises:
        OutputError: full disk, read-only folder.
    """
    write_lines(folder / TABLE, (*REQUIRED, *OPTIONAL), map(format_row, rows))


def parse_row(row: Mapping[str, str]) -> Row:
    """A row from its cells.

    Raises:
        ValueError: a cell is bad.
    """
    return Row(
        image=cells.parse_image(row["image"]),
        patient=cells.parse_text(row["patient"], "patient"),
        centre=cells.parse_text(row["centre"], "centre"),
        split=cells.parse_choice(row["split"], Split, "split"),
        label=cells.parse_choice(row["label"], Label, "label"),
        disease=cells.parse_optional(row["disease"], Disease, "disease"),
        signs=cells.parse_signs(row["signs"]),
        severity=cells.parse_severity(row["severity"]),
        side=cells.parse_optional(row["side"], Laterality, "side"),
        points=cells.parse_points(row["points"]),
    )


def format_row(row: Row) -> dict[str, str]:
    """The cells of one row."""
    return {
        "image": row.image,
        "patient": row.patient,
        "centre": row.centre,
        "split": row.split,
        "label": row.label,
        "disease": row.disease or "",
        "signs": cells.join(row.signs),
        "severity": cells.format_severity(row.severity),
        "side": row.side or "",
        "points": cells.format_points(row.points),
    }


def _read_parquet(path: Path) -> Iterator[Line | BadLine]:
    """The rows; a "line" is the number of the row, the first being 1."""
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise CohortError(f"{path}: pyarrow is not installed: pip install pyarrow, or save the table as CSV") from error
    try:
        table = parquet.read_table(path)
        columns, rows = list(table.column_names), table.to_pylist()
    except Exception as error:  # pyarrow answers a damaged file with errors of many classes
        raise CohortError(f"{path}: cannot be read as Parquet; save the table as CSV") from error
    check_columns(path, columns, REQUIRED, OPTIONAL)
    for number, row in enumerate(rows, 1):
        yield Line(number, {name: _as_text(row.get(name)) for name in (*REQUIRED, *OPTIONAL)})


def _as_text(value: Any) -> str:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if missing else str(value)
