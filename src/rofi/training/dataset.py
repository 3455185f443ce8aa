"""Training samples: an augmented view, the key, and the key's person placed into the view."""

from __future__ import annotations

from copy import deepcopy
from typing import TypedDict

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from rofi.faces.landmarks import Landmarks
from rofi.faces.mask_edge import away_from_contour
from rofi.faces.outline import SURROUNDINGS, Outline, move_outline
from rofi.faces.person_placement import CHANGE_RIM, place_person
from rofi.faces.portrait import portrait
from rofi.faces.sign_regions import eye_regions
from rofi.model.config import KEY_SIZE
from rofi.model.matched_person import PersonMatcher
from rofi.model.person import Person, PersonModel
from rofi.model.person_prior import PersonPrior
from rofi.training.faces import TrainingFaces
from rofi.training.sampler import Draw
from rofi.training.yaw import yaw

TURN_LIMIT = 0.35
"""Faces turned further (see `yaw`) teach nothing: the mesh folds at their far cheek."""
SURELY_A_FACE = 0.5
"""Presence above which a mesh lies on a face."""
LESION_SHARE = 0.3
"""Share of samples with a sign beyond the eyes, as the sign detector finds it on a patient's cheek."""
LESION_RADII = (0.016, 0.055)
"""Half axes of such a sign, in view sides."""


class Sample(TypedDict):
    """One face and a key for it.

    `face` as it is, `moved` with the outline moved, `person` placed into that, (3, V, V) in [0, 1]; `mask` (1, V, V) in
    [0, 1], where the person shows, and `inner`, how far the translator's change of it may; `changed` and `signs`
    (1, V, V) 0 or 1; `portrait` (3, V, V), the person alone; keys (512,).
    """

    face: Tensor
    moved: Tensor
    person: Tensor
    mask: Tensor
    inner: Tensor
    changed: Tensor
    signs: Tensor
    portrait: Tensor
    key: Tensor
    wrong_key: Tensor


class ProtectionDataset(Dataset[Sample]):
    """Random access to samples, by `Draw`; the same draw is always the same sample.

    Args:
        faces: aligned faces; those turned too far are left out.
        person: the fitted person model; used on the CPU by every worker.
        prior: which of its persons go with which heads.
        jitter: see `TrainingConfig`; (0, 0, 0) and no flips make the samples those of a fixed selection set.
        seed: together with the draw it fixes a sample.
        flips: whether half of the samples are mirrored.
        lesions: whether some samples keep a spot beyond the eyes.

    Attributes:
        indices: (len,) which of `faces` are used.
    """

    def __init__(
        self,
        faces: TrainingFaces,
        person: PersonModel,
        prior: PersonPrior,
        jitter: tuple[float, float, float],
        seed: int,
        flips: bool = True,
        lesions: bool = True,
    ) -> None:
        self.faces = faces
        self.person = deepcopy(person)
        self.person.texture_basis = self.person.texture_basis.float()  # else every sample would convert it
        self.matcher = PersonMatcher(self.person, prior)
        self.jitter = jitter
        self.seed = seed
        self.flips = flips
        self.lesions = lesions
        self.indices = np.flatnonzero((np.abs(yaw(faces.meshes)) < TURN_LIMIT) & (faces.presence > SURELY_A_FACE))

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, draw: Draw) -> Sample:
        generator = np.random.default_rng((self.seed, draw.variation, draw.item))
        index = int(self.indices[draw.item])
        surroundings, mesh = self._augmented(index, generator)
        margin, side = (surroundings.shape[0] - self.faces.view) // 2, self.faces.view
        view = surroundings[margin : margin + side, margin : margin + side]
        keys = generator.standard_normal((2, KEY_SIZE)).astype(np.float32)
        signs = eye_regions(Landmarks(mesh, 1.0), (side, side))
        if self.lesions and generator.random() < LESION_SHARE:
            signs |= _lesion(mesh, side, generator)
        matched = self.matcher.match(keys[0], self.matcher.features(view, mesh, signs))
        person = self.person(torch.from_numpy(matched[None]))
        head = move_outline(surroundings, mesh, signs, Outline.of_key(keys[0]))
        placed = place_person(head.view, head.mesh, signs, **person.arrays(0))
        moving = head.field[margin : margin + side, margin : margin + side].any(-1)
        flip = self.flips and generator.random() < 0.5

        def picture(values: NDArray[np.floating] | NDArray[np.bool_]) -> Tensor:
            planes = np.atleast_3d(values.astype(np.float32)).transpose(2, 0, 1)
            return torch.from_numpy((planes[..., ::-1] if flip else planes).copy())

        return Sample(
            face=picture(view / np.float32(255)),
            moved=picture(head.view / np.float32(255)),
            person=picture(placed.face / np.float32(255)),
            mask=picture(placed.mask),
            inner=picture(away_from_contour(placed.mask, CHANGE_RIM)),
            changed=picture((placed.mask > 0) | moving),
            signs=picture(signs),
            portrait=picture(portrait_of(person, side) / np.float32(255)),
            key=torch.from_numpy(keys[0]),
            wrong_key=torch.from_numpy(keys[1]),
        )

    def portraits(self, count: int) -> Tensor:
        """(count, 3, V, V) in [0, 1]: random persons alone."""
        keys = np.random.default_rng((self.seed, count)).standard_normal((count, KEY_SIZE)).astype(np.float32)
        made = [portrait_of(self.person(key[None]), self.faces.view) for key in torch.from_numpy(keys)]
        return torch.from_numpy(np.stack(made).transpose(0, 3, 1, 2)) / 255

    def _augmented(self, index: int, generator: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """The view with its surroundings, placed as an imperfect detection would, and the mesh with it."""
        canvas, side, margin = self.faces.canvases[index], self.faces.view, self.faces.margin
        shift, degrees, octaves = self.jitter
        angle = np.deg2rad(generator.uniform(-degrees, degrees))
        scale = 2 ** generator.uniform(-octaves, octaves)
        offset = generator.uniform(-shift, shift, 2) * side
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        centre = np.full(2, (side - 1) / 2)
        move = centre + offset - turn @ centre
        around = round((SURROUNDINGS - 1) / 2 * side)
        matrix = np.column_stack([turn, move + around - turn @ np.full(2, margin)])
        surroundings = cv2.warpAffine(
            np.ascontiguousarray(canvas),
            matrix,
            (side + 2 * around, side + 2 * around),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        mesh = self.faces.meshes[index].astype(np.float64)
        points = mesh[:, :2] @ turn.T + move
        return np.asarray(surroundings, np.uint8), np.column_stack([points, mesh[:, 2] * scale])


def portrait_of(person: Person, side: int) -> NDArray[np.float32]:
    """The first of N persons alone: (side, side, 3), 0..255."""
    drawn = person.arrays(0)
    return portrait(drawn["shape"], drawn["texture"], drawn["texture_points"], side)


def _lesion(mesh: NDArray[np.float64], side: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """An ellipse (side, side) somewhere on the face."""
    x, y = mesh[generator.integers(len(mesh)), :2]
    axes = generator.uniform(*LESION_RADII, 2) * side
    spot = np.zeros((side, side), np.uint8)
    angle = float(generator.uniform(0, 180))
    cv2.ellipse(spot, ((float(x), float(y)), (float(2 * axes[0]), float(2 * axes[1])), angle), 1, -1)
    return spot.astype(np.bool_)
