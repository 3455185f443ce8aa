"""The person that a key stands for: a linear model of face shape and texture, whitened so that keys are N(0, I).

The paper leaves it to the GAN loss that the key is used (section 4.3). Here a key *is* a person: its first numbers are
coordinates of the face's 3-D shape, the rest of its texture, both principal components over the training faces. A
random key renders as somebody who does not exist, and different keys as different people (morphable model: Blanz and
Vetter 1999).
"""

from __future__ import annotations

from typing import NamedTuple, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rofi.errors import WeightsMismatch
from rofi.model.config import ModelConfig

VERTICES = 468
KEY_LIMIT = 2.5
"""Coordinates beyond this many standard deviations render as caricatures; they are clipped."""


class PersonArrays(TypedDict):
    """One person as NumPy arrays: what drawing it into a face takes; see `Person`."""

    shape: NDArray[np.float64]
    mean_shape: NDArray[np.float64]
    texture: NDArray[np.float32]
    texture_points: NDArray[np.float64]


class Person(NamedTuple):
    """N persons: `shape` (N, 468, 3) meshes in view pixels, frontal; `texture` (N, T, T, 3) RGB 0..255.

    `texture_points` (468, 2) are the mesh points on the texture, in texels, pixel centres at integers.
    `mean_shape` (468, 3) is the frontal mesh that pose is measured against.
    """

    shape: Tensor
    texture: Tensor
    texture_points: Tensor
    mean_shape: Tensor

    def arrays(self, index: int) -> PersonArrays:
        """One of the N persons."""
        return PersonArrays(
            shape=self.shape[index].double().numpy(),
            mean_shape=self.mean_shape.double().numpy(),
            texture=self.texture[index].numpy(),
            texture_points=self.texture_points.double().numpy(),
        )


class PersonModel(nn.Module):
    """Key vector to person.

    Args:
        config: how the key's numbers divide, and the texture's side.

    Buffers, filled by `rofi.training.person_fit` or from weights: `shape_mean` (468, 3) and `shape_basis` (S, 468, 3)
    in view pixels; `texture_mean` (T * T * 3,) in 0..255, `texture_basis` (K, T * T * 3) whole numbers of
    `texture_step` (K,) levels; `texture_frame` left, top and side, in view pixels, of the square the texture covers.
    """

    shape_mean: Tensor
    shape_basis: Tensor
    texture_mean: Tensor
    texture_basis: Tensor
    texture_step: Tensor
    texture_frame: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.shapes = config.person_shapes
        self.side = config.texture_side
        texels = config.texture_side**2 * 3
        self.register_buffer("shape_mean", torch.zeros(VERTICES, 3))
        self.register_buffer("shape_basis", torch.zeros(config.person_shapes, VERTICES, 3))
        self.register_buffer("texture_mean", torch.zeros(texels))
        self.register_buffer("texture_basis", torch.zeros(config.person_textures, texels, dtype=torch.int8))
        self.register_buffer("texture_step", torch.zeros(config.person_textures))
        self.register_buffer("texture_frame", torch.tensor([0.0, 0.0, 1.0]))

    @torch.no_grad()
    def forward(self, key: Tensor) -> Person:
        """The persons of key vectors (N, 512).

        Raises:
            WeightsMismatch: the model has not been fitted (`rofi.training.person_fit`) or loaded.
        """
        if not self.shape_mean.any():
            raise WeightsMismatch("the person model is empty: fit it to training faces or load weights")
        return self.render(key)

    def texture_change(self, key: Tensor, change: Tensor) -> Tensor:
        """What a change (N, K) of the keys' (N, 512) texture coordinates is on the texture: (N, 3, T, T) levels.

        Where it would leave `KEY_LIMIT` it stops. Differentiable by `change`.
        """
        own = key[:, self.shapes :].to(self.texture_mean).clamp(-KEY_LIMIT, KEY_LIMIT)
        coordinates = (own + change).clamp(-KEY_LIMIT, KEY_LIMIT) - own
        levels = (coordinates * self.texture_step) @ self.texture_basis.float()
        return levels.view(-1, self.side, self.side, 3).permute(0, 3, 1, 2)

    def render(self, key: Tensor) -> Person:
        """The same without looking whether the model has been fitted."""
        key = key.to(self.shape_mean).clamp(-KEY_LIMIT, KEY_LIMIT)
        shape = self.shape_mean + torch.tensordot(key[:, : self.shapes], self.shape_basis, 1)
        levels = key[:, self.shapes :] * self.texture_step
        texture = self.texture_mean + levels @ self.texture_basis.float()
        left, top, side = self.texture_frame.unbind()
        points = (self.shape_mean[:, :2] - torch.stack([left, top])) / side * self.side - 0.5
        return Person(shape, texture.view(-1, self.side, self.side, 3).clamp(0, 255), points, self.shape_mean)
