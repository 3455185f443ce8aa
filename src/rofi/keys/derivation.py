"""What one secret and one image's salt turn into: the seal's key, the key vector, the file's pseudonym."""

import base64
import hashlib

import numpy as np
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from rofi.keys.normal import standard_normal
from rofi.keys.secret import SALT_BYTES, Secret

KEY_VECTOR_LENGTH = 512
_DOMAIN = b"rofi/v1/"


def hkdf_sha256(key_material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-256, extract and expand (RFC 5869).

    Raises:
        ValueError: `length` is over 255 * 32 = 8,160 bytes.
    """
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key_material)


def derive(secret: Secret, salt: bytes, purpose: str, length: int) -> bytes:
    """`length` bytes for one image and one purpose: HKDF-SHA256 with info "rofi/v1/" + purpose.

    Args:
        secret: what the image's owner keeps.
        salt: the image's 16 bytes.
        purpose: what the bytes are for; different purposes give unrelated bytes.
        length: 1 to 8,160 bytes.

    Raises:
        ValueError: `salt` is not 16 bytes, or `length` is out of range.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt is {SALT_BYTES} bytes, not {len(salt)}")
    return hkdf_sha256(secret.material, salt, _DOMAIN + purpose.encode(), length)


def seal_key(secret: Secret, salt: bytes) -> bytes:
    """The 32-byte AES-256-GCM key of one image's sealed original."""
    return derive(secret, salt, "seal", 32)


def key_vector(secret: Secret, salt: bytes, face: int = 0) -> NDArray[np.float32]:
    """The key vector k ~ N(0, I) of one face of one image (paper section 4.1).

    Bit-identical on every platform: a protected face can be restored only with exactly the vector it was made with,
    maybe on another machine and many years later.

    Args:
        secret: what the image's owner keeps.
        salt: the image's 16 bytes.
        face: index of the face in the photograph, so that two faces of one photograph never share a vector.

    Returns:
        (512,) float32.

    Raises:
        ValueError: `face` is negative or `salt` is not 16 bytes.
    """
    if face < 0:
        raise ValueError(f"a face's index is 0 or more, not {face}")
    stream = derive(secret, salt, f"key-vector/{face}", KEY_VECTOR_LENGTH * 8)
    words = (int.from_bytes(stream[at : at + 8], "big") for at in range(0, len(stream), 8))
    return np.array([standard_normal(word >> 11) for word in words], dtype=np.float32)


def pseudonym(salt: bytes) -> str:
    """A file name for one image, "rofi-" and 16 characters, that says nothing of the patient.

    It comes from the random salt alone, so protecting again under the same salt gives the same name.
    """
    digest = hashlib.sha256(_DOMAIN + b"pseudonym" + salt).digest()
    return "rofi-" + base64.b32encode(digest[:10]).decode().lower()
