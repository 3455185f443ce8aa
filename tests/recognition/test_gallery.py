import numpy as np
import pytest

from rofi.errors import RofiError
from rofi.recognition.gallery import identified, rank1


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a @ b.T


GALLERY = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)


def test_hand_worked_share():
    """Nearest entries are 0, 1, 1 and 2, wanted are a, b, c and c: three of four."""
    probes = np.array([[0.9, 0.1], [0.2, 0.8], [-0.4, 0.5], [-0.9, 0.1]], np.float32)
    assert rank1(probes, ["a", "b", "c", "c"], GALLERY, ["a", "b", "c"], dot) == 0.75
    found = identified(probes, ["a", "b", "c", "c"], GALLERY, ["a", "b", "c"], dot)
    np.testing.assert_array_equal(found, [True, True, False, True])


def test_the_best_of_several_entries_of_a_person_counts():
    assert rank1(np.array([[-1.0, 0.1]], np.float32), [7], GALLERY, [7, 8, 7], dot) == 1.0


def test_a_person_missing_from_the_gallery_is_never_found():
    assert rank1(GALLERY, ["x", "y", "z"], GALLERY, ["a", "b", "c"], dot) == 0.0


def test_a_recogniser_that_answers_the_same_to_everything_gets_no_credit():
    assert rank1(GALLERY, [0, 1, 2], np.ones((3, 2), np.float32), [0, 1, 2], dot) == 0.0


@pytest.mark.parametrize(("probes", "gallery"), [(0, 3), (3, 0)])
def test_nothing_to_compare_is_an_error(probes, gallery):
    with pytest.raises(RofiError, match=f"{probes} probes and {gallery} gallery"):
        rank1(GALLERY[:probes], list(range(probes)), GALLERY[:gallery], list(range(gallery)), dot)


def test_identities_that_differ_in_number_are_an_error():
    with pytest.raises(RofiError, match="one identity each"):
        rank1(GALLERY, [0, 1], GALLERY, [0, 1, 2], dot)
