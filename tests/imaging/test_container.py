import io
import struct
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from rofi.errors import HeaderDamaged, OutputError
from rofi.imaging import jpeg_segments, png_chunks, tiff_tags, webp_chunks
from rofi.imaging.container import attach, extract
from rofi.imaging.encode import encode

FORMATS = ["png", "jpeg", "tiff", "webp"]


def pixels_of(file):
    return np.asarray(Image.open(io.BytesIO(file)))


def random_bytes(length):
    return np.random.default_rng(length).bytes(length)


@pytest.fixture(scope="module")
def images(face):
    return {image_format: encode(face, image_format) for image_format in FORMATS}


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 65_523, 65_524, 65_525, 200_001, 20_000_000])
def test_a_payload_of_any_length_comes_back(images, image_format, length):
    payload = random_bytes(length)
    assert extract(attach(images[image_format], payload)) == payload


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(image_format=st.sampled_from(FORMATS), payload=st.binary(max_size=100))
def test_payloads_that_look_like_markers_come_back(images, image_format, payload):
    assert extract(attach(images[image_format], payload)) == payload
    tricky = b"roFi\xff\xeb\xff\xd9IEND" + payload + b"ROFI\0"
    assert extract(attach(images[image_format], tricky)) == tricky


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("length", [0, 1, 100_000])
def test_pillow_and_opencv_see_the_same_pixels_as_before(images, image_format, length):
    image = images[image_format]
    file = attach(image, random_bytes(length))
    np.testing.assert_array_equal(pixels_of(file), pixels_of(image))
    before, after = (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) for data in (image, file))
    np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_file_without_a_payload_has_none(images, image_format):
    assert extract(images[image_format]) is None


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_second_payload_is_refused(images, image_format):
    with pytest.raises(OutputError, match="already"):
        attach(attach(images[image_format], b"one"), b"two")


@pytest.mark.parametrize(
    "file", [b"", b"text", b"BM" + bytes(60), b"\0\0\0\x18ftypheic"], ids=["none", "text", "bmp", "heic"]
)
def test_other_files_have_no_payload_and_get_none(file):
    assert extract(file) is None
    with pytest.raises(OutputError, match="write PNG"):
        attach(file, b"payload")


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_damaged_image_gets_no_payload(images, image_format):
    with pytest.raises(OutputError, match="damaged"):
        attach(images[image_format][:14], b"payload")


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_a_payload_cut_off_is_damaged(images, image_format):
    file = attach(images[image_format], random_bytes(200_000))
    cut = {"png": -1_000, "jpeg": 100_000, "webp": -1_000}[image_format]
    with pytest.raises(HeaderDamaged, match="untouched copy"):
        extract(file[:cut])


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(image_format=st.sampled_from(FORMATS), data=st.data())
def test_damage_anywhere_gives_a_payload_or_none_or_a_named_error(images, image_format, data):
    file = bytearray(attach(images[image_format], b"payload"))
    for _ in range(data.draw(st.integers(1, 3))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(file)))
    for damaged in (bytes(file), bytes(file[:end])):
        try:
            found = extract(damaged)
        except HeaderDamaged:
            continue
        assert found is None or isinstance(found, bytes)


@settings(max_examples=200, deadline=None)
@given(
    magic=st.sampled_from(
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xeb", b"II*\0\x08\0\0\0", b"MM\0*", b"RIFF\0\0\0\0WEBPROFI"]
    ),
    tail=st.binary(max_size=100),
)
def test_random_bytes_raise_nothing_else(magic, tail):
    try:
        extract(magic + tail)
    except HeaderDamaged as error:
        message = str(error)
    else:
        message = ""
    assert "\n" not in message


# PNG


def test_png_chunk_is_private_ancillary_before_the_end_and_its_crc_is_right(images):
    file = attach(images["png"], b"payload")
    image = Image.open(io.BytesIO(file))
    image.load()
    assert [(name, body) for name, body, *_ in image.private_chunks] == [(b"roFi", b"payload")]
    assert file.endswith(b"payload" + struct.pack(">I", zlib.crc32(b"roFipayload")) + images["png"][-12:])


def test_a_damaged_png_crc_costs_neither_payload_nor_pixels(images):
    file = bytearray(attach(images["png"], b"payload"))
    file[-13] ^= 0xFF
    assert extract(bytes(file)) == b"payload"
    np.testing.assert_array_equal(pixels_of(bytes(file)), pixels_of(images["png"]))


def test_two_png_payloads_are_damage(images):
    file = attach(images["png"], b"payload")
    chunk = file[len(images["png"]) - 12 : -12]
    with pytest.raises(HeaderDamaged, match="two headers"):
        extract(file[:-12] + chunk + file[-12:])


def test_a_png_payload_over_the_limit_of_a_chunk_is_an_error(images, monkeypatch):
    monkeypatch.setattr(png_chunks, "_LONGEST", 100)
    with pytest.raises(OutputError, match="without its seal"):
        attach(images["png"], bytes(101))


# JPEG


def test_jpeg_segments_follow_the_jfif_segment_and_keep_to_their_length(images):
    payload = random_bytes(150_000)
    image = Image.open(io.BytesIO(attach(images["jpeg"], payload)))
    assert [marker for marker, _ in image.applist] == ["APP0", "APP11", "APP11", "APP11"]
    bodies = [body for marker, body in image.applist if marker == "APP11"]
    assert [body[:9] for body in bodies] == [b"ROFI\0" + struct.pack(">HH", number, 3) for number in range(3)]
    assert len(bodies[0]) == len(bodies[1]) == 65_533
    assert b"".join(body[9:] for body in bodies) == payload


def jpeg_parts(images):
    file = attach(images["jpeg"], random_bytes(150_000))
    start = file.index(b"\xff\xeb")
    return file[:start], [file[start : start + 65_537], file[start + 65_537 : start + 131_074]], file[start + 131_074 :]


def test_jpeg_segments_in_another_order_are_put_in_order(images):
    before, (first, second), after = jpeg_parts(images)
    assert extract(before + second + first + after) == random_bytes(150_000)


@pytest.mark.parametrize("change", ["missing", "twice", "of another file"])
def test_a_jpeg_whose_segments_do_not_add_up_is_damaged(images, change):
    before, (first, second), after = jpeg_parts(images)
    wrong = {"missing": first, "twice": first + first, "of another file": first + second + second}[change]
    with pytest.raises(HeaderDamaged, match="misses a part"):
        extract(before + wrong + after)


def test_a_jpeg_payload_of_too_many_segments_is_an_error(images, monkeypatch):
    monkeypatch.setattr(jpeg_segments, "_MOST_SEGMENTS", 2)
    attach(images["jpeg"], bytes(2 * 65_524))
    with pytest.raises(OutputError, match="write PNG, or leave out the seal"):
        attach(images["jpeg"], bytes(2 * 65_524 + 1))


def test_other_app11_segments_are_none_of_ours(images):
    image = images["jpeg"]
    foreign = image[:2] + b"\xff\xeb\0\x06JP\0\x01" + image[2:]
    assert extract(foreign) is None
    assert extract(attach(foreign, b"payload")) == b"payload"


# TIFF


@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("length", [0, 3, 4, 5, 1001])
def test_tifffile_reads_the_tag_in_either_byte_order(face, byte_order, length):
    image = io.BytesIO()
    tifffile.imwrite(image, face, photometric="rgb", byteorder=byte_order)
    payload = random_bytes(length)
    file = attach(image.getvalue(), payload)
    assert extract(file) == payload
    with tifffile.TiffFile(io.BytesIO(file)) as read:
        tag = read.pages[0].tags[65_111]
        assert tag.dtype == 7
        assert tag.count == length
        codes = [tag.code for tag in read.pages[0].tags]
        assert codes == sorted(codes)
        np.testing.assert_array_equal(read.asarray(), face)
        if length:
            assert bytes(tag.value) == payload


def test_the_other_pages_of_a_tiff_stay(face):
    image = io.BytesIO()
    Image.fromarray(face).save(image, "TIFF", save_all=True, append_images=[Image.fromarray(face[::2])])
    file = attach(image.getvalue(), b"payload")
    with tifffile.TiffFile(io.BytesIO(file)) as read:
        assert [page.shape for page in read.pages] == [face.shape, face[::2].shape]


def entry_of(file):
    return file.rindex(struct.pack("<HH", 65_111, 7))


def test_a_tiff_tag_that_points_out_of_the_file_is_damaged(images):
    file = bytearray(attach(images["tiff"], b"payload"))
    struct.pack_into("<I", file, entry_of(file) + 8, 10**9)
    with pytest.raises(HeaderDamaged, match="cut off"):
        extract(bytes(file))


def test_a_tiff_tag_of_another_type_is_damaged(images):
    file = bytearray(attach(images["tiff"], b"payload"))
    struct.pack_into("<H", file, entry_of(file) + 2, 2)
    with pytest.raises(HeaderDamaged, match="wrong type"):
        extract(bytes(file))


def test_a_bigtiff_has_no_payload_and_gets_none(face):
    image = io.BytesIO()
    tifffile.imwrite(image, face, photometric="rgb", bigtiff=True)
    assert extract(image.getvalue()) is None
    with pytest.raises(OutputError, match="BigTIFF"):
        attach(image.getvalue(), b"payload")


def test_a_tiff_over_four_gigabytes_is_an_error(images, monkeypatch):
    monkeypatch.setattr(tiff_tags, "_LONGEST", len(images["tiff"]) + 1_000)
    attach(images["tiff"], bytes(100))
    with pytest.raises(OutputError, match="without its seal"):
        attach(images["tiff"], bytes(1_001))


# WebP


@pytest.mark.parametrize("kind", ["lossy", "lossless", "lossless with alpha", "extended"])
def test_every_kind_of_webp_becomes_an_extended_one_of_the_same_picture(face, kind):
    alpha = np.arange(face[..., 0].size, dtype=np.uint8).reshape(face.shape[:2])
    picture = Image.fromarray(np.dstack([face, alpha]) if kind == "lossless with alpha" else face)
    options = {
        "lossless": kind.startswith("lossless"),
        "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0" if kind == "extended" else b"",
    }
    image = io.BytesIO()
    picture.save(image, "WEBP", **options)
    file = attach(image.getvalue(), b"payload")
    assert file[12:16] == b"VP8X"
    assert file.count(b"VP8X") == 1
    assert int.from_bytes(file[4:8], "little") == len(file) - 8
    assert (1 + int.from_bytes(file[24:27], "little"), 1 + int.from_bytes(file[27:30], "little")) == picture.size
    assert bool(file[20] & 0x10) == (kind == "lossless with alpha")
    assert extract(file) == b"payload"
    assert Image.open(io.BytesIO(file)).mode == Image.open(image).mode
    np.testing.assert_array_equal(pixels_of(file), np.asarray(Image.open(image)))


def test_two_webp_payloads_are_damage(images):
    file = attach(images["webp"], b"payload!")
    with pytest.raises(HeaderDamaged, match="two headers"):
        extract(file + file[-16:])


def test_a_webp_over_four_gigabytes_is_an_error(images, monkeypatch):
    monkeypatch.setattr(webp_chunks, "_LONGEST", len(images["webp"]) + 1_000)
    with pytest.raises(OutputError, match="without its seal"):
        attach(images["webp"], bytes(1_001))
