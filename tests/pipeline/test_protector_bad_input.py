"""Every photograph that is refused: by which name, and in one line that begins with the file's."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest

from pipeline.photographs import QUICK, close_up, portrait, protector, saved, set_thresholds
from rofi.errors import (
    AlreadyProtected,
    FaceTooSmall,
    HeaderDamaged,
    NoFaceFound,
    OutputError,
    PhotoTooLarge,
    StillRecognised,
    UnreadablePhoto,
)
from rofi.imaging.protected_file import unpack
from rofi.pipeline import protector as protecting
from rofi.pipeline.protector import Protector
from rofi.recognition.specs import PACKAGED


def bomb():
    """A PNG file of 100 bytes that says it has 40 gigapixels."""
    size = struct.pack(">IIBBBBB", 200_000, 200_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", size), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    body = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def landscape():
    rows = np.linspace(200, 90, 256)[:, None, None] * np.array([0.7, 0.8, 1.0])
    return np.broadcast_to(rows, (256, 256, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    ("data", "error", "what"),
    [
        (b"", UnreadablePhoto, "empty"),
        (b"Dear colleague, please find enclosed", UnreadablePhoto, "no JPEG, PNG"),
        (saved(close_up())[:20_000], UnreadablePhoto, "truncated"),
        (saved(close_up(), "JPEG")[:5_000], UnreadablePhoto, "truncated"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), UnreadablePhoto, "damaged"),
        (bomb(), PhotoTooLarge, "200000 x 200000 pixels"),
        (saved(landscape()), NoFaceFound, "no face found"),
        (saved(np.zeros((1, 1, 3), np.uint8)), NoFaceFound, "no face found"),
        (saved(portrait(256)), FaceTooSmall, "--min-face"),
    ],
    ids=["empty", "text", "truncated PNG", "truncated JPEG", "noise", "bomb", "landscape", "one pixel", "small face"],
)
def test_what_cannot_be_protected_is_refused_by_name(networks, secret, data, error, what):
    with pytest.raises(error, match=rf"^IMG 1\.png: .*{what}") as caught:
        protector(networks, secret).protect(data, "IMG 1.png")
    assert "\n" not in str(caught.value)


def test_a_smaller_face_is_taken_where_it_is_asked_for(networks, secret):
    small = protector(networks, secret, min_face=20, seal=False).protect(saved(portrait(256)), "a.png")
    assert len(small.header.faces) == 1


def test_one_small_face_among_large_ones_refuses_the_photograph(networks, secret):
    wide = np.full((512, 800, 3), 128, np.uint8)
    wide[:, :512] = portrait()
    wide[100:340, 530:770] = portrait(240)
    with pytest.raises(FaceTooSmall, match=r"a face has 30 px .* fewer than 40"):
        protector(networks, secret).protect(saved(wide), "a.png")


@pytest.mark.parametrize("image_format", ["png", "jpeg"])
def test_a_protected_file_is_not_protected_again(networks, secret, image_format):
    made = protector(networks, secret, image_format=image_format).protect(saved(close_up()), "a.png")
    with pytest.raises(AlreadyProtected, match=r"^b\.png: is a protected file already"):
        protector(networks, secret).protect(made.data, "b.png")


def test_a_protected_file_with_a_damaged_header_is_not_protected_again_either(networks, secret, protected):
    at = protected.data.index(unpack(protected.data).header_bytes) + 40
    damaged = protected.data[:at] + bytes([protected.data[at] ^ 1]) + protected.data[at + 1 :]
    with pytest.raises(HeaderDamaged, match=r"^b\.png: "):
        protector(networks, secret).protect(damaged, "b.png")


def test_a_photograph_too_large_for_its_format_is_named(networks, secret, monkeypatch):
    def refuse(*_):
        raise OutputError("20000 x 256 pixels: WEBP ends at 16,383 a side; write PNG instead")

    monkeypatch.setattr(protecting, "encode", refuse)
    with pytest.raises(OutputError, match=r"^a\.webp: 20000 x 256 pixels: WEBP ends"):
        protector(networks, secret).protect(saved(close_up(), "WEBP"), "a.webp")


def test_a_name_that_cannot_be_sealed_is_named(networks, secret):
    with pytest.raises(OutputError, match="name is empty, too long or has control characters"):
        protector(networks, secret).protect(saved(close_up()), "a\tb.png")


def test_a_face_that_stays_recognised_is_refused_and_not_leaked(networks, secret):
    strict = Protector(networks, secret, QUICK)
    set_thresholds(strict, 1e-6)
    with pytest.raises(StillRecognised, match=r"^a\.png: a face stays too like the patient"):
        strict.protect(saved(close_up()), "a.png")


@pytest.mark.parametrize("number", range(len(PACKAGED)))
def test_one_recogniser_that_still_knows_the_patient_is_enough_to_refuse(networks, secret, number):
    strict = protector(networks, secret)
    strict.judges[number].spec = replace(strict.judges[number].spec, threshold=1e-6, strangers=-1.0)
    with pytest.raises(StillRecognised):
        strict.protect(saved(close_up()), "a.png")


def test_a_face_turned_away_is_refused_and_not_passed_over(networks, secret, monkeypatch):
    strict = protector(networks, secret)
    seen = strict.finder.mesh_detector.detect

    def hidden(photo, points):
        return type(seen(photo, points))(seen(photo, points).mesh, presence=0.2)

    monkeypatch.setattr(strict.finder.mesh_detector, "detect", hidden)
    with pytest.raises(NoFaceFound, match=r"turned far or covered"):
        strict.protect(saved(portrait()), "a.png")
