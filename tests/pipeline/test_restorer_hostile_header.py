"""Headers that pass their own checks and still make no sense: named errors, in bounded time and memory."""

import math
import tracemalloc
import zlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.photographs import close_up, pixels_of, protector, saved
from rofi.errors import HeaderDamaged, RofiError
from rofi.imaging.header import FaceRecord, Header
from rofi.imaging.protected_file import pack
from rofi.pipeline.restorer import Restorer

SIDE = 128
REGION = zlib.compress(b"\xff" * (64 * 64 // 8))
BOX = (32, 32, 96, 96)
MATRIX = (2.0, 0.0, 0.0, 0.0, 2.0, 0.0)


def restored(networks, secret, faces, size=(SIDE, SIDE)):
    header = Header(1, networks.fingerprint, bytes(16), size, faces)
    return Restorer(networks, secret).restore(pack(saved(close_up(SIDE)), header, None), "a.png")


def similarity(scale, angle, x, y):
    a, b = scale * math.cos(angle), scale * math.sin(angle)
    return a, -b, x, b, a, y


def test_a_header_that_makes_sense_is_restored(networks, secret):
    result = restored(networks, secret, (FaceRecord(MATRIX, REGION, BOX),))
    assert pixels_of(result.data).shape == (SIDE, SIDE, 3)
    assert not result.key_fits


@pytest.mark.parametrize(
    ("record", "what"),
    [
        (FaceRecord(MATRIX, REGION, (33, 32, 97, 96)), "grid"),
        (FaceRecord(MATRIX, REGION, (32, 32, 96, 88)), "another size"),
        (FaceRecord(MATRIX, REGION, (32, 32, 104, 96)), "another size"),
        (FaceRecord(MATRIX, b"", BOX), "another size"),
        (FaceRecord(MATRIX, REGION[:-8], BOX), "another size"),
        (FaceRecord(MATRIX, zlib.compress(bytes(10**8)), BOX), "another size"),  # a bomb of its own
        (FaceRecord(MATRIX, b"no zlib", BOX), "cannot be read"),
        (FaceRecord((2.0, 0.0, 0.0, 0.0, -2.0, 0.0), REGION, BOX), "not a similarity"),
        (FaceRecord((2.0, 0.5, 0.0, 0.0, 2.0, 0.0), REGION, BOX), "not a similarity"),
        (FaceRecord(similarity(1e-3, 0, 0, 0), REGION, BOX), "impossible size"),
        (FaceRecord(similarity(2e-6, 0, 0, 0), REGION, BOX), "impossible size"),
        (FaceRecord(similarity(9e5, 0, 0, 0), REGION, BOX), "impossible size"),
    ],
)
def test_a_face_that_cannot_be_is_a_damaged_header(networks, secret, record, what):
    with pytest.raises(HeaderDamaged, match=rf"^a\.png: header: .*{what}"):
        restored(networks, secret, (record,))


def test_a_photograph_of_impossible_size_is_a_damaged_header(networks, secret):
    tracemalloc.start()
    with pytest.raises(HeaderDamaged, match=r"^a\.png: .*impossible size"):
        restored(networks, secret, (), size=(1_000_000, 1_000_000))
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


finite = st.floats(-1e9, 1e9, allow_nan=False)
edges = st.integers(0, 16).map(lambda block: 8 * block) | st.integers(0, SIDE)
boxes = st.tuples(edges, edges, edges, edges).filter(lambda box: box[0] < box[2] and box[1] < box[3])
scales = (st.floats(-6, 6) | st.floats(-0.2, 1.8)).map(lambda power: 10**power)
shifts = finite | st.floats(-300, 300)
similarities = st.builds(similarity, scales, st.floats(-4, 4), shifts, shifts)
matrices = similarities | st.tuples(*[finite] * 6)
regions = st.binary(max_size=64) | st.binary(max_size=300).map(zlib.compress)


@st.composite
def records(draw):
    box = draw(boxes)
    area = (box[2] - box[0]) * (box[3] - box[1])
    fitting = st.binary(min_size=-(-area // 8), max_size=-(-area // 8)).map(zlib.compress)
    matrix, region = draw(matrices), draw(fitting | regions)
    try:
        return FaceRecord(matrix, region, box)
    except HeaderDamaged:
        return FaceRecord(MATRIX, region, box)


def check_named_or_whole(restore):
    """The result is a picture of the header's size, or a named error in one line."""
    try:
        result, message = restore(), None
    except RofiError as error:
        result, message = None, str(error)
    if message is None:
        assert pixels_of(result.data).shape == (SIDE, SIDE, 3)
    else:
        assert message.startswith("a.png: ")
        assert "\n" not in message


WILD = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@WILD
@given(faces=st.lists(records(), max_size=2))
def test_any_header_gives_a_picture_of_its_size_or_a_named_error(networks, secret, faces):
    check_named_or_whole(lambda: restored(networks, secret, tuple(faces)))


@pytest.fixture(scope="module")
def genuine(networks, secret):
    return protector(networks, secret, seal=False, min_face=10).protect(saved(close_up(SIDE)), "a.png")


@WILD
@given(matrix=matrices)
def test_any_alignment_under_the_right_key_does_too(networks, secret, genuine, matrix):
    def restore():
        (face,) = genuine.header.faces
        try:
            header = replace(genuine.header, faces=(replace(face, matrix=matrix),))
        except HeaderDamaged as error:
            raise HeaderDamaged(f"a.png: {error}") from error  # seen before the restorer sees it
        return Restorer(networks, secret).restore(pack(saved(pixels_of(genuine.data)), header, None), "a.png")

    check_named_or_whole(restore)
