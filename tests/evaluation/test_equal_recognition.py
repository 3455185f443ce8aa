"""Calibration to ROFI's rate by methods whose rates are known: each hides a photograph from a noise of its own on."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from evaluation.by_colour import ByColour
from evaluation.small_bench import Refusing, make_bench
from rofi.cohort.row import Label, Split
from rofi.errors import RofiError
from rofi.evaluation import equal_recognition as module
from rofi.evaluation.equal_recognition import equal_recognition, recognition_rates
from rofi.evaluation.methods import calibrate
from rofi.evaluation.methods.method import MethodFacts
from rofi.imaging.encode import encode
from rofi.recognition.specs import SPECS

PEOPLE = 16
THRESHOLDS = np.geomspace(0.2, 5, PEOPLE)


@dataclass(frozen=True)
class Hiding:
    """Makes negatives of the photographs whose threshold the noise has reached, but of the first `spared` never."""

    noise: float
    seed: int = 0
    name: str = "hiding"
    spared: int = 0

    @property
    def facts(self):
        version = f"{self.noise:.12g}-{self.spared}"
        return MethodFacts(self.name, self.name, version, False, False, "nothing", "", "none")

    def protect(self, photo):
        number = int(photo.name.split("/")[-1].removesuffix(".png"))
        hidden = number >= self.spared and self.noise >= THRESHOLDS[number]
        return encode(255 - photo.pixels if hidden else photo.pixels, "png")


@pytest.fixture
def bench(tmp_path, monkeypatch):
    judges = tuple(ByColour(SPECS[name]) for name in calibrate.JUDGES)
    monkeypatch.setattr(calibrate, "Recogniser", ByColour)
    monkeypatch.setattr(module, "find_judges", lambda folder: SimpleNamespace(recognisers=judges))
    for name in ("PixelDp", "FeatureDp"):
        monkeypatch.setattr(module, name, Hiding)
    for name in ("_PIXEL_NOISE", "_FEATURE_NOISE"):
        monkeypatch.setattr(module, name, (0.1, 10.0))
    return make_bench(tmp_path, {Split.INTERNAL: PEOPLE}, methods=(Hiding(THRESHOLDS[11], name="rofi"),))


def test_rivals_get_the_noise_that_brings_them_to_rofis_rate(bench):
    found = equal_recognition(bench)
    assert {rate.estimate for rate in found.own.values()} == {4 / PEOPLE}
    assert found.wanted == 4 / PEOPLE
    assert found.pixels.chosen.rate == found.features.chosen.rate == 4 / PEOPLE
    assert THRESHOLDS[11] <= found.pixels.method.noise < THRESHOLDS[12]


def test_where_rofi_is_never_recognised_one_photograph_is_looked_for(bench):
    found = equal_recognition(replace(bench, methods=(Hiding(10.0, name="rofi"),)))
    assert found.wanted == 1 / PEOPLE


def test_without_rofi_the_papers_rate_is_looked_for_as_far_as_so_few_can_show_it(bench):
    found = equal_recognition(replace(bench, methods=()))
    assert found.own == {}
    assert found.wanted == 1 / PEOPLE
    refusing = replace(bench, methods=(replace_name(Refusing()),))
    assert equal_recognition(refusing).own == {}


def replace_name(method):
    """Under ROFI's name."""

    class Named(type(method)):
        @property
        def facts(self):
            return replace(super().facts, name="rofi")

    return Named()


def test_a_rate_that_no_noise_reaches_is_no_reason_for_the_most_noise(bench, monkeypatch):
    """Six of sixteen are always recognised; as much noise as hides the other ten is enough."""
    monkeypatch.setattr(module, "PixelDp", lambda noise, seed: Hiding(noise, seed, spared=6))
    found = equal_recognition(bench)
    assert found.pixels.trials[-1].noise == 10
    assert found.pixels.chosen.rate == 6 / PEOPLE
    assert THRESHOLDS[15] <= found.pixels.method.noise < 7
    assert found.features.chosen.rate == 4 / PEOPLE


def test_one_photograph_of_a_patient_and_as_many_healthy_as_diseased(bench, monkeypatch):
    monkeypatch.setattr(module, "_MOST", 6)
    twice = replace(bench.cases[2].row, patient=bench.cases[0].row.patient)
    bench = replace(bench, cases=(*bench.cases[:2], replace(bench.cases[2], row=twice), *bench.cases[3:]))
    cases = equal_recognition(bench).cases
    assert len(cases) == len({case.row.patient for case in cases}) == 6
    assert [case.row.label for case in cases].count(Label.HEALTHY) == 3


def test_rates_are_of_those_that_are_not_refused(bench):
    @dataclass(frozen=True)
    class Picky(Hiding):
        def protect(self, photo):
            return Refusing().protect(photo) if photo.name.endswith("000.png") else super().protect(photo)

    rates = recognition_rates(bench, Picky(THRESHOLDS[9]), bench.cases, (ByColour(SPECS["sface128"]),))
    assert rates["sface128"].estimate == 6 / 15


def test_a_single_person_is_an_error(bench):
    with pytest.raises(RofiError, match="fewer than two people"):
        equal_recognition(replace(bench, cases=bench.cases[:1]))


def test_no_photograph_is_an_error(bench):
    with pytest.raises(RofiError, match="no face in any of 0 photographs"):
        equal_recognition(replace(bench, cases=()))
