"""A payload in a TIFF file: a private tag in the first image file directory (TIFF 6.0, section 2)."""

import struct
from dataclasses import dataclass

from rofi.errors import HeaderDamaged, OutputError

_TAG = 65_111  # in the private range from 32,768, and in the part from 65,000 that needs no registration
_UNDEFINED = 7
_CLASSIC = 42
_LONGEST = 2**32 - 1


@dataclass(frozen=True)
class _Directory:
    """The first image file directory: its entries of 12 bytes, and the four bytes that point to the next one."""

    byte_order: str
    entries: tuple[bytes, ...]
    following: bytes

    def payload(self) -> tuple[int, int, bytes] | None:
        """Type, count and value field of the payload's entry."""
        for entry in self.entries:
            tag, kind, count = struct.unpack_from(self.byte_order + "HHI", entry)
            if tag == _TAG:
                return kind, count, entry[8:]
        return None


def attach(image: bytes, payload: bytes) -> bytes:
    """The file with the payload and a rewritten first directory behind it; all that was there stays where it was.

    Raises:
        OutputError: the file would be larger than the 4 GiB of TIFF, is damaged, or has a payload.
    """
    directory = _first_directory(image)
    if directory is None or directory.payload() is not None:
        raise OutputError("the TIFF file is damaged, a BigTIFF, or carries a payload already; encode the image afresh")
    order = directory.byte_order
    position = _even(len(image))
    start = _even(position + len(payload))
    if start + 2 + 12 * (len(directory.entries) + 1) + 4 > _LONGEST:
        raise OutputError(f"{len(payload):,} bytes are more than a TIFF file holds; write the image without its seal")
    value = payload.ljust(4, b"\0") if len(payload) <= 4 else struct.pack(order + "I", position)
    ours = struct.pack(order + "HHI", _TAG, _UNDEFINED, len(payload)) + value
    entries = sorted((*directory.entries, ours), key=lambda entry: struct.unpack_from(order + "H", entry))
    return b"".join((
        image[:4],
        struct.pack(order + "I", start),
        image[8:],
        bytes(position - len(image)),
        payload,
        bytes(start - position - len(payload)),
        struct.pack(order + "H", len(entries)),
        *entries,
        directory.following,
    ))  # fmt: skip


def extract(file: bytes) -> bytes | None:
    """The payload, or None.

    Raises:
        HeaderDamaged: the tag is there but points out of the file or is of the wrong type.
    """
    directory = _first_directory(file)
    entry = directory.payload() if directory else None
    if directory is None or entry is None:
        return None
    kind, count, value = entry
    if kind != _UNDEFINED:
        raise HeaderDamaged("the protected TIFF file's header is of the wrong type; take an untouched copy")
    if count <= 4:
        return value[:count]
    (position,) = struct.unpack(directory.byte_order + "I", value)
    if position + count > len(file):
        raise HeaderDamaged("the protected TIFF file is cut off; take an untouched copy")
    return file[position : position + count]


def _first_directory(file: bytes) -> _Directory | None:
    order = {b"II": "<", b"MM": ">"}.get(file[:2])
    if order is None or len(file) < 8:
        return None
    magic, start = struct.unpack_from(order + "HI", file, 2)
    if magic != _CLASSIC or start + 2 > len(file):
        return None
    (count,) = struct.unpack_from(order + "H", file, start)
    end = start + 2 + 12 * count
    if end + 4 > len(file):
        return None
    entries = tuple(file[at : at + 12] for at in range(start + 2, end, 12))
    return _Directory(order, entries, file[end : end + 4])


def _even(position: int) -> int:
    return position + position % 2
