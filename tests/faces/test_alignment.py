import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.data import astronaut
from skimage.transform import SimilarityTransform

from rofi.errors import PhotoError
from rofi.faces.alignment import ARCFACE_TEMPLATE, Alignment

SHARED_FACES = Path(__file__).parents[3] / "shared" / "faces"

coordinates = st.floats(-20_000, 20_000)
alignments = st.builds(
    Alignment.from_square,
    centre=st.tuples(coordinates, coordinates),
    side=st.floats(4, 20_000),
    angle=st.floats(-math.pi, math.pi),
    view=st.integers(1, 1024),
)


def _noisy_points(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    angle, scale = rng.uniform(-math.pi, math.pi), rng.uniform(0.1, 30)
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return (ARCFACE_TEMPLATE + rng.normal(0, 3, (5, 2))) @ turn.T + rng.uniform(-500, 5000, 2)


@pytest.mark.parametrize("seed", range(5))
def test_from_points_agrees_with_skimage(seed):
    points = _noisy_points(seed)
    target = ARCFACE_TEMPLATE * (256 / (112 * 1.12)) + (256 - 256 / 1.12) / 2
    expected = SimilarityTransform.from_estimate(points, target).params[:2]
    np.testing.assert_allclose(Alignment.from_points(points, 256).matrix, expected, rtol=1e-9, atol=1e-8)


def test_points_on_the_template_need_no_turning():
    alignment = Alignment.from_points(ARCFACE_TEMPLATE, view=112)
    assert alignment.scale == pytest.approx(1 / 1.12)
    assert alignment.angle == pytest.approx(0)
    np.testing.assert_allclose(alignment.to_view([56, 56]), [56, 56])


@pytest.mark.skipif(not SHARED_FACES.exists(), reason="shared faces are not here")
@pytest.mark.parametrize(
    ("name", "canvas", "view"), [("london", 640, 512), ("train", 320, 256), ("lfw_eval", 180, 144)]
)
def test_canvases_were_made_by_the_same_alignment(name, canvas, view):
    for entry in json.loads((SHARED_FACES / f"{name}.json").read_text())[:40]:
        matrix = Alignment.from_points(entry["points"], view).matrix
        middle = matrix @ [canvas / 2, canvas / 2, 1]  # points are listed to two decimals
        np.testing.assert_allclose(matrix[:, :2], np.eye(2), atol=1e-3)
        np.testing.assert_allclose(middle, [view / 2, view / 2], atol=0.02)


@given(alignments, st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=5))
def test_to_photo_undoes_to_view(alignment, points):
    back = alignment.to_photo(alignment.to_view(points))
    np.testing.assert_allclose(back, points, rtol=0, atol=1e-6)


@given(alignments)
def test_inverse_is_the_inverse_matrix(alignment):
    full = np.vstack([alignment.matrix, [0, 0, 1]])
    np.testing.assert_allclose(np.vstack([alignment.inverse, [0, 0, 1]]) @ full, np.eye(3), atol=1e-7)


@given(alignments, st.integers(1, 1024))
def test_rescaled_keeps_the_corners(alignment, view):
    rescaled = alignment.rescaled(view)
    np.testing.assert_allclose(rescaled.corners(), alignment.corners(), atol=1e-6)
    assert rescaled.scale == pytest.approx(alignment.scale * view / alignment.view)


@given(alignments)
def test_equal_alignments_have_equal_hashes(alignment):
    twin = Alignment(alignment.matrix.copy(), alignment.view)
    assert twin == alignment
    assert hash(twin) == hash(alignment)
    assert Alignment(alignment.matrix, alignment.view + 1) != alignment


def test_square_lies_where_it_was_asked_for():
    alignment = Alignment.from_square(centre=(10, 20), side=4, angle=math.pi / 2, view=8)
    # The upper edge points down the photograph, so the view's upper left is the square's upper right.
    np.testing.assert_allclose(alignment.corners(), [[12, 18], [12, 22], [8, 22], [8, 18]], atol=1e-12)
    assert alignment.angle == pytest.approx(math.pi / 2)


def test_extract_of_a_whole_number_shift_is_the_crop_itself():
    photo = astronaut()
    alignment = Alignment.from_square(centre=(223.5, 119.5), side=64, angle=0, view=64)
    np.testing.assert_array_equal(alignment.extract(photo), photo[88:152, 192:256])


def test_extract_reads_pixels_where_to_photo_says():
    y, x = np.mgrid[:300, :400].astype(np.float64)
    ramp = np.dstack([x, y, x + y])
    alignment = Alignment.from_square(centre=(200, 150), side=100, angle=0.3, view=80)
    v, u = np.mgrid[:80, :80]
    expected = alignment.to_photo(np.dstack([u, v]))
    view = alignment.extract(ramp)
    np.testing.assert_allclose(view[..., :2], expected, atol=0.05)  # warpAffine rounds to 1/32 pixel


def test_large_face_is_averaged_as_opencv_does():
    photo = astronaut()
    alignment = Alignment.from_square(centre=(255.5, 255.5), side=512, angle=0, view=64)
    expected = cv2.resize(photo, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(alignment.extract(photo).astype(int) - expected).max() <= 1


def test_large_face_does_not_alias():
    checks = (np.indices((512, 512)).sum(0) % 2 * 255).astype(np.uint8)
    photo = np.repeat(checks[..., None], 3, axis=2)
    view = Alignment.from_square(centre=(255, 255), side=400, angle=0.2, view=77).extract(photo)
    assert np.abs(view.astype(float) - 127.5).max() < 12


def test_rescaled_extracts_what_resizing_the_view_gives():
    photo = cv2.GaussianBlur(astronaut(), (0, 0), 4)
    large = Alignment.from_square(centre=(223, 119), side=200, angle=0.1, view=256)
    shrunk = cv2.resize(large.extract(photo), (128, 128), interpolation=cv2.INTER_AREA)
    assert np.abs(large.rescaled(128).extract(photo).astype(int) - shrunk).max() <= 2


@given(
    centre=st.tuples(st.floats(-40, 70), st.floats(-40, 70)),
    side=st.floats(3, 90),
    angle=st.floats(-math.pi, math.pi),
)
def test_border_is_mirrored_like_a_padded_photograph(centre, side, angle):
    noise = np.random.default_rng(0).uniform(0, 1, (37, 23, 3)).astype(np.float32)
    photo = cv2.GaussianBlur(noise, (0, 0), 2, borderType=cv2.BORDER_REFLECT_101)
    padding = 220
    padded = cv2.copyMakeBorder(photo, *(4 * [padding]), cv2.BORDER_REFLECT_101)
    view = Alignment.from_square(centre, side, angle, 16).extract(photo)
    expected = Alignment.from_square(np.add(centre, padding), side, angle, 16).extract(padded)
    np.testing.assert_allclose(view, expected, atol=0.03)


def test_unmirrored_border_is_black():
    photo = np.full((20, 20, 3), 200, np.uint8)
    view = Alignment.from_square(centre=(-30, 10), side=10, angle=0, view=8).extract(photo, mirrored=False)
    assert not view.any()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_extract_keeps_type_and_values(dtype):
    photo = np.full((40, 40, 3), 200, dtype)
    view = Alignment.from_square(centre=(20, 20), side=10, angle=0.2, view=64).extract(photo)
    assert view.dtype == dtype
    assert view.shape == (64, 64, 3)
    np.testing.assert_allclose(view, 200, rtol=1e-6)


def test_matrix_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        Alignment.from_points(ARCFACE_TEMPLATE, 256).matrix[0, 0] = 2


@pytest.mark.parametrize(
    "points", [np.ones((5, 2)), np.zeros((4, 2)), np.full((5, 2), np.nan), np.where(np.eye(5, 2), np.inf, 0)]
)
def test_points_that_fix_no_similarity_are_refused(points):
    with pytest.raises(PhotoError, match="find the face again"):
        Alignment.from_points(points, 256)


@pytest.mark.parametrize(
    "matrix", [np.eye(3), [[1, 0, 0], [0, -1, 0]], [[1, 0.1, 0], [0, 1, 0]], np.zeros((2, 3)), np.full((2, 3), np.nan)]
)
def test_matrix_that_is_no_similarity_is_refused(matrix):
    with pytest.raises(PhotoError, match="find the face again"):
        Alignment(np.asarray(matrix), 256)


def test_empty_view_is_refused():
    with pytest.raises(PhotoError, match="at least 1"):
        Alignment(np.eye(2, 3), 0)


@pytest.mark.parametrize("side", [0, -3, math.nan])
def test_square_without_extent_is_refused(side):
    with pytest.raises(PhotoError, match="above 0"):
        Alignment.from_square((0, 0), side, 0, 256)


@pytest.mark.parametrize("shape", [(10, 10), (10, 10, 4), (0, 10, 3)])
def test_extract_refuses_what_is_no_colour_image(shape):
    with pytest.raises(PhotoError, match="RGB image is needed"):
        Alignment.from_points(ARCFACE_TEMPLATE, 256).extract(np.zeros(shape, np.uint8))


def test_extract_refuses_other_types():
    with pytest.raises(PhotoError, match="convert it"):
        Alignment.from_points(ARCFACE_TEMPLATE, 256).extract(np.zeros((10, 10, 3), np.int32))
