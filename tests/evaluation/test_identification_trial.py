import numpy as np
import pytest

from rofi.errors import RofiError
from rofi.evaluation.identification_trial import search

SCORES = np.array([[0.9, 0.2, 0.3, 0.8], [0.5, 0.4, 0.1, 0.0], [0.6, 0.1, 0.6, 0.2]], np.float32)
"""Of three probes to four entries; the last entry is another photograph of the first person."""
OWN = np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]], bool)
ALL = np.arange(4)


def test_by_hand():
    trial = search(SCORES, [ALL, ALL, ALL], OWN)
    assert trial.identified.tolist() == [True, False, False]  # the third is a tie, which does not count
    assert trial.genuine == pytest.approx([0.9, 0.4, 0.6])
    assert np.sort(trial.impostor) == pytest.approx(np.sort([0.2, 0.3, 0.5, 0.1, 0.0, 0.6, 0.1, 0.2]))
    assert trial.strangers == pytest.approx([0.25, 0.2, 0.3])


def test_only_candidates_are_searched():
    trial = search(SCORES, [np.array([3, 1]), np.array([1, 2, 3]), ALL], OWN)
    assert trial.genuine[0] == pytest.approx(0.8)
    assert trial.identified.tolist() == [True, True, False]
    assert len(trial.impostor) == 1 + 2 + 3


def test_whoever_is_alone_in_the_gallery_is_identified_and_has_no_strangers():
    trial = search(SCORES[:1], [np.array([0])], OWN[:1])
    assert trial.identified.tolist() == [True]
    assert np.isnan(trial.strangers).all()
    assert len(trial.impostor) == 0


@pytest.mark.parametrize(
    ("scores", "candidates", "own", "reason"),
    [
        (SCORES, [ALL, ALL], OWN, "2 lists of candidates"),
        (SCORES, [ALL] * 3, OWN[:, :3], "own"),
        (SCORES[:0], [], OWN[:0], "scores"),
        (SCORES, [ALL, np.array([0]), ALL], OWN, "probe 1: none of its candidates"),
    ],
)
def test_bad_input_is_named(scores, candidates, own, reason):
    with pytest.raises(RofiError, match=reason):
        search(scores, candidates, own)
