import base64
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rofi.errors import HeaderDamaged
from rofi.imaging.header import FaceRecord, Header

FACE = FaceRecord((0.5, -0.1, 12.25, 0.1, 0.5, -3.0), b"region", (10, 20, 110, 140))
HEADER = Header(1, "0123456789abcdef", bytes(range(16)), (640, 480), (FACE,))

coefficients = st.floats(-1e6, 1e6)


@st.composite
def headers(draw):
    width, height = draw(st.integers(1, 10**6)), draw(st.integers(1, 10**6))
    faces = []
    for _ in range(draw(st.integers(0, 3))):
        left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        box = (left, top, draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height)))
        scale, turn = draw(st.floats(1e-3, 1e3)), draw(st.floats(-math.pi, math.pi))
        a, b = scale * math.cos(turn), scale * math.sin(turn)
        matrix = (a, -b, draw(coefficients), b, a, draw(coefficients))
        faces.append(FaceRecord(matrix, draw(st.binary(max_size=50)), box))
    model = draw(st.text("0123456789abcdef", min_size=8, max_size=64))
    return Header(1, model, draw(st.binary(min_size=16, max_size=16)), (width, height), tuple(faces))


@given(headers())
def test_a_header_comes_back_to_the_last_bit(header):
    read = Header.from_bytes(header.to_bytes())
    assert read == header
    assert [[v.hex() for v in face.matrix] for face in read.faces] == [
        [v.hex() for v in f.matrix] for f in header.faces
    ]
    assert read.to_bytes() == header.to_bytes()


def test_the_layout_is_frozen():
    assert HEADER.to_bytes() == (
        b'{"faces":[{"matrix":[0.5,-0.1,12.25,0.1,0.5,-3.0],"region":"cmVnaW9u","region_box":[10,20,110,140]}],'
        b'"model":"0123456789abcdef","salt":"AAECAwQFBgcICQoLDA0ODw==","size":[640,480],"version":1}'
    )


def test_whole_numbers_and_floats_of_equal_value_give_equal_bytes():
    whole = FaceRecord((1, 0, 5, 0, 1, 7), b"", (0, 0, 1, 1))
    floats = FaceRecord((1.0, 0.0, 5.0, 0.0, 1.0, 7.0), b"", (0, 0, 1, 1))
    assert Header(1, "0" * 8, bytes(16), (9, 9), (whole,)).to_bytes() == (
        Header(1, "0" * 8, bytes(16), (9, 9), (floats,)).to_bytes()
    )


ABSURD = [
    ("version", 0),
    ("version", 2),
    ("version", "1"),
    ("version", True),
    ("version", None),
    ("version", 1.0),
    ("model", ""),
    ("model", "xyz"),
    ("model", "ABCDEF0123"),
    ("model", "a" * 129),
    ("model", "0123456789\n"),
    ("model", 12345678),
    ("model", ["0123456789"]),
    ("salt", ""),
    ("salt", base64.b64encode(bytes(15)).decode()),
    ("salt", base64.b64encode(bytes(17)).decode()),
    ("salt", "not base64!"),
    ("salt", 16),
    ("size", [640]),
    ("size", [640, 480, 3]),
    ("size", [0, 480]),
    ("size", [-640, 480]),
    ("size", [640, 10**7]),
    ("size", [640.0, 480]),
    ("size", [10**400, 480]),
    ("size", [True, True]),
    ("size", "640"),
    ("size", {"width": 640}),
    ("faces", None),
    ("faces", [None]),
    ("faces", [[]]),
    ("faces", {}),
    ("faces", "faces"),
]


@pytest.mark.parametrize(("name", "value"), ABSURD)
def test_an_absurd_value_is_damage(name, value):
    fields = json.loads(HEADER.to_bytes())
    fields[name] = value
    with pytest.raises(HeaderDamaged, match="untouched copy") as caught:
        Header.from_bytes(json.dumps(fields).encode())
    assert "\n" not in str(caught.value)


ABSURD_FACE = [
    ("matrix", [1.0, 0.0, 0.0, 0.0, 1.0]),
    ("matrix", [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
    ("matrix", [0.0] * 6),
    ("matrix", [1.0, 2.0, 0.0, 2.0, 4.0, 0.0]),
    ("matrix", [1.0, 0.0, 1e10, 0.0, 1.0, 0.0]),
    ("matrix", [1.0, 0.0, 10**400, 0.0, 1.0, 0.0]),
    ("matrix", [1.0, 0.0, "0", 0.0, 1.0, 0.0]),
    ("matrix", [True, 0.0, 0.0, 0.0, True, 0.0]),
    ("matrix", [1.0, 0.0, None, 0.0, 1.0, 0.0]),
    ("matrix", "100010"),
    ("region", "***"),
    ("region", None),
    ("region", [1, 2]),
    ("region_box", [10, 20, 110]),
    ("region_box", [10, 20, 10, 140]),
    ("region_box", [110, 20, 10, 140]),
    ("region_box", [-1, 20, 110, 140]),
    ("region_box", [10, 20, 641, 140]),
    ("region_box", [10, 20, 110, 481]),
    ("region_box", [10.0, 20, 110, 140]),
    ("region_box", [10, 20, 110, 10**400]),
    ("region_box", "abcd"),
]


@pytest.mark.parametrize(("name", "value"), ABSURD_FACE)
def test_an_absurd_value_of_a_face_is_damage(name, value):
    fields = json.loads(HEADER.to_bytes())
    fields["faces"][0][name] = value
    with pytest.raises(HeaderDamaged, match="untouched copy"):
        Header.from_bytes(json.dumps(fields).encode())


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_a_number_that_is_not_finite_is_damage(number):
    with pytest.raises(HeaderDamaged):
        Header.from_bytes(HEADER.to_bytes().replace(b"12.25", number))


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"null", b"[]", b"7", b'"text"', b"{}", b"\xff\xfe\xfd", b"[" * 100_000, b"9" * 10_000],
    ids=["empty", "cut", "null", "list", "number", "text", "bare", "not-utf8", "deep", "digits"],
)
def test_bytes_that_are_no_header_are_damage(data):
    with pytest.raises(HeaderDamaged, match="untouched copy"):
        Header.from_bytes(data)


@pytest.mark.parametrize("place", ["header", "face"])
def test_missing_and_surplus_fields_are_damage(place):
    def target(fields):
        return fields if place == "header" else fields["faces"][0]

    for name in list(target(json.loads(HEADER.to_bytes()))):
        fields = json.loads(HEADER.to_bytes())
        del target(fields)[name]
        with pytest.raises(HeaderDamaged):
            Header.from_bytes(json.dumps(fields).encode())
    fields = json.loads(HEADER.to_bytes())
    target(fields)["patient"] = "somebody"
    with pytest.raises(HeaderDamaged):
        Header.from_bytes(json.dumps(fields).encode())


def test_a_field_given_twice_is_damage():
    with pytest.raises(HeaderDamaged):
        Header.from_bytes(HEADER.to_bytes()[:-1] + b',"version":1}')


def test_more_faces_than_a_photograph_can_have_are_damage():
    fields = json.loads(HEADER.to_bytes())
    fields["faces"] *= 1_001
    with pytest.raises(HeaderDamaged, match="number of faces"):
        Header.from_bytes(json.dumps(fields).encode())


def test_a_header_that_could_not_be_read_again_is_never_made():
    with pytest.raises(HeaderDamaged):
        FaceRecord((1.0, 0.0, math.nan, 0.0, 1.0, 0.0), b"", (0, 0, 1, 1))
    with pytest.raises(HeaderDamaged):
        Header(1, "0" * 8, bytes(15), (9, 9), ())
    with pytest.raises(HeaderDamaged):
        Header(1, "0" * 8, bytes(16), (9, 9), (FACE,))


@given(st.binary(max_size=300))
def test_random_bytes_are_damage(data):
    with pytest.raises(HeaderDamaged):
        Header.from_bytes(data)
