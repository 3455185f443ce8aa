"""What restoring needs to know besides the key: which model, which salt, and where each face was."""

import base64
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Self

from rofi.errors import HeaderDamaged

HEADER_VERSION = 1
SALT_BYTES = 16
LARGEST_HEADER = 64 * 2**20
_FINGERPRINT = re.compile(r"[0-9a-f]{8,128}")
_LARGEST_SIDE = 1_000_000
_MOST_FACES = 1_000
_LARGEST_REGION = 32 * 2**20
_LARGEST_COEFFICIENT = 1e9

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class FaceRecord:
    """One protected face of the photograph.

    Args:
        matrix: the 2 x 3 similarity from photograph to view pixels, row by row; invertible.
        region: zlib-compressed bitmap of the pixels that were changed; opaque here, at most 32 MiB.
        region_box: left, top, right, bottom of the bitmap in photograph pixels, right and bottom exclusive.

    Raises:
        HeaderDamaged: a value is out of its bounds.
    """

    matrix: Matrix
    region: bytes
    region_box: Box

    def __post_init__(self) -> None:
        _require(len(self.matrix) == 6 and all(_is_number(value) for value in self.matrix), "a face's matrix")
        a, b, _, c, d, _ = self.matrix
        _require(1e-12 < abs(a * d - b * c) < 1e12, "a face's matrix")
        _require(len(self.region_box) == 4 and all(_is_whole(value) for value in self.region_box), "a region's box")
        left, top, right, bottom = self.region_box
        _require(0 <= left < right <= _LARGEST_SIDE and 0 <= top < bottom <= _LARGEST_SIDE, "a region's box")
        _require(len(self.region) <= _LARGEST_REGION, "a region's size")


@dataclass(frozen=True)
class Header:
    """The header of a protected file. It tells nothing of the patient.

    Args:
        version: of this layout; 1.
        model: fingerprint of the weights, 8 to 128 lower-case hexadecimal digits.
        salt: 16 bytes.
        size: width and height of the photograph in pixels, each 1 to 1,000,000.
        faces: at most 1,000, their boxes within the photograph.

    Raises:
        HeaderDamaged: a value is out of its bounds.
    """

    version: int
    model: str
    salt: bytes
    size: tuple[int, int]
    faces: tuple[FaceRecord, ...]

    def __post_init__(self) -> None:
        _require(_is_whole(self.version) and self.version == HEADER_VERSION, "the version (a newer ROFI may read it)")
        _require(isinstance(self.model, str) and _FINGERPRINT.fullmatch(self.model) is not None, "the model")
        _require(len(self.salt) == SALT_BYTES, "the salt")
        _require(
            len(self.size) == 2 and all(_is_whole(side) and 1 <= side <= _LARGEST_SIDE for side in self.size), "size"
        )
        _require(len(self.faces) <= _MOST_FACES, "the number of faces")
        width, height = self.size
        inside = all(face.region_box[2] <= width and face.region_box[3] <= height for face in self.faces)
        _require(inside, "a region's box")

    def to_bytes(self) -> bytes:
        """Compact JSON with sorted keys; equal headers give equal bytes, and floats keep every bit."""
        fields = {
            "version": int(self.version),
            "model": self.model,
            "salt": _to_text(self.salt),
            "size": [int(side) for side in self.size],
            "faces": [
                {
                    "matrix": [float(value) for value in face.matrix],
                    "region": _to_text(face.region),
                    "region_box": [int(value) for value in face.region_box],
                }
                for face in self.faces
            ],
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            HeaderDamaged: it is something else, or a value is out of its bounds.
        """
        _require(len(data) <= LARGEST_HEADER, "the length")
        try:
            fields = json.loads(data, parse_constant=_no_constant, object_pairs_hook=_unique)
            _exactly(fields, "version", "model", "salt", "size", "faces")
            return cls(
                version=fields["version"],
                model=fields["model"],
                salt=_from_text(fields["salt"]),
                size=_sequence(fields["size"], 2),
                faces=tuple(_face(face) for face in _sequence(fields["faces"])),
            )
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise HeaderDamaged("the header of the protected file is damaged; take an untouched copy") from error


def _face(fields: Any) -> FaceRecord:
    _exactly(fields, "matrix", "region", "region_box")
    matrix = _sequence(fields["matrix"], 6)
    _require(all(_is_number(value) for value in matrix), "a face's matrix")
    return FaceRecord(
        matrix=tuple(float(value) for value in matrix),  # type: ignore[arg-type]  # six, as just counted
        region=_from_text(fields["region"]),
        region_box=_sequence(fields["region_box"], 4),
    )


def _sequence(value: Any, length: int | None = None) -> Any:
    if not isinstance(value, Sequence) or isinstance(value, str) or (length is not None and len(value) != length):
        raise ValueError("not a list of this length")
    return tuple(value)


def _exactly(fields: Any, *names: str) -> None:
    if not isinstance(fields, Mapping) or set(fields) != set(names):
        raise ValueError("missing or surplus fields")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is there twice")
    return fields


def _no_constant(_: str) -> NoReturn:
    raise ValueError("not a finite number")


def _to_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_text(text: Any) -> bytes:
    return base64.b64decode(text, validate=True)


def _is_whole(value: object) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and abs(value) <= _LARGEST_COEFFICIENT


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise HeaderDamaged(
            f"the header of the protected file is damaged: {what} is out of bounds; take an untouched copy"
        )
