"""A payload in a JPEG file: APP11 segments (ITU-T T.81, annex B), as many as it takes.

Each segment is the identifier, its number from 0, how many there are, and a piece of the payload.
"""

import struct
from collections.abc import Iterator

from rofi.errors import HeaderDamaged, OutputError

_APP0, _APP11 = 0xE0, 0xEB
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_SCAN_BEGINS = bytes((0xFF, _START_OF_SCAN))
_IDENTIFIER = b"ROFI\0"
_NUMBERS = struct.Struct(">HH")
_PIECE = 65_533 - len(_IDENTIFIER) - _NUMBERS.size
_MOST_SEGMENTS = 65_535


def attach(image: bytes, payload: bytes) -> bytes:
    """The file with the payload behind SOI and any APP0 segments, which JFIF wants first.

    Raises:
        OutputError: more than 65,535 segments (about 4.3 GB), a damaged file, or one with a payload.
    """
    count = max(1, -(-len(payload) // _PIECE))
    if count > _MOST_SEGMENTS:
        raise OutputError(f"{len(payload):,} bytes are more than a JPEG file holds; write PNG, or leave out the seal")
    segments = list(_segments(image))
    scan = sum(segments[-1][1:]) if segments else 0
    if image[scan : scan + 2] != _SCAN_BEGINS or any(_is_ours(image, *segment) for segment in segments):
        raise OutputError("the JPEG file is damaged or carries a payload already; encode the image afresh")
    at = 2
    for marker, start, length in segments:
        if marker != _APP0 or start != at + 4:
            break
        at = start + length
    pieces = [image[:at]]
    for number in range(count):
        piece = payload[number * _PIECE : (number + 1) * _PIECE]
        size = 2 + len(_IDENTIFIER) + _NUMBERS.size + len(piece)
        pieces += (struct.pack(">BBH", 0xFF, _APP11, size), _IDENTIFIER, _NUMBERS.pack(number, count), piece)
    return b"".join((*pieces, image[at:]))


def extract(file: bytes) -> bytes | None:
    """The payload, or None.

    Raises:
        HeaderDamaged: a segment is missing, cut off, or there twice.
    """
    pieces: dict[int, bytes] = {}
    counts = set()
    found = 0
    for marker, start, length in _segments(file):
        if not _is_ours(file, marker, start, length):
            continue
        body = start + len(_IDENTIFIER) + _NUMBERS.size
        if start + length > len(file) or body > start + length:
            raise HeaderDamaged("the protected JPEG file is cut off within its header; take an untouched copy")
        number, count = _NUMBERS.unpack_from(file, start + len(_IDENTIFIER))
        pieces[number] = file[body : start + length]
        counts.add(count)
        found += 1
    if not found:
        return None
    if counts != {found} or sorted(pieces) != list(range(found)):
        raise HeaderDamaged("the protected JPEG file misses a part of its header; take an untouched copy")
    return b"".join(pieces[number] for number in range(found))


def _is_ours(file: bytes, marker: int, start: int, length: int) -> bool:
    return marker == _APP11 and length >= len(_IDENTIFIER) and file.startswith(_IDENTIFIER, start)


def _segments(file: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start of the body and its length, for every segment before the first scan."""
    at = 2
    while at + 4 <= len(file) and file[at] == 0xFF:
        marker = file[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in (_START_OF_SCAN, _END_OF_IMAGE):
            return
        size = int.from_bytes(file[at + 2 : at + 4], "big")
        if size < 2:
            return
        yield marker, at + 4, size - 2
        at += 2 + size
