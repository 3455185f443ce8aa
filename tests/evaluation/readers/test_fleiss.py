import pytest

from rofi.errors import RofiError
from rofi.evaluation.readers.fleiss import fleiss_kappa

FLEISS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
"""Counts of five answers by 14 readers, the worked example that textbooks hand on; kappa 0.210."""


def test_textbook_example():
    answers = [["abcde"[answer] for answer, count in enumerate(row) for _ in range(count)] for row in FLEISS]
    kappa = fleiss_kappa(answers)
    assert kappa.estimate == pytest.approx(0.210, abs=5e-4)
    assert kappa.low < 0.210 < kappa.high


def test_complete_agreement_is_one_and_of_one_answer_nothing():
    assert fleiss_kappa([["a"] * 3, ["b"] * 3, ["a"] * 3]).estimate == pytest.approx(1)
    assert fleiss_kappa([["a"] * 3, ["a"] * 3]) is None


@pytest.mark.parametrize("answers", [[["a", "b"]], [["a"], ["b"]], [["a", "b"], ["a"]]])
def test_too_few_or_uneven_answers_are_an_error(answers):
    with pytest.raises(RofiError, match="same two or more readers"):
        fleiss_kappa(answers)
