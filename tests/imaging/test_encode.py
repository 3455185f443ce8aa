import io

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from rofi.errors import OutputError
from rofi.imaging.encode import encode


@pytest.mark.parametrize("image_format", ["png", "tiff", "webp"])
def test_another_library_reads_exactly_the_same_pixels(face, image_format):
    read = cv2.imdecode(np.frombuffer(encode(face, image_format), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(read[..., ::-1], face)


def test_jpeg_stays_close_and_keeps_every_colour_sample(face):
    data = encode(face, "jpeg")
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert np.abs(read.astype(int) - face).mean() < 2
    frame = data.index(b"\xff\xc0") + 9
    assert data[frame] == 3
    assert [data[frame + 2 + 3 * component] for component in range(3)] == [0x11, 0x11, 0x11]


def test_jpeg_quality_is_the_callers(face):
    assert len(encode(face, "jpeg", quality=60)) < len(encode(face, "jpeg")) < len(encode(face, "jpeg", quality=100))


def test_png_holds_three_kinds_of_chunk_and_no_more(face):
    data = encode(face, "png")
    names, at = set(), 8
    while at < len(data):
        names.add(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    assert names == {b"IHDR", b"IDAT", b"IEND"}


def test_jpeg_holds_no_segment_but_jfifs_own(face):
    image = Image.open(io.BytesIO(encode(face, "jpeg")))
    assert [marker for marker, _ in image.applist] == ["APP0"]
    assert len(image.applist[0][1]) == 14  # no thumbnail
    assert "comment" not in image.info


def test_webp_holds_the_image_and_no_more(face):
    data = encode(face, "webp")
    assert data[12:16] == b"VP8L"
    size = int.from_bytes(data[16:20], "little")
    assert len(data) == 20 + size + size % 2


def test_tiff_holds_what_an_image_needs_and_no_more(face):
    with tifffile.TiffFile(io.BytesIO(encode(face, "tiff"))) as file:
        assert len(file.pages) == 1
        assert {tag.code for tag in file.pages[0].tags} <= {256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317}
        np.testing.assert_array_equal(file.pages[0].tags[258].value, (8, 8, 8))
        assert file.pages[0].compression == 8


def test_a_view_with_strides_is_encoded_as_it_looks(face):
    read = np.asarray(Image.open(io.BytesIO(encode(face[::-1, ::2], "png"))))
    np.testing.assert_array_equal(read, face[::-1, ::2])


@pytest.mark.parametrize("image_format", ["heic", "bmp", "PNG", ""])
def test_another_format_is_an_error_that_says_which_to_choose(face, image_format):
    with pytest.raises(OutputError, match="choose png, jpeg, tiff or webp"):
        encode(face, image_format)


@pytest.mark.parametrize(("image_format", "width"), [("jpeg", 65_536), ("webp", 16_384)])
def test_an_image_too_wide_for_its_format_is_an_error(image_format, width):
    with pytest.raises(OutputError, match="write PNG"):
        encode(np.zeros((1, width, 3), np.uint8), image_format)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)],
)
def test_pixels_of_another_shape_or_type_are_an_error(pixels):
    with pytest.raises(ValueError, match=r"\(H, W, 3\) uint8"):
        encode(pixels, "png")
