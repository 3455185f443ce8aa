from dataclasses import replace

import numpy as np
import pytest

from rofi.cohort.confounders.spectacle_frame import FrameShape, Seat
from rofi.cohort.face import Face, Side


@pytest.mark.parametrize("wire", [False, True])
def test_lenses_measure_what_the_boxed_system_says(wire):
    shape = replace(FrameShape.draw(wire, np.random.default_rng(0)), lift=0.0, taper=0.0)
    left, right = shape.lens(-1, 0.0), shape.lens(1, 0.0)
    assert np.ptp(right, axis=0) == pytest.approx([shape.width, shape.height], rel=0.01)
    assert right[:, 0].min() - left[:, 0].max() == pytest.approx(shape.gap, abs=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_the_bridge_ends_within_both_rims(seed):
    shape = replace(FrameShape.draw(seed % 2 == 0, np.random.default_rng(seed)), lift=0.0)
    ends = shape.bridge()[[0, -1]]
    for sign, end in zip((-1, 1), ends, strict=True):
        inner, outer = shape.lens(sign, 0.0), shape.lens(sign, shape.rim)
        nearest = [np.hypot(*(outline - end).T).min() for outline in (inner, outer)]
        assert max(nearest) < 1.2 * shape.rim + 0.5  # between the rim's two outlines


def test_spectacles_sit_between_the_pupils_and_as_level_as_they_are(face):
    seat = Seat.on(face)
    pupils = [face.eye(side).frame.to_picture(face.eye(side).iris) for side in Side]
    assert np.abs(seat.origin - np.mean(pupils, axis=0)).max() < 8 * face.millimetre
    slope = np.subtract(*pupils[::-1])
    assert np.arctan2(*seat.axes[0, ::-1]) == pytest.approx(np.arctan2(slope[1], slope[0]), abs=0.1)


def test_on_a_turned_face_they_are_seen_foreshortened(face):
    turn = np.deg2rad(35)
    mesh = face.landmarks.mesh - face.landmarks.mesh.mean(0)
    turned = mesh @ np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    turned = turned + face.landmarks.mesh.mean(0)
    other = Face(face.picture, replace(face.landmarks, mesh=turned))
    widths = [np.linalg.norm(Seat.on(shown).axes[0]) / shown.millimetre for shown in (face, other)]
    assert widths[1] < 0.95 * widths[0]
