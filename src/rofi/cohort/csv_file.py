"""CSV files with a fixed set of columns: read with the line of whatever is wrong, written whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from rofi.errors import CohortError, UnreadablePhoto
from rofi.imaging.files import read_file, write_whole

Record = TypeVar("Record")


@dataclass(frozen=True)
class Line:
    """A row as text: every column, those left out empty, and where it stands in its file."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class BadLine:
    """A row that says nothing: its line, and why."""

    number: int
    reason: str


@dataclass(frozen=True)
class Scanned(Generic[Record]):
    """What a table says.

    Attributes:
        records: of the good rows, by line.
        bad: the other rows.
    """

    records: Mapping[int, Record]
    bad: Sequence[BadLine]


def read_lines(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Line | BadLine]:
    """The rows of a UTF-8 CSV file with a header; empty lines are passed over.

    Raises:
        CohortError: it cannot be read, is no such file, or its columns are others.
    """
    try:
        text = read_file(path).decode("utf-8-sig")  # Excel writes the mark
    except UnreadablePhoto as error:
        raise CohortError(f"{path}: missing or unreadable; name a folder that has it") from error
    except UnicodeDecodeError as error:
        raise CohortError(f"{path}: not UTF-8 (byte {error.start}); save it as CSV in UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        check_columns(path, header, required, optional)
        for cells in reader:
            if len(cells) == len(header):
                given = dict(zip(header, cells, strict=True))
                yield Line(reader.line_num, {name: given.get(name, "") for name in (*required, *optional)})
            elif cells:
                yield BadLine(reader.line_num, f"has {len(cells)} cells under {len(header)} columns")
    except csv.Error as error:
        raise CohortError(f"{path}, line {reader.line_num}: {error}; save it as CSV anew") from error


def check_columns(path: Path, header: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> None:
    """Refuse a table whose columns are others.

    Raises:
        CohortError: columns are missing, twice there, or unknown, as a misspelt one is.
    """
    missing = [name for name in required if name not in header]
    if missing:
        raise CohortError(f"{path}, line 1: no column {', '.join(missing)}; add it")
    surplus = [name for name in header if name not in (*required, *optional)]
    if surplus:
        known = ", ".join((*required, *optional))
        raise CohortError(f"{path}, line 1: unknown column {', '.join(map(repr, surplus))}; the columns are {known}")
    if len(set(header)) < len(header):
        raise CohortError(f"{path}, line 1: a column is there twice; leave one")


def scan(
    path: Path, lines: Iterable[Line | BadLine], parse: Callable[[Mapping[str, str]], Record], key: str
) -> Scanned[Record]:
    """Every row parsed.

    Args:
        path: for messages.
        parse: a record from the cells; raises ValueError for bad ones.
        key: the column in which no value may come twice.

    Raises:
        CohortError: there is no row.
    """
    records: dict[int, Record] = {}
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    for line in lines:
        if isinstance(line, BadLine):
            bad.append(line)
            continue
        before = seen.setdefault(line.cells[key], line.number)
        try:
            if before != line.number:
                raise ValueError(f"{key} {line.cells[key]!r}: is on line {before} already")
            records[line.number] = parse(line.cells)
        except ValueError as error:
            bad.append(BadLine(line.number, str(error)))
    if not records and not bad:
        raise CohortError(f"{path}: has no rows; fill it in")
    return Scanned(records, bad)


def all_good(path: Path, scanned: Scanned[Record]) -> list[Record]:
    """The records of a table without a bad row.

    Raises:
        CohortError: names the first bad row.
    """
    if scanned.bad:
        first, others = scanned.bad[0], len(scanned.bad) - 1
        more = f" (and {others} more bad lines)" if others else ""
        raise CohortError(f"{path}, line {first.number}: {first.reason}{more}; mend it, 'rofi cohort check' lists all")
    return list(scanned.records.values())


def write_lines(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a table whole: under another name first, then renamed.

    Raises:
        OutputError: full disk, read-only folder.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue().encode())
