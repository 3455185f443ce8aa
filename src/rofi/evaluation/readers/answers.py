"""What readers hand in, read and checked against the study's key."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rofi.errors import PhotoError, RofiError
from rofi.evaluation.readers.sheet import FIXED
from rofi.evaluation.readers.study import Study
from rofi.imaging.files import read_file

Answers = Mapping[str, Mapping[str, str]]
"""By item and question, the value of the answer."""


@dataclass(frozen=True)
class _Line:
    """One item's answers as somebody gave them, and where they stand."""

    place: str
    study: str
    reader: str
    item: str
    given: Mapping[str, str]


def read_answers(study: Study, files: Sequence[Path]) -> dict[int, Answers]:
    """The answers of readers, each from a file that the page saved (CSV or JSON) or from the filled-in sheet.

    Args:
        study: that they are of.
        files: one a reader; not all readers need be there.

    Returns:
        By the reader's number, from 1, in rising order.

    Raises:
        RofiError: a file cannot be read, is of another study, has an unknown item, an item twice or not at all, or an
            answer that is none; or two files are of one reader.
    """
    found: dict[int, tuple[Path, Answers]] = {}
    for path in files:
        lines = list(_read_json(path) if path.suffix.lower() == ".json" else _read_csv(path, study))
        reader = _reader_of(path, lines, study)
        if reader in found:
            raise RofiError(f"{path}: reader {reader} again, after {found[reader][0]}; give one file of each reader")
        found[reader] = path, _checked(path, lines, study, reader)
    if not found:
        raise RofiError("no answers; name the files that the readers handed in")
    return {reader: found[reader][1] for reader in sorted(found)}


def _reader_of(path: Path, lines: Sequence[_Line], study: Study) -> int:
    if not lines:
        raise RofiError(f"{path}: has no answers; let the reader fill it in")
    for line in lines:
        if line.study != study.name:
            raise RofiError(
                f"{line.place}: of study {line.study or '(none named)'!r}, and this is {study.name}; name the folder "
                "of the study that the answers belong to"
            )
        if line.reader != lines[0].reader:
            raise RofiError(f"{line.place}: reader {line.reader!r} after {lines[0].reader!r}; give one file a reader")
    number = lines[0].reader
    if not number.isdecimal() or not 1 <= int(number) <= len(study.readers):
        raise RofiError(f"{path}: reader {number!r}; the study's readers are 1 to {len(study.readers)}")
    return int(number)


def _checked(path: Path, lines: Sequence[_Line], study: Study, reader: int) -> Answers:
    known = {item.code for item in study.readers[reader - 1]}
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        if line.item not in known:
            raise RofiError(f"{line.place}: unknown item {line.item!r}; reader {reader} was not asked for it")
        if line.item in found:
            raise RofiError(f"{line.place}: item {line.item} again; leave one answer to it")
        values = {}
        for question in study.questions:
            typed = line.given.get(question.name, "").strip()
            if not typed:
                continue
            value = question.value_of(typed)
            if value is None:
                allowed = ", ".join(option.value for option in question.options)
                raise RofiError(f"{line.place}: {question.name} {typed!r} of item {line.item} is none of {allowed}")
            values[question.name] = value
        found[line.item] = values
    missing = [item.code for item in study.readers[reader - 1] if len(found.get(item.code, ())) < len(study.questions)]
    if missing:
        raise RofiError(
            f"{path}: {len(missing)} of {len(known)} items are not answered, the first {missing[0]}; let reader "
            f"{reader} go on"
        )
    return found


def _read_csv(path: Path, study: Study) -> Iterator[_Line]:
    text = _text(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)  # spreadsheets of many languages write semicolons
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    needed = (*FIXED, *(question.name for question in study.questions))
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in needed if name not in header]
        if missing:
            raise RofiError(f"{path}: no column {', '.join(missing)}; give a file of this kind of study, saved as CSV")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            place = f"{path}, line {reader.line_num}"
            of_study, of_reader, item = (row.get(name, "").upper() for name in FIXED)
            yield _Line(place, of_study, of_reader, item, row)
    except csv.Error as error:
        raise RofiError(f"{path}, line {reader.line_num}: {error}; save it as CSV anew") from error


def _read_json(path: Path) -> Iterator[_Line]:
    try:
        told: Any = json.loads(_text(path))
        study, reader = str(told["study"]), str(told["reader"])
        for item, given in told["answers"].items():
            answers = {str(name): str(value) for name, value in given.items()}
            yield _Line(f"{path}, item {item}", study, reader, item, answers)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RofiError(f"{path}: not the answers of a study as its page saves them; save them again") from error


def _text(path: Path) -> str:
    try:
        data = read_file(path)
    except PhotoError as error:
        raise RofiError(f"{path}: missing or unreadable; name the file that a reader handed in") from error
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # what Excel calls Unicode text
    return data.decode("utf-16" if wide else "utf-8-sig", errors="replace")  # notes may be in any encoding
