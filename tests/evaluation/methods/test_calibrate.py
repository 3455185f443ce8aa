from dataclasses import dataclass

import numpy as np
import pytest
import scipy.stats

from evaluation.small_bench import Refusing, make_bench
from rofi.cohort.row import Split
from rofi.errors import RofiError
from rofi.evaluation.methods import calibrate as module
from rofi.evaluation.methods.calibrate import calibrate
from rofi.evaluation.methods.method import MethodFacts
from rofi.imaging.encode import encode
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

PEOPLE = 16
THRESHOLDS = np.geomspace(0.1, 10, PEOPLE)


class ByColour:
    """Knows a photograph by its mean colour."""

    similarity_matrix = Recogniser.similarity_matrix

    def __init__(self, spec, folder=None, threads=0):
        self.spec = spec

    def embed(self, views):
        means = views.reshape(len(views), views.shape[1] * views.shape[2], 3).mean(1) - 100
        return (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)


@dataclass(frozen=True)
class Hiding:
    """Turns those photographs into a negative whose own threshold the noise has reached."""

    noise: float

    @property
    def facts(self):
        return MethodFacts("hiding", "Hiding", f"{self.noise:.12g}", False, False, "nothing", "", "none")

    def protect(self, photo):
        number = int(photo.name.split("/")[-1].removesuffix(".png"))
        return encode(255 - photo.pixels if self.noise >= THRESHOLDS[number] else photo.pixels, "png")


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "Recogniser", ByColour)
    return make_bench(tmp_path, {Split.INTERNAL: PEOPLE}, methods=())


def expected_rate(noise):
    return float((noise < THRESHOLDS).mean())


def test_the_noise_found_gives_the_rate_looked_for(bench):
    found = calibrate(bench, Hiding, rate=0.25, bounds=(0.01, 100.0), trials=12)
    assert found.cases == PEOPLE
    for trial in found.trials:
        for rate in trial.rates.values():
            assert rate.estimate == expected_rate(trial.noise)
            known = round(rate.estimate * PEOPLE)
            if 0 < known < PEOPLE:  # Clopper and Pearson, by the beta distribution
                assert rate.low == pytest.approx(scipy.stats.beta.ppf(0.025, known, PEOPLE - known + 1))
    assert found.chosen.rate == pytest.approx(0.25)
    assert THRESHOLDS[11] <= found.method.noise < THRESHOLDS[12]
    assert "25.0%" in found.note


def test_what_was_tried_is_not_tried_again(bench, monkeypatch):
    first = calibrate(bench, Hiding, rate=0.25, bounds=(0.01, 100.0), trials=5)
    monkeypatch.setattr(Hiding, "protect", lambda self, photo: pytest.fail("protected again"))
    assert calibrate(bench, Hiding, rate=0.25, bounds=(0.01, 100.0), trials=5) == first


def test_noise_that_never_reaches_the_rate_is_said(bench):
    found = calibrate(bench, Hiding, rate=0.1, bounds=(0.001, 0.01))
    assert found.method.noise == 0.001
    assert len(found.trials) == 2
    assert "no noise in the range tried reaches it" in found.note


def test_too_much_noise_from_the_start_is_said(bench):
    found = calibrate(bench, Hiding, rate=0.1, bounds=(20.0, 100.0))
    assert found.method.noise == 20.0
    assert "the least noise tried" in found.note


def test_a_method_that_refuses_everything_is_an_error(bench):
    with pytest.raises(RofiError, match="refuses all 16 photographs"):
        calibrate(bench, lambda noise: Refusing())


def test_bounds_the_wrong_way_round_are_refused(bench):
    with pytest.raises(RofiError, match="0 < low < high"):
        calibrate(bench, Hiding, bounds=(2.0, 1.0))


def test_a_single_person_is_no_gallery(bench):
    with pytest.raises(RofiError, match="fewer than two people"):
        calibrate(bench, Hiding, cases=bench.cases[:1])


def test_it_asks_evaluation_recognisers_alone():
    assert all(SPECS[name].role == "evaluation" for name in module.JUDGES)
