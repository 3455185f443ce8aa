"""Protected photographs that somebody saved as JPEG, without their metadata."""

import io

import numpy as np
import pytest
from PIL import Image

from pipeline.photographs import close_up, pixels_of, portrait, protector, saved
from rofi.faces.outline import Outline
from rofi.keys.secret import Secret
from rofi.pipeline.brief_face import BriefFaces
from rofi.pipeline.restorer import Restorer
from rofi.pipeline.revealed_face import Detail
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS


@pytest.fixture(scope="module")
def likeness(networks, secret):
    """Cosine of MobileFaceNet-512 between a picture of the portrait and the portrait itself."""
    recogniser = Recogniser(SPECS["mobilefacenet512"])
    (face,) = protector(networks, secret).finder.find(portrait(1024), "a")

    def measure(pixels):
        return float(np.prod(recogniser.embed(np.stack([face.view, face.alignment.extract(pixels)])), axis=0).sum())

    return measure


@pytest.fixture(scope="module")
def large(networks, secret):
    return protector(networks, secret, seal=False).protect(saved(portrait(1024)), "a.png")


def compressed(file, quality):
    jpeg = io.BytesIO()
    Image.fromarray(pixels_of(file)).save(jpeg, "JPEG", quality=quality)
    return jpeg.getvalue()


@pytest.mark.parametrize("quality", [90, 75])
def test_the_face_comes_back_in_brief(networks, secret, large, likeness, quality):
    result = Restorer(networks, secret, "neural").restore(compressed(large.data, quality), "a.jpeg", large.header)
    assert result.key_fits
    assert result.detail is Detail.COARSE
    restored = pixels_of(result.data)
    assert likeness(restored) > 0.85
    assert likeness(pixels_of(large.data)) < 0.5


def test_with_a_wrong_key_only_a_stranger(networks, large, likeness):
    jpeg = compressed(large.data, 75)
    strangers = [
        Restorer(networks, Secret(bytes(31) + bytes([last])), "neural").restore(jpeg, "a.jpeg", large.header)
        for last in (1, 2)
    ]
    assert [stranger.detail for stranger in strangers] == [Detail.NONE, Detail.NONE]
    assert strangers[0].data == strangers[1].data
    assert likeness(pixels_of(strangers[0].data)) < 0.5


def test_a_nameless_compressed_file_finds_its_line_in_the_log(networks, secret, large):
    other = protector(networks, secret, seal=False).protect(saved(close_up(512)), "b.png")
    restorer = Restorer(networks, secret)
    headers = [other.header, large.header]
    assert restorer.first_that_fits(compressed(large.data, 75), "nameless.jpeg", headers) == large.header


def test_what_is_left_of_a_ruined_file_is_a_stranger(networks, secret, large):
    result = Restorer(networks, secret, "neural").restore(compressed(large.data, 20), "a.jpeg", large.header)
    assert result.detail is Detail.NONE


def test_where_no_face_is_in_the_brief_all_of_the_view_is_taken(networks, secret):
    (face,) = protector(networks, secret).finder.find(close_up(), "a")
    height, width = face.window.shape
    shown = np.full((height, width, 3), 50, np.float32)
    plain = np.full((256, 256, 3), 200, np.float32)
    put = BriefFaces().put(plain, shown, face.alignment, face.window, Outline())
    x, y = (face.alignment.to_photo([[128, 128]])[0] - [face.window.left, face.window.top]).round().astype(int)
    np.testing.assert_allclose(put[y, x], 200, atol=1)
    assert 50 <= put.min() + 1 < put.max() <= 201
    assert np.abs(np.diff(put[y], axis=0)).max() < 60  # it fades in at the view's edge
