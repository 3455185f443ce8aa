"""A protected file: an image with the header, and mostly the sealed original, inside.

The payload: 4 bytes of magic, 1 of version, the header's length (4 bytes, big-endian), the header, its CRC-32 (4), the
sealed original's length (8; 0 for none), the sealed original.
"""

import struct
import zlib
from dataclasses import dataclass, field

from rofi.errors import HeaderDamaged
from rofi.imaging.container import attach, extract
from rofi.imaging.header import Header

_MAGIC = b"ROFI"
_VERSION = 1
_PREFIX = struct.Struct(">4sBI")
_CHECK = struct.Struct(">IQ")


@dataclass(frozen=True)
class ProtectedFile:
    """What a protected file carries besides its pixels.

    Args:
        header: as read and checked.
        header_bytes: as they stand in the file; the seal belongs to these.
        sealed: the sealed original; None where it was left out.
    """

    header: Header
    header_bytes: bytes = field(repr=False)
    sealed: bytes | None = field(repr=False)


def pack(image: bytes, header: Header, sealed: bytes | None) -> bytes:
    """Put header and sealed original into an encoded image.

    Args:
        image: a PNG, JPEG, TIFF or WebP file.
        header: of the protected photograph.
        sealed: made with `header.to_bytes()`; None leaves it out.

    Raises:
        OutputError: the format cannot hold it.
    """
    head = header.to_bytes()
    body = sealed or b""
    prefix = _PREFIX.pack(_MAGIC, _VERSION, len(head))
    return attach(image, b"".join((prefix, head, _CHECK.pack(zlib.crc32(head), len(body)), body)))


def unpack(file: bytes) -> ProtectedFile | None:
    """Take header and sealed original out of a file; None where it carries neither.

    The sealed original is handed on unchecked, whatever its length: its own tag finds any damage, and a damaged one
    leaves the way back through the pixels open.

    Raises:
        HeaderDamaged: there is a header, but it cannot be read.
    """
    payload = extract(file)
    if payload is None:
        return None
    if len(payload) < _PREFIX.size:
        raise HeaderDamaged("the header of the protected file is cut off; take an untouched copy")
    magic, version, length = _PREFIX.unpack_from(payload)
    if magic != _MAGIC:
        raise HeaderDamaged("the header of the protected file is damaged; take an untouched copy")
    if version != _VERSION:
        raise HeaderDamaged(f"the protected file is of version {version}, or damaged; get a newer ROFI for it")
    end = _PREFIX.size + length
    if end + _CHECK.size > len(payload):
        raise HeaderDamaged("the header of the protected file is cut off; take an untouched copy")
    head = payload[_PREFIX.size : end]
    check, _ = _CHECK.unpack_from(payload, end)
    if zlib.crc32(head) != check:
        raise HeaderDamaged("the header of the protected file does not fit its checksum; take an untouched copy")
    return ProtectedFile(Header.from_bytes(head), head, payload[end + _CHECK.size :] or None)
