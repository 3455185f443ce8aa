"""The neural way back's carrier: the original, hidden under a key in the finest detail of the protected face.

The paper lets the networks find an implicit residue for the restorer to read (section 4.1). Here the residue has a place:
the high DCT coefficients of the protected face, on the photograph's own 8x8 grid, so that no resampling destroys it at
any resolution. A protected face is made, not photographed; its finest detail is free. The original's coefficients are
whitened, repeated by the importance they have for the squared error (reverse water-filling over integer repeats), mixed
by a secret rotation until they look like film grain, and read back by the Wiener estimate.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rofi.model.dct import COEFFICIENTS, to_coefficients, with_coefficients
from rofi.model.scramble import KeyedRotation

SCALES = (0.5, 1.0, 2.0)
"""Photograph pixels per pixel of a 256 px view, for which the statistics of faces are kept."""
VISIBLE = (28, 6, 6)
"""Lowest zigzag coefficients of Y', Cb, Cr that show the protected face; the others carry the residue."""
AMPLITUDE = (3.0, 2.0, 2.0)
"""Root mean square of the residue in Y', Cb, Cr levels: 3.5 levels of RGB grain."""
HEADROOM = 8.0
"""Levels kept free at black and white, so that the grain is not clipped."""
PILOTS = 2
FIT_THRESHOLD = 8.0
"""Standard deviations of the pilot's mean over chance at which a key fits; a wrong key passes once in 1e15."""
LOUDNESS_RANGE = 4.0


class Revealed(NamedTuple):
    """`image` (3, H, W) 0..255 with the carrier blocks replaced, `score` of the pilot in standard deviations."""

    image: Tensor
    score: float

    @property
    def fits(self) -> bool:
        """Whether the key is the one that hid the residue."""
        return self.score > FIT_THRESHOLD


def hidden_slots() -> Tensor:
    """Places among a block's 192 coefficients that carry the residue, ascending."""
    return torch.tensor([64 * plane + i for plane, shown in enumerate(VISIBLE) for i in range(shown, 64)])


SLOTS = COEFFICIENTS - sum(VISIBLE)
DATA_SLOTS = SLOTS - PILOTS - 1


class ResidueCodec(nn.Module):
    """Hides an original in a protected face and reveals it again; statistics are fitted, see `rofi.training.residue_fit`.

    Buffers (one row per entry of `SCALES`): `mean`, `deviation` (S, 192) of faces' coefficients; `source` (S, DATA_SLOTS)
    which coefficient each data slot of a block carries.
    """

    mean: Tensor
    deviation: Tensor
    source: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(len(SCALES), COEFFICIENTS))
        self.register_buffer("deviation", torch.ones(len(SCALES), COEFFICIENTS))
        source = torch.arange(DATA_SLOTS, dtype=torch.int16).repeat(len(SCALES), 1)
        self.register_buffer("source", source)

    def hide(self, carrier: Tensor, original: Tensor, blocks: Tensor, key: Tensor, scale: float = 1.0) -> Tensor:
        """The carrier with the original hidden in its chosen blocks; not rounded.

        Args:
            carrier, original: (3, H, W) RGB 0..255, H and W multiples of 8.
            blocks: (H / 8, W / 8) bool, the blocks that carry and whose original is hidden.
            key: (512,) key vector.
            scale: photograph pixels per pixel of a 256 px view.
        """
        if not blocks.any():
            return carrier
        row = self._row(scale)
        secret = (to_coefficients(original, blocks) - self.mean[row]) / self.deviation[row]
        data = secret[:, self.source[row].long()]
        loudness = data.square().mean().sqrt().clamp(2**-LOUDNESS_RANGE, 2**LOUDNESS_RANGE)
        side = torch.full((len(data), 1), (loudness.log2() / LOUDNESS_RANGE).item()).to(data)
        message = torch.cat([data / loudness, torch.ones(len(data), PILOTS).to(data), side], dim=1)
        mixed = KeyedRotation(key, message.numel()).apply(message.flatten())
        shown = carrier.clamp(HEADROOM, 255 - HEADROOM)
        coefficients = to_coefficients(shown, blocks)
        places = hidden_slots().to(coefficients.device)
        residue = mixed.view(len(message), -1) * self._amplitudes().to(mixed)
        return with_coefficients(carrier, blocks, coefficients.index_copy(1, places, residue))

    def reveal(self, protected: Tensor, blocks: Tensor, key: Tensor, scale: float = 1.0) -> Revealed:
        """What the key reveals; arguments as for `hide`. A wrong key reveals noise and scores about 0."""
        if not blocks.any():
            return Revealed(protected, 0.0)
        row = self._row(scale)
        received = to_coefficients(protected, blocks)[:, hidden_slots().to(protected.device)]
        received = received / self._amplitudes().to(received)
        message = KeyedRotation(key, received.numel()).invert(received.flatten()).view(len(received), -1)
        data, pilots, side = message.split([DATA_SLOTS, PILOTS, 1], dim=1)
        gain = pilots.mean()
        noise = pilots.var().clamp(min=1e-6)
        score = float(gain / (noise / pilots.numel()).sqrt())
        gain = gain.clamp(min=1e-2)
        loudness = torch.exp2((side.mean() / gain).clamp(-1, 1) * LOUDNESS_RANGE)
        source = self.source[row].long()
        repeats = torch.bincount(source, minlength=COEFFICIENTS).to(data)
        total = torch.zeros(len(data), COEFFICIENTS).to(data).index_add(1, source, data / gain)
        estimate = total / (repeats + noise / gain.square()) * loudness
        secret = estimate * self.deviation[row] + self.mean[row]
        return Revealed(with_coefficients(protected, blocks, secret).clamp(0, 255), score)

    @staticmethod
    def _row(scale: float) -> int:
        distances = [abs(math.log2(max(scale, 1e-6) / known)) for known in SCALES]
        return distances.index(min(distances))

    @staticmethod
    def _amplitudes() -> Tensor:
        return torch.tensor(AMPLITUDE)[hidden_slots() // 64]
