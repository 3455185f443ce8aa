"""What a reader gets: a page, and the same as a table."""

from __future__ import annotations

from pathlib import Path

from rofi.errors import OutputError
from rofi.evaluation.readers.page import make_page
from rofi.evaluation.readers.pictures import StudyPictures, sheet_of_people
from rofi.evaluation.readers.sheet import ANSWERS, empty_sheet, instructions
from rofi.evaluation.readers.study import Item, Study
from rofi.imaging.files import write_whole

TABLE_FOLDER = "table"
PICTURES = "pictures"


def page_path(out: Path, reader: int) -> Path:
    """The page of a reader, numbered from 1."""
    return out / f"reader-{reader}" / f"reader-{reader}.html"


def write_reader(out: Path, study: Study, reader: int, pictures: StudyPictures) -> None:
    """Write all that a reader gets.

    Args:
        out: folder of the study.
        study: of which the reader is one.
        reader: number, from 1.
        pictures: of the study's patients.

    Raises:
        OutputError: full disk, read-only folder.
    """
    page = page_path(out, reader)
    table = page.parent / TABLE_FOLDER
    try:
        (table / PICTURES).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{table}: cannot be made ({error.strerror}); name another folder") from error
    items = study.readers[reader - 1]
    names: dict[int, str] = {}
    embedded: dict[str, bytes] = {}
    asked: list[dict[str, object]] = []
    for item in items:
        shown = _picture(item, pictures)
        embedded[item.code] = shown
        told: dict[str, object] = {"code": item.code, "picture": item.code}
        if item.candidates:
            for patient in item.candidates:  # named in the order of their coming, which says nothing
                name = names.setdefault(patient, f"person-{len(names) + 1}")
                if name not in embedded:
                    embedded[name] = pictures.candidate(patient)
            told["candidates"] = [names[patient] for patient in item.candidates]
            shown = sheet_of_people(shown, [embedded[names[patient]] for patient in item.candidates])
        asked.append(told)
        write_whole(table / PICTURES / f"{item.code}.jpg", shown)
    codes = [item.code for item in items]
    write_whole(table / ANSWERS, empty_sheet(study.name, reader, codes, study.questions))
    write_whole(table / "instructions.txt", instructions(study.kind, reader, study.questions))
    write_whole(page, make_page(study.name, reader, study.kind, study.questions, asked, embedded))


def _picture(item: Item, pictures: StudyPictures) -> bytes:
    data = pictures.after(item.subject, item.treatment)
    assert data is not None, "refused pictures are in no study"
    return data
