"""Salts: drawn from secret and photograph, so that a batch taken up again needs no record of what it has done."""

from __future__ import annotations

import hashlib

from rofi.keys.derivation import derive
from rofi.keys.secret import SALT_BYTES, Secret


def candidate_salts(secret: Secret, original: bytes, count: int) -> list[bytes]:
    """The salts that this photograph may get, first choice first.

    To whoever lacks the secret they are random (HKDF is a pseudo-random function); to its owner they are the same on
    every run. Two different files never share one.

    Args:
        secret: the owner's.
        original: the file's bytes.
        count: how many.
    """
    digest = hashlib.sha256(original).digest()
    return [
        derive(secret, digest[:SALT_BYTES], f"salt/{digest[SALT_BYTES:].hex()}/{number}", SALT_BYTES)
        for number in range(count)
    ]
