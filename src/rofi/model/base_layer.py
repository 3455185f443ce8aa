"""The base layer of the neural way back: the face in brief, where re-encoding as JPEG does not reach it.

The residue (`rofi.model.residue`) holds every pixel and lives in coefficients that JPEG throws away first. Below it, as
the base layer of scalable coding, lies the face in a thousand bytes (`rofi.model.face_codebook`): encrypted,
with check symbols against errors (Reed and Solomon 1960), in low coefficients (`rofi.model.coefficient_lattice`). The
cipher is AES-SIV (RFC 5297): it tells a wrong key from the right one, and hiding two faces under one key, as when a
photograph is protected anew with other options, gives nothing away but whether they are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from reedsolo import ReedSolomonError, RSCodec
from torch import Tensor

from rofi.model.coefficient_lattice import MOST_BITS, read_bits, write_bits
from rofi.model.face_codebook import FaceCodebook
from rofi.model.scramble import key_seed

WANTED = 1356
"""Bytes in the pixels that are enough for any face: a thousand of the face, the cipher's tag and the check symbols."""
LEAST = 96
"""Bytes in the pixels below which nothing is hidden; such a face is some 60 pixels wide."""
LONGEST_WORD = 255
"""Bytes of a Reed-Solomon code word over GF(256)."""
CHECK_SHARE = 0.25
"""Share of a word that is check symbols: half as many bytes may be wrong."""
TAG = 16
"""Bytes that AES-SIV adds."""


@dataclass(frozen=True)
class _Layout:
    """How many bits every block carries, and how many words of how many bytes these are, `check` of them symbols."""

    bits: int
    words: int
    length: int
    check: int

    @property
    def face(self) -> int:
        """Bytes for the face itself."""
        return self.words * (self.length - self.check) - TAG


class BaseLayer:
    """Hides a face in brief in photographs, and reveals it.

    Args:
        codebook: of faces.
    """

    def __init__(self, codebook: FaceCodebook) -> None:
        self.codebook = codebook
        self._label = b"rofi/v1/base-layer/" + codebook.digest.encode()

    def hide(self, image: Tensor, code: bytes, blocks: Tensor, key: Tensor) -> Tensor:
        """The image with the face hidden in its low coefficients; not rounded. Blocks that are too few carry nothing.

        Args:
            image: (3, H, W) RGB 0..255, H and W multiples of 8.
            code: the face in `face_bytes` of so many blocks.
            blocks: (H / 8, W / 8) bool, which carry.
            key: (512,) key vector.

        Raises:
            ValueError: the code has another length.
        """
        layout = _layout(int(blocks.sum()))
        if layout is None:
            return image
        if len(code) != layout.face:
            raise ValueError(f"a face of {len(code)} bytes where {layout.face} are carried")
        sealed = self._cipher(key).encrypt(code, [self._label])
        words = np.frombuffer(sealed, np.uint8).reshape(layout.words, -1)
        coded = np.stack([np.frombuffer(RSCodec(layout.check).encode(word.tobytes()), np.uint8) for word in words])
        bits = np.unpackbits(coded.T.ravel())  # the words in turn, that damage in one place is shared
        room = np.zeros(int(blocks.sum()) * layout.bits, np.bool_)
        room[: len(bits)] = bits
        return write_bits(image, blocks, torch.from_numpy(room.reshape(-1, layout.bits)))

    def reveal(self, image: Tensor, blocks: Tensor, key: Tensor, side: int) -> Tensor | None:
        """The face, (3, side, side) 0..255, or None where the key is wrong or too much is destroyed."""
        layout = _layout(int(blocks.sum()))
        if layout is None:
            return None
        room = read_bits(image, blocks, layout.bits).flatten().numpy()
        coded = np.packbits(room[: 8 * layout.words * layout.length]).reshape(layout.length, layout.words).T
        try:
            sealed = b"".join(bytes(RSCodec(layout.check).decode(word.tobytes())[0]) for word in coded)
            return self.codebook.decode(self._cipher(key).decrypt(sealed, [self._label]), side)
        except (ReedSolomonError, InvalidTag):
            return None

    @staticmethod
    def _cipher(key: Tensor) -> AESSIV:
        return AESSIV(HKDF(SHA512(), 64, salt=None, info=b"rofi/v1/base-layer").derive(key_seed(key)))


def face_bytes(blocks: int) -> int:
    """How many bytes of a face so many blocks carry; 0 where they are too few."""
    layout = _layout(blocks)
    return 0 if layout is None else layout.face


def _layout(blocks: int) -> _Layout | None:
    """How the face lies in so many blocks; None where they are too few."""
    room = min(MOST_BITS * blocks // 8, WANTED)
    if room < LEAST:
        return None
    words = math.ceil(room / LONGEST_WORD)
    length = room // words
    check = 2 * math.ceil(CHECK_SHARE * length / 2)
    return _Layout(math.ceil(8 * words * length / blocks), words, length, check)
