"""The sealed original: the whole file as it came, under AES-256-GCM (NIST SP 800-38D)."""

import secrets
from dataclasses import dataclass, field
from pathlib import PureWindowsPath

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rofi.errors import OutputError, PhotoTooLarge, SealDamaged

_NONCE_BYTES = 12
_TAG_BYTES = 16
_LENGTH_BYTES = 2
_LONGEST_NAME = 1_024
_LARGEST_PLAINTEXT = 2**31 - 1 - _TAG_BYTES  # more than that, the library refuses in one piece
_LARGEST_SEAL = _NONCE_BYTES + _LARGEST_PLAINTEXT + _TAG_BYTES


@dataclass(frozen=True)
class SealedOriginal:
    """What comes out of a seal.

    Args:
        name: the original's file name, without any folder.
        data: the original file, bit for bit.
    """

    name: str
    data: bytes = field(repr=False)


def seal(plaintext: bytes, original_name: str, key: bytes, header: bytes) -> bytes:
    """Encrypt an original file together with its name.

    Args:
        plaintext: the whole file.
        original_name: its name; a folder before it is left out.
        key: 32 bytes, for this image alone.
        header: the protected file's header, which the seal then belongs to.

    Returns:
        A random nonce of 12 bytes, the ciphertext, and the tag of 16 bytes.

    Raises:
        PhotoTooLarge: 2 GiB or more.
        OutputError: the name is empty, longer than 1,024 bytes, or has control characters.
    """
    encoded = _last_component(original_name).encode("utf-8", "surrogateescape")
    if not encoded or len(encoded) > _LONGEST_NAME:
        raise OutputError("the original's file name is empty, too long or has control characters; rename the file")
    if _LENGTH_BYTES + len(encoded) + len(plaintext) > _LARGEST_PLAINTEXT:
        raise PhotoTooLarge(f"{original_name}: 2 GiB or more cannot be sealed; make it smaller, or leave out the seal")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    inside = b"".join((len(encoded).to_bytes(_LENGTH_BYTES, "big"), encoded, plaintext))
    return nonce + AESGCM(key).encrypt(nonce, inside, header)


def open_seal(sealed: bytes, key: bytes, header: bytes) -> SealedOriginal:
    """Decrypt a sealed original.

    Args:
        sealed: what `seal` gave.
        key: the 32 bytes it was sealed with.
        header: the header's bytes as they stand in the file.

    Raises:
        SealDamaged: a wrong key, a changed byte of seal or header, or a name that is none.
    """
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES + _LENGTH_BYTES or len(sealed) > _LARGEST_SEAL:
        raise SealDamaged("the sealed original is cut off or too large; take an untouched copy of the protected file")
    try:
        inside = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], header)
    except (InvalidTag, ValueError):
        raise SealDamaged("the key does not open the sealed original, or the file was changed") from None
    start = _LENGTH_BYTES + int.from_bytes(inside[:_LENGTH_BYTES], "big")
    name = _last_component(inside[_LENGTH_BYTES:start].decode("utf-8", "surrogateescape"))
    if start > len(inside) or not name or len(name) > _LONGEST_NAME:
        raise SealDamaged("the sealed original's file name is none; ask its sender how the file was made")
    return SealedOriginal(name, inside[start:])


def _last_component(name: str) -> str:
    """The name without any folder or drive, empty where nothing is left that names a file within a folder.

    By Windows' rules wherever this runs: they take both slashes and a drive letter for what they are.
    """
    last = PureWindowsPath(name).name
    return "" if last in (".", "..") or any(ord(character) < 32 for character in last) else last
