from dataclasses import dataclass

import numpy as np
import pytest

from evaluation.named_methods import Emptying, Smoothing
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.evaluation.diagnosis.calibration import Calibration
from rofi.evaluation.diagnosis.reader import ReaderFacts
from rofi.evaluation.diagnosis.readings import read_cases
from rofi.evaluation.diagnosis.targets import OUTPUTS


@dataclass
class Brightness:
    """A desk of one reader: the brighter, the likelier diseased."""

    version: str = "1"
    read_so_far: int = 0
    name = "bright"
    facts = (ReaderFacts("bright-8", "Brightness", 8, "a mean", Calibration(0.5, (0.5,) * 4, None)),)

    def frame(self, pixels, alignment):
        return pixels[:8, :8]

    def read(self, frames):
        self.read_so_far += len(frames)
        logits = np.zeros((len(frames), OUTPUTS), np.float32)
        logits[:, 0] = frames.mean((1, 2, 3)) - 128
        return {"bright-8": logits}


@pytest.fixture
def bench(tmp_path):
    return make_bench(tmp_path, {Split.INTERNAL: 5}, methods=(Emptying("003"), Smoothing("plain")))


def test_every_case_is_read_as_the_method_leaves_it(bench):
    [reading] = read_cases(bench, Brightness(), bench.cases, bench.methods[0])
    assert (reading.method, reading.refused, len(reading.cases)) == ("emptying", 1, 4)
    assert reading.scores.diseased == pytest.approx([0.5] * 4)  # grey all over
    [original] = read_cases(bench, Brightness(), bench.cases, None)
    means = [bench.protected(case, None)[:8, :8].mean() for case in bench.cases]
    assert np.argsort(original.scores.diseased).tolist() == np.argsort(means).tolist()


def test_a_second_run_finds_the_answers(bench):
    first, second, other = Brightness(), Brightness(), Brightness("2")
    one, two = (read_cases(bench, desk, bench.cases, None)[0] for desk in (first, second))
    assert (first.read_so_far, second.read_so_far) == (5, 0)
    np.testing.assert_array_equal(one.scores.signs, two.scores.signs)
    read_cases(bench, other, bench.cases, None)
    assert other.read_so_far == 5


def test_a_reading_of_some_cases_counts_their_refusals(bench):
    [reading] = read_cases(bench, Brightness(), bench.cases, bench.methods[0])
    some = reading.on(bench.cases[2:])
    assert [case.row.image for case in some.cases] == [bench.cases[2].row.image, bench.cases[4].row.image]
    assert some.refused == 1
    swapped = reading.of((reading.cases[1], reading.cases[0]))
    np.testing.assert_array_equal(swapped.diseased, reading.scores.diseased[[1, 0]])


def test_a_method_that_refuses_everybody_leaves_an_empty_reading(tmp_path):
    bench = make_bench(tmp_path, {Split.INTERNAL: 2}, methods=(Emptying("images"),))
    [reading] = read_cases(bench, Brightness(), bench.cases, bench.methods[0])
    assert (reading.cases, reading.refused, reading.scores.signs.shape) == ((), 2, (0, 4))
