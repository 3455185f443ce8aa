"""All of a report, or nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.report.made_report import SECTIONS, make_facts
from rofi.errors import OutputError
from rofi.evaluation.report.html import write_report


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_report_has_a_file_for_everything_and_no_others(tmp_path):
    write_report(SECTIONS, make_facts(), tmp_path / "new" / "out")
    assert set(contents(tmp_path / "new" / "out")) == {
        "report.html",
        "report.json",
        "tables/every-cell.csv",
        "tables/error-by-disease-internal.csv",
        "tables/nothing.csv",
        "pictures/a-plot.png",
    }


def test_the_same_run_gives_the_same_files(tmp_path):
    write_report(SECTIONS, make_facts(), tmp_path / "one")
    write_report(SECTIONS, make_facts(), tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_later_report_removes_what_the_earlier_had_and_nothing_else(tmp_path):
    write_report(SECTIONS, make_facts(), tmp_path)
    (tmp_path / "tables" / "mine.csv").write_text("kept")
    (tmp_path / "notes.txt").write_text("kept")
    write_report(SECTIONS[1:], make_facts(), tmp_path)
    assert set(contents(tmp_path)) == {"report.html", "report.json", "tables/mine.csv", "notes.txt"}


@pytest.mark.parametrize(
    "record",
    [
        b"no json",
        b"[]",
        b'{"sections": [{"tables": [{"file": "../notes.txt"}], "pictures": []}]}',
        b'{"sections": [{"tables": [{"file": "tables/../../notes.txt"}], "pictures": []}]}',
        b'{"sections": [{"tables": [{"file": 5}]}]}',
    ],
)
def test_a_strange_record_removes_nothing(record, tmp_path):
    (tmp_path / "notes.txt").write_text("kept")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.json").write_bytes(record)
    write_report(SECTIONS, make_facts(), tmp_path / "out")
    assert (tmp_path / "notes.txt").read_text() == "kept"


def test_a_full_disk_leaves_the_earlier_report(tmp_path, monkeypatch):
    write_report(SECTIONS, make_facts(), tmp_path)
    before = contents(tmp_path)

    def full(path: Path, data: bytes) -> None:
        if path.name == "report.html":
            raise OutputError(f"{path}: cannot be written: No space left on device")

    monkeypatch.setattr("rofi.evaluation.report.output.write_whole", full)
    with pytest.raises(OutputError, match="No space"):
        write_report(SECTIONS[1:], make_facts(), tmp_path)
    assert contents(tmp_path) == before


def test_a_file_in_the_folders_place_is_an_error(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="name another folder"):
        write_report(SECTIONS, make_facts(), tmp_path / "out")
    assert (tmp_path / "out").read_text() == "a file"
