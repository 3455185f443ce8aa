from dataclasses import replace

import numpy as np
import pytest

from cohort.drawn_eye import CATCH, WHITE, draw_eye, measured_face
from rofi.cohort.eyeball import (
    complete_eyeball,
    hirschberg_share,
    limbus_depth,
    look_aside,
    redraw_eyeball,
    render_eyeball,
    shadowed,
    turn_eye,
    under_lids,
)
from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.ocular_surface import find_surface
from rofi.cohort.sclera import grow_sclera


@pytest.fixture(scope="module", params=[6, 2], ids=["4 px/mm", "1.3 px/mm"])
def drawn(request):
    return draw_eye(measured_face(request.param))


@pytest.fixture(scope="module")
def eyeball(drawn):
    return complete_eyeball(drawn.face, drawn.eye, drawn.patch)


@pytest.fixture(scope="module")
def astronaut():
    return measured_face(6)


def middle(weight, patch):
    """Centre of mass, millimetres."""
    return np.array([(weight * v).sum() / weight.sum() for v in (patch.x, patch.y)])


def pupil(pixels, patch, near):
    """Centre of what is dark near a place."""
    here = np.hypot(patch.x - near[0], patch.y - near[1]) < 2.6
    return middle(np.clip(60 - pixels.mean(-1), 0, None) * here, patch)


def test_iris_under_the_lid_is_the_one_that_was_hidden(drawn, eyeball):
    patch = drawn.patch
    hidden = (drawn.eye.opening(patch.x, patch.y) < -0.3) & (drawn.eye.from_limbus(patch.x, patch.y) < -1.2)
    assert hidden.sum() >= 5
    error = np.abs(eyeball.iris - drawn.whole)[hidden].mean()
    skin_left = np.abs(drawn.patch.pixels - drawn.whole)[hidden].mean()
    assert error < 16
    assert error < 0.25 * skin_left


def test_the_white_goes_on_behind_the_iris(drawn, eyeball):
    behind = drawn.eye.from_limbus(drawn.patch.x, drawn.patch.y) < 0
    np.testing.assert_allclose(eyeball.sclera[behind].mean(0), WHITE, atol=7)
    assert eyeball.sclera[behind].std(0).max() < 10


def test_the_catch_light_is_a_layer_of_its_own(drawn, eyeball):
    place = middle(eyeball.catch.mean(-1), drawn.patch)
    np.testing.assert_allclose(place, drawn.eye.iris + CATCH, atol=0.35)
    below = np.hypot(*(np.stack([drawn.patch.x, drawn.patch.y]) - (drawn.eye.iris + CATCH)[:, None, None])) < 0.5
    assert eyeball.iris[below].mean() < 60  # pupil, not reflex


def test_straight_ahead_it_looks_as_it_did(drawn, eyeball):
    again = under_lids(eyeball)
    inner = drawn.eye.opening(drawn.patch.x, drawn.patch.y) > 0.7
    assert np.abs(again - drawn.patch.pixels)[inner].mean() < 8


@pytest.mark.parametrize("gaze", [(-3.0, 0.0), (2.5, 0.0), (0.0, 1.5)])
def test_the_pupil_goes_with_the_gaze_and_the_reflex_lags_behind(drawn, eyeball, gaze):
    eye, patch = eyeball.eye, drawn.patch
    turned = render_eyeball(eyeball, gaze)
    dull = replace(eyeball, catch=np.zeros_like(eyeball.catch))  # a reflex would hide part of the pupil
    before = pupil(render_eyeball(dull), patch, eye.iris)
    after = pupil(render_eyeball(dull, gaze), patch, eye.iris + gaze)
    np.testing.assert_allclose(after - before, gaze, atol=0.4)
    on_iris = np.hypot(patch.x - eye.iris[0] - gaze[0], patch.y - eye.iris[1] - gaze[1]) < 4
    glare = np.clip(turned.mean(-1) - 120, 0, None) * on_iris
    lag = hirschberg_share(eye.iris_radius) * np.array(gaze)
    np.testing.assert_allclose(middle(glare, patch), drawn.eye.iris + CATCH + lag, atol=0.4)


def test_a_turned_iris_is_foreshortened_by_the_cosine(drawn, eyeball):
    eye, patch, shift = eyeball.eye, drawn.patch, 5.0
    dark = render_eyeball(eyeball, (shift, 0.0)).mean(-1) < 150
    area = dark.sum() / patch.scale**2
    cosine = np.sqrt(1 - (shift / limbus_depth(eye.iris_radius)) ** 2)
    assert area == pytest.approx(np.pi * eye.iris_radius**2 * cosine, rel=0.05)


def test_nothing_changes_beyond_the_lids(drawn):
    turned = turn_eye(drawn.face, Side.OD, (-4.0, 0.0))
    patch = drawn.patch
    away = drawn.eye.opening(patch.x, patch.y) < -1.6 - 1 / patch.scale
    np.testing.assert_allclose(turned.picture[patch.slices][away], patch.pixels[away], atol=1e-3)
    outside = np.ones(drawn.face.picture.shape[:2], bool)
    outside[patch.slices] = False
    np.testing.assert_array_equal(turned.picture[outside], drawn.face.picture[outside])


def test_another_network_finds_the_iris_where_it_was_put(astronaut):
    """The MediaPipe iris network, which knows nothing of the drawing, sees the turn."""
    gaze = -3.0
    turned = turn_eye(astronaut, Side.OD, (gaze, 0.0))
    found = FaceMeasurer().measure(turned.to_bytes(), "turned.png")
    eye = astronaut.eye(Side.OD)
    moved = eye.frame.to_local(found.landmarks.left_iris[0]) - eye.iris
    assert moved[0] == pytest.approx(gaze, abs=1.0)
    assert abs(moved[1]) < 0.8
    told = eye.frame.to_local(turned.landmarks.left_iris[0]) - eye.iris
    np.testing.assert_allclose(told, [gaze, 0], atol=1e-6)


def test_any_larger_patch_continues_the_border(drawn, eyeball):
    large = drawn.eye.patch(drawn.face.picture, (26, 17))
    whole = complete_eyeball(drawn.face, drawn.eye, large)
    small = drawn.patch.slices
    inner = tuple(slice(s.start - at.start, s.stop - at.start) for s, at in zip(small, large.slices, strict=True))
    np.testing.assert_array_equal(whole.sclera[inner], eyeball.sclera)
    assert whole.sclera.shape == large.pixels.shape


def test_a_healthy_eye_drawn_anew_stays_where_it_is(astronaut):
    again = redraw_eyeball(astronaut, Side.OS, np.random.default_rng(1))
    moved = np.linalg.norm(again.landmarks.right_iris[0] - astronaut.landmarks.right_iris[0]) / astronaut.millimetre
    assert 0 < moved <= 0.3
    assert np.abs(again.picture - astronaut.picture).max() > 5  # it was drawn
    twice = redraw_eyeball(astronaut, Side.OS, np.random.default_rng(1))
    np.testing.assert_array_equal(again.picture, twice.picture)


def test_eyes_that_look_aside_do_so_together(astronaut):
    aside = look_aside(astronaut, np.random.default_rng(0))
    left = aside.landmarks.left_iris[0] - astronaut.landmarks.left_iris[0]
    right = aside.landmarks.right_iris[0] - astronaut.landmarks.right_iris[0]
    np.testing.assert_allclose(left, right, atol=0.25 * np.linalg.norm(left))  # their frames differ by a tilt


def test_the_lid_takes_its_share_of_light_at_its_margin(drawn):
    even = np.full_like(drawn.patch.pixels, 255)
    dim = shadowed(even, drawn.eye, drawn.patch, depth=0.4)
    above = drawn.patch.y - drawn.eye.upper_lid(drawn.patch.x) < -0.1
    assert ((dim[above].max() / 255) ** 2.2) == pytest.approx(0.6, abs=0.02)
    far = drawn.eye.opening(drawn.patch.x, drawn.patch.y) > 4
    assert dim[far].min() > 250


def test_geometry_of_the_globe_by_hand():
    assert limbus_depth(5.85) == pytest.approx(10.478, abs=1e-3)
    one_mm = 1 / (1 - hirschberg_share(5.85))  # of the limbus for 1 mm between reflex and pupil
    degrees = np.degrees(np.arcsin(one_mm / limbus_depth(5.85)))
    assert 15 < 100 * np.tan(np.radians(degrees)) < 22  # prism dioptres a millimetre in the clinic's tables


def test_an_eye_all_but_shut_can_be_drawn(astronaut):
    marks = astronaut.landmarks
    shut = marks.left_eye.copy()
    shut[:16, 1] = shut[0, 1] + np.linspace(0, 0.5, 16)
    face = replace(astronaut, landmarks=replace(marks, left_eye=shut))
    assert np.isfinite(turn_eye(face, Side.OD, (-3.0, 0.0)).picture).all()


@pytest.mark.parametrize("level", [0, 120, 255])
def test_a_picture_without_contrast_can_be_drawn(astronaut, level):
    flat = astronaut.painted(np.full_like(astronaut.picture, level))
    turned = turn_eye(flat, Side.OD, (-3.0, 0.0)).picture
    assert np.isfinite(turned).all()
    assert (turned <= level + 1).all()  # shadow may fall where none was, light may not


@pytest.mark.parametrize("seen", [0, 1, 2, 3])
def test_a_white_of_which_hardly_a_pixel_is_seen_is_grown_all_the_same(drawn, seen):
    surface = find_surface(drawn.face, Side.OD)
    opening = np.full(surface.patch.x.shape, -3, np.float32)
    rows, columns = np.nonzero(surface.limbus > 3)
    opening[rows[:seen], columns[:seen]] = 3
    grown = grow_sclera(surface, opening, np.zeros_like(opening))
    for levels in (grown.grown, grown.whole):
        assert np.isfinite(levels).all()
        assert 20 < levels.mean() <= 255
