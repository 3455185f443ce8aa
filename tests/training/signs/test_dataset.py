from dataclasses import replace

import numpy as np
import pytest
import torch

from rofi.training.sampler import Draw
from rofi.training.signs.dataset import SignDataset, to_input


@pytest.fixture
def samples(sets, config):
    return SignDataset(sets[0], config)


def test_a_draw_is_always_the_same_sample_and_another_variation_another(samples):
    one, same, other = (samples[Draw(3, variation)] for variation in (8, 8, 9))
    assert torch.equal(one["face"], same["face"])
    assert one["diseased"] == same["diseased"] == other["diseased"]
    assert not torch.equal(one["face"], other["face"])


def test_labels_belong_to_their_faces(samples):
    for item in range(len(samples)):
        face = samples[Draw(item, item)]["face"].float()
        spot = (face[..., 0] > 100) & (face[..., 0] > 5 * face[..., 1])  # purer a red than the suit's orange
        assert bool(spot.sum() > 5) == bool(samples[Draw(item, item)]["diseased"]), item


def test_a_batch_has_one_size_and_batches_have_several(samples, config):
    done = config.steps * config.batch  # after the soft start
    sizes = [
        {tuple(samples[Draw(i, done + batch * config.batch + i)]["face"].shape) for i in range(config.batch)}
        for batch in range(8)
    ]
    assert all(len(size) == 1 for size in sizes)
    assert len(set.union(*sizes)) > 2


def test_crops_grow_by_the_step_whatever_the_number_of_processes(sets, config):
    config = replace(config, steps=100, soft_start=0.5)
    for processes in (1, 2):
        samples = SignDataset(sets[0], config, processes)
        first, later = (
            [samples[Draw(0, (step * processes) * config.batch)]["face"].numel() for step in range(start, start + 8)]
            for start in (0, 60)
        )
        assert max(first) < np.mean(later)


def test_healthy_and_diseased_are_drawn_equally_often(sets, config):
    few = replace(sets[0], labels=np.where(np.arange(24) < 6, sets[0].labels, 0).astype(np.int8))
    samples = SignDataset(few, config)
    diseased = few.labels[samples.indices] == 1
    assert samples.weights[diseased].sum() == pytest.approx(samples.weights[~diseased].sum())


def test_rare_skin_is_drawn_oftener(sets, config):
    canvases = sets[0].canvases.copy()
    canvases[:4] = canvases[:4] // 4
    dark = np.arange(24) < 4
    even, plain = (
        SignDataset(replace(sets[0], canvases=canvases), replace(config, balance_skin=wanted)).weights
        for wanted in (True, False)
    )
    assert plain[dark].sum() / plain.sum() == pytest.approx(1 / 6)
    assert even[dark].sum() / even.sum() > 0.25
    labels = sets[0].labels
    assert even[labels == 1].sum() == pytest.approx(even[labels == 0].sum())


def test_images_without_a_face_are_never_drawn(sets, config):
    labels = sets[0].labels.copy()
    labels[:4] = -1
    samples = SignDataset(replace(sets[0], labels=labels), config)
    assert samples.indices.tolist() == list(range(4, 24))
    assert len(samples.weights) == len(samples) == 20


def test_pairs_of_a_patient_come_together_varied_alike_until_the_soft_start_is_over(sets, config):
    config = replace(config, steps=100, soft_start=0.5)
    labels = np.array([0, 1] * 12, np.int8)
    same = np.repeat(sets[0].canvases[::2], 2, axis=0)  # who is ill looks as before
    pairs = np.arange(24).reshape(12, 2)
    samples = SignDataset(replace(sets[0], canvases=same, labels=labels, pairs=pairs), config)
    seen = set()
    for first in range(0, 8 * config.batch, 2):
        healthy, ill = (samples[Draw(5, first + i)] for i in (0, 1))
        assert (float(healthy["diseased"]), float(ill["diseased"])) == (0, 1)
        assert torch.equal(healthy["face"], ill["face"])
        seen.add(healthy["face"].sum().item())
    assert len(seen) > 8
    later = [samples[Draw(5, 90 * config.batch + i)]["diseased"] for i in range(4)]
    assert all(diseased == labels[5] for diseased in later)


def test_a_networks_input():
    faces = torch.arange(2 * 4 * 5 * 3, dtype=torch.uint8).reshape(2, 4, 5, 3)
    made = to_input(faces)
    assert made.shape == (2, 3, 4, 5)
    assert made.is_contiguous(memory_format=torch.channels_last)
    assert made[1, 2, 3, 4] == pytest.approx(float(faces[1, 3, 4, 2]) / 255)
