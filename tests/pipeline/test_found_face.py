from dataclasses import replace

import numpy as np
import pytest

from pipeline.photographs import close_up, portrait
from rofi.errors import FaceTooSmall, NoFaceFound
from rofi.faces.sign_regions import eye_regions
from rofi.pipeline.found_face import FaceFinder


@pytest.fixture
def finder(networks):
    return FaceFinder(networks, 40)


def doubted(monkeypatch, finder, score, presence):
    """Let the detector and the mesh network doubt the smallest face."""
    detect, measure = finder.detector.detect, finder.mesh_detector.detect
    doubtful = []

    def detections(photo):
        *sure, last = detect(photo)
        doubtful.append(replace(last, score=score))
        return [*sure, doubtful[-1]]

    def mesh(photo, points):
        found = measure(photo, points)
        return replace(found, presence=presence) if points is doubtful[-1].points else found

    monkeypatch.setattr(finder.detector, "detect", detections)
    monkeypatch.setattr(finder.mesh_detector, "detect", mesh)


def test_the_regions_are_the_eyes_in_window_and_view(finder):
    (face,) = finder.find(portrait(), "a")
    landmarks = finder.mesh_detector.detect(portrait(), finder.detector.detect(portrait())[0].points)
    eyes = eye_regions(landmarks, portrait().shape[:2])
    kept = np.zeros_like(eyes)
    kept[face.window.slices] = face.keep
    assert not (eyes & ~kept).any()
    seen = eye_regions(landmarks, (256, 256), face.alignment.matrix)
    assert (seen & ~face.signs).mean() < 0.002
    assert 0.02 < face.signs.mean() < 0.12
    assert face.mesh.shape == (468, 3)
    assert ((face.mesh[:, :2] > 0) & (face.mesh[:, :2] < 256)).mean() > 0.95


@pytest.mark.parametrize("score", [0.8, 0.95])
def test_what_may_be_a_face_and_cannot_be_measured_refuses_the_photograph(finder, monkeypatch, score):
    pair = np.concatenate([portrait(400), portrait(400)], axis=1)
    assert len(finder.find(pair, "a")) == 2
    doubted(monkeypatch, finder, score, presence=0.1)
    with pytest.raises(NoFaceFound, match=r"^a: what may be a face at \d+, \d+ cannot be measured"):
        finder.find(pair, "a")


@pytest.mark.parametrize(("score", "presence"), [(0.8, 0.9), (0.95, 0.9)])
def test_a_face_that_one_of_them_is_sure_of_is_one(finder, monkeypatch, score, presence):
    doubted(monkeypatch, finder, score, presence)
    assert len(finder.find(close_up(), "a")) == 1


def test_the_smallest_face_is_a_choice(networks):
    with pytest.raises(FaceTooSmall, match=r"^a: a face has 6\d px .* fewer than 100"):
        FaceFinder(networks, 100).find(close_up(), "a")
