import dataclasses

import numpy as np
import pytest
from PIL import Image

from pipeline.photographs import changed, close_up, pixels_of, portrait, protector, psnr, saved, stripped, told_changed
from rofi.errors import HeaderDamaged, NoSeal, NotProtected, SealDamaged, WeightsMismatch
from rofi.imaging.protected_file import pack, unpack
from rofi.keys.secret import Secret
from rofi.pipeline.restorer import Restorer

WRONG = [
    Secret(bytes(32)),
    Secret(bytes(range(1, 33))),
    Secret(bytes([0x80, *range(1, 32)])),  # one bit off
    Secret(bytes([*range(31), 30])),
]


def restored_pixels(networks, secret, file, tier="neural", name="copy.png", logged=None):
    result = Restorer(networks, secret, tier).restore(file, name, logged)
    return pixels_of(result.data), result


def with_flipped_seal(protected):
    at = protected.data.index(unpack(protected.data).sealed) + 1000
    return protected.data[:at] + bytes([protected.data[at] ^ 1]) + protected.data[at + 1 :]


@pytest.mark.parametrize("tier", ["auto", "sealed"])
def test_the_seal_gives_the_original_bit_for_bit_with_its_name(networks, secret, original, protected, tier):
    restored = Restorer(networks, secret, tier).restore(protected.data, f"{protected.pseudonym}.png")
    assert restored.data == original
    assert (restored.name, restored.tier, restored.key_fits) == ("Anna Example 1962.png", "sealed", True)


@pytest.mark.parametrize("side", [512, 1024])
def test_the_pixels_alone_give_the_changed_part_back(networks, secret, side):
    photo = portrait(side)
    made = protector(networks, secret, seal=False).protect(saved(photo), "a.png")
    restored, result = restored_pixels(networks, secret, made.data)
    told = told_changed(made)
    assert psnr(restored[told], photo[told]) > 33
    assert psnr(pixels_of(made.data)[told], photo[told]) < 25  # there was something to restore
    assert not (changed(restored, photo) & ~told).any()
    assert (result.name, result.tier, result.key_fits) == ("copy.png", "neural", True)


def test_restoring_by_the_pixels_gives_the_same_twice(networks, secret, unsealed):
    first, second = (Restorer(networks, secret, "neural").restore(unsealed.data, "a.png") for _ in range(2))
    assert first == second


def test_auto_takes_the_pixels_where_there_is_no_seal(networks, secret, unsealed):
    restored, result = restored_pixels(networks, secret, unsealed.data, "auto")
    assert (result.tier, result.key_fits) == ("neural", True)
    assert psnr(restored, portrait()) > 42


def test_the_sealed_tier_needs_a_seal(networks, secret, unsealed):
    with pytest.raises(NoSeal, match=r"^a\.png: carries no sealed original"):
        Restorer(networks, secret, "sealed").restore(unsealed.data, "a.png")


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("tier", ["auto", "sealed"])
def test_a_wrong_key_opens_no_seal(networks, protected, wrong, tier):
    with pytest.raises(SealDamaged, match=r"^a\.png: the key does not open"):
        Restorer(networks, wrong, tier).restore(protected.data, "a.png")


def test_every_wrong_key_gives_one_and_the_same_stranger(networks, protected):
    results = [restored_pixels(networks, wrong, protected.data) for wrong in WRONG]
    strangers = [pixels for pixels, _ in results]
    assert not any(result.key_fits for _, result in results)
    for stranger in strangers[1:]:
        np.testing.assert_array_equal(stranger, strangers[0])
    told = told_changed(protected)
    assert psnr(strangers[0][told], portrait()[told]) < 25
    assert not (changed(strangers[0], portrait()) & ~told).any()


def test_with_the_decoders_eyes_too_the_pixels_give_all_back(networks, secret, original):
    made = protector(networks, secret, sign_detail="network", seal=False).protect(original, "a.png")
    restored, result = restored_pixels(networks, secret, made.data)
    told = told_changed(made)
    assert result.key_fits
    assert psnr(restored[told], portrait()[told]) > 33


@pytest.mark.parametrize("source", ["PNG", "JPEG", "TIFF", "WEBP", "BMP"])
def test_every_format_comes_back_by_its_seal_and_by_its_pixels(networks, secret, source):
    original = saved(close_up(), source)
    made = protector(networks, secret, image_format="same").protect(original, f"a.{source.lower()}")
    sealed = Restorer(networks, secret).restore(made.data, "b")
    assert (sealed.data, sealed.name, sealed.tier) == (original, f"a.{source.lower()}", "sealed")
    restored, result = restored_pixels(networks, secret, made.data)
    photo = pixels_of(original)
    told = told_changed(made)
    assert result.key_fits
    assert psnr(restored[told], photo[told]) > (20 if source == "JPEG" else 30)


@pytest.mark.parametrize("source", [pytest.param("jpeg", id="to JPEG"), pytest.param("png", id="to PNG")])
def test_a_16_bit_photograph_comes_back(networks, secret, source):
    import cv2  # Pillow writes no 16-bit colours

    deep = close_up().astype(np.uint16) * 257
    original = cv2.imencode(".png", deep[..., ::-1])[1].tobytes()
    made = protector(networks, secret, image_format=source).protect(original, "deep.png")
    assert Restorer(networks, secret).restore(made.data, "b").data == original
    restored, result = restored_pixels(networks, secret, made.data)
    assert result.key_fits
    assert psnr(restored, close_up()) > 25


def test_a_rotated_photograph_comes_back_upright_by_its_pixels_and_as_it_was_by_its_seal(networks, secret):
    exif = Image.Exif()
    exif[0x0112] = 6
    original = saved(np.ascontiguousarray(np.rot90(close_up()[:240])), "JPEG", quality=95, exif=exif)
    made = protector(networks, secret).protect(original, "a.jpg")
    assert Restorer(networks, secret).restore(made.data, "b").data == original
    restored, result = restored_pixels(networks, secret, made.data)
    assert result.key_fits
    assert restored.shape == (240, 256, 3)
    assert psnr(restored, pixels_of(original)) > 35


def test_several_faces_come_back(networks, secret):
    two = np.concatenate([portrait(400), portrait(400)[:, ::-1]], axis=1)
    made = protector(networks, secret, seal=False).protect(saved(two), "two.png")
    restored, result = restored_pixels(networks, secret, made.data)
    assert result.key_fits
    for half in (np.s_[:, :400], np.s_[:, 400:]):
        told = told_changed(made)[half]
        assert psnr(restored[half][told], two[half][told]) > 30


def test_a_face_at_the_border_comes_back(networks, secret):
    cut = np.ascontiguousarray(portrait()[:400, 200:500])
    made = protector(networks, secret, seal=False).protect(saved(cut), "cut.png")
    restored, result = restored_pixels(networks, secret, made.data)
    told = told_changed(made)
    assert result.key_fits
    assert psnr(restored[told], cut[told]) > 30


def test_a_dark_photograph_comes_back(networks, secret):
    dark = (portrait() * 0.4).astype(np.uint8)
    made = protector(networks, secret, seal=False).protect(saved(dark), "dark.png")
    restored, result = restored_pixels(networks, secret, made.data)
    told = told_changed(made)
    assert result.key_fits
    assert psnr(restored[told], dark[told]) > 33


def test_an_unprotected_file_is_not_restored(networks, secret, original):
    with pytest.raises(NotProtected, match=r"^a\.png: not a protected file.*--log"):
        Restorer(networks, secret).restore(original, "a.png")


def test_a_flipped_byte_of_the_seal_leaves_the_way_through_the_pixels(networks, secret, protected):
    restored, result = restored_pixels(networks, secret, with_flipped_seal(protected), "auto")
    assert (result.tier, result.key_fits) == ("neural", True)
    assert psnr(restored, portrait()) > 42


def test_a_flipped_byte_of_the_seal_is_an_error_of_the_sealed_tier(networks, secret, protected):
    with pytest.raises(SealDamaged, match=r"^a\.png: "):
        Restorer(networks, secret, "sealed").restore(with_flipped_seal(protected), "a.png")


def test_a_damaged_header_is_named_and_does_not_pass(networks, secret, protected):
    at = protected.data.index(unpack(protected.data).header_bytes) + 40
    damaged = protected.data[:at] + bytes([protected.data[at] ^ 1]) + protected.data[at + 1 :]
    with pytest.raises(HeaderDamaged, match=r"^a\.png: .*checksum"):
        Restorer(networks, secret).restore(damaged, "a.png")


def test_with_the_logs_header_a_damaged_one_is_no_loss(networks, secret, protected):
    at = protected.data.index(unpack(protected.data).header_bytes) + 40
    damaged = protected.data[:at] + bytes([protected.data[at] ^ 1]) + protected.data[at + 1 :]
    restored, result = restored_pixels(networks, secret, damaged, "auto", logged=protected.header)
    assert (result.tier, result.key_fits) == ("neural", True)
    assert psnr(restored, portrait()) > 42


def of_other_weights(protected, sealed):
    header = dataclasses.replace(protected.header, model="0123456789abcdef")
    return pack(saved(pixels_of(protected.data)), header, sealed)


def test_pixels_made_with_other_weights_are_refused(networks, secret, protected):
    with pytest.raises(WeightsMismatch, match=r"^a\.png: .*0123456789abcdef.*--weights"):
        Restorer(networks, secret).restore(of_other_weights(protected, None), "a.png")


def test_a_seal_that_does_not_open_is_the_error_whatever_the_weights(networks, secret, protected):
    with pytest.raises(SealDamaged, match=r"^a\.png: "):
        Restorer(networks, secret).restore(of_other_weights(protected, bytes(100)), "a.png")


def test_the_log_brings_a_stripped_file_back(networks, secret, protected):
    bare = stripped(protected.data)
    assert unpack(bare) is None
    restored, result = restored_pixels(networks, secret, bare, "auto", logged=protected.header)
    assert (result.tier, result.key_fits) == ("neural", True)
    assert psnr(restored, portrait()) > 42


def test_the_sealed_tier_needs_more_than_the_log(networks, secret, protected):
    with pytest.raises(NoSeal):
        Restorer(networks, secret, "sealed").restore(stripped(protected.data), "a.png", protected.header)


def resized(protected, side):
    return np.asarray(Image.fromarray(pixels_of(protected.data)).resize((side, side), Image.Resampling.LANCZOS))


def test_an_enlarged_file_comes_back_at_its_own_size(networks, secret, protected):
    restored, result = restored_pixels(networks, secret, saved(resized(protected, 1024)), logged=protected.header)
    assert result.key_fits
    assert restored.shape == (1024, 1024, 3)
    told = told_changed(protected)
    smaller = np.asarray(Image.fromarray(restored).resize((512, 512), Image.Resampling.BOX))
    assert psnr(smaller[told], portrait()[told]) > 25


def test_a_file_made_too_small_gives_a_stranger_of_its_own_size(networks, secret, protected):
    restored, result = restored_pixels(networks, secret, saved(resized(protected, 100)), logged=protected.header)
    assert not result.key_fits
    assert restored.shape == (100, 100, 3)


@pytest.mark.parametrize("header", ["in the file", "in the log"])
def test_a_cropped_file_comes_back(networks, secret, protected, header):
    top, left = 13, 37  # off the 8-pixel grid
    bare = saved(np.ascontiguousarray(pixels_of(protected.data)[top:400, left:480]))
    file = bare if header == "in the log" else pack(bare, protected.header, None)
    logged = protected.header if header == "in the log" else None
    restored, result = restored_pixels(networks, secret, file, logged=logged)
    assert result.key_fits
    told, photo = (whole[top:400, left:480] for whole in (told_changed(protected), portrait()))
    assert psnr(restored[told], photo[told]) > 30
    np.testing.assert_array_equal(restored[~told], photo[~told])


def test_a_crop_in_a_larger_frame_comes_back(networks, secret, protected):
    framed = np.full((560, 600, 3), 255, np.uint8)
    framed[21:533, 30:542] = pixels_of(protected.data)
    restored, result = restored_pixels(networks, secret, saved(framed), logged=protected.header)
    assert result.key_fits
    assert psnr(restored[21:533, 30:542], portrait()) > 40
    assert (restored[:21] == 255).all()


def test_a_crop_without_the_face_gives_no_more_than_it_shows(networks, secret, protected):
    bare = np.ascontiguousarray(pixels_of(protected.data)[300:])
    restored, result = restored_pixels(networks, secret, saved(bare), logged=protected.header)
    assert not result.key_fits
    assert restored.shape == bare.shape


def test_the_pixels_tell_which_header_is_theirs(networks, secret, protected):
    header = protected.header
    others = [
        dataclasses.replace(header, salt=bytes(16)),
        dataclasses.replace(header, faces=()),
        dataclasses.replace(header, faces=(dataclasses.replace(header.faces[0], region=b"damaged"),)),
    ]
    restorer = Restorer(networks, secret)
    assert restorer.first_that_fits(stripped(protected.data), "a.png", [*others, header]) == header
    assert restorer.first_that_fits(stripped(protected.data), "a.png", others) is None
    assert Restorer(networks, WRONG[0]).first_that_fits(stripped(protected.data), "a.png", [header]) is None
