"""The neural way back's carrier: the original, hidden under a key in the finest detail of the protected face.

The paper lets the networks find an implicit residue for the restorer to read (section 4.1). Here the residue has a
place: the high DCT coefficients of the protected face, on the photograph's own 8x8 grid, so that no resampling destroys
it at any resolution. A protected face is made, not photographed; its finest detail is free. The original's coefficients
are whitened, repeated by the importance they have for the squared error (reverse water-filling over integer repeats),
mixed by a secret rotation until they look like film grain, and read back by the Wiener estimate.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rofi.model.dct import COEFFICIENTS, correlator, to_coefficients, with_coefficients
from rofi.model.scramble import KeyedRotation

SCALES = (0.5, 1.0, 2.0)
"""Photograph pixels per pixel of a 256 px view, for which the statistics of faces are kept."""
VISIBLE = (28, 6, 6)
"""Lowest zigzag coefficients of Y', Cb, Cr that show the protected face; the others carry the residue."""
AMPLITUDE = (3.0, 2.0, 2.0)
"""Root mean square of each coefficient of the residue in Y', Cb, Cr: 3.5 levels of grain in RGB."""
HEADROOM = 12.0
"""Levels kept free at black and white, so that little of the grain is clipped."""
PILOTS = 2
"""Slots of every block that carry the number 1, by which a key is seen to fit."""
FIT_THRESHOLD = 8.0
"""Standard deviations of the pilot's mean over chance at which a key fits.

The score is Student's t of twice as many numbers as there are blocks. A wrong key passes once in 1e13 where there are
a hundred blocks, once in 4e8 with 16; a handful of blocks proves nothing.
"""
LOUDNESS_RANGE = 4.0
"""Largest power of two, either way, by which the whitened original may differ from unit energy."""


QUIET = 0.1
"""Noise, as a share of the residue's energy, below which nothing known besides makes the original any better."""


class Revealed(NamedTuple):
    """`image` (3, H, W) 0..255 with the carrier blocks replaced, `score` of the pilot in standard deviations.

    `noise` is that of what was read, as a share of the residue's energy.
    """

    image: Tensor
    score: float
    noise: float = math.inf

    @property
    def fits(self) -> bool:
        """Whether the key is the one that hid the residue."""
        return self.score > FIT_THRESHOLD

    @property
    def quiet(self) -> bool:
        """Whether it fits and what was read is nearly free of noise."""
        return self.fits and self.noise < QUIET


class Known(NamedTuple):
    """What is known of the original beside the residue, for instance from the base layer.

    `image` (3, H, W) 0..255; `error` (S, 192) mean squared error of its coefficients, by `SCALES`.
    """

    image: Tensor
    error: Tensor


def hidden_slots() -> Tensor:
    """Places among a block's 192 coefficients that carry the residue, ascending."""
    return torch.tensor([64 * plane + i for plane, shown in enumerate(VISIBLE) for i in range(shown, 64)])


SLOTS = COEFFICIENTS - sum(VISIBLE)
DATA_SLOTS = SLOTS - PILOTS - 1


class _Layout(NamedTuple):
    """How a message lies in the slots: `data` numbers, then the pilot's, then as many sides as blocks carry."""

    carrying: Tensor
    row: int
    source: Tensor
    data: int
    pilots: int
    sides: int

    @property
    def slots(self) -> int:
        return self.data + self.pilots + self.sides


class ResidueCodec(nn.Module):
    """Hides an original in a protected face and reveals it again.

    Buffers, filled by `rofi.training.residue_fit` or from weights, one row per entry of `SCALES`: `mean`, `deviation`
    (S, 192) of faces' coefficients; `source` (S, DATA_SLOTS) which coefficient each data slot of a block carries, the
    most valuable first, so that a list cut short is still the best of its length.
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

    def hide(
        self,
        carrier: Tensor,
        original: Tensor,
        blocks: Tensor,
        key: Tensor,
        scale: float = 1.0,
        carrying: Tensor | None = None,
    ) -> Tensor:
        """The carrier with the original of its chosen blocks hidden in it; not rounded.

        Args:
            carrier, original: (3, H, W) RGB 0..255, H and W multiples of 8.
            blocks: (H / 8, W / 8) bool, the blocks whose original is hidden.
            key: (512,) key vector.
            scale: photograph pixels per pixel of a 256 px view.
            carrying: (H / 8, W / 8) bool, those of `blocks` that may carry; None for all. A block that shows a sign's
                own pixels carries nothing.

        Returns:
            (3, H, W), about 0..255; it is rounded and clipped by whoever writes it.
        """
        layout = self._layout(blocks, carrying, scale)
        if layout is None:
            return carrier
        secret = (to_coefficients(original, blocks) - self.mean[layout.row]) / self.deviation[layout.row]
        data = secret[:, layout.source].flatten()
        loudness = data.square().mean().sqrt().clamp(2**-LOUDNESS_RANGE, 2**LOUDNESS_RANGE)
        pilots = data.new_ones(layout.pilots)
        sides = data.new_full((layout.sides,), float(loudness.detach().log2() / LOUDNESS_RANGE))
        mixed = KeyedRotation(key, layout.slots).apply(torch.cat([data / loudness, pilots, sides]))
        coefficients = to_coefficients(carrier.clamp(HEADROOM, 255 - HEADROOM), layout.carrying)
        places = hidden_slots().to(coefficients.device)
        residue = mixed.view(-1, SLOTS) * self._amplitudes().to(mixed)
        return with_coefficients(carrier, layout.carrying, coefficients.index_copy(1, places, residue))

    @staticmethod
    def without(protected: Tensor, carrying: Tensor) -> Tensor:
        """The protected image (3, H, W) without the residue of the blocks that carry it, smoother than it was made."""
        coefficients = to_coefficients(protected, carrying)
        return with_coefficients(protected, carrying, coefficients.index_fill(1, hidden_slots(), 0.0))

    def reveal(
        self,
        protected: Tensor,
        blocks: Tensor,
        key: Tensor,
        scale: float = 1.0,
        carrying: Tensor | None = None,
        known: Known | None = None,
    ) -> Revealed:
        """What the key reveals; a wrong key reveals noise and scores about 0.

        The estimate is the posterior mean: what was read, weighed by its noise against what faces are like, or against
        `known`.

        Args:
            known: what is known besides; the other arguments are as for `hide`.
        """
        layout = self._layout(blocks, carrying, scale)
        if layout is None:
            return Revealed(protected, 0.0)
        received = to_coefficients(protected, layout.carrying)[:, hidden_slots().to(protected.device)]
        received = received / self._amplitudes().to(received)
        message = KeyedRotation(key, layout.slots).invert(received.flatten())
        data, pilots, sides = torch.split(message, [layout.data, layout.pilots, layout.sides])
        gain = pilots.mean()
        noise = pilots.var().clamp(min=1e-6)
        score = float((gain / (noise / layout.pilots).sqrt()).detach())
        gain = gain.clamp(min=1e-2)
        loudness = torch.exp2((sides.mean() / gain).clamp(-1, 1) * LOUDNESS_RANGE)
        repeats = torch.bincount(layout.source, minlength=COEFFICIENTS).to(data)
        samples = data.view(-1, len(layout.source)) / gain
        total = torch.zeros(len(samples), COEFFICIENTS).to(data).index_add(1, layout.source, samples)
        mean, variance = self._expected(blocks, layout.row, loudness, known)
        distrust = noise / gain.square() / variance
        estimate = (total + mean * distrust) / (repeats + distrust) * loudness
        secret = estimate * self.deviation[layout.row] + self.mean[layout.row]
        image = with_coefficients(protected, blocks, secret).clamp(0, 255)
        return Revealed(image, score, float((noise / gain.square()).detach()))

    def pilot(
        self, shape: tuple[int, int], blocks: Tensor, key: Tensor, scale: float = 1.0, carrying: Tensor | None = None
    ) -> Tensor:
        """A picture (3, H, W) that correlates with a protected one exactly where its residue lies.

        Arguments as for `hide`; `shape` is (H, W). It finds the place of a photograph that was cropped.
        """
        layout = self._layout(blocks, carrying, scale)
        if layout is None:
            return torch.zeros(3, *shape)
        message = torch.zeros(layout.slots)
        message[layout.data : layout.data + layout.pilots] = 1
        mixed = KeyedRotation(key, layout.slots).apply(message).view(-1, SLOTS) / self._amplitudes()
        weights = torch.zeros(len(mixed), COEFFICIENTS).index_copy(1, hidden_slots(), mixed)
        return correlator(shape, layout.carrying, weights)

    def _expected(
        self, blocks: Tensor, row: int, loudness: Tensor, known: Known | None
    ) -> tuple[Tensor, Tensor | float]:
        """Mean and variance (B, 192) of the whitened original of unit energy, before anything is read."""
        if known is None:
            return self.mean.new_zeros(()), 1.0
        scale = self.deviation[row] * loudness
        unknown = (known.error[row] / self.deviation[row].square()).clamp(max=1)
        mean = (1 - unknown) * (to_coefficients(known.image, blocks) - self.mean[row]) / scale
        return mean, (known.error[row] / scale.square()).clamp(1e-6, 1)

    def _layout(self, blocks: Tensor, carrying: Tensor | None, scale: float) -> _Layout | None:
        """Who carries what; None where nothing carries, or so little that no block has a slot of its own.

        The slots left over strengthen the pilot.
        """
        carrying = blocks if carrying is None else carrying & blocks
        carriers = int(carrying.sum())
        share = min(carriers * DATA_SLOTS // max(int(blocks.sum()), 1), DATA_SLOTS)
        if not share:
            return None
        row = self._row(scale)
        source = self.source[row, :share].long()
        data = share * int(blocks.sum())
        return _Layout(carrying, row, source, data, carriers * (SLOTS - 1) - data, carriers)

    @staticmethod
    def _row(scale: float) -> int:
        """Which of `SCALES` is nearest, by ratio."""
        distances = [abs(math.log2(max(scale, 1e-6) / known)) for known in SCALES]
        return distances.index(min(distances))

    @staticmethod
    def _amplitudes() -> Tensor:
        """(SLOTS,) `AMPLITUDE` of each hidden slot's plane."""
        return torch.tensor(AMPLITUDE)[hidden_slots() // 64]
