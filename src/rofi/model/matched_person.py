"""Persons whose beards, brows and lips go with the patient's head.

A key knows nothing of the patient, and a beard under a woman's hair, black or blue brows under fair hair, or painted
lips on a man are seen to be drawn in. How dark beard and brows are, how blue the brows and how red the lips, is linear
in a person's texture, as the texture is in the key. So the likeliest person with the patient's own is the key's, moved
the shortest way in whitened coordinates to where these agree; all else about it stays the key's.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rofi.faces import topology
from rofi.model.person import KEY_LIMIT, PersonModel

Keys = npt.NDArray[np.float32]
Floats = npt.NDArray[np.floating]

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
REDNESS = np.array([1, -1, 0], np.float32)
BLUENESS = np.array([-0.5, -0.5, 1], np.float32)


class Trait(NamedTuple):
    """By how much a part of the face, points of its mesh, differs from the cheeks in a `colour` (3,), R, G, B."""

    points: tuple[int, ...]
    colour: npt.NDArray[np.float32]


CHEEKS = (50, 280, 101, 330)
"""Points of the face mesh on skin where hardly a beard grows."""
UPPER_LIP, CHIN, JAWS = (167, 164, 393, 165, 391), (18, 200, 199, 201, 421), (210, 212, 214, 430, 432, 434)
BROWS = topology.LEFT_BROW + topology.RIGHT_BROW
TRAITS = (
    Trait(UPPER_LIP, LUMINANCE),
    Trait(CHIN, LUMINANCE),
    Trait(JAWS, LUMINANCE),
    Trait(BROWS, LUMINANCE),
    Trait(BROWS, BLUENESS),
    Trait(topology.LIPS_OUTER + topology.LIPS_INNER, REDNESS),
)
"""Beard, brows, of which no hair is blue, and lips."""
POINT_REACH = 0.02
"""Standard deviation of the spots in which the points are seen, in sides of view or texture."""
USUAL = 2.0
"""Standard deviations among persons beyond which what a patient shows is a mask, a shadow or glare."""
GAIN = (0.7, 1.2)
"""Bounds of the mean person's brightness over the patient's."""


class PersonMatcher:
    """Moves keys to persons that go with a patient's head.

    Args:
        persons: their model, fitted or loaded.

    Attributes:
        persons: the same.
    """

    def __init__(self, persons: PersonModel) -> None:
        self.persons = persons
        mean = persons.render(torch.zeros(1, persons.shapes + len(persons.texture_step)))
        self._traits = _Traits(mean.texture_points.numpy(), persons.side)
        self._mean = self._traits.of(mean.texture[0].numpy())
        effect = self._traits.weights.reshape(len(TRAITS), -1) @ persons.texture_basis.float().numpy().T
        self._effect = np.asarray(effect, np.float64) * (persons.texture_strength * persons.texture_step).numpy()
        self._usual = USUAL * np.linalg.norm(self._effect, axis=1)
        self._way = np.linalg.pinv(self._effect)

    def match(self, key: Keys, view: npt.NDArray[np.uint8], mesh: Floats) -> Keys:
        """The key (512,) of the nearest person with the traits of a patient.

        Args:
            key: (512,).
            view: (V, V, 3) the patient's aligned face, 0..255.
            mesh: (468, 3) its face mesh in view pixels.
        """
        seen = _Traits(mesh[:, :2], len(view)).of(view)
        gain = np.clip(self._mean.brightness / max(seen.brightness, 1), *GAIN)
        wanted = np.clip(gain * seen.values - self._mean.values, -self._usual, self._usual)
        shape, own = np.split(key, [self.persons.shapes])
        own = np.clip(own, -KEY_LIMIT, KEY_LIMIT)
        return np.concatenate([shape, own + self._way @ (wanted - self._effect @ own)]).astype(np.float32)

    def hold(self, move: Tensor) -> Tensor:
        """What of a move (N, K) of texture coordinates leaves the traits as they are."""
        way, effect = (torch.from_numpy(each).to(move) for each in (self._way, self._effect))
        return move - move @ effect.T @ way.T


class _Measured(NamedTuple):
    """`values` (6,) of `TRAITS`, in levels; `brightness`, the cheeks' luminance."""

    values: Floats
    brightness: float


class _Traits:
    """How traits are measured in pictures (S, S, 3) whose mesh points (468, 2) lie at the same pixels.

    Attributes:
        weights: (6, S, S, 3) what a level of each pixel adds to each of `TRAITS`.
    """

    def __init__(self, points: Floats, side: int) -> None:
        cheeks = _spot(points, CHEEKS, side)
        self.brightness = cheeks[..., None] * LUMINANCE
        self.weights = np.stack(
            [(_spot(points, trait.points, side) - cheeks)[..., None] * trait.colour for trait in TRAITS]
        )

    def of(self, picture: npt.NDArray[np.generic]) -> _Measured:
        """What a picture shows."""
        levels = picture.astype(np.float32)
        return _Measured(
            np.tensordot(self.weights, levels, 3).astype(np.float64), float((self.brightness * levels).sum())
        )


def _spot(points: Floats, chosen: tuple[int, ...], side: int) -> npt.NDArray[np.float32]:
    """(side, side) weights of a mean over the surroundings of some mesh points."""
    places = np.clip(np.rint(points[list(chosen)]), 0, side - 1).astype(np.intp)
    weights = np.zeros((side, side), np.float32)
    np.add.at(weights, (places[:, 1], places[:, 0]), 1 / len(chosen))
    return np.asarray(cv2.GaussianBlur(weights, (0, 0), POINT_REACH * side), np.float32)
