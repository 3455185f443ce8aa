"""A payload in a WebP file: an unknown chunk behind the image (RFC 9649, section 2.7).

Only the extended format may hold unknown chunks, so a simple file gets the VP8X chunk that makes it one.
"""

from collections.abc import Iterator

from rofi.errors import HeaderDamaged, OutputError

_CHUNK = b"ROFI"
_HEADER_BYTES = 12
_LONGEST = 2**32 - 10
_ALPHA = 0x10


def attach(image: bytes, payload: bytes) -> bytes:
    """The file with the payload behind all else.

    Raises:
        OutputError: the file would be larger than the 4 GiB of RIFF, is damaged, or has a payload.
    """
    chunks = list(_chunks(image))
    names = [name for name, _, _ in chunks]
    if not chunks or _CHUNK in names:
        raise OutputError("the WebP file is damaged or carries a payload already; encode the image afresh")
    body = image[_HEADER_BYTES:]
    extension = b"" if names[0] == b"VP8X" else _extension(image, *chunks[0])
    padding = bytes(len(payload) % 2)
    size = 4 + len(extension) + len(body) + 8 + len(payload) + len(padding)
    if size > _LONGEST:
        raise OutputError(f"{len(payload):,} bytes are more than a WebP file holds; write the image without its seal")
    riff = b"RIFF" + size.to_bytes(4, "little") + b"WEBP"
    return b"".join((riff, extension, body, _CHUNK, len(payload).to_bytes(4, "little"), payload, padding))


def extract(file: bytes) -> bytes | None:
    """The payload, or None.

    Raises:
        HeaderDamaged: the file ends within the payload, or there are two.
    """
    found = [(start, length) for name, start, length in _chunks(file) if name == _CHUNK]
    if not found:
        return None
    start, length = found[0]
    if len(found) > 1 or start + length > len(file):
        raise HeaderDamaged("the protected WebP file is cut off or holds two headers; take an untouched copy")
    return file[start : start + length]


def _extension(image: bytes, name: bytes, start: int, length: int) -> bytes:
    """A VP8X chunk with the size, and the note of an alpha channel, that the one image chunk states."""
    head = image[start : start + 10]
    if name == b"VP8 " and length >= 10 and head[3:6] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        flags = 0
    elif name == b"VP8L" and length >= 5 and head[:1] == b"\x2f":
        bits = int.from_bytes(head[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags = _ALPHA if bits >> 28 & 1 else 0
    else:
        raise OutputError("the WebP file is damaged; encode the image afresh")
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X" + (10).to_bytes(4, "little") + bytes((flags, 0, 0, 0)) + size


def _chunks(file: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start of the data and its length, for every chunk that starts within the file."""
    at = _HEADER_BYTES
    while at + 8 <= len(file):
        length = int.from_bytes(file[at + 4 : at + 8], "little")
        yield file[at : at + 4], at + 8, length
        at += 8 + length + length % 2
