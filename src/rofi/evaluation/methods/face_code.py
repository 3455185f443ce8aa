"""What G2Face's hidden bits say: normal numbers, one byte each, under a password, and a check that the file is whole.

A number's byte is its place in the normal distribution. So the bytes that a wrong password gives are numbers of just
that distribution: another person's face, not noise, as the method promises.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from rofi.errors import HeaderDamaged, NotProtected
from rofi.keys.derivation import derive
from rofi.keys.secret import SALT_BYTES, Secret

Floats = npt.NDArray[np.float64]

_MAGIC = b"G2"
_OPEN = struct.Struct(f">2s{SALT_BYTES}s10f")
_CHECK = struct.Struct(">I")


@dataclass(frozen=True, eq=False)
class FaceCode:
    """The message.

    Attributes:
        salt: 16 bytes, in the open: together with the password it gives the key.
        points: (5, 2) photograph pixels, in the open: where the face is.
        numbers: (N,) of about the standard normal distribution, only for the password.
    """

    salt: bytes
    points: Floats
    numbers: Floats

    @staticmethod
    def bits(numbers: int) -> int:
        """Length of the message with so many numbers, in bits."""
        return 8 * (_OPEN.size + numbers + _CHECK.size)

    def to_bits(self, password: Secret) -> npt.NDArray[np.uint8]:
        """The message under a password."""
        body = np.minimum(ndtr(self.numbers) * 256, 255).astype(np.uint8)
        head = _OPEN.pack(_MAGIC, self.salt, *self.points.ravel().tolist())
        message = head + _crypt(body.tobytes(), password, self.salt)
        whole = message + _CHECK.pack(zlib.crc32(message))
        return np.unpackbits(np.frombuffer(whole, np.uint8))

    @classmethod
    def from_bits(cls, bits: npt.NDArray[np.uint8], password: Secret, name: str) -> FaceCode:
        """Read what `to_bits` wrote; a wrong password gives other numbers and no error.

        Raises:
            NotProtected: there is no message.
            HeaderDamaged: there is one, and it is damaged.
        """
        whole = np.packbits(bits).tobytes()
        message, check = whole[: -_CHECK.size], whole[-_CHECK.size :]
        magic, salt, *points = _OPEN.unpack_from(message)
        if zlib.crc32(message) != _CHECK.unpack(check)[0]:
            if magic != _MAGIC:
                raise NotProtected(f"{name}: no hidden face code in its pixels; give the file as it was written")
            raise HeaderDamaged(f"{name}: the hidden face code is damaged; take an untouched copy of the file")
        body = _crypt(message[_OPEN.size :], password, salt)
        numbers = ndtri((np.frombuffer(body, np.uint8) + 0.5) / 256)
        return cls(salt, np.array(points, np.float64).reshape(5, 2), np.asarray(numbers, np.float64))


def _crypt(body: bytes, password: Secret, salt: bytes) -> bytes:
    """A one-time pad; a second time takes it off."""
    pad = derive(password, salt, "evaluation/g2face", len(body))
    return bytes(a ^ b for a, b in zip(body, pad, strict=True))
