from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from evaluation.diagnosis.small_readers import SETTINGS
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.cohort.table import read_table, write_table
from rofi.errors import UnreadablePhoto
from rofi.evaluation.diagnosis import panel
from rofi.evaluation.diagnosis.panel import independent_cases, train_panel


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Two photographs to learn from show no face: one is grey, one is no image."""
    monkeypatch.setattr(panel, "train_head_desk", lambda *args: None)  # it is partitions that count here
    bench = make_bench(tmp_path, {Split.TRAIN: 20, Split.SELECTION: 16, Split.INTERNAL: 4}, 320)
    rows = read_table(bench.cohort)
    Image.fromarray(np.full((320, 320, 3), 128, np.uint8)).save(bench.cohort / rows[0].image)
    (bench.cohort / rows[1].image).write_bytes(b"")
    return bench


def test_photographs_without_a_face_are_not_learnt_from(bench):
    rows = read_table(bench.cohort)
    write_table(bench.cohort, [replace(row, points=None) if number < 3 else row for number, row in enumerate(rows)])
    learning = train_panel(bench, SETTINGS).partition.learning
    assert {case.row.image for case in learning} == {row.image for row in rows[2:20]}


def test_a_damaged_photograph_with_points_is_an_error_by_name(bench, monkeypatch):
    monkeypatch.undo()
    with pytest.raises(UnreadablePhoto, match=r"train/001\.png"):
        train_panel(bench, SETTINGS)


def test_cases_learnt_from_are_not_judged(bench):
    trained = train_panel(bench, SETTINGS)
    assert independent_cases(bench, trained, Split.TRAIN) == ()
    assert independent_cases(bench, trained, Split.INTERNAL) == bench.of(Split.INTERNAL)
    assert "10 healthy and 10 diseased" in trained.about
