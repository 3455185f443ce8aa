"""A secret orthogonal map: what it mixes looks like noise, and comes apart for its key alone.

Permutation, random signs, a Hadamard transform of groups of 64, random signs, permutation; both permutations and signs
are drawn from SHAKE-256 (FIPS 202) over the key vector's bits, so that one bit off is another map. It has no gradient
with respect to the key: there is no path on which an optimiser could walk to it.
"""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import hadamard
from torch import Tensor

GROUP = 64
"""Numbers that one Hadamard transform mixes."""


def key_seed(key: Tensor) -> bytes:
    """32 bytes of a key vector's float32 bits (512,), the same on every platform."""
    return hashlib.sha256(key.detach().cpu().numpy().astype("<f4").tobytes()).digest()


class KeyedRotation:
    """Orthogonal map of `size` numbers, the same for the same key on every platform.

    Args:
        key: (512,) key vector; its float32 bits are the seed.
        size: how many numbers are mixed.
    """

    def __init__(self, key: Tensor, size: int) -> None:
        self.size = size
        seed = key_seed(key)
        self.inward, self.inward_signs = self._draw(seed, b"inward")
        self.outward, self.outward_signs = self._draw(seed, b"outward")
        self._hadamard = torch.from_numpy(hadamard(GROUP) / np.sqrt(GROUP)).float()

    def _draw(self, seed: bytes, purpose: bytes) -> tuple[Tensor, Tensor]:
        """A permutation and signs, (size,) each."""
        stream = hashlib.shake_256(b"rofi/v1/rotation/" + purpose + seed).digest(8 * self.size)
        words: NDArray[np.uint64] = np.frombuffer(stream, dtype="<u8").astype(np.uint64)
        signs = (words & 1).astype(np.float32) * 2 - 1
        return torch.from_numpy(np.argsort(words, kind="stable")), torch.from_numpy(signs)

    def _mix(self, values: Tensor) -> Tensor:
        """The Hadamard transform of whole groups; the fewer than 64 numbers left over stay as they are."""
        whole = self.size // GROUP * GROUP
        mixed = values[:whole].view(-1, GROUP) @ self._hadamard.to(values)
        return torch.cat([mixed.flatten(), values[whole:]])

    def apply(self, values: Tensor) -> Tensor:
        """Mix (size,) numbers into as many, with the same energy."""
        values = values[self.inward.to(values.device)] * self.inward_signs.to(values)
        return (self._mix(values) * self.outward_signs.to(values))[self.outward.to(values.device)]

    def invert(self, mixed: Tensor) -> Tensor:
        """Take mixed numbers apart again."""
        values = torch.zeros_like(mixed).index_copy(0, self.outward.to(mixed.device), mixed)
        values = self._mix(values * self.outward_signs.to(mixed)) * self.inward_signs.to(mixed)
        return torch.zeros_like(values).index_copy(0, self.inward.to(mixed.device), values)
