from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut
from skimage.metrics import peak_signal_noise_ratio

from rofi.errors import RofiError
from rofi.evaluation.report.embedding import embed


def to_png(pixels: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png", **options)
    return buffer.getvalue()


def decoded(address: str) -> np.ndarray:
    head, data = address.split(",")
    assert head == "data:image/webp;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))


def test_a_drawing_is_embedded_bit_for_bit():
    drawing = np.zeros((200, 300, 3), np.uint8)
    drawing[50:60] = (213, 94, 0)
    np.testing.assert_array_equal(decoded(embed("a", to_png(drawing)).address), drawing)


def test_photographs_take_little_room_and_look_the_same():
    photograph = astronaut()
    embedded = embed("a", to_png(photograph))
    assert len(embedded.address) < 150_000
    assert peak_signal_noise_ratio(photograph, decoded(embedded.address)) > 33


@pytest.mark.parametrize(("dpi", "shown"), [((200, 200), (150, 100)), ((100, 100), (300, 200)), (None, (300, 200))])
def test_a_picture_is_shown_as_large_as_its_resolution_says(dpi, shown):
    options = {} if dpi is None else {"dpi": dpi}
    embedded = embed("a", to_png(np.zeros((200, 300, 3), np.uint8), **options))
    assert (embedded.width, embedded.height) == shown


def test_what_is_no_picture_is_an_error_with_its_name():
    with pytest.raises(RofiError, match="picture 'a-plot': not a PNG"):
        embed("a-plot", b"\x89PNG but no more")
