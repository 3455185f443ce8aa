import io

import pytest
from PIL import Image

from imaging.heic_fixture import heic
from rofi.imaging.formats import sniff


@pytest.mark.parametrize(
    ("image_format", "name"),
    [
        ("JPEG", "jpeg"),
        ("PNG", "png"),
        ("TIFF", "tiff"),
        ("WEBP", "webp"),
        ("BMP", "bmp"),
        ("GIF", None),
        ("PPM", None),
    ],
)
def test_what_pillow_writes_is_told_apart(image_format, name):
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, image_format)
    assert sniff(file.getvalue()) == name


def test_heic_is_known_by_its_brand():
    assert sniff(heic()) == "heic"
    assert sniff(heic().replace(b"ftypheic", b"ftypavif")) is None


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"RIFF1234WAVE", b"II", b"\x89PNG"])
def test_anything_else_is_nothing(data):
    assert sniff(data) is None
