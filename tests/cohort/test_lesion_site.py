from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.spatial.distance import cdist
from skimage.data import astronaut

from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.lesion_outline import Outline
from rofi.cohort.lesion_site import (
    Lid,
    at_lateral_canthus,
    at_medial_canthus,
    on_cheek,
    on_lower_lid,
    on_temple,
    on_upper_lid,
)
from rofi.faces import topology

SEEDS = range(20)


@pytest.fixture(scope="module")
def face():
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    return FaceMeasurer().measure(head, "astronaut.png")


@pytest.fixture(scope="module", params=list(Side))
def eye(face, request):
    return face.eye(request.param)


@pytest.mark.parametrize("at_margin", [True, False])
def test_on_the_lower_lid_it_grows_down_from_or_below_the_margin(eye, at_margin):
    for seed in SEEDS:
        site = on_lower_lid(eye, np.random.default_rng(seed), 6.0, 0.8, at_margin)
        below = site.anchor[1] - eye.lower_lid(site.anchor[0])
        assert below == pytest.approx(0) if at_margin else 3.5 <= below <= 5.5
        assert site.centre(6.0)[1] > site.centre(1.0)[1]
        assert eye.medial < site.anchor[0] < eye.lateral


def test_on_the_upper_lid_it_grows_up_from_the_margin(eye):
    for seed in SEEDS:
        site = on_upper_lid(eye, np.random.default_rng(seed), 6.0, 0.6)
        assert site.anchor[1] == pytest.approx(float(eye.upper_lid(site.anchor[0])))
        assert site.centre(6.0)[1] < site.anchor[1]


def test_beside_the_corners_it_lies_outside_them(face, eye):
    for seed in SEEDS:
        assert at_medial_canthus(eye, np.random.default_rng(seed), 6.0).centre(6.0)[0] < eye.medial
        beside = at_lateral_canthus(face, eye, np.random.default_rng(seed), 6.0)
        assert beside is None or beside.centre(6.0)[0] > eye.lateral


def test_beside_the_outer_corner_it_stays_on_the_face(face, eye):
    oval = eye.frame.to_local(face.landmarks.mesh[list(topology.FACE_OVAL), :2])
    for seed in SEEDS:
        site = at_lateral_canthus(face, eye, np.random.default_rng(seed), 12.0)
        if site is not None:
            assert cdist(site.centre(site.room)[None], oval).min() > site.room


def test_no_room_beside_the_outer_corner_of_a_face_turned_away(face, eye):
    mesh = face.landmarks.mesh.copy()
    mesh[list(topology.FACE_OVAL), :2] = eye.frame.to_picture(
        20 * np.array([[np.cos(a), np.sin(a)] for a in np.linspace(0, 2 * np.pi, 36, endpoint=False)])
    )
    narrow = replace(face, landmarks=replace(face.landmarks, mesh=mesh))
    assert at_lateral_canthus(narrow, eye, np.random.default_rng(0), 6.0) is None


@pytest.mark.parametrize("place", [on_cheek, on_temple])
def test_beyond_the_lids_it_keeps_off_nose_mouth_and_eye(face, eye, place):
    mesh = eye.frame.to_local(face.landmarks.mesh[:, :2])
    brow = topology.LEFT_BROW if eye.side is Side.OD else topology.RIGHT_BROW
    found = [site for seed in SEEDS if (site := place(face, eye, np.random.default_rng(seed)))]
    for site in found:
        for ring in (topology.NOSE_OUTLINE, topology.LIPS_OUTER, brow):
            assert cdist(site.anchor[None], mesh[list(ring)]).min() > site.room + 1.9
        assert site.anchor[1] - eye.lower_lid(0) > 10 if place is on_cheek else site.anchor[1] < -15
    assert place is on_temple or found


def test_a_fringe_leaves_no_place_on_the_temple(face, eye):
    rows, columns = np.mgrid[: face.picture.shape[0], : face.picture.shape[1]]
    above = eye.frame.to_local(np.stack([columns, rows], -1))[..., 1] < -14
    fringe = face.painted(np.where(above[..., None], np.float32(25), face.picture))
    assert on_temple(fringe, eye, np.random.default_rng(0)) is None


def test_past_the_margin_of_either_lid_counts_from_that_lid(eye):
    x = np.array([0.0, 0.0, 0.0], np.float32)
    upper, lower = float(eye.upper_lid(0)), float(eye.lower_lid(0))
    y = np.array([upper - 2, (upper + lower) / 2, lower + 2], np.float32)
    site = on_lower_lid(eye, np.random.default_rng(0), 6.0, 0.8, True)
    half = (lower - upper) / 2
    assert site.past_margin(eye, x, y) == pytest.approx([2 * half + 2, half, -2], abs=1e-4)
    assert replace(site, lid=Lid.UPPER).past_margin(eye, x, y) == pytest.approx([-2, half, 2 * half + 2], abs=1e-4)


def test_the_diameter_counts_only_what_is_on_the_skin(eye):
    site = replace(on_lower_lid(eye, np.random.default_rng(1), 6.0, 1.0, True), drift=np.zeros(2))
    disc = Outline.drawn(np.random.default_rng(0), 1.0, 0.0)
    assert site.diameter(disc, 4.0, eye, 20.0) == pytest.approx(8, abs=0.01)
    assert site.diameter(disc, 4.0, eye, -2.0) < 7.6  # a segment whose chord is sqrt(3) / 2 of the diameter, about
