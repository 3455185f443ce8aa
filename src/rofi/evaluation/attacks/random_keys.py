"""Guessing keys: random ones, and the right one but for a single bit (paper discussion: 1,000 tries an image).

Every key that does not fit gives one and the same face: the restorer network then sees no key and nothing revealed
(`rofi.model.restorer`). So whether a key fits is tried with very many keys, and the face that comes of it is made for
a few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from rofi.errors import SealDamaged
from rofi.evaluation.attacks.exposed_face import ExposedFace
from rofi.imaging.decode import decode
from rofi.imaging.seal import open_seal
from rofi.keys.derivation import key_vector, seal_key
from rofi.keys.secret import SECRET_BYTES, Secret
from rofi.model.residue import FIT_THRESHOLD, ResidueCodec
from rofi.pipeline.networks import Networks
from rofi.pipeline.restorer import Restorer

Key = npt.NDArray[np.float32]

SECONDS_PER_BLOCK = 3e-5
"""Of one try on one core; a face of 320 x 320 pixels has up to 1,600 blocks."""


@dataclass(frozen=True)
class Tries:
    """What came of trying keys on one photograph.

    Attributes:
        tried: how many keys.
        fitted: how many claim to fit.
        highest: the pilot's greatest score, in standard deviations over chance; a key fits above `FIT_THRESHOLD`.
    """

    tried: int
    fitted: int
    highest: float


def try_keys(score: Callable[[Key], float], keys: Iterable[Key], threshold: float = FIT_THRESHOLD) -> Tries:
    """Count the keys whose score is above the threshold; the highest score of no key is minus infinity."""
    scores = [score(key) for key in keys]
    return Tries(len(scores), sum(value > threshold for value in scores), max(scores, default=-np.inf))


def random_secrets(count: int, generator: np.random.Generator) -> Iterator[Secret]:
    """Secrets of 32 random bytes."""
    for _ in range(count):
        yield Secret(generator.bytes(SECRET_BYTES))


def one_bit_off(secret: Secret, bits: Iterable[int]) -> Iterator[Secret]:
    """The secret with one of its 256 bits turned, for each of `bits`."""
    for bit in bits:
        material = bytearray(secret.material)
        material[bit // 8] ^= 1 << (bit % 8)
        yield Secret(bytes(material))


def vectors_one_bit_off(key: Key, count: int, generator: np.random.Generator) -> Iterator[Key]:
    """The key vector with one of its 16,384 bits turned, the lowest bit of one number first."""
    bits = generator.choice(key.size * 32, min(count, key.size * 32), replace=False)
    bits[:1] = bits[:1] // 32 * 32
    for bit in bits.tolist():
        turned = key.astype("<f4").view("<u4").copy()
        turned[bit // 32] ^= np.uint32(1 << (bit % 32))
        yield turned.view("<f4").astype(np.float32)


def affordable_tries(faces: Iterable[ExposedFace], seconds: float, most: int) -> int:
    """How many keys can be tried on every face within a time on one core; the same on every machine."""
    blocks = sum(int(face.carrying.sum()) for face in faces)
    return int(np.clip(seconds / max(blocks * SECONDS_PER_BLOCK, 1e-9), 1, most))


@dataclass(frozen=True)
class Guessing:
    """All tries on one photograph, by the kind of key.

    Attributes:
        random: random secrets.
        secret_bit: the right secret with one bit turned.
        vector_bit: the right key vector with one bit turned, for which there is no secret.
        right: the right key.
        seals_opened: how many of the random and turned secrets open the sealed original.
        right_opens: whether the right one does.
    """

    random: Tries
    secret_bit: Tries
    vector_bit: Tries
    right: Tries
    seals_opened: int
    right_opens: bool


def guess(
    face: ExposedFace,
    sealed: bytes,
    secret: Secret,
    codec: ResidueCodec,
    keys: int,
    bits: int,
    generator: np.random.Generator,
) -> Guessing:
    """Try keys on one photograph.

    Args:
        face: of the protected file.
        sealed: the sealed original that travels with it.
        secret: the right one.
        codec: of the model.
        keys: how many random ones.
        bits: how many of each kind that is one bit off.
        generator: draws them.
    """
    salt = face.header.salt
    random = list(random_secrets(keys, generator))
    places = generator.choice(SECRET_BYTES * 8, min(bits, SECRET_BYTES * 8), replace=False).tolist()
    turned = list(one_bit_off(secret, places))
    right = key_vector(secret, salt)

    def score(key: Key) -> float:
        with torch.inference_mode():
            return face.reveal(codec, key).score

    return Guessing(
        try_keys(score, (key_vector(wrong, salt) for wrong in random)),
        try_keys(score, (key_vector(wrong, salt) for wrong in turned)),
        try_keys(score, vectors_one_bit_off(right, bits, generator)),
        try_keys(score, [right]),
        sum(_opens(sealed, face, wrong) for wrong in (*random, *turned)),
        _opens(sealed, face, secret),
    )


def _opens(sealed: bytes, face: ExposedFace, secret: Secret) -> bool:
    try:
        open_seal(sealed, seal_key(secret, face.header.salt), face.header_bytes)
    except SealDamaged:
        return False
    return True


def wrongly_restored(
    data: bytes, name: str, networks: Networks, secrets: Iterable[Secret]
) -> tuple[npt.NDArray[np.uint8], int]:
    """The picture that wrong keys give by the pixels, in full, and how many different ones they give.

    Args:
        data: a protected file.
        name: its name.
        networks: the model.
        secrets: wrong ones, at least one.
    """
    pictures = [
        decode(Restorer(networks, secret, "neural").restore(data, name).data, name).pixels for secret in secrets
    ]
    return pictures[0], len({picture.tobytes() for picture in pictures})
