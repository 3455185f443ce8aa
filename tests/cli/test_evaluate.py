import csv
import json

import pytest

from rofi.cohort.row import Split
from rofi.errors import RofiError
from rofi.evaluation.bench import BenchSettings
from sign_cohort import write_cohort

BASE = ("--method", "mosaic", "--method", "gaussian-blur", "--measure", "signs-kept")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluated")
    write_cohort(folder, {Split.INTERNAL: 4, Split.EXTERNAL_1: 2}, 160)
    return folder


def test_a_report_is_written_for_people_and_for_machines(rofi, cohort, tmp_path):
    ended = rofi("evaluate", cohort, "--out", tmp_path / "report", *BASE, "--quick")
    assert ended.status == 0, ended.err
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    record = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert "Mosaic" in page
    assert {section["name"] for section in record["sections"]} >= {"signs-kept", "beside-the-paper"}
    tables = sorted((tmp_path / "report" / "tables").glob("*.csv"))
    assert all(list(csv.reader(table.open(encoding="utf-8-sig", newline=""))) for table in tables)
    assert "report.html" in ended.out


def test_a_second_run_finds_the_pictures_done_and_json_is_the_report(rofi, cohort, tmp_path, monkeypatch):
    rofi("evaluate", cohort, "--out", tmp_path / "report", *BASE, "--limit", 2)
    monkeypatch.setattr("rofi.evaluation.methods.mosaic.Mosaic.protect", lambda *_: pytest.fail("worked again"))
    ended = rofi("evaluate", cohort, "--out", tmp_path / "report", *BASE, "--limit", 2, "--json")
    assert ended.status == 0, ended.err
    assert json.loads(ended.out) == json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--method", "beauty"), "no such method"),
        (("--measure", "beauty"), "no such measure"),
        (("--split", "external_2"), "no image with a face"),
    ],
)
def test_wrong_use_is_one_line(rofi, cohort, tmp_path, options, words):
    ended = rofi("evaluate", cohort, "--out", tmp_path / "report", *options)
    assert ended.status == 2
    assert words in ended.err
    assert sum(line.startswith("rofi: ") for line in ended.err.splitlines()) == 1
    assert "Traceback" not in ended.err
    assert not (tmp_path / "report" / "report.html").exists()


@pytest.mark.parametrize(
    ("file", "words"), [(None, "no such folder"), ("notes.txt", "no ImageNet weights"), ("vit.pth", "cannot be read")]
)
def test_diagnosis_weights_of_no_use_are_refused_at_once(rofi, cohort, tmp_path, monkeypatch, file, words):
    monkeypatch.setattr("rofi.evaluation.open_bench.open_bench", lambda *_: pytest.fail("went to work"))
    folder = tmp_path / "weights"
    if file:
        folder.mkdir()
        (folder / file).write_bytes(b"nonsense")
    ended = rofi("evaluate", cohort, "--out", tmp_path / "report", "--diagnosis-weights", folder)
    assert ended.status == 2
    assert words in ended.err
    assert [line.startswith("rofi: ") for line in ended.err.splitlines()] == [True]
    assert not (tmp_path / "report").exists()


def test_diagnosis_weights_reach_the_bench(rofi, cohort, tmp_path, monkeypatch):
    (tmp_path / "vit_tiny.pth").write_bytes(b"")
    seen = []

    def open_bench(*given):
        seen.extend(of for of in given if isinstance(of, BenchSettings))
        raise RofiError("seen enough; stop")

    monkeypatch.setattr("rofi.evaluation.diagnosis.whole_desk.check_weights", lambda settings: seen.append(settings))
    monkeypatch.setattr("rofi.evaluation.open_bench.open_bench", open_bench)
    rofi("evaluate", cohort, "--out", tmp_path / "report", "--diagnosis-weights", tmp_path, "--quick")
    assert seen[0].weights == seen[1].diagnosis_weights == tmp_path


def test_a_folder_that_is_no_cohort_is_one_line(rofi, tmp_path):
    ended = rofi("evaluate", tmp_path, "--out", tmp_path / "report")
    assert ended.status == 2
    assert "cohort.csv" in ended.err
