"""What the command line adds to reader studies: options handed on, results shown, errors in one line."""

import csv
import json
import sys
from types import SimpleNamespace

import pytest

from evaluation.small_bench import Blurring, make_bench
from rofi.cli.study import _cell
from rofi.cohort.row import Split
from rofi.evaluation.intervals import Interval


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """A small bench in the place of any that is asked for, and what was asked for."""
    bench = make_bench(tmp_path / "bench", {Split.INTERNAL: 6}, methods=(Blurring(),))
    asked = {}

    def open_bench(cohort, store, method_names=None, splits=None, settings=None, **others):
        asked.update(cohort=cohort, store=store, methods=method_names, splits=splits, settings=settings)
        return bench

    monkeypatch.setitem(sys.modules, "rofi.evaluation.open_bench", SimpleNamespace(open_bench=open_bench))
    return asked


def fill_in(out, reader, answer="yes"):
    path = out / f"reader-{reader}" / "table" / "answers.csv"
    rows = list(csv.reader(path.open()))
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([rows[0], *([*row[:3], answer] for row in rows[1:])])
    return path


def test_a_study_is_made_as_asked_for_filled_in_and_scored(rofi, opened, tmp_path):
    out = tmp_path / "study"
    places = (tmp_path / "cohort", "--out", out, "--kind", "health")
    choice = ("--seed", 3, "--readers", 2, "--patients", 4, "--side", 64, "--method", "blurring", "--split", "internal")
    ended = rofi("study", "make", *places, *choice)
    assert ended.status == 0, ended.err
    assert ended.out.endswith("4 patients, 8 pictures for each reader\nleft out: 2 people, since 4 were asked for\n")
    assert (opened["store"], opened["methods"], opened["splits"]) == (out / "store", ["blurring"], [Split.INTERNAL])
    assert opened["settings"].seed == 3
    files = [fill_in(out, 1), fill_in(out, 2)]
    ended = rofi("study", "score", out, *files, "--reference", "blurring", "--json")
    assert ended.status == 0, ended.err
    told = json.loads(ended.out)
    assert told["name"] == "readers-health"
    assert told["tables"][0]["rows"][0][:4] == ["disease_visible", "internal", "Original", 4]
    assert told["tables"][0]["rows"][0][5]["estimate"] == 1.0
    shown = rofi("study", "score", out, *files, "--reference", "blurring").out
    assert "1.000 (0.292 to 1.000)" in shown
    assert "Cohen's" in shown


def test_signs_and_recognition_have_options_of_their_own(rofi, opened, tmp_path):
    ended = rofi("study", "make", "cohort", "--out", tmp_path / "a", "--kind", "signs", "--sign", "iris_shape")
    assert ended.status == 0, ended.err
    assert (tmp_path / "a/reader-3/table/answers.csv").read_text().startswith("study,reader,item,iris_shape\n")
    options = ("--kind", "recognition", "--candidates", 3, "--rounds", 2, "--readers", 1, "--side", 64)
    ended = rofi("study", "make", "cohort", "--out", tmp_path / "b", *options, "--store", tmp_path / "report")
    assert "6 patients, 12 pictures" in ended.out
    assert opened["store"] == tmp_path / "report"


@pytest.mark.parametrize("wrong", ["another study", "no answers", "no key", "made before", "too many candidates"])
def test_what_is_wrong_is_one_line(rofi, opened, tmp_path, wrong):
    out = tmp_path / "study"
    make = ("study", "make", "cohort", "--readers", 1, "--side", 64)
    assert rofi(*make, "--kind", "health", "--out", out).status == 0
    assert rofi(*make, "--kind", "health", "--out", tmp_path / "other", "--seed", 1).status == 0
    arguments = {
        "another study": ("study", "score", out, fill_in(tmp_path / "other", 1)),
        "no answers": ("study", "score", out, out / "reader-1" / "table" / "answers.csv"),
        "no key": ("study", "score", tmp_path, fill_in(tmp_path / "other", 1)),
        "made before": (*make, "--kind", "signs", "--out", out),
        "too many candidates": (*make, "--kind", "recognition", "--candidates", 7, "--out", tmp_path / "third"),
    }
    ended = rofi(*arguments[wrong])
    assert ended.status == 2
    assert ended.err.splitlines()[-1].startswith("rofi: ")
    assert "Traceback" not in ended.err


def test_what_rounds_to_nothing_is_shown_without_a_sign():
    assert _cell(-0.0004, 3) == "0.000"
    assert _cell(Interval(-1e-17, -0.25, 0.25), 3) == "0.000 (-0.250 to 0.250)"


def test_without_the_extra_it_says_what_to_install(rofi, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "rofi.evaluation.readers.score", None)
    ended = rofi("study", "score", tmp_path, tmp_path / "a.csv")
    assert ended.status == 2
    assert "pip install 'rofi-face[evaluate]'" in ended.err
