import cv2
import numpy as np
import pytest

from rofi.faces import topology
from rofi.faces.landmarks import Landmarks
from rofi.faces.sign_regions import eye_regions
from rofi.pipeline.kept_signs import MOST_OF_FACE, MOST_OF_FEATURE, REACH, keep_signs

SIDE, CELLS = 256, 32


@pytest.fixture(scope="module")
def mesh(aligned_astronaut):
    return aligned_astronaut(SIDE)[1]


@pytest.fixture(scope="module")
def eyes(mesh):
    return eye_regions(Landmarks(mesh, 1.0), (SIDE, SIDE))


def filled(mesh, outline):
    plane = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(plane, [np.rint(mesh[list(outline), :2]).astype(np.int32)], 1)
    return plane > 0


def scores_at(x, y, size=2, score=0.9):
    scores = np.full((CELLS, CELLS), 0.1, np.float32)
    column, row = int(x) // 8, int(y) // 8
    scores[row : row + size, column : column + size] = score
    return enlarged(scores)


def enlarged(scores):
    return np.kron(scores, np.ones((8, 8), np.float32))


def test_where_nothing_is_found_the_eyes_are_kept(mesh, eyes):
    kept = keep_signs(np.full((SIDE, SIDE), 0.49, np.float32), eyes, mesh)
    np.testing.assert_array_equal(kept.regions, eyes)
    assert (kept.share, kept.cut) == (0, False)


def test_a_sign_on_the_cheek_is_kept_whole_with_a_rim(mesh, eyes):
    x, y = mesh[50, :2]  # amid the image-left cheek
    kept = keep_signs(scores_at(x, y), eyes, mesh)
    left, top = int(x) // 8 * 8, int(y) // 8 * 8
    assert kept.regions[top - 1 : top + 17, left - 1 : left + 17].all()
    beyond = kept.regions & ~eyes
    assert beyond.sum() < (16 + 2 * REACH + 8) ** 2
    oval = filled(mesh, topology.FACE_OVAL)
    assert kept.share == pytest.approx(beyond.sum() / oval.sum(), rel=0.03)
    assert not kept.cut


def test_a_detector_that_finds_everything_keeps_no_face_and_no_feature(mesh, eyes):
    generator = np.random.default_rng(0)
    kept = keep_signs(enlarged(generator.uniform(0.6, 1, (CELLS, CELLS)).astype(np.float32)), eyes, mesh)
    assert kept.cut
    assert kept.share <= MOST_OF_FACE
    beyond = kept.regions & ~eyes
    for feature in (topology.LIPS_OUTER, topology.NOSE_OUTLINE):
        area = filled(mesh, feature)
        assert (beyond & area).sum() <= MOST_OF_FEATURE * area.sum() * 1.1


def test_a_mouth_taken_for_a_sign_is_not_kept_and_the_cut_is_told(mesh, eyes):
    x, y = mesh[list(topology.LIPS_OUTER), :2].mean(0)
    kept = keep_signs(scores_at(x - 24, y - 8, size=6), eyes, mesh)
    mouth = filled(mesh, topology.LIPS_OUTER)
    assert (kept.regions & mouth).sum() <= MOST_OF_FEATURE * mouth.sum() * 1.05
    assert kept.cut


def test_the_likeliest_of_two_signs_too_many_stays(mesh, eyes):
    scores = np.maximum(scores_at(*mesh[50, :2], size=6, score=0.7), scores_at(*mesh[280, :2], size=2, score=0.99))
    kept = keep_signs(scores, eyes, mesh)
    x, y = (int(v) // 8 * 8 for v in mesh[280, :2])
    assert kept.cut
    assert kept.regions[y + 4 : y + 12, x + 4 : x + 12].all()


def test_beyond_the_face_nothing_needs_keeping(mesh, eyes):
    kept = keep_signs(scores_at(0, 0, size=2), eyes, mesh)
    np.testing.assert_array_equal(kept.regions, eyes)
    assert not kept.cut
