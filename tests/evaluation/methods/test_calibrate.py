from dataclasses import dataclass, replace

import numpy as np
import pytest
import scipy.stats
from PIL import Image

from evaluation.by_colour import ByColour
from evaluation.small_bench import Refusing, make_bench
from rofi.cohort.row import Split
from rofi.errors import RofiError
from rofi.evaluation.methods import calibrate as module
from rofi.evaluation.methods.calibrate import calibrate
from rofi.evaluation.methods.method import MethodFacts
from rofi.imaging.encode import encode
from rofi.recognition.specs import SPECS

PEOPLE = 16
THRESHOLDS = np.geomspace(0.1, 10, PEOPLE)


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


def test_the_least_noise_is_taken_where_more_is_recognised_with_more(bench):
    """As chance may have it on few photographs; the most noise is nearer to the rate, but no noise is needed."""

    @dataclass(frozen=True)
    class Revealing(Hiding):
        def protect(self, photo):
            return encode(255 - photo.pixels if self.noise < 1 else photo.pixels, "png")

    found = calibrate(bench, Revealing, rate=0.6, bounds=(0.5, 2.0))
    assert [trial.rate for trial in found.trials] == [0, 1]
    assert found.method.noise == 0.5
    assert "the least noise tried gives no more already" in found.note


def test_the_least_noise_of_those_that_give_the_rate_is_looked_for(bench):
    most = float(np.sqrt(THRESHOLDS[11] * THRESHOLDS[12]))  # gives it too
    found = calibrate(bench, Hiding, rate=0.25, bounds=(0.01, most), trials=12)
    assert found.chosen.rate == 0.25
    assert THRESHOLDS[11] <= found.method.noise < 1.01 * THRESHOLDS[11]


def test_a_rate_that_is_jumped_over_is_said(bench):
    """From everybody to nobody at once: noise does reach the rate, but none gives it."""

    @dataclass(frozen=True)
    class AllAtOnce(Hiding):
        def protect(self, photo):
            return encode(255 - photo.pixels if self.noise >= 1 else photo.pixels, "png")

    found = calibrate(bench, AllAtOnce, rate=0.6, bounds=(0.1, 10.0))
    assert {trial.rate for trial in found.trials} == {0, 1}
    assert found.method.noise == 0.1, "of equal ones the least"
    assert found.note.endswith("; of the noises tried none comes nearer to it.")


def test_too_few_photographs_to_show_the_rate_are_said(bench):
    found = calibrate(bench, Hiding, rate=0.03, bounds=(0.01, 100.0), trials=4)
    assert "fewer than 34 photographs cannot show that rate: one of 16 is 6.2%" in found.note
    enough = calibrate(bench, Hiding, rate=1 / 16, bounds=(0.01, 100.0), trials=12)
    assert "cannot show" not in enough.note
    assert enough.chosen.rate == 1 / 16


def test_refused_photographs_are_counted_and_not_among_the_rates(bench):
    @dataclass(frozen=True)
    class Choosy(Hiding):
        def protect(self, photo):
            return Refusing().protect(photo) if photo.name.endswith(("000.png", "015.png")) else super().protect(photo)

    found = calibrate(bench, Choosy, rate=0.5, bounds=(0.01, 100.0), trials=12)
    assert {trial.photographs for trial in found.trials} == {PEOPLE - 2}
    assert found.chosen.rate == 0.5
    assert "on 16 photographs (2 of them refused), gives" in found.note


def without_faces(bench, count):
    """The first cases turned grey, and no table to tell where their faces are."""
    cases = tuple(replace(case, row=replace(case.row, points=None)) for case in bench.cases[:count])
    for case in cases:
        Image.fromarray(np.full((320, 320, 3), 128, np.uint8)).save(bench.cohort / case.row.image)
    return cases


def test_photographs_without_a_face_are_left_out(bench):
    cases = (*without_faces(bench, 4), *bench.cases[4:])
    assert calibrate(bench, Hiding, rate=0.25, bounds=(0.01, 100.0), cases=cases).cases == PEOPLE - 4


def test_no_face_at_all_is_an_error_of_one_line(bench):
    with pytest.raises(RofiError, match=r"^no face in any of 3 photographs to calibrate on: give a .*$"):
        calibrate(bench, Hiding, cases=without_faces(bench, 3))
    with pytest.raises(RofiError, match="no face in any of 0 photographs"):
        calibrate(bench, Hiding, cases=())


def test_a_method_that_refuses_everything_is_an_error(bench):
    with pytest.raises(RofiError, match=r"^Refusing with noise 0\.05 refuses all 16 photographs: calibrate on others$"):
        calibrate(bench, lambda noise: Refusing())


def test_bounds_the_wrong_way_round_are_refused(bench):
    with pytest.raises(RofiError, match="0 < low < high"):
        calibrate(bench, Hiding, bounds=(2.0, 1.0))


def test_a_single_person_is_no_gallery(bench):
    with pytest.raises(RofiError, match="fewer than two people"):
        calibrate(bench, Hiding, cases=bench.cases[:1])


def test_it_asks_evaluation_recognisers_alone():
    assert all(SPECS[name].role == "evaluation" for name in module.JUDGES)
