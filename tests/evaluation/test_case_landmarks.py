import numpy as np
import pytest

from evaluation.named_methods import Emptying, Smoothing
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.evaluation import case_landmarks
from rofi.evaluation.case_landmarks import landmark_cases
from rofi.faces.landmarks import find_landmarks


@pytest.fixture
def bench(tmp_path):
    return make_bench(tmp_path, {Split.INTERNAL: 3}, side=320, quick=True)


def test_points_are_those_of_the_photograph_in_view_pixels(bench):
    seen = landmark_cases(bench, bench.cases, None)
    for case in bench.cases:
        photo = bench.original(case)
        alignment = photo.alignment(256)
        expected = find_landmarks(photo.pixels, photo.detection)
        face = seen[case.row.image]
        offset = face.landmarks.left_eye - alignment.to_view(expected.left_eye)
        assert np.linalg.norm(offset, axis=1).mean() < 1
        assert np.linalg.norm(face.landmarks.mesh[:, :2] - alignment.to_view(expected.mesh[:, :2]), axis=1).mean() < 1
        assert np.linalg.norm(face.detection.points - alignment.to_view(photo.detection.points), axis=1).mean() < 12


def test_nothing_moves_where_nothing_is_changed(bench):
    before = landmark_cases(bench, bench.cases, None)
    after = landmark_cases(bench, bench.cases, Smoothing("idle"))
    for image, face in after.items():
        np.testing.assert_allclose(face.landmarks.mesh, before[image].landmarks.mesh)
        np.testing.assert_allclose(face.landmarks.right_iris, before[image].landmarks.right_iris)
        np.testing.assert_allclose(face.detection.points, before[image].detection.points)
        assert face.detection.box == pytest.approx(before[image].detection.box)


def test_an_empty_picture_has_landmarks_and_no_face(bench):
    seen = landmark_cases(bench, bench.cases, Emptying())
    assert all(face.detection is None and np.isfinite(face.landmarks.mesh).all() for face in seen.values())
    assert len(seen) == 3


def test_what_a_method_refuses_is_not_there(bench):
    seen = landmark_cases(bench, bench.cases, Emptying(refused="001"))
    assert [image[-7:] for image in seen] == ["000.png", "002.png"]


def test_the_second_time_nothing_is_looked_at(bench, monkeypatch):
    first = landmark_cases(bench, bench.cases, Smoothing("idle"))
    monkeypatch.setattr(case_landmarks, "Detector", lambda **settings: pytest.fail("looked again"))
    again = landmark_cases(bench, bench.cases, Smoothing("idle"))
    for image, face in again.items():
        np.testing.assert_array_equal(face.landmarks.left_eye, first[image].landmarks.left_eye)


def test_another_version_of_a_method_is_looked_at_anew(bench):
    mild = landmark_cases(bench, bench.cases, Smoothing("blur", 0.5))
    strong = landmark_cases(bench, bench.cases, Smoothing("blur", 8))
    image = bench.cases[0].row.image
    assert not np.array_equal(mild[image].landmarks.mesh, strong[image].landmarks.mesh)
