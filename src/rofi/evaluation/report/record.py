"""The report for machines: one JSON file with every figure, and a CSV file per table. Nothing is rounded."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.document import Cell, Section, Table
from rofi.evaluation.report.facts import ReportFacts

SCHEMA = 1
"""Goes up when a reader of an older report.json would misread a newer one."""


def table_path(name: str) -> str:
    """Of a table's file within the report's folder."""
    return f"tables/{name}.csv"


def picture_path(name: str) -> str:
    """Of a picture's file within the report's folder."""
    return f"pictures/{name}.png"


def to_json(sections: Sequence[Section], facts: ReportFacts) -> bytes:
    """report.json: schema version, facts, verdicts, and every section with its tables' cells.

    An interval is an object of estimate, low and high; a number that is not finite is the string "nan", "inf" or
    "-inf", which JSON has no number for; a dash is null.
    """
    document = {
        "schema": SCHEMA,
        "facts": _facts(facts),
        "verdicts": [asdict(verdict) for section in sections for verdict in section.verdicts],
        "sections": [_section(section) for section in sections],
    }
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def to_csv(table: Table) -> bytes:
    """A table's file, UTF-8: an interval takes three columns (estimate, low, high), a dash is an empty cell."""
    wide = [any(isinstance(row[column], Interval) for row in table.rows) for column in range(len(table.columns))]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    header: list[str] = []
    for title, has_interval in zip(table.columns, wide, strict=True):
        header += [title, f"{title}: low", f"{title}: high"] if has_interval else [title]
    writer.writerow(header)
    for row in table.rows:
        cells: list[str] = []
        for cell, has_interval in zip(row, wide, strict=True):
            if isinstance(cell, Interval):
                cells += [repr(float(number)) for number in (cell.estimate, cell.low, cell.high)]
            else:
                cells += [_text(cell), "", ""] if has_interval else [_text(cell)]
        writer.writerow(cells)
    return text.getvalue().encode()


def _facts(facts: ReportFacts) -> dict[str, Any]:
    told = asdict(facts)
    for path in ("networks", "diagnosis_weights"):  # of this machine
        told["settings"].pop(path)
    told["date"] = facts.date.isoformat()
    told["diseases"] = dict(facts.diseases)
    return told | {"quick": facts.quick}


def _section(section: Section) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": section.title,
        "source": section.source,
        "text": section.text,
        "tables": [
            {
                "name": table.name,
                "title": table.title,
                "columns": list(table.columns),
                "better": list(table.better),
                "rows": [[_value(cell) for cell in row] for row in table.rows],
                "note": table.note,
                "file": table_path(table.name),
            }
            for table in section.tables
        ],
        "pictures": [
            {"name": of.name, "title": of.title, "note": of.note, "file": picture_path(of.name)}
            for of in section.pictures
        ],
        "verdicts": [asdict(verdict) for verdict in section.verdicts],
        "left_out": list(section.left_out),
    }


def _value(cell: Cell) -> Any:
    if isinstance(cell, Interval):
        return {name: _finite(number) for name, number in asdict(cell).items()}
    return _finite(cell) if isinstance(cell, float) else cell


def _finite(number: float) -> float | str:
    return float(number) if math.isfinite(number) else str(float(number))


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return repr(float(cell)) if isinstance(cell, float) else str(cell)
