"""A payload in a PNG file: a private ancillary chunk before IEND (ISO/IEC 15948, clauses 5 and 14)."""

import zlib
from collections.abc import Iterator

from rofi.errors import HeaderDamaged, OutputError

# Lower, lower, upper, lower: ancillary, private, reserved, and safe to copy by a program that does not know it.
_CHUNK = b"roFi"
_SIGNATURE_BYTES = 8
_LONGEST = 2**31 - 1


def attach(image: bytes, payload: bytes) -> bytes:
    """The file with the payload before IEND.

    Raises:
        OutputError: more than 2 GiB, a damaged file, or one with a payload.
    """
    if len(payload) > _LONGEST:
        raise OutputError(f"{len(payload):,} bytes are more than a PNG chunk holds; write the image without its seal")
    chunks = {name: start for name, start, _ in _chunks(image)}
    if _CHUNK in chunks or b"IEND" not in chunks:
        raise OutputError("the PNG file is damaged or carries a payload already; encode the image afresh")
    end = chunks[b"IEND"]
    length, check = len(payload).to_bytes(4, "big"), zlib.crc32(payload, zlib.crc32(_CHUNK)).to_bytes(4, "big")
    return b"".join((image[:end], length, _CHUNK, payload, check, image[end:]))


def extract(file: bytes) -> bytes | None:
    """The payload, or None.

    The chunk's CRC is written for other programs and not enforced here: see `rofi.imaging.container.extract`.

    Raises:
        HeaderDamaged: the file ends within the payload, or there are two.
    """
    found = [(start, length) for name, start, length in _chunks(file) if name == _CHUNK]
    if not found:
        return None
    start, length = found[0]
    if len(found) > 1 or start + 12 + length > len(file):
        raise HeaderDamaged("the protected PNG file is cut off or holds two headers; take an untouched copy")
    return file[start + 8 : start + 8 + length]


def _chunks(file: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, position and data length of each chunk, up to IEND or the first that starts beyond the end of the file."""
    at = _SIGNATURE_BYTES
    while at + 8 <= len(file):
        length, name = int.from_bytes(file[at : at + 4], "big"), file[at + 4 : at + 8]
        yield name, at, length
        if name == b"IEND":
            return
        at += 12 + length
