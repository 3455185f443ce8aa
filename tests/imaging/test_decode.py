"""Every kind of photograph that is read, held against what another library or the format's own rules say it is."""

import io
import struct
import warnings
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from imaging.heic_fixture import COLUMNS, YCBCR, heic
from imaging.icc_fixture import adobe_like, to_srgb
from rofi.errors import UnreadablePhoto
from rofi.imaging.decode import decode


def saved(image, image_format, **options):
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, image_format, **options)
    return file.getvalue()


def tiff(array, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def cv2_encoded(array, extension):
    done, data = cv2.imencode(extension, array)
    assert done
    return data.tobytes()


@pytest.fixture(scope="module")
def deep():
    return np.random.default_rng(0).integers(0, 65536, (24, 40, 3), dtype=np.uint16)


@pytest.mark.parametrize(
    ("image_format", "options", "name"),
    [
        ("PNG", {}, "png"),
        ("TIFF", {}, "tiff"),
        ("TIFF", {"compression": "tiff_lzw"}, "tiff"),
        ("WEBP", {"lossless": True, "exact": True}, "webp"),
        ("BMP", {}, "bmp"),
    ],
)
def test_eight_bit_colours_come_out_as_they_are(face, image_format, options, name):
    photo = decode(saved(face, image_format, **options), "photo")
    np.testing.assert_array_equal(photo.pixels, face)
    assert photo.format == name
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.flags.writeable
    assert photo.pixels.flags.c_contiguous


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}])
def test_jpeg_is_what_opencv_makes_of_it(face, options):
    data = saved(face, "JPEG", quality=90, **options)
    photo = decode(data, "photo")
    reference = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert photo.format == "jpeg"
    assert np.abs(photo.pixels.astype(int) - reference).max() <= 2


def test_heic_squares_have_the_colours_that_were_put_in():
    photo = decode(heic(), "photo")
    assert photo.format == "heic"
    assert photo.pixels.shape == (64, 96, 3)
    expected = np.asarray(Image.fromarray(np.array(YCBCR, np.uint8).reshape(-1, COLUMNS, 3), "YCbCr").convert("RGB"))
    squares = photo.pixels.reshape(2, 32, 3, 32, 3).astype(int)
    assert np.abs(squares - expected[:, None, :, None]).max() <= 1


def test_a_rotated_heic_is_turned_once():
    np.testing.assert_array_equal(decode(heic(1), "photo").pixels, np.rot90(decode(heic(), "photo").pixels))


@pytest.mark.parametrize("image_format", ["PNG", "TIFF", "JPEG", "BMP"])
def test_grey_becomes_three_equal_channels(face, image_format):
    options = {"quality": 95} if image_format == "JPEG" else {}
    pixels = decode(saved(face[..., 1], image_format, **options), "photo").pixels.astype(int)
    assert (pixels == pixels[..., :1]).all()
    assert np.abs(pixels[..., 0] - face[..., 1]).mean() < 2


def test_one_bit_becomes_black_and_white():
    bits = Image.fromarray(np.eye(16, dtype=np.uint8) * 255).convert("1")
    np.testing.assert_array_equal(decode(saved(bits, "PNG"), "photo").pixels[..., 0], np.eye(16, dtype=np.uint8) * 255)


@pytest.mark.parametrize("extension", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [3, 4])
def test_sixteen_bit_colours_keep_their_upper_byte(deep, extension, channels):
    array = deep[..., ::-1]
    if channels == 4:
        array = np.dstack([array, np.full(array.shape[:2], 65535, np.uint16)])
    np.testing.assert_array_equal(decode(cv2_encoded(array, extension), "photo").pixels, deep >> 8)


def test_big_endian_sixteen_bit_tiff_keeps_its_upper_byte(deep):
    data = tiff(deep, photometric="rgb", byteorder=">")
    np.testing.assert_array_equal(decode(data, "photo").pixels, deep >> 8)


def test_compressed_sixteen_bit_planes_are_read(deep):
    data = tiff(deep.transpose(2, 0, 1).copy(), photometric="rgb", planarconfig="separate", compression="zlib")
    np.testing.assert_array_equal(decode(data, "photo").pixels, deep >> 8)


def test_uncompressed_sixteen_bit_planes_are_refused_and_not_read_wrong(deep):
    data = tiff(deep.transpose(2, 0, 1).copy(), photometric="rgb", planarconfig="separate")
    with pytest.raises(UnreadablePhoto, match="separate planes"):
        decode(data, "photo")


@pytest.mark.parametrize("byte_order", ["<", ">"])
def test_sixteen_bit_grey_tiff_keeps_its_upper_byte(deep, byte_order):
    pixels = decode(tiff(deep[..., 0], byteorder=byte_order), "photo").pixels
    np.testing.assert_array_equal(pixels[..., 2], deep[..., 0] >> 8)


def test_sixteen_bit_grey_png_keeps_its_upper_byte(deep):
    np.testing.assert_array_equal(decode(cv2_encoded(deep[..., 0], ".png"), "photo").pixels[..., 1], deep[..., 0] >> 8)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_tiff_whose_zero_is_white_is_turned_over(kind):
    levels = np.array([[0, np.iinfo(kind).max]], kind)
    pixels = decode(tiff(levels, photometric="miniswhite"), "photo").pixels
    assert pixels[0, :, 0].tolist() == [255, 0]


@pytest.mark.parametrize("kind", [np.float32, np.uint32])
def test_floats_and_32_bits_are_refused(kind):
    levels = np.linspace(0, 4e9 if kind is np.uint32 else 1, 64).reshape(8, 8).astype(kind)
    with pytest.raises(UnreadablePhoto, match="8 or 16 bits"):
        decode(tiff(levels), "photo")


def test_float_colours_are_refused():
    with pytest.raises(UnreadablePhoto):
        decode(tiff(np.zeros((8, 8, 3), np.float32), photometric="rgb"), "photo")


CMYK = [(255, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255), (0, 0, 0, 0), (0, 255, 255, 0)]
CMYK_AS_RGB = [(0, 255, 255), (255, 0, 255), (255, 255, 0), (0, 0, 0), (255, 255, 255), (255, 0, 0)]


@pytest.mark.parametrize("image_format", ["JPEG", "TIFF"])
def test_cmyk_inks_look_as_on_white_paper(image_format):
    inks = np.array(CMYK, np.uint8)[None].repeat(16, 0).repeat(16, 1)
    options = {"quality": 100, "subsampling": 0} if image_format == "JPEG" else {}
    data = saved(Image.fromarray(inks, "CMYK"), image_format, **options)
    assert (b"Adobe" in data) == (image_format == "JPEG")  # the marker of inverted inks
    middle = decode(data, "photo").pixels[8, 8::16].astype(int)
    assert np.abs(middle - np.array(CMYK_AS_RGB)).max() <= 3


def test_palette_png_with_a_transparent_colour_lies_on_white():
    image = Image.fromarray(np.array([[0, 1, 2, 3]], np.uint8), "P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30])
    data = saved(image, "PNG", transparency=bytes([255, 0, 128, 255]))
    assert decode(data, "photo").pixels[0].tolist() == [[255, 0, 0], [255, 255, 255], [127, 127, 255], [10, 20, 30]]


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_one_transparent_colour_of_a_png_becomes_white(mode):
    image = Image.new(mode, (4, 4), 40 if mode == "L" else (40, 40, 40))
    image.putpixel((1, 1), 90 if mode == "L" else (90, 90, 90))
    data = saved(image, "PNG", transparency=90 if mode == "L" else (90, 90, 90))
    pixels = decode(data, "photo").pixels
    assert pixels[1, 1].tolist() == [255, 255, 255]
    assert pixels[0, 0].tolist() == [40, 40, 40]


@pytest.mark.parametrize("image_format", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_composited_on_white(face, image_format):
    alpha = np.linspace(0, 255, face.shape[1]).round().astype(np.uint8)[None].repeat(face.shape[0], 0)
    options = {"lossless": True, "exact": True} if image_format == "WEBP" else {}
    data = saved(Image.fromarray(np.dstack([face, alpha])), image_format, **options)
    weight = alpha[..., None] / 255
    expected = face * weight + 255 * (1 - weight)
    assert np.abs(decode(data, "photo").pixels - expected).max() <= 1


def test_grey_with_alpha_is_composited_on_white():
    image = Image.fromarray(np.array([[[0, 255], [0, 0], [100, 255]]], np.uint8), "LA")
    assert decode(saved(image, "PNG"), "photo").pixels[0, :, 0].tolist() == [0, 255, 100]


# How the stored rows and columns lie on the upright picture (EXIF 2.32, table 6): what to do to see it upright.
UPRIGHT = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
    8: np.rot90,
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("image_format", ["PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied_once(face, image_format, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True, "exact": True} if image_format == "WEBP" else {}
    data = saved(face, image_format, exif=exif, **options)
    np.testing.assert_array_equal(decode(data, "photo").pixels, UPRIGHT[orientation](face))


def test_a_jpeg_from_a_telephone_held_upright_is_turned_as_opencv_turns_it(face):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(face, "JPEG", exif=exif, quality=95)
    reference = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    pixels = decode(data, "photo").pixels
    assert pixels.shape == (64, 48, 3)
    assert np.abs(pixels.astype(int) - reference).max() <= 2


def test_a_broken_exif_block_is_ignored(face):
    data = saved(face, "PNG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff nonsense")
    np.testing.assert_array_equal(decode(data, "photo").pixels, face)


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_a_wider_colour_space_is_converted_to_srgb(image_format):
    colours = [(200, 150, 120), (128, 128, 128), (90, 110, 160), (250, 240, 235), (60, 40, 30)]
    data = saved(np.array([colours], np.uint8), image_format, icc_profile=adobe_like())
    expected = np.array([to_srgb(colour) for colour in colours])
    assert np.abs(expected - colours).max() > 5
    assert np.abs(decode(data, "photo").pixels[0] - expected).max() <= 2


def test_a_profile_that_only_calls_itself_srgb_is_converted_all_the_same():
    data = saved(np.array([[(200, 150, 120)]], np.uint8), "PNG", icc_profile=adobe_like("sRGB IEC61966-2.1"))
    assert np.abs(decode(data, "photo").pixels[0, 0] - to_srgb((200, 150, 120))).max() <= 2


def test_colours_under_an_alpha_channel_are_converted_too():
    data = saved(np.array([[(200, 150, 120, 255), (9, 9, 9, 0)]], np.uint8), "PNG", icc_profile=adobe_like())
    pixels = decode(data, "photo").pixels
    assert np.abs(pixels[0, 0] - to_srgb((200, 150, 120))).max() <= 2
    assert pixels[0, 1].tolist() == [255, 255, 255]


def test_an_srgb_profile_leaves_every_pixel_alone(face):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    np.testing.assert_array_equal(decode(saved(face, "PNG", icc_profile=profile), "photo").pixels, face)


@pytest.mark.parametrize(
    "profile",
    [
        b"not a profile",
        adobe_like()[:200],
        bytes(128),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    ],
    ids=["text", "cut", "zeros", "of another colour space"],
)
def test_a_broken_or_foreign_profile_is_ignored(face, profile):
    np.testing.assert_array_equal(decode(saved(face, "PNG", icc_profile=profile), "photo").pixels, face)


def test_a_colour_profile_on_a_grey_image_is_ignored(face):
    data = saved(face[..., 0], "PNG", icc_profile=adobe_like())
    np.testing.assert_array_equal(decode(data, "photo").pixels[..., 0], face[..., 0])


def test_a_reduced_copy_in_a_tiff_is_no_second_page(face):
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(face, photometric="rgb")
        writer.write(face[::4, ::4], photometric="rgb", subfiletype=1)
    np.testing.assert_array_equal(decode(file.getvalue(), "photo").pixels, face)


def test_the_preview_in_a_telephones_jpeg_is_no_second_page(face):
    first = Image.fromarray(face)
    data = saved(first, "MPO", save_all=True, append_images=[first.resize((32, 24))], quality=100, subsampling=0)
    photo = decode(data, "photo")
    assert photo.format == "jpeg"
    assert np.abs(photo.pixels.astype(int) - face).mean() < 1


def test_text_in_a_png_is_no_hindrance(face):
    data = saved(face, "PNG")
    body = b"tEXtComment\0" + b"x" * 1000
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    np.testing.assert_array_equal(decode(data[:33] + chunk + data[33:], "photo").pixels, face)


def test_no_warning_escapes(face):
    exif = Image.Exif()
    exif[0x0112] = 6
    damaged = bytearray(saved(face, "TIFF", exif=exif))
    damaged[damaged.index(struct.pack("<HHI", 274, 3, 1)) + 4] = 9  # nine orientations
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decode(bytes(damaged), "photo")
