"""What the command line adds to cohorts: options handed on, findings listed, errors in one line and their status."""

import json
from dataclasses import replace

import pytest

from cohort.stand_ins import EFFECTS, SIDE, spot, write_faces
from pipeline.photographs import close_up, saved
from rofi.cohort import make
from rofi.cohort.diseases import Disease
from rofi.cohort.follow_up_table import read_pairs
from rofi.cohort.gallery_table import read_gallery
from rofi.cohort.row import Label, Row, Split
from rofi.cohort.table import read_table, write_table

FEW = ("--train", 4, "--selection", 2, "--internal", 0, "--external-1-size", 2, "--external-2-size", 0)


@pytest.fixture
def faces(tmp_path):
    return write_faces(tmp_path / "faces", 5)


@pytest.fixture
def _painted(monkeypatch):
    """Stand-ins for all painters."""
    effects = replace(EFFECTS, painters=dict.fromkeys(Disease, spot))
    monkeypatch.setattr(make, "shipped_effects", lambda: effects)


@pytest.fixture
def hospital(tmp_path):
    folder = tmp_path / "hospital"
    folder.mkdir()
    (folder / "Anna.png").write_bytes(saved(close_up(SIDE)))
    write_table(folder, [Row("Anna.png", "P1", "ours", Split.INTERNAL, Label.HEALTHY)])
    return folder


@pytest.mark.usefixtures("_painted")
def test_a_cohort_is_made_as_asked_for_and_passes_the_check(rofi, faces, tmp_path):
    theirs = write_faces(tmp_path / "theirs", 2)
    out = tmp_path / "cohort"
    options = (*FEW, "--external-1", theirs, "--diseased", 1, "--follow-up", 1, "--seed", 3)
    ended = rofi("cohort", "make", faces, "--out", out, *options)
    assert ended.status == 0
    assert ended.out == f"9 made in {out}\n"
    rows = read_table(out)
    assert [row.split for row in rows] == ["train"] * 4 + ["selection"] * 2 + ["external_1"] * 2
    assert all(row.label is Label.DISEASED for row in rows[:6])
    assert len(read_pairs(out)) == 1
    settings = json.loads((out / "cohort.json").read_text())
    assert (settings["seed"], settings["diseased"]) == (3, 1)
    assert rofi("cohort", "make", faces, "--out", out, *options).out == f"0 made in {out}\n"
    ended = rofi("cohort", "make", faces, "--out", out, *options, "--seed", 4)
    assert ended.status == 2
    assert "other settings (seed" in ended.err
    assert rofi("cohort", "check", out).status == 0


@pytest.mark.usefixtures("_painted")
def test_id_photographs_are_made_when_asked_for(rofi, faces, tmp_path):
    theirs, out = write_faces(tmp_path / "theirs", 2), tmp_path / "cohort"
    command = ("cohort", "make", faces, "--out", out, *FEW, "--external-1", theirs)
    assert rofi(*command).out == f"8 made in {out}\n"
    assert rofi(*command, "--id-photographs").out == f"2 made in {out}\n"
    assert [photograph.patient for photograph in read_gallery(out)] == ["external_1-00000", "external_1-00001"]


def test_a_good_cohort_is_told_by_its_numbers(rofi, hospital):
    ended = rofi("cohort", "check", hospital)
    assert ended.status == 0
    assert "internal" in ended.out
    assert ended.out.endswith("nothing wrong\n")


def test_findings_are_listed_and_are_status_1(rofi, hospital):
    (hospital / "surplus.png").write_bytes(b"")
    ended = rofi("cohort", "check", hospital)
    assert ended.status == 1
    assert "surplus.png" in ended.out
    assert ended.out.endswith("1 finding\n")


def test_findings_may_be_json(rofi, hospital):
    (hospital / "Anna.png").write_bytes(b"")
    ended = rofi("cohort", "check", hospital, "--json")
    assert ended.status == 1
    told = json.loads(ended.out)
    assert told["splits"] == {"internal": {"patients": 1, "images": 1, "healthy": 1, "diseased": 0}}
    (finding,) = told["findings"]
    assert (finding["table"], finding["line"], finding["image"]) == ("cohort.csv", 2, "Anna.png")
    assert finding["problem"].startswith("the file is empty")


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "NOWHERE"),
        ("check", "EMPTY"),
        ("check", "HOSPITAL", "--workers", 0),
        ("make",),
        ("make", "FACES"),
        ("make", "NOWHERE", "--out", "OUT"),
        ("make", "EMPTY", "--out", "OUT"),
        ("make", "FACES", "--out", "OUT", "--train", -1),
        ("make", "FACES", "--out", "OUT", "--diseased", 1.5),
        ("make", "FACES", "--out", "OUT", "--external-1", "NOWHERE"),
        ("make", "FACES", "--out", "OUT", "--external-1", "EMPTY"),
        ("make", "FACES", "--out", "OUT", "--external-1", "FACES"),
        ("make", "FACES", "--out", "HOSPITAL"),
    ],
)
def test_wrong_use_is_status_2_and_nothing_is_written(rofi, faces, hospital, tmp_path, arguments):
    (tmp_path / "empty").mkdir()
    places = {"FACES": faces, "HOSPITAL": hospital, "EMPTY": tmp_path / "empty", "OUT": tmp_path / "out"}
    places["NOWHERE"] = tmp_path / "nowhere"
    ended = rofi("cohort", *(places.get(argument, argument) for argument in arguments))
    assert ended.status == 2
    assert "Traceback" not in ended.out + ended.err
    assert not (tmp_path / "out").exists()
    assert {path.name for path in hospital.iterdir()} == {"cohort.csv", "Anna.png"}
