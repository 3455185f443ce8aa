"""The whole loop with everything in miniature."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torchmetrics.functional.classification import binary_auroc

from rofi.errors import TrainingError, WeightsMismatch
from rofi.model.detector_weights import load_detector, save_detector
from rofi.model.sign_detector import SignDetector
from rofi.training.checkpoint import LAST
from rofi.training.signs.config import SignTrainingConfig
from rofi.training.signs.loop import BEST, SignTrainer
from rofi.training.signs.run import train_signs


class Killed(Exception):
    pass


class KilledAfterFive(SignTrainer):
    def _step(self, batch, monitor):
        if self.progress.step == 5:
            raise Killed
        super()._step(batch, monitor)


@pytest.fixture(scope="module")
def finished(sets, config, tmp_path_factory):
    """An uninterrupted run."""
    out = tmp_path_factory.mktemp("finished")
    return train_signs(config, *sets, out), out


def lines(out, group):
    return [line for line in map(json.loads, (out / "log.jsonl").read_text().splitlines()) if line["group"] == group]


def checkpoint(out):
    return torch.load(out / LAST, weights_only=True)


def test_every_step_and_every_selection_is_logged(finished, config):
    progress, out = finished
    assert [line["step"] for line in lines(out, "train")] == [1, 2, 3, 4, 5, 6]
    assert [line["rate"] for line in lines(out, "train")] == pytest.approx([config.rate(i) for i in range(6)])
    assert [line["step"] for line in lines(out, "selection")] == [3, 6]
    assert [entry["step"] for entry in progress.history] == [3, 6]
    assert SignTrainingConfig.from_json((out / "config.json").read_text()) == config


def test_sign_maps_are_shown(finished):
    board = EventAccumulator(str(finished[1]), size_guidance={"images": 0}).Reload()
    assert [image.step for image in board.Images("signs")] == [3, 6]


def test_the_best_weights_are_those_of_the_highest_auroc_on_the_selection_set(finished, sets):
    progress, out = finished
    assert 1 - progress.best == max(entry["auroc"] for entry in progress.history)
    detector = load_detector(out / BEST)
    views = torch.from_numpy(np.array(sets[1].views)).permute(0, 3, 1, 2).float() / 255
    scores = SignDetector.image_score(detector(views)).detach()
    expected = binary_auroc(scores, torch.from_numpy(sets[1].labels).long())
    assert 1 - progress.best == pytest.approx(float(expected), abs=0.03)  # stored in half precision


def test_a_killed_run_goes_on_as_if_nothing_had_happened(sets, config, finished, tmp_path):
    torch.manual_seed(config.seed)
    with pytest.raises(Killed):
        KilledAfterFive(SignDetector(8), config, *sets, tmp_path).fit()
    assert checkpoint(tmp_path)["progress"]["step"] == 4
    assert train_signs(config, *sets, tmp_path).step == 6
    whole, resumed = checkpoint(finished[1]), checkpoint(tmp_path)
    assert resumed["progress"] == whole["progress"]
    assert all(torch.equal(resumed["scorer"][name], whole["scorer"][name]) for name in whole["scorer"])
    assert [line["step"] for line in lines(tmp_path, "train")] == [1, 2, 3, 4, 5, 6]


def test_a_run_ends_saved_when_its_time_is_up(sets, config, tmp_path):
    assert train_signs(replace(config, seconds=1e-6), *sets, tmp_path).step == 1
    assert checkpoint(tmp_path)["progress"]["step"] == 1
    assert (tmp_path / BEST).is_file()


def test_a_few_dozen_steps_tell_the_diseased_from_labels_alone(sets, config, tmp_path):
    config = replace(config, steps=60, batch=8, soft_start=0.6, evaluate_every=60, weight_decay=1e-2)
    progress = train_signs(config, *sets, tmp_path)
    assert progress.history[-1]["auroc"] > 0.9


@pytest.mark.parametrize("settings", [{"pooling": "top"}, {"pooling": "log-sum-exp"}, {"precision": "bf16-mixed"}])
def test_other_poolings_and_precisions_train(sets, config, tmp_path, settings):
    config = replace(config, steps=2, soft_start=0, **settings)
    assert np.isfinite(train_signs(config, *sets, tmp_path).history[-1]["loss"])


def test_worker_processes_prepare_the_same_batches(sets, config, tmp_path):
    batches = [
        list(SignTrainer(SignDetector(8), replace(config, workers=workers), *sets, tmp_path / str(workers))._loader())
        for workers in (0, 1)
    ]
    for one, other in zip(*batches, strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_run_begins_with_the_weights_that_are_given(sets, config, tmp_path):
    torch.manual_seed(5)
    save_detector(SignDetector(8), tmp_path / "start.safetensors")
    config = replace(config, steps=1, learning_rate=0)
    train_signs(config, *sets, tmp_path / "out", tmp_path / "start.safetensors")
    begun, given = load_detector(tmp_path / "out" / BEST), load_detector(tmp_path / "start.safetensors")
    assert torch.equal(begun.scorer.weight, given.scorer.weight)


def test_weights_of_another_width_are_refused(sets, config, tmp_path):
    save_detector(SignDetector(16), tmp_path / "start.safetensors")
    with pytest.raises(TrainingError, match="a detector of width 16, the run is of 8"):
        train_signs(config, *sets, tmp_path / "out", tmp_path / "start.safetensors")


def test_weights_that_are_none_are_refused(sets, config, tmp_path):
    (tmp_path / "start.safetensors").write_bytes(b"none")
    with pytest.raises(WeightsMismatch):
        train_signs(config, *sets, tmp_path / "out", tmp_path / "start.safetensors")


@pytest.mark.parametrize("which", [0, 1])
def test_a_set_of_the_healthy_alone_is_refused(sets, config, tmp_path, which):
    healthy = replace(sets[which], labels=np.zeros_like(sets[which].labels))
    changed = (healthy, sets[1]) if which == 0 else (sets[0], healthy)
    with pytest.raises(TrainingError, match=r"(train|selection): both healthy and diseased faces are needed"):
        train_signs(config, *changed, tmp_path)


def test_faces_of_another_view_are_refused(sets, config, tmp_path):
    with pytest.raises(TrainingError, match="faces aligned to 64 px, the run is of 72"):
        train_signs(replace(config, view=72), *sets, tmp_path)
