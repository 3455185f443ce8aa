import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from evaluation.methods.astronaut_photograph import FIVE_POINTS, astronaut_photograph
from rofi.errors import RofiError
from rofi.evaluation.methods.face_box import face_box
from rofi.evaluation.methods.gaussian_blur import GaussianBlur, blur
from rofi.evaluation.methods.method import Method
from rofi.imaging.decode import decode


@pytest.fixture(scope="module")
def photo():
    return astronaut_photograph()


def test_the_face_is_what_scipy_makes_of_the_photograph(photo):
    sigma = 0.1 * np.hypot(*(FIVE_POINTS[1] - FIVE_POINTS[0]))
    expected = gaussian_filter(photo.pixels.astype(np.float64), (sigma, sigma, 0), mode="mirror", truncate=4)
    box = face_box(photo)
    protected = decode(GaussianBlur(0.1).protect(photo), "blur").pixels
    assert np.abs(protected[box.slices] - expected[box.slices]).max() <= 0.75  # rounded, and cut a pixel later


def test_nothing_but_the_face_changes(photo):
    protected = decode(GaussianBlur().protect(photo), "blur").pixels
    outside = np.ones(photo.pixels.shape[:2], bool)
    outside[face_box(photo).slices] = False
    assert protected.shape == photo.pixels.shape
    np.testing.assert_array_equal(protected[outside], photo.pixels[outside])


def test_beyond_the_border_a_picture_goes_on_mirrored():
    picture = np.random.default_rng(0).integers(0, 256, (12, 15, 3), np.uint8)
    expected = gaussian_filter(picture.astype(np.float64), (1.5, 1.5, 0), mode="mirror", truncate=4)
    assert np.abs(blur(picture, 1.5) - expected).max() <= 0.75


@pytest.mark.parametrize("share", [0.0, -0.1, float("nan"), float("inf")])
def test_a_blur_needs_a_width(share):
    with pytest.raises(RofiError, match="share above 0"):
        GaussianBlur(share)


def test_facts_tell_the_width():
    assert isinstance(GaussianBlur(), Method)
    assert (GaussianBlur().facts.name, GaussianBlur(0.25).facts.version) == ("gaussian-blur", "1-0.25")
