import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from pipeline.photographs import changed, close_up, pixels_of, portrait, protector, saved, told_changed
from rofi.faces.grain import match_grain
from rofi.imaging.protected_file import unpack
from rofi.keys.secret import Secret
from rofi.pipeline.found_face import FaceFinder
from rofi.pipeline.protector import EXTENSIONS, ProtectOptions

NAME = "Anna Example 1962"
WORDS = ("Anna Example", "Dr. Iris Lens", "glaucoma, left")


def with_metadata():
    """A JPEG file that tells all that a camera and an archive may write."""
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x9286] = WORDS
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.25), 3: "E", 4: (13.0, 24.0, 18.5)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(portrait(), "JPEG", quality=95, exif=exif, icc_profile=profile, comment=WORDS[2].encode())


@pytest.fixture(scope="module")
def found(networks):
    return FaceFinder(networks, 40).find(portrait(), "portrait")


def test_the_face_is_changed_and_nothing_but_what_the_header_names(protected):
    differs = changed(portrait(), pixels_of(protected.data))
    told = told_changed(protected)
    assert not (differs & ~told).any()
    assert differs[told].mean() > 0.75
    x, y = portrait().shape[1] * 0.44, portrait().shape[0] * 0.26  # the nose
    assert differs[int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8].all()
    assert 0.01 < told.mean() < 0.2


def test_the_sign_regions_keep_the_photographs_own_pixels(protected, found):
    after = pixels_of(protected.data)
    for face in found:
        assert face.keep.any()
        np.testing.assert_array_equal(after[face.window.slices][face.keep], portrait()[face.window.slices][face.keep])


def test_the_grain_is_that_of_skin_which_no_moved_outline_has_stretched(networks, secret, original, monkeypatch):
    lenders = []

    def spy(picture, photo, *others):
        lenders.append(photo)
        return match_grain(picture, photo, *others)

    monkeypatch.setattr("rofi.pipeline.protector.match_grain", spy)
    (face,) = protector(networks, secret).protect(original, "a.png").header.faces
    left, top, right, bottom = face.region_box
    np.testing.assert_array_equal(lenders[0], portrait()[top:bottom, left:right])


def test_with_sign_detail_network_the_sign_regions_are_the_decoders(networks, secret, original, found):
    made = protector(networks, secret, sign_detail="network").protect(original, NAME)
    differs = changed(portrait(), pixels_of(made.data))
    for face in found:
        assert differs[face.window.slices][face.keep].mean() > 0.75
    assert not (differs & ~told_changed(made)).any()


def test_the_same_file_gives_the_same_pixels_and_another_seal(networks, secret, original, protected):
    again = protector(networks, secret).protect(original, "Anna Example 1962.png")
    assert again.header == protected.header
    np.testing.assert_array_equal(pixels_of(again.data), pixels_of(protected.data))
    assert unpack(again.data).sealed != unpack(protected.data).sealed  # AES-GCM: never a nonce twice


def test_another_secret_gives_another_face(networks, original, protected):
    other = protector(networks, Secret(bytes(32))).protect(original, NAME)
    assert other.header.salt != protected.header.salt
    both = told_changed(protected) & told_changed(other)
    assert changed(pixels_of(other.data), pixels_of(protected.data))[both].mean() > 0.75


def test_the_header_tells_of_the_file(networks, protected):
    header = protected.header
    assert unpack(protected.data).header == header
    assert (header.model, header.size, len(header.faces)) == (networks.fingerprint, (512, 512), 1)
    assert protected.pseudonym.startswith("rofi-")


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "TIFF", "WEBP", "BMP"])
def test_same_keeps_the_format_where_it_can_be_written(networks, secret, image_format):
    made = protector(networks, secret, image_format="same", seal=False).protect(saved(close_up(), image_format), NAME)
    expected = "PNG" if image_format == "BMP" else image_format
    assert Image.open(io.BytesIO(made.data)).format == expected
    assert made.extension == f".{expected.lower()}"


def test_of_heic_same_makes_png():
    assert ProtectOptions(image_format="same").format_of("heic") == "png"
    assert ProtectOptions(image_format="same").format_of(None) == "png"


@pytest.mark.parametrize("image_format", ["png", "jpeg"])
def test_a_format_asked_for_is_written_whatever_the_photographs(networks, secret, image_format):
    made = protector(networks, secret, image_format=image_format, seal=False).protect(saved(close_up(), "TIFF"), NAME)
    assert Image.open(io.BytesIO(made.data)).format == image_format.upper()
    assert made.extension == EXTENSIONS[image_format]


@pytest.mark.parametrize("image_format", ["png", "jpeg"])
@pytest.mark.parametrize("seal", [True, False])
def test_no_metadata_of_the_original_is_in_the_protected_file(networks, secret, image_format, seal):
    original = with_metadata()
    assert all(word.encode() in original for word in WORDS)  # or the test would prove nothing
    made = protector(networks, secret, image_format=image_format, seal=seal).protect(original, f"{NAME}.jpg")
    searched = made.data.lower()
    # Words of four letters stand in any megabyte of ciphertext by chance; these do not.
    for tell_tale in (b"anna example", b"example", b"glaucoma", b"exif\0\0", b"icc_profile", b"sha256"):
        assert tell_tale not in searched
    image = Image.open(io.BytesIO(made.data))
    image.load()
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_nothing_of_the_original_file_is_there_without_the_seal(unsealed):
    file = unpack(unsealed.data)
    assert file.sealed is None
    assert len(unsealed.data) < len(file.header_bytes) + 600_000


def test_a_rotated_photograph_is_protected_upright(networks, secret):
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = np.ascontiguousarray(np.rot90(portrait()[:448]))
    original = saved(lying, exif=exif)
    np.testing.assert_array_equal(pixels_of(original), portrait()[:448])
    made = protector(networks, secret).protect(original, NAME)
    assert made.header.size == (512, 448)
    differs = changed(portrait()[:448], pixels_of(made.data))
    assert not (differs & ~told_changed(made)).any()
    assert differs[100:170, 200:250].mean() > 0.5


def test_a_dark_photograph_is_protected(networks, secret):
    dark = (portrait() * 0.4).astype(np.uint8)
    made = protector(networks, secret).protect(saved(dark), NAME)
    differs = changed(dark, pixels_of(made.data))
    assert differs[told_changed(made)].mean() > 0.75


def test_every_face_is_protected_under_a_key_of_its_own(networks, secret):
    two = np.concatenate([portrait(400), portrait(400)[:, ::-1]], axis=1)
    made = protector(networks, secret).protect(saved(two), NAME)
    assert len(made.header.faces) == 2
    after = pixels_of(made.data)
    differs = changed(two, after)
    assert differs[:, :400].any()
    assert differs[:, 400:].any()
    mirrored = after[:, ::-1]
    assert changed(after, mirrored)[told_changed(made) & told_changed(made)[:, ::-1]].mean() > 0.75


def test_a_face_at_the_border_is_protected_up_to_it(networks, secret):
    cut = np.ascontiguousarray(portrait()[:400, 200:500])
    made = protector(networks, secret).protect(saved(cut), NAME)
    (face,) = made.header.faces
    assert face.region_box[0] == 0
    assert changed(cut, pixels_of(made.data))[100:160, 8:16].any()


@pytest.mark.parametrize("height", range(253, 257))
def test_a_photograph_need_not_be_of_whole_blocks(networks, secret, height):
    photo = close_up()[:height, : height - 1]
    made = protector(networks, secret, seal=False).protect(saved(photo), NAME)
    assert made.header.size == (height - 1, height)
    assert not (changed(photo, pixels_of(made.data)) & ~told_changed(made)).any()
