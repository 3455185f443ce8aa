"""The face in brief, in the bytes there are, as recognisers know it best.

A code as close to the pixels as its bytes allow (`rofi.model.face_codebook`) spends them on what varies most, such as
light and beard, and leaves out some of what tells a person. Where bytes are few, the coordinates are moved before they
are coded, by the gradients of recognisers, until the drawn face is the patient's to them; whoever reads the code needs
to know nothing of it (encoder-side optimisation, as rate-distortion optimised quantisation does it).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rofi.model.face_codebook import FaceCodebook
from rofi.pipeline.networks import planes
from rofi.recognition.crops import CropJitter
from rofi.recognition.torch_recogniser import TorchRecogniser

ENOUGH = 900
"""Bytes from which a face needs no such care: what a thousand leave out tells little of a person."""
LOOKS = 8
"""Crops in which the drawn face and the face are compared, in turn."""
RATE = 0.03
"""Of the first step of Adam, in steps of quantisation; it falls to 0. At larger ones pixels suffer, and judges that
were not asked see no more likeness."""
HOLD = 0.02
"""Weight of the mean squared move, in steps of quantisation."""


class FaceCoder:
    """Codes faces.

    Args:
        codebook: of faces; its buffers are not inference tensors.
        recognisers: that tell whose face it is.
        steps: of Adam; 0 codes the pixels alone.
    """

    def __init__(self, codebook: FaceCodebook, recognisers: Sequence[TorchRecogniser], steps: int) -> None:
        self.codebook = codebook
        self.recognisers = recognisers
        self.steps = steps
        self._looks = CropJitter().draw(LOOKS, torch.Generator().manual_seed(0))

    def code(self, view: npt.NDArray[np.uint8], mask: npt.NDArray[np.float32], size: int) -> bytes:
        """`size` bytes of a face; none where size is 0.

        Args:
            view: (V, V, 3) the aligned face.
            mask: (V, V) in [0, 1], how much of each pixel the code will have to bring back.
            size: bytes.
        """
        if not size:
            return b""
        face = planes(view)
        plain = self.codebook.encode(face, size)
        if not self.steps or size >= ENOUGH:
            return plain
        with torch.inference_mode(False), torch.enable_grad():
            coordinates = self._moved(face.clone(), torch.from_numpy(mask.copy()), self.codebook.step_of(plain))
        return self.codebook.encode_coordinates(coordinates, size)

    def _moved(self, face: Tensor, mask: Tensor, step: float) -> Tensor:
        """The face's coordinates (K,), moved; `step` is that of quantisation."""
        start = self.codebook.coordinates(face)
        own = [self._embedded(face[None] / 255, look) for look in range(LOOKS)]
        move = torch.zeros_like(start, requires_grad=True)
        optimizer = torch.optim.Adam([move], RATE)
        for number in range(self.steps):
            optimizer.param_groups[0]["lr"] = RATE * (1 - number / self.steps)
            look = number % LOOKS
            drawn = self.codebook.draw(_rounded(start / step + move) * step, face.shape[-1])
            seen = (face + mask * (drawn - face)).clamp(0, 255)[None] / 255
            likenesses = [(a.detach() * b).sum() for a, b in zip(own[look], self._embedded(seen, look), strict=True)]
            loss = (1 - torch.stack(likenesses)).mean() + HOLD * move.square().mean()
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
        return start + move.detach() * step

    def _embedded(self, view: Tensor, look: int) -> list[Tensor]:
        """Embeddings (1, d) of a view (1, 3, V, V) in [0, 1] in one look, by every recogniser."""
        return [recogniser(view, self._looks[look : look + 1]) for recogniser in self.recognisers]


def _rounded(values: Tensor) -> Tensor:
    """Whole numbers, with the gradient of the values themselves (straight-through estimator; Bengio et al. 2013)."""
    return values + (values.round() - values).detach()
