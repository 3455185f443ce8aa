import numpy as np
import pytest

from rofi.evaluation.diagnosis.framing import Jitter, eye_strip, whole_face
from rofi.faces.alignment import ARCFACE_TEMPLATE, Alignment

SCALE = 5  # photograph pixels per template pixel


@pytest.fixture
def photograph():
    """A grey photograph with a red left and a blue right eye, as seen, where the template has them."""
    pixels = np.full((560, 560, 3), 128, np.uint8)
    for (x, y), colour in zip(ARCFACE_TEMPLATE[:2] * SCALE, ((250, 0, 0), (0, 0, 250)), strict=True):
        x, y = round(x), round(y)
        pixels[y - 8 : y + 9, x - 8 : x + 9] = colour
    return pixels, Alignment.from_points(ARCFACE_TEMPLATE * SCALE, 256)


def centre(frame, channel):
    """x, y of what is of one colour only."""
    others = [other for other in range(3) if other != channel]
    y, x = np.nonzero((frame[..., channel] > 200) & (frame[..., others].max(-1) < 60))
    return x.mean(), y.mean()


def test_the_strip_shows_both_eyes_a_quarter_from_its_ends(photograph):
    strip = eye_strip(*photograph, 280)  # 4 strip pixels per template pixel
    assert strip.shape == (140, 280, 3)
    for channel, (x, y) in ((0, ARCFACE_TEMPLATE[0]), (2, ARCFACE_TEMPLATE[1])):
        # 35 to the left of 55.9 and 17.5 above 53.5 begins the strip
        assert centre(strip, channel) == pytest.approx(((x - 20.9) * 4, (y - 36.0) * 4), abs=1)


def test_the_strip_does_not_depend_on_the_size_of_the_view(photograph):
    pixels, alignment = photograph
    smaller = Alignment.from_points(ARCFACE_TEMPLATE * SCALE, 64)
    assert np.array_equal(eye_strip(pixels, smaller, 224), eye_strip(pixels, alignment, 224))


def test_the_whole_face_is_the_aligned_face(photograph):
    pixels, alignment = photograph
    assert np.array_equal(whole_face(pixels, alignment, 256), alignment.extract(pixels))


def test_a_mirrored_strip_has_the_eyes_changed_over(photograph):
    plain, mirrored = eye_strip(*photograph, 224), eye_strip(*photograph, 224, Jitter(mirrored=True))
    assert np.array_equal(mirrored, plain[:, ::-1])


def test_jitter_shifts_zooms_turns_and_brightens(photograph):
    x, y = centre(eye_strip(*photograph, 400), 0)
    shifted = centre(eye_strip(*photograph, 400, Jitter(shift=(0.1, -0.05))), 0)
    assert shifted == pytest.approx((x + 40, y - 20), abs=1)
    zoomed = centre(eye_strip(*photograph, 400, Jitter(zoom=1.2)), 0)
    assert zoomed == pytest.approx((200 + 1.2 * (x - 200), 100 + 1.2 * (y - 100)), abs=1)
    turned = centre(eye_strip(*photograph, 400, Jitter(angle=0.1)), 0)
    cos, sin = np.cos(0.1), np.sin(0.1)
    expected = 200 + cos * (x - 200) - sin * (y - 100), 100 + sin * (x - 200) + cos * (y - 100)
    assert turned == pytest.approx(expected, abs=1)
    assert eye_strip(*photograph, 224, Jitter(gain=0.5))[0, 0].tolist() == [64, 64, 64]


def test_drawn_jitter_is_small_and_mirrored():
    drawn = [Jitter.draw(np.random.default_rng(seed)) for seed in range(50)]
    assert all(of.mirrored and abs(of.angle) < 0.25 and 0.8 < of.zoom < 1.25 and 0.6 < of.gain < 1.6 for of in drawn)
    assert len({of.angle for of in drawn}) == 50
