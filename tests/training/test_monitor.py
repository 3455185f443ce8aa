import json

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from rofi.training.monitor import MOST_PICTURES, Monitor, grid
from rofi.training.round_trip import Trip


def logged(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def write(folder, steps, start=0):
    monitor = Monitor(folder, start)
    for step in steps:
        monitor.scalars("train", step, {"loss": 1 / 3 + step})
    monitor.close()


def test_a_line_per_step_rounded_to_five_digits(tmp_path):
    write(tmp_path, [1, 2])
    assert logged(tmp_path) == [
        {"group": "train", "step": 1, "loss": 1.3333},
        {"group": "train", "step": 2, "loss": 2.3333},
    ]


def test_tensorboard_reads_the_same(tmp_path):
    write(tmp_path, [1, 2])
    board = EventAccumulator(str(tmp_path)).Reload()
    assert [(e.step, e.value) for e in board.Scalars("train/loss")] == [
        (1, pytest.approx(4 / 3)),
        (2, pytest.approx(7 / 3)),
    ]


def test_a_resumed_run_notes_every_step_once(tmp_path):
    write(tmp_path, [1, 2, 3, 4])
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"group": "train", "st')  # a crash
    write(tmp_path, [3, 4, 5], start=2)
    assert [line["step"] for line in logged(tmp_path)] == [1, 2, 3, 4, 5]


def pictures(count, side=4):
    return [torch.full((count, 3, side, side), level) for level in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)]


def test_grid_has_a_column_per_face_and_a_row_per_picture():
    face, person, carrier, protected, restored, wrong = pictures(2)
    shown = grid({"face": face, "person": person}, Trip(carrier, protected, restored, wrong))
    assert shown.shape == (3, 20, 8)
    assert shown[0, ::4, 0].tolist() == pytest.approx([0.1, 0.2, 0.4, 0.5, 0.6])


def test_grid_without_a_way_back_and_with_many_faces():
    face, person, carrier, protected, *_ = pictures(10)
    shown = grid({"face": face, "person": person}, Trip(carrier, 3 * protected, None, None))
    assert shown.shape == (3, 12, 4 * MOST_PICTURES)
    assert shown.max() == 1
