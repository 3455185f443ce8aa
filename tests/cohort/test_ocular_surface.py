from dataclasses import replace

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.frame import blend, ramp
from rofi.cohort.ocular_surface import find_surface, softness
from rofi.cohort.optics import to_levels
from rofi.cohort.shading import Light

SKIN, WHITE, IRIS, LAMP = (
    np.array(colour, np.float32) for colour in ((150, 100, 80), (215, 210, 205), (70, 50, 40), (255,) * 3)
)


@pytest.fixture(scope="module")
def face():
    """The astronaut's head at about 2.4 pixels a millimetre."""
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    return FaceMeasurer().measure(head, "astronaut.png")


@pytest.fixture
def drawn(face):
    """Maker of a face whose right eye is drawn: its iris and lids off their landmarks by millimetres, lamp or not."""

    def draw(iris=(0.0, 0.0), narrower=0.0, lamp=False):
        eye = face.eye(Side.OD)
        patch = eye.patch(face.picture)
        soft = softness(patch)
        moved = replace(eye, iris=eye.iris + iris)
        between = ramp(eye.opening(patch.x, patch.y) - narrower, -soft, soft)
        pixels = blend(np.broadcast_to(SKIN, patch.pixels.shape), WHITE, between)
        pixels = blend(pixels, IRIS, between * ramp(moved.from_limbus(patch.x, patch.y), soft, -soft))
        if lamp:
            spot = np.hypot(patch.x - moved.iris[0] - 1, patch.y - moved.iris[1] + 0.5)
            pixels = blend(pixels, LAMP, ramp(spot, 0.9, 0.4))
        return face.painted(patch.put(face.picture, pixels))

    return draw


@pytest.mark.parametrize("off", [(0.5, 0.0), (-0.6, 0.3), (0.0, 0.0)])
def test_the_limbus_is_found_where_the_picture_has_it(face, drawn, off):
    found = find_surface(drawn(iris=off), Side.OD).eye.iris
    assert found == pytest.approx(face.eye(Side.OD).iris + off, abs=0.35)


def test_the_lids_are_found_by_their_colour(drawn):
    surface = find_surface(drawn(narrower=0.6), Side.OD)
    marked = surface.eye.opening(surface.patch.x, surface.patch.y)
    beside = (surface.limbus > 1) & (surface.patch.x > surface.eye.medial + 4)
    skin, white = beside & (marked > -0.1) & (marked < 0.3), beside & (marked > 1)
    assert surface.visible[skin].mean() < 0.4
    assert surface.visible[white].min() > 0.9


def test_the_white_reaches_over_the_cornea_in_its_own_colour(drawn):
    surface = find_surface(drawn(), Side.OD)
    on_cornea = (surface.limbus < -1) & (surface.visible > 0.9)
    assert to_levels(surface.white[on_cornea]) == pytest.approx(np.broadcast_to(WHITE, (on_cornea.sum(), 3)), abs=16)


def test_catch_lights_are_taken_off_and_put_back(drawn):
    with_lamp, without = drawn(lamp=True), drawn()
    surface = find_surface(with_lamp, Side.OD)
    assert surface.mirrored.max() > 0.5
    assert surface.matte.max() < 240
    assert np.abs(surface.put(with_lamp, surface.matte).picture - with_lamp.picture).max() < 0.1
    assert find_surface(without, Side.OD).mirrored.max() < 0.05


def test_a_picture_that_shows_nothing_leaves_the_landmarks_alone(face):
    blank = face.painted(np.full_like(face.picture, 90))
    surface = find_surface(blank, Side.OD)
    assert surface.opening == pytest.approx(face.eye(Side.OD).opening(surface.patch.x, surface.patch.y), abs=1e-4)
    assert surface.eye.iris == pytest.approx(face.eye(Side.OD).iris)
    assert np.isfinite(surface.white).all()
    assert np.isfinite(surface.mirrored).all()


def test_black_is_no_reason_to_divide_by_nothing(face):
    surface = find_surface(face.painted(np.zeros_like(face.picture)), Side.OD)
    assert np.isfinite(surface.white).all()
    assert np.isfinite(surface.matte).all()


def test_a_blurred_photograph_gets_blurred_lesions(drawn):
    def steepest(face):
        surface = find_surface(face, Side.OD)
        painted = surface.matte * np.where(surface.patch.x < -8, 0.5, 1.0)[..., None]
        change = (surface.put(face, painted).picture - face.picture)[surface.patch.slices].mean(-1)
        return surface.blur, np.abs(np.diff(change, axis=1)).max()

    sharp = drawn()
    blurred = sharp.painted(cv2.GaussianBlur(sharp.picture, (0, 0), 1.0 * sharp.millimetre))
    (none, crisp), (some, soft) = steepest(sharp), steepest(blurred)
    assert none < 0.2
    assert some == pytest.approx(1.0, abs=0.35)
    assert soft < 0.5 * crisp


def test_area_counts_square_millimetres(drawn):
    surface = find_surface(drawn(), Side.OD)
    disc = (surface.limbus < -1).astype(np.float32)
    assert surface.area(disc) == pytest.approx(np.pi * (surface.eye.iris_radius - 1) ** 2, rel=0.05)


def test_a_swelling_is_lighter_towards_the_lamp(drawn):
    surface = find_surface(drawn(), Side.OD)
    height = np.exp(-(surface.patch.x**2 + surface.patch.y**2) / 4).astype(np.float32)
    lamp = Light(np.array([-0.6, 0.0, 0.8]), 0.4)
    flat = np.full_like(surface.patch.pixels, 120)
    columns = surface.patch.columns - surface.patch.columns[height == height.max()][0]
    change = surface.raised(flat, height, lamp, gloss=0.0).mean(-1) - flat.mean(-1)
    slope = height > 0.3
    assert change[slope & (columns < -1)].mean() > 3
    assert change[slope & (columns > 1)].mean() < -3
    wet = surface.raised(flat, height, lamp, gloss=0.5)
    assert (wet - surface.raised(flat, height, lamp, gloss=0.0)).max() > 10
