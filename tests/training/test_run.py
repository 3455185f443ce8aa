from dataclasses import replace

import numpy as np
import pytest
import torch

from rofi.errors import TrainingError, WeightsMismatch
from rofi.model.network import Rofi
from rofi.model.weights import save_weights
from rofi.training import run
from rofi.training.config import TrainingConfig
from rofi.training.run import FITTED, fitted_model, train

CONFIG = TrainingConfig(model="compact")


def test_an_unknown_model_is_an_error(training_faces):
    with pytest.raises(TrainingError, match="model 'huge' is unknown; choose from default, compact"):
        fitted_model(replace(CONFIG, model="huge"), training_faces)


def test_faces_of_another_view_are_an_error(training_faces):
    with pytest.raises(TrainingError, match="aligned to 64 px, the model sees 256"):
        fitted_model(CONFIG, training_faces)


def test_faces_from_elsewhere_are_an_error(tmp_path):
    with pytest.raises(TrainingError, match="make the set"):
        train(CONFIG, tmp_path / "none", tmp_path / "none", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_weights_of_another_model_are_no_start(training_faces, write_faces, tiny, tmp_path):
    write_faces(training_faces, tmp_path / "faces")
    save_weights(Rofi(tiny), tmp_path / "tiny.safetensors")
    with pytest.raises(TrainingError, match=r"tiny.safetensors: model 'tiny', but the run is of 'compact'"):
        train(CONFIG, *[tmp_path / "faces"] * 2, tmp_path / "out", start_from=tmp_path / "tiny.safetensors")


def test_a_start_that_is_no_weights_file_is_an_error(training_faces, write_faces, tmp_path):
    write_faces(training_faces, tmp_path / "faces")
    with pytest.raises(WeightsMismatch):
        train(CONFIG, *[tmp_path / "faces"] * 2, tmp_path / "out", start_from=tmp_path / "nothing")


@pytest.fixture
def started(monkeypatch):
    """Models that training was begun with, and nothing more."""
    models = []

    class Started(run.Trainer):
        def __init__(self, model, *_):
            models.append(model)

        def fit(self):
            return None

    monkeypatch.setattr(run, "Trainer", Started)
    return models


def test_what_is_fitted_is_fitted_once_and_kept(training_faces, write_faces, tiny, tmp_path, monkeypatch, started):
    """A run that was stopped before its first checkpoint starts from the same weights again."""
    folder = write_faces(training_faces, tmp_path / "faces")
    monkeypatch.setitem(run.CONFIGS, "tiny", tiny)
    monkeypatch.setattr(run, "fit_person", lambda *_: None)
    monkeypatch.setattr(run, "fit_prior", lambda *_: None)
    for seed in (1, 2):  # the second would draw other weights if it drew any
        train(replace(CONFIG, model="tiny", seed=seed), folder, folder, tmp_path / "out")
    assert (tmp_path / "out" / FITTED).is_file()
    first, second = (model.state_dict() for model in started)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert started[0].training
    assert not np.allclose(started[0].residue.deviation, 1)


def test_a_run_may_keep_a_share_of_the_change_that_it_starts_with(
    training_faces, write_faces, tiny, tmp_path, monkeypatch, started
):
    folder = write_faces(training_faces, tmp_path / "faces")
    monkeypatch.setitem(run.CONFIGS, "tiny", tiny)
    before = Rofi(tiny)
    for parameter in before.dec_net.parameters():
        torch.nn.init.ones_(parameter)
    save_weights(before, tmp_path / "start.safetensors")
    config = replace(CONFIG, model="tiny", keep_change=0.25)
    train(config, folder, folder, tmp_path / "out", start_from=tmp_path / "start.safetensors")
    (model,) = started
    features = torch.randn(1, tiny.channels, 4, 4)
    torch.testing.assert_close(model.dec_net(features), before.dec_net(features) / 4, rtol=2e-2, atol=1)
    assert before.dec_net(features).abs().min() > 100
    kept = [parameter for layer in list(model.dec_net)[:-1] for parameter in layer.parameters()]
    assert kept
    assert all(parameter.eq(1).all() for parameter in kept)


@pytest.mark.parametrize(("setting", "persons", "prior"), [("", 0, 0), ("refit_person", 1, 1), ("refit_prior", 0, 1)])
def test_what_of_a_start_is_fitted_anew_if_asked(
    training_faces, write_faces, tiny, tmp_path, monkeypatch, started, setting, persons, prior
):
    folder = write_faces(training_faces, tmp_path / "faces")
    monkeypatch.setitem(run.CONFIGS, "tiny", tiny)
    save_weights(Rofi(tiny), tmp_path / "start.safetensors")
    monkeypatch.setattr(run, "fit_person", lambda person, views, *_: person.shape_mean.fill_(len(views)))
    monkeypatch.setattr(run, "fit_prior", lambda prior, person, views, *_: prior.mean.fill_(len(views)))
    config = replace(CONFIG, model="tiny", **({setting: True} if setting else {}))
    train(config, folder, folder, tmp_path / "out", start_from=tmp_path / "start.safetensors")
    assert started[0].person.shape_mean.eq(persons * len(training_faces)).all()
    assert started[0].person_prior.mean.eq(prior * len(training_faces)).all()
