"""The key's person, moved on among faces until recognisers take it for a stranger to the patient.

Drawn into a patient's face, a person shares the patient's eyes, hair and outline, and may look like the patient. So the
person's shape and texture move, by the gradients of recognisers of several families: away from the patient as far as a
stranger is and no further (a face that is the least like somebody gives that somebody away, too). All moves stay in the
model of persons: what changes is the face, not noise on it, and so it convinces other recognisers as well
(`benchmarks/ablation.py`).

What is shortest for a recogniser is often what nobody looks like: a moustache on a girl, for men are strangers to her.
So the face must stay one that recognisers find like the person as it was drawn, who goes with the head
(`rofi.model.matched_person`) and is another for every key. And the way is told in standard deviations of persons with
such heads, and bounded, in all and in each coordinate: in a few directions a search goes where no person has ever been,
and what it finds there is a caricature. Within the bounds the gradient is followed as it is. An optimiser that scales
every coordinate by itself, as Adam does, uses them up on what makes no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from rofi.faces.person_geometry import person_points, shape_moves
from rofi.faces.person_placement import PlacedPerson, TextureView
from rofi.model.matched_person import PersonMatcher
from rofi.pipeline.person_showing import ShapeShowing, TextureShowing, as_planes
from rofi.recognition.crops import CropJitter, coarsen
from rofi.recognition.torch_recogniser import TorchRecogniser

Keys = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

LOOKS = 8
"""Crops in which patient and person are compared, in turn."""
COARSEST = 0.4
"""Least share of the pixels in half of them: what fools at one sharpness only is noise."""


@dataclass(frozen=True)
class RefinementSettings:
    """How a person is moved.

    Args:
        steps: of projected gradient descent with momentum; 0 leaves the person as it is.
        reach: how far a person moves at most, in standard deviations of persons with such heads.
        stray: the same of any one coordinate.
        rate: of the first step, in reaches; it falls to 0, that the person settles.
        momentum: share of the last steps' gradients that stays.
        shape_share: what a move of shape counts for over one of texture, of which recognisers' gradients tell more.
        away: weight of the patient's likeness.
        same: weight of what is missing of the likeness to the person as it was drawn.
        sameness: that likeness, from which up nothing is missing.
        restraint: weight of the square of the way, in reaches: who need not go far stays.
        stranger: likenesses to the patient, least and largest, less the recogniser's mean of strangers, that count as a
            stranger's: within nothing is gained, below it is lost. They are less than strangers have, for other
            recognisers follow half-way.
    """

    steps: int = 32
    reach: float = 10.0
    stray: float = 0.7
    rate: float = 0.2
    momentum: float = 0.8
    shape_share: float = 1.5
    away: float = 3.0
    same: float = 3.0
    sameness: float = 0.7
    restraint: float = 0.1
    stranger: tuple[float, float] = (-0.14, -0.08)


class PersonRefiner:
    """Moves persons that have been placed in faces.

    Args:
        matcher: of persons to patients; its model of persons is on the CPU, in float32.
        recognisers: of the losses'; those that judge must stay witnesses.
        view: side of the aligned view that the persons' shapes are told in.
        settings: see `RefinementSettings`.
    """

    def __init__(
        self,
        matcher: PersonMatcher,
        recognisers: Sequence[TorchRecogniser],
        view: int,
        settings: RefinementSettings | None = None,
    ) -> None:
        self.matcher, self.persons = matcher, matcher.persons
        self.view = view
        self.recognisers = [recogniser.eval() for recogniser in recognisers]
        self.strangers = torch.tensor([recogniser.spec.strangers for recogniser in recognisers])
        self.settings = settings or RefinementSettings()
        self.jitter = CropJitter()

    def moves(
        self,
        person: Keys,
        view: npt.NDArray[np.uint8],
        mesh: Floats,
        placed: PlacedPerson,
        seen: TextureView,
        stretch: float = 1.0,
    ) -> Keys:
        """How far a person moves: the change of its coordinates, (512,).

        Args:
            person: (512,) its coordinates.
            view: (V, V, 3) the patient's aligned face.
            mesh: (468, 3) of the face in which the person is placed, with the outline moved or not.
            placed: the person in it.
            seen: how its texture shows there.
            stretch: by which the bounds are multiplied.
        """
        with torch.inference_mode(False), torch.enable_grad():
            start = torch.from_numpy(person.copy())[None]
            return self._moves(start, view, mesh, placed, seen, stretch)

    def _moves(
        self,
        person: Tensor,
        view: npt.NDArray[np.uint8],
        mesh: Floats,
        placed: PlacedPerson,
        seen: TextureView,
        stretch: float,
    ) -> Keys:
        settings, shapes = self.settings, self.persons.shapes
        reach, stray = stretch * settings.reach, stretch * settings.stray
        generator = torch.Generator().manual_seed(int.from_bytes(person.numpy().tobytes()[:4], "little"))
        textured, shaped = TextureShowing(placed, seen), self._shaping(person, mesh, len(view))
        looks = [self._look(view, placed, generator) for _ in range(LOOKS)]
        spread = self.matcher.prior.spread.clone()
        spread[:shapes] *= settings.shape_share
        way, speed = torch.zeros_like(person, requires_grad=True), torch.zeros_like(person)
        for step in range(settings.steps):
            look = looks[step % LOOKS]
            move = way @ spread
            shown = textured(self.persons.texture_change(person, move[:, shapes:]))
            after = self._seen(shaped(shown, move[:, :shapes]), look.side, look.jitter)
            likeness = _likenesses(look.patient, after) - self.strangers
            loss = settings.away * _outside(likeness, settings.stranger).mean()
            loss = loss + settings.same * F.relu(settings.sameness - _likenesses(look.drawn, after)).mean()
            loss = loss + settings.restraint * (way / reach).square().sum()
            speed = settings.momentum * speed + torch.autograd.grad(loss, way)[0]
            length = settings.rate * reach * (1 - step / settings.steps)
            with torch.no_grad():
                way -= length * F.normalize(speed, dim=1)
                way *= (reach / way.norm().clamp(min=1e-6)).clamp(max=1)
                way.clamp_(-stray, stray)
        return np.asarray((way @ spread).detach()[0].numpy(), np.float32)

    def _shaping(self, person: Tensor, mesh: Floats, side: int) -> ShapeShowing:
        drawn = self.persons(person)
        mean = drawn.mean_shape.double().numpy()
        points = person_points(mesh, drawn.shape[0].double().numpy(), mean)
        return ShapeShowing(points, shape_moves(mesh, mean, self.persons.shape_basis.double().numpy()), side)

    def _seen(self, view: Tensor, side: int, jitter: Tensor) -> list[Tensor]:
        """Embeddings (1, d) of a view in one look, by every recogniser."""
        coarse = coarsen(view, side)
        return [recogniser(coarse, jitter) for recogniser in self.recognisers]

    @torch.no_grad()
    def _look(self, view: npt.NDArray[np.uint8], placed: PlacedPerson, generator: torch.Generator) -> _Look:
        sharp, share = torch.rand(2, generator=generator).tolist()
        side = view.shape[0] if sharp < 0.5 else round(view.shape[0] * (COARSEST + (1 - COARSEST) * share))
        jitter = self.jitter.draw(1, generator)
        patient, drawn = (self._seen(as_planes(face), side, jitter) for face in (view, placed.face))
        return _Look(side, jitter, patient, drawn)


class _Look(NamedTuple):
    """A crop in which faces are compared: its pixels, its jitter, the patient's and the drawn person's embeddings."""

    side: int
    jitter: Tensor
    patient: list[Tensor]
    drawn: list[Tensor]


def _likenesses(some: Sequence[Tensor], others: Sequence[Tensor]) -> Tensor:
    """Cosine of two faces by each recogniser, (R,)."""
    return torch.stack([(a * b).sum() for a, b in zip(some, others, strict=True)])


def _outside(likeness: Tensor, band: tuple[float, float]) -> Tensor:
    """How far likenesses lie outside a band."""
    least, largest = band
    return F.relu(likeness - largest) + F.relu(least - likeness)
