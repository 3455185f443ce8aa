"""rofi train signs: a whole run in miniature, and errors in one line."""

import json

import pytest

from rofi.cohort.row import Split
from rofi.model.detector_weights import load_detector
from sign_cohort import VIEW, write_cohort

SETTINGS = {
    "detector_width": 8,
    "view": VIEW,
    "steps": 4,
    "batch": 4,
    "precision": "32-true",
    "evaluate_every": 2,
    "save_every": 2,
    "workers": 0,
}


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "signs.json"
    path.write_text(json.dumps(SETTINGS))
    return path


@pytest.fixture
def cohort(tmp_path):
    write_cohort(tmp_path / "cohort", {Split.TRAIN: 6, Split.SELECTION: 4})
    return tmp_path / "cohort"


def test_a_detector_is_trained_from_a_cohort(rofi, cohort, config, tmp_path):
    ended = rofi("train", "signs", cohort, "--config", config, "--out", tmp_path / "run")
    assert ended.status == 0, ended.err
    assert ended.out.startswith("step 4, best selection AUROC ")
    assert load_detector(tmp_path / "run" / "sign_detector.safetensors").width == 8
    assert (tmp_path / "run" / "faces" / "train" / "canvases.npy").is_file()


def test_a_run_whose_time_is_up_is_gone_on_with(rofi, cohort, config, tmp_path):
    places = (cohort, "--config", config, "--out", tmp_path / "run", "--faces", tmp_path / "faces")
    assert rofi("train", "signs", *places, "--seconds", "0.000001").out.startswith("step 1,")
    assert rofi("train", "signs", *places, "--seconds", "0.000001").out.startswith("step 2,")
    assert rofi("train", "signs", *places).out.startswith("step 4,")
    assert (tmp_path / "faces" / "selection").is_dir()


@pytest.mark.parametrize("missing", ["cohort", "config", "start"])
def test_what_is_missing_is_one_line(rofi, cohort, config, tmp_path, missing):
    places = {"cohort": cohort, "config": config, "start": tmp_path / "start.safetensors"}
    places[missing] = tmp_path / "gone"
    arguments = (places["cohort"], "--config", places["config"], "--out", tmp_path / "run")
    if missing == "start":
        arguments += ("--start-from", places["start"])
    ended = rofi("train", "signs", *arguments)
    assert ended.status == 2
    assert ended.err.splitlines()[-1].startswith("rofi: ")
    assert "gone" in ended.err
    assert "Traceback" not in ended.err
