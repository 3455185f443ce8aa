"""The measure with a reader that looks at redness and noise that is given, not searched for."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from evaluation.named_methods import Emptying, Smoothing
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.errors import CohortError
from rofi.evaluation.case_landmarks import landmark_cases
from rofi.evaluation.diagnosis.settings import DiagnosisSettings
from rofi.evaluation.diagnosis.targets import OUTPUTS
from rofi.evaluation.equal_recognition import EqualRecognition
from rofi.evaluation.face_geometry import point_shifts
from rofi.evaluation.intervals import exact_binomial
from rofi.evaluation.measures import differential_privacy as module
from rofi.evaluation.measures.differential_privacy import measure
from rofi.evaluation.methods.calibrate import Calibration, Trial
from rofi.evaluation.methods.differential_privacy import FeatureDp, PixelDp

COUNT = 12
PIXELS, FEATURES = PixelDp(40.0), FeatureDp(2.0)


@dataclass(frozen=True)
class RednessDesk:
    """A face is the iller the redder its reddest pixels are; `weight` turns or stills the reader."""

    weight: float = 1.0

    @property
    def facts(self):
        calibration = SimpleNamespace(tuning_auroc=0.9)
        return (SimpleNamespace(name="redness", title="Redness", side=32, calibration=calibration),)

    name = "redness"

    @property
    def version(self):
        return f"{self.weight}"

    def frame(self, pixels, alignment):
        return np.asarray(alignment.extract(pixels), np.uint8)

    def read(self, frames):
        red = frames[..., 0].astype(float) - frames[..., 1:].mean(-1)
        logits = np.zeros((len(frames), OUTPUTS), np.float32)
        logits[:, 0] = self.weight * np.quantile(red.reshape(len(red), -1), 0.995, axis=1) / 50
        return {"redness": logits}


def calibration(method, cases):
    trials = tuple(
        Trial(noise, {"sface128": exact_binomial(hits, cases)}, cases) for noise, hits in ((1, 9), (method.scale, 3))
    )
    return Calibration(method, trials[1], trials, cases, 0.25)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """One store for all tests: landmarks and noise are worked out once."""
    folder = tmp_path_factory.mktemp("bench")
    return make_bench(folder, {Split.INTERNAL: COUNT}, 320, (Smoothing("rofi", 1.0),), quick=True, resamples=99)


@pytest.fixture(autouse=True)
def given(monkeypatch):
    """Noise and a reader."""

    def equal(bench):
        own = {"sface128": exact_binomial(3, COUNT)}
        return EqualRecognition(bench.cases, own, 0.25, calibration(PIXELS, COUNT), calibration(FEATURES, COUNT))

    monkeypatch.setattr(module, "equal_recognition", equal)
    monkeypatch.setattr(module, "train_panel", lambda bench, settings: panel(RednessDesk()))


def panel(desk):
    return SimpleNamespace(desks=(desk,), readers=desk.facts)


def table(section, name):
    """Rows by method."""
    found = next(table for table in section.tables if table.name == name)
    place = found.columns.index("method")
    return {row[place]: dict(zip(found.columns, row, strict=True)) for row in found.rows}


def test_health_is_told_as_scikit_learn_counts_it(bench):
    rows = table(measure(bench), "differential-privacy")
    assert list(rows) == ["Original", "ROFI", "Pixel-wise DP", "Feature-wise DP"]
    ill = [case.diseased for case in bench.cases]
    views = np.stack([bench.view(case, bench.methods[0]) for case in bench.cases])
    expected = roc_auc_score(ill, RednessDesk().read(views)["redness"][:, 0])
    assert rows["ROFI"]["AUROC of health"].estimate == pytest.approx(expected)
    assert rows["Original"]["AUROC of health"].estimate == 1  # the diseased have a red spot
    for name in ("Pixel-wise DP", "Feature-wise DP"):
        gap = expected - rows[name]["AUROC of health"].estimate
        assert rows[name]["ROFI minus it"].estimate == pytest.approx(gap)
    assert rows["Original"]["ROFI minus it"] is rows["ROFI"]["P (permutation, Holm)"] is None


def test_epsilon_is_that_of_the_formula(bench):
    rows = table(measure(bench), "differential-privacy-noise")
    assert rows["ROFI"]["rank-1 by sface128"] == exact_binomial(3, COUNT)
    cell = {PIXELS.cell(bench.original(case)) for case in bench.cases}
    assert cell == {5}  # 256 pixels of 320 are the view, 48 cells across
    assert rows["Pixel-wise DP"]["epsilon"] == pytest.approx(3 * 255 * 16 / 25 / 40)
    assert rows["Feature-wise DP"]["epsilon"] == pytest.approx(512 * 6 / 2)
    assert rows["Feature-wise DP"]["scale of the noise"] == 2.0


def test_key_points_are_those_of_the_landmarks(bench):
    rows = table(measure(bench), "differential-privacy-key-points")
    before, after = (landmark_cases(bench, bench.cases, method) for method in (None, PIXELS))
    five = np.zeros((5, 2))
    errors = [point_shifts(before[image].landmarks, after[image].landmarks, five, five).eyelids for image in after]
    assert rows["Pixel-wise DP"]["eyelids, %"].estimate == pytest.approx(np.mean(errors))
    assert rows["ROFI"]["eyelids, %"].estimate < rows["Pixel-wise DP"]["eyelids, %"].low


def test_refused_photographs_are_counted_and_left_out(bench):
    rofi = replace_name(Emptying("001"))
    section = measure(replace(bench, methods=(rofi,)))
    rows = table(section, "differential-privacy")
    assert (rows["Emptying"]["photographs"], rows["Emptying"]["refused"]) == (COUNT - 1, 1)
    assert (rows["Original"]["photographs"], rows["Original"]["refused"]) == (COUNT, 0)
    assert rows["Emptying"]["AUROC of health"].estimate == 0.5
    assert table(section, "differential-privacy-key-points")["Emptying"]["refused"] == 1


def replace_name(method):
    """Under ROFI's name."""

    class Named(type(method)):
        @property
        def facts(self):
            return replace(super().facts, name="rofi")

    return Named(**{name: getattr(method, name) for name in method.__dataclass_fields__})


def test_the_verdict_says_yes_only_where_both_rivals_are_certainly_worse():
    def answers(*pairs):
        readings = {
            name: SimpleNamespace(reader="r", method=name, title=name) for name in ("original", "rofi", "a", "b")
        }
        area = exact_binomial(95, 100)
        made = [module._Answer(readings["original"], area, None), module._Answer(readings["rofi"], area, None)]
        for name, (gap, p) in zip("ab", pairs, strict=True):
            difference = SimpleNamespace(area=SimpleNamespace(estimate=gap))
            made.append(module._Answer(readings[name], area, difference, p))
        return made

    assert module._verdicts(answers((0.3, 0.01), (0.2, 0.04)))[0].good is True
    assert module._verdicts(answers((0.3, 0.01), (0.2, 0.06)))[0].good is None
    assert module._verdicts(answers((0.3, 0.01), (-0.2, 0.01)))[0].good is False


def test_a_reader_that_sees_nothing_in_originals_gives_no_verdict(bench, monkeypatch):
    (verdict,) = measure(bench).verdicts
    assert verdict.answer.startswith("AUROC of health")
    monkeypatch.setattr(module, "train_panel", lambda bench, settings: panel(RednessDesk(0.0)))
    assert measure(bench).verdicts == ()


def test_the_readers_are_those_of_the_diagnosis(bench, monkeypatch, tmp_path):
    """With the same settings, so that they are trained once."""
    seen = []

    def trained(bench, settings):
        seen.append(settings)
        return panel(RednessDesk())

    monkeypatch.setattr(module, "train_panel", trained)
    given = replace(bench, settings=replace(bench.settings, diagnosis_weights=tmp_path))
    measure(given)
    assert seen == [DiagnosisSettings.of(given.settings)]
    assert seen[0].weights == tmp_path


def test_without_readers_the_rest_is_measured_and_they_are_named(bench, monkeypatch):
    def fail(bench, settings):
        raise CohortError("too few photographs to train readers on")

    monkeypatch.setattr(module, "train_panel", fail)
    section = measure(bench)
    assert "health by machine readers: too few photographs to train readers on" in section.left_out
    assert [table.name for table in section.tables] == ["differential-privacy-noise", "differential-privacy-key-points"]


def test_without_rofi_the_papers_rate_is_named(bench):
    section = measure(replace(bench, methods=()))
    assert any(line.startswith("ROFI: it is not among the methods") for line in section.left_out)
    assert "Pixel-wise DP" in table(section, "differential-privacy")
