"""Every way in which a photograph may be none."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging.heic_fixture import heic
from rofi.errors import PhotoError, PhotoTooLarge, UnreadablePhoto
from rofi.imaging.decode import decode

FORMATS = ["PNG", "JPEG", "TIFF", "TIFF deflate", "WEBP", "WEBP lossless", "BMP", "HEIC"]


def saved(pixels, kind, **options):
    if kind == "HEIC":
        return heic()
    file = io.BytesIO()
    image_format, _, variant = kind.partition(" ")
    more = {"": {}, "deflate": {"compression": "tiff_adobe_deflate"}, "lossless": {"lossless": True}}[variant]
    Image.fromarray(pixels).save(file, image_format, **more, **options)
    return file.getvalue()


def test_an_empty_file_is_said_to_be_empty():
    with pytest.raises(UnreadablePhoto, match=r"^IMG_1\.jpg: the file is empty"):
        decode(b"", "IMG_1.jpg")


@pytest.mark.parametrize(
    "data",
    [b"Dear colleague,\nplease find enclosed\n", b"GIF89a" + bytes(50), b"%PDF-1.7\n", b"\0" * 100, b"\xff", b"PK\3\4"],
    ids=["text", "gif", "pdf", "zeros", "one byte", "zip"],
)
def test_what_is_no_image_that_is_read_is_named_as_such(data):
    with pytest.raises(UnreadablePhoto, match=r"^letter\.jpg: this is no JPEG, PNG, TIFF, WebP, HEIC or BMP"):
        decode(data, "letter.jpg")


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_truncated_file_is_unreadable(face, kind, share):
    data = saved(face, kind)
    with pytest.raises(UnreadablePhoto, match="truncated"):
        decode(data[: max(12, int(len(data) * share))], "photo")


@pytest.mark.parametrize("kind", FORMATS)
def test_the_first_bytes_alone_are_unreadable(face, kind):
    with pytest.raises(UnreadablePhoto, match="truncated"):
        decode(saved(face, kind)[:12], "photo")


@pytest.mark.parametrize("kind", FORMATS)
def test_more_pixels_than_allowed_are_refused(face, kind):
    data = saved(face, kind)
    height, width = decode(data, "photo").pixels.shape[:2]
    assert decode(data, "photo", max_pixels=width * height).pixels.shape == (height, width, 3)
    with pytest.raises(PhotoTooLarge, match=f"^photo: {width} x {height} pixels"):
        decode(data, "photo", max_pixels=width * height - 1)


def png_bomb(data):
    head = b"IHDR" + struct.pack(">II", 60_000, 60_000) + data[24:29]
    return data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]


def jpeg_bomb(data):
    at = data.index(b"\xff\xc0\0\x11\x08") + 5
    return data[:at] + struct.pack(">HH", 60_000, 60_000) + data[at + 4 :]


def bmp_bomb(data):
    return data[:18] + struct.pack("<ii", 60_000, 60_000) + data[26:]


def tiff_bomb(data):
    start = struct.unpack_from("<I", data, 4)[0]
    changed = bytearray(data)
    for at in range(start + 2, start + 2 + 12 * struct.unpack_from("<H", data, start)[0], 12):
        if struct.unpack_from("<H", data, at)[0] in (256, 257):
            struct.pack_into("<HII", changed, at + 2, 4, 1, 60_000)
    return bytes(changed)


def heic_bomb(data):
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", 30_000, 30_000) + data[at + 8 :]


@pytest.mark.parametrize(
    ("kind", "bomb"),
    [("PNG", png_bomb), ("JPEG", jpeg_bomb), ("BMP", bmp_bomb), ("TIFF", tiff_bomb), ("HEIC", heic_bomb)],
)
def test_a_decompression_bomb_is_seen_in_its_header(face, kind, bomb, monkeypatch):
    def no_decoding(*_, **__):
        pytest.fail("it was decoded")

    data = bomb(saved(face, kind))
    for method in ("load", "load_prepare"):
        monkeypatch.setattr("PIL.ImageFile.ImageFile." + method, no_decoding)
    with pytest.raises(PhotoTooLarge, match=r"(60000 x 60000|30000 x 30000) pixels are more than 200,000,000"):
        decode(data, "photo")


def test_a_photograph_between_pillows_limit_and_ours_is_read(face, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    np.testing.assert_array_equal(decode(saved(face, "PNG"), "photo").pixels, face)


def test_too_little_memory_is_an_error_with_a_name(face, monkeypatch):
    def no_memory(*_, **__):
        raise MemoryError

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", no_memory)
    with pytest.raises(PhotoTooLarge, match="memory"):
        decode(saved(face, "PNG"), "photo")


@pytest.mark.parametrize("kind", ["PNG", "WEBP lossless"])
def test_an_animation_is_refused(face, kind):
    other = Image.fromarray(face[::-1])
    with pytest.raises(UnreadablePhoto, match="one photograph per file"):
        decode(saved(face, kind, save_all=True, append_images=[other]), "photo")


def test_a_tiff_of_several_pages_is_refused(face):
    data = saved(face, "TIFF", save_all=True, append_images=[Image.fromarray(face)])
    with pytest.raises(UnreadablePhoto, match="several pages"):
        decode(data, "photo")


def test_a_tiff_whose_directories_run_in_a_circle_is_read_once(face):
    data = bytearray(saved(face, "TIFF"))
    start = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, start)[0]
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    np.testing.assert_array_equal(decode(bytes(data), "photo").pixels, face)


@settings(max_examples=150, deadline=None)
@given(
    magic=st.sampled_from(
        [
            b"",
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"II*\0\x08\0\0\0",
            b"MM\0*",
            b"II+\0",
            b"RIFF\x40\0\0\0WEBPVP8L",
            b"BM",
            b"\0\0\0\x18ftypheic",
        ]
    ),
    tail=st.binary(max_size=300),
)
def test_random_bytes_are_never_more_than_unreadable(magic, tail):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PhotoError) as caught:
            decode(magic + tail, "photo", max_pixels=10_000)
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(FORMATS), data=st.data())
def test_a_damaged_file_is_read_or_refused_by_name(face, kind, data):
    content = bytearray(saved(face[::4, ::4], kind))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            photo = decode(bytes(content), "photo", max_pixels=100_000)
        except PhotoError:
            return
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.shape[2] == 3
