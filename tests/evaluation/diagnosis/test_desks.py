from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from evaluation.diagnosis.small_readers import COUNTS, SETTINGS, SIDE
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.errors import WeightsMismatch
from rofi.evaluation.bench import BenchSettings
from rofi.evaluation.diagnosis import head_desk, trunk, whole_desk
from rofi.evaluation.diagnosis.head_desk import train_head_desk
from rofi.evaluation.diagnosis.partition import divide
from rofi.evaluation.diagnosis.readings import read_cases
from rofi.evaluation.diagnosis.settings import DiagnosisSettings
from rofi.evaluation.diagnosis.targets import OUTPUTS, targets_of
from rofi.evaluation.diagnosis.told_apart import told_apart
from rofi.evaluation.diagnosis.vit import VisionTransformer
from rofi.evaluation.diagnosis.whole_desk import NetworkFacts, check_weights, networks_to_train, train_whole_desk


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return make_bench(tmp_path_factory.mktemp("bench"), COUNTS, SIDE, ())


@pytest.fixture(scope="module")
def partition(bench):
    return divide(bench.cohort, SETTINGS.images, SETTINGS.tuning, 0)


@pytest.fixture(scope="module")
def desk(bench, partition):
    return train_head_desk(bench, partition, SETTINGS, 112)


def test_heads_find_a_red_spot_beside_an_eye(bench, desk):
    cases = bench.of(Split.INTERNAL)
    for reading in read_cases(bench, desk, cases, None):
        assert told_apart(reading.scores, targets_of(cases)) > 0.85, reading.reader.title


def test_trained_heads_are_found_again(bench, partition, desk, monkeypatch):
    def never(*args):
        raise AssertionError("worked out anew")

    monkeypatch.setattr(trunk, "look", never)
    monkeypatch.setattr(head_desk, "train_head", never)
    again = train_head_desk(bench, partition, SETTINGS, 112)
    assert again.version == desk.version
    assert again.facts == desk.facts


def test_a_changed_copy_is_not_the_photograph(bench):
    cases = bench.of(Split.TRAIN)[:3]
    plain, changed = (trunk.features_of_originals(bench, cases, 112, copy) for copy in (0, 1))
    assert plain.shape == changed.shape == (3, trunk.CHANNELS, *trunk.cells(112))
    assert not np.allclose(plain, changed)


def test_large_inputs_are_looked_at_once():
    assert (trunk.copies(224), trunk.copies(512)) == (2, 1)
    assert (trunk.cells(224), trunk.cells(512)) == ((7, 14), (16, 32))


class Tiny(nn.Sequential):
    def __init__(self):
        super().__init__(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(48, OUTPUTS))


def test_whole_networks_are_trained_and_found_again(bench, partition, monkeypatch):
    monkeypatch.setattr(whole_desk, "NETWORKS", (NetworkFacts("tiny", "Tiny", 0.0, lambda weights, side: Tiny()),))
    settings = replace(SETTINGS, whole_networks=True, iterations=2, batch=8)
    first = train_whole_desk(bench, partition, settings, 32)
    assert first.facts[0].name == "whole-tiny-32"
    assert "random numbers" in first.facts[0].about
    monkeypatch.setattr(whole_desk, "train_whole", None)
    second = train_whole_desk(bench, partition, settings, 32)
    assert second.version == first.version
    frames = np.zeros((2, 32, 32, 3), np.uint8)
    np.testing.assert_array_equal(first.read(frames)["whole-tiny-32"], second.read(frames)["whole-tiny-32"])
    assert all(
        torch.equal(*pair)
        for pair in zip(*(of.networks["whole-tiny-32"].parameters() for of in (first, second)), strict=True)
    )


def test_networks_run_with_weights_or_a_gpu(tmp_path, monkeypatch):
    (tmp_path / "vit_small.pth").write_bytes(b"")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert networks_to_train(DiagnosisSettings()) == ()
    assert [kind.name for kind in networks_to_train(DiagnosisSettings(weights=tmp_path))] == ["vit"]
    assert networks_to_train(DiagnosisSettings(weights=tmp_path, whole_networks=False)) == ()
    assert len(networks_to_train(DiagnosisSettings(whole_networks=True))) == 2
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert len(networks_to_train(DiagnosisSettings())) == 2


@pytest.mark.parametrize("quick", [True, False])
def test_every_chapter_has_the_settings_of_the_bench(tmp_path, quick):
    settings = DiagnosisSettings.of(BenchSettings(quick=quick, diagnosis_weights=tmp_path))
    assert settings == replace(DiagnosisSettings.rehearsal() if quick else DiagnosisSettings(), weights=tmp_path)


def test_weights_of_no_use_are_refused_at_once(tmp_path):
    settings = DiagnosisSettings(weights=tmp_path, sides=(32, 48))
    with pytest.raises(WeightsMismatch, match=r"no ImageNet weights in it; give a folder with resnet50\*"):
        check_weights(settings)
    (tmp_path / "vit.pth").write_bytes(b"nonsense")
    with pytest.raises(WeightsMismatch, match=r"vit\.pth: cannot be read"):
        check_weights(settings)
    torch.save(VisionTransformer(32, 32, 1, 32).state_dict(), tmp_path / "vit.pth")
    with pytest.raises(WeightsMismatch, match=r"vit\.pth: ViT weights: 48 pixels are no multiple"):
        check_weights(settings)
    check_weights(replace(settings, sides=(32, 64)))
    check_weights(replace(settings, weights=None))


def test_weights_must_be_in_a_folder(tmp_path):
    with pytest.raises(WeightsMismatch, match="no such folder"):
        networks_to_train(DiagnosisSettings(weights=tmp_path / "none"))
