import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from conftest import FIVE_POINTS
from rofi.faces import topology
from rofi.faces.alignment import Alignment
from rofi.faces.compositing import Window
from rofi.faces.landmarks import Landmarks
from rofi.faces.outline import (
    CHIN,
    HAIRLINE,
    JAW,
    SURROUNDINGS,
    TEMPLES,
    Outline,
    field_in_window,
    move_outline,
    move_photo,
    outline_field,
    unmove_photo,
)
from rofi.faces.sign_regions import eye_regions

VIEW = 128
MARGIN = round((SURROUNDINGS - 1) / 2 * VIEW)
OUTLINE = Outline(hairline=0.3, temples=0.1, jaw=0.15, chin=0.1)


@pytest.fixture(scope="module")
def head(aligned_astronaut):
    surroundings, mesh = aligned_astronaut(VIEW, margin=MARGIN)
    signs = eye_regions(Landmarks(mesh, 1.0), (VIEW, VIEW))
    return surroundings, mesh, signs


def unit(mesh):
    return np.linalg.norm(mesh[topology.LEFT_EYE_OUTER, :2] - mesh[topology.RIGHT_EYE_OUTER, :2])


def test_no_outline_moves_nothing(head):
    surroundings, mesh, signs = head
    moved = move_outline(surroundings, mesh, signs, Outline())
    inner = slice(MARGIN, MARGIN + VIEW)
    np.testing.assert_array_equal(moved.view, surroundings[inner, inner])
    np.testing.assert_array_equal(moved.mesh, mesh)
    assert not moved.field.any()


def test_signs_and_the_rim_of_the_surroundings_stay(head):
    surroundings, mesh, signs = head
    moved = move_outline(surroundings, mesh, signs, OUTLINE)
    inner = slice(MARGIN, MARGIN + VIEW)
    assert not moved.field[inner, inner][signs].any()
    np.testing.assert_array_equal(moved.view[signs], surroundings[inner, inner][signs])
    for edge in (moved.field[0], moved.field[-1], moved.field[:, 0], moved.field[:, -1]):
        assert not edge.any()


def test_hairline_rises_jaw_widens_and_chin_falls_by_what_was_asked(head):
    surroundings, mesh, signs = head
    moved = move_outline(surroundings, mesh, signs, OUTLINE)
    top, chin = topology.FACE_OVAL[0], 152
    step = moved.mesh[:, :2] - mesh[:, :2]
    assert step[top, 1] == pytest.approx(-0.8 * 0.3 * unit(mesh), rel=0.2)
    assert step[chin, 1] == pytest.approx(0.8 * 0.1 * unit(mesh), rel=0.2)
    left, right = 172, 397  # corners of the jaw
    width = mesh[right, 0] - mesh[left, 0]
    assert moved.mesh[right, 0] - moved.mesh[left, 0] == pytest.approx((1 + 0.8 * 0.15) * width, rel=0.05)
    left, right = 21, 251  # temples, some way above the eyes
    wider = (moved.mesh[right, 0] - moved.mesh[left, 0]) / (mesh[right, 0] - mesh[left, 0])
    assert 1.02 < wider < 1.1
    np.testing.assert_array_equal(moved.mesh[:, 2], mesh[:, 2])


def test_the_mesh_goes_where_its_pixels_go(head):
    """A dot painted at a point of the contour is found at the moved point."""
    _, mesh, signs = head
    size = VIEW + 2 * MARGIN
    for point in (topology.FACE_OVAL[0], 152, 172, 397):
        dotted = np.zeros((size, size, 3), np.uint8)
        x, y = mesh[point, :2] + MARGIN
        cv2.circle(dotted, (round(x * 16), round(y * 16)), 2 * 16, (255, 255, 255), -1, cv2.LINE_AA, 4)
        moved = move_outline(dotted, mesh, signs, OUTLINE)
        goal = moved.mesh[point, :2]
        if not ((goal > 4) & (goal < VIEW - 4)).all():
            continue
        weights = moved.view[..., 0].astype(float)
        rows, columns = np.mgrid[0:VIEW, 0:VIEW]
        centre = (columns * weights).sum() / weights.sum(), (rows * weights).sum() / weights.sum()
        np.testing.assert_allclose(centre, goal, atol=0.7)


def test_nothing_folds(head):
    """Neighbouring pixels keep their order: the map back has a positive determinant everywhere."""
    _, mesh, signs = head
    largest = Outline(HAIRLINE[1], TEMPLES[1], JAW[1], CHIN[1])
    smallest = Outline(HAIRLINE[1], -TEMPLES[1], -JAW[1], -CHIN[1])
    for outline in (OUTLINE, largest, smallest):
        field = outline_field(mesh, signs, MARGIN, outline)
        dy, dx = np.gradient(field, axis=(0, 1))
        determinant = (1 - dx[..., 0]) * (1 - dy[..., 1]) - dx[..., 1] * dy[..., 0]
        assert determinant.min() > 0.05


def test_keys_spread_over_the_ranges_and_give_the_same_outline_again():
    keys = np.random.default_rng(0).standard_normal((400, 512)).astype(np.float32)
    outlines = [Outline.of_key(key) for key in keys]
    assert outlines == [Outline.of_key(key) for key in keys]
    hairlines, temples, jaws, chins = np.array([[o.hairline, o.temples, o.jaw, o.chin] for o in outlines]).T
    assert HAIRLINE[0] <= hairlines.min() < HAIRLINE[0] + 0.01 < HAIRLINE[1] - 0.01 < hairlines.max() <= HAIRLINE[1]
    for values, (low, high) in ((temples, TEMPLES), (jaws, JAW), (chins, CHIN)):
        assert low <= np.abs(values).min() < np.abs(values).max() <= high
        assert 0.4 < (values > 0).mean() < 0.6
        assert abs(np.corrcoef(values, hairlines)[0, 1]) < 0.15


def test_in_the_photograph_the_same_moves_at_its_own_resolution(head):
    _, mesh, signs = head
    photo = astronaut()
    alignment = Alignment.from_points(FIVE_POINTS, VIEW)
    field = outline_field(mesh, signs, MARGIN, OUTLINE)
    window = Window.around(alignment.widened(MARGIN), photo.shape[:2])
    placed = field_in_window(field, alignment, window)
    assert placed.shape == (*window.shape, 2)
    pixels = photo[window.slices].astype(np.float32)
    free = np.ones(window.shape, np.bool_)
    free[: window.shape[0] // 4] = False
    moved, moving = move_photo(pixels, placed, free)
    np.testing.assert_array_equal(moved[~moving], pixels[~moving])
    assert not moving[: window.shape[0] // 4].any()
    assert moving.any()
    whole = photo.copy()
    whole[window.slices] = np.clip(np.rint(move_photo(pixels, placed, np.ones_like(free))[0]), 0, 255)
    seen = alignment.extract(whole).astype(float)
    expected = move_outline(alignment.widened(MARGIN).extract(photo), mesh, signs, OUTLINE).view
    assert np.abs(seen - expected).mean() < 2.5
    assert np.abs(alignment.extract(photo).astype(float) - expected).mean() > 6


def test_what_moves_onto_its_like_stays_and_what_does_not_moves():
    generator = np.random.default_rng(0)
    pixels = np.full((64, 64, 3), 120, np.float32)
    pixels[:, 32:] += generator.uniform(-60, 60, (64, 32, 3)).astype(np.float32)
    field = np.full((64, 64, 2), 5, np.float32)
    moved, moving = move_photo(pixels, field, np.ones((64, 64), np.bool_))
    assert not moving[8:, 8:24].any()
    assert moving[:, 40:].all()
    np.testing.assert_array_equal(moved[:, 8:24], pixels[:, 8:24])


def test_a_slope_that_moves_is_not_taken_for_its_like():
    pixels = np.repeat(np.arange(64, dtype=np.float32)[None, :, None], 64, 0).repeat(3, 2)
    _, moving = move_photo(pixels, np.full((64, 64, 2), (3, 0), np.float32), np.ones((64, 64), np.bool_))
    assert moving[:, 8:].all()


def test_moving_back_undoes_a_move(head):
    """But for what sampling twice costs: most where the field is steepest."""
    surroundings, mesh, signs = head
    photo = cv2.GaussianBlur(surroundings, (0, 0), 1.5).astype(np.float32)
    field = outline_field(mesh, signs, MARGIN, OUTLINE)
    moved, moving = move_photo(photo, field, np.ones(field.shape[:2], bool))
    back = unmove_photo(moved, field)
    strongly = np.abs(field).max(-1) > 2
    before, after = (np.abs(picture - photo)[strongly].mean() for picture in (moved, back))
    assert after < 0.15 * before
    still = ~moving & ~field.any(-1)
    np.testing.assert_allclose(back[still], photo[still], atol=1)
