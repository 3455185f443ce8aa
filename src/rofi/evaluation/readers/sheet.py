"""The same study as a table: an answer sheet for a spreadsheet or paper, and a folder of pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from rofi.evaluation.readers.kinds import INSTRUCTIONS, Kind, Question

ANSWERS = "answers.csv"
FIXED = ("study", "reader", "item")


def empty_sheet(study: str, reader: int, codes: Sequence[str], questions: Sequence[Question]) -> bytes:
    """A CSV file with a row an item, the answers left empty.

    Args:
        study: its name.
        reader: number, from 1.
        codes: of the items, in the order in which they are to be judged.
        questions: a column each.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow((*FIXED, *(question.name for question in questions)))
    writer.writerows((study, reader, code, *("" for _ in questions)) for code in codes)
    return text.getvalue().encode()


def instructions(kind: Kind, reader: int, questions: Sequence[Question]) -> bytes:
    """What the reader has to do with the sheet, as plain text."""
    lines = [
        f"Reader {reader}",
        "",
        *INSTRUCTIONS[kind],
        "",
        f"Fill in {ANSWERS} from top to bottom: each row is one picture in the folder pictures, named after its item. "
        "Leave the first three columns as they are, leave no answer empty, and save it as CSV.",
        "",
    ]
    for question in questions:
        lines.append(f"Column {question.name}: {question.text}")
        lines += [f"    {option.value:<26}{option.label}" for option in question.options]
        lines.append("")
    return "\r\n".join(lines).encode()
