"""The key's person, moved on among faces until recognisers take it for a stranger to the patient.

Drawn into a patient's face, a person shares the patient's eyes, hair and outline, and may look like the patient. So the
person's texture coordinates move, by the gradients of recognisers of several families: away from the patient as far as
a stranger is and no further (a face that is the least like somebody gives that somebody away, too), and towards the
person's own portrait, so that different keys stay different people; what must go with the patient's head stays. All
moves stay in the model of persons: what changes is the face, not noise on it, and so it convinces other recognisers as
well (`benchmarks/ablation.py`).
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
from rofi.faces.portrait import portrait
from rofi.model.config import KEY_SIZE
from rofi.model.matched_person import PersonMatcher
from rofi.model.person import KEY_LIMIT
from rofi.pipeline.person_showing import ShapeShowing, TextureShowing, as_planes
from rofi.recognition.crops import CropJitter, coarsen
from rofi.recognition.torch_recogniser import TorchRecogniser

Keys = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

LOOKS = 8
"""Crops in which patient and person are compared, in turn."""
COARSEST = 0.4
"""Least share of the pixels in half of them: what fools at one sharpness only is noise."""
PORTRAITS = 32
"""Persons whose portraits tell what all portraits have in common."""


@dataclass(frozen=True)
class RefinementSettings:
    """How a person is moved.

    Args:
        steps: of Adam; 0 leaves the person as it is.
        rate: of the first step, in standard deviations of the model of persons; it falls to 0, that the person settles.
        away: weight of the patient's likeness.
        towards: weight of the distance from the person's portrait.
        hold: weight of the mean squared move.
        stranger: likenesses to the patient, least and largest, that count as a stranger's: within nothing is gained,
            below it is lost. The translator, which follows, takes a little more away.
        reach: length of the moved person's coordinates, at most so many times its own.
    """

    steps: int = 32
    rate: float = 0.2
    away: float = 3.0
    towards: float = 1.0
    hold: float = 0.1
    stranger: tuple[float, float] = (-0.04, 0.02)
    reach: float = 1.25


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
        self.settings = settings or RefinementSettings()
        self.jitter = CropJitter()
        self._average: list[Tensor] | None = None

    def moves(
        self, key: Keys, view: npt.NDArray[np.uint8], mesh: Floats, placed: PlacedPerson, seen: TextureView
    ) -> Keys:
        """How far a person moves: the change of its key, (512,).

        Args:
            key: (512,) of the person.
            view: (V, V, 3) the patient's aligned face.
            mesh: (468, 3) of the face in which the person is placed, with the outline moved or not.
            placed: the person in it.
            seen: how its texture shows there.
        """
        with torch.inference_mode(False), torch.enable_grad():
            return self._moves(torch.from_numpy(key.copy())[None], view, mesh, placed, seen)

    def _moves(
        self, key: Tensor, view: npt.NDArray[np.uint8], mesh: Floats, placed: PlacedPerson, seen: TextureView
    ) -> Keys:
        settings = self.settings
        generator = torch.Generator().manual_seed(int.from_bytes(key.numpy().tobytes()[:4], "little"))
        textured, shaped = TextureShowing(placed, seen), self._shaping(key, mesh, len(view))
        looks = [self._look(view, generator) for _ in range(LOOKS)]
        with torch.no_grad():
            portrait = self._portrait(key)
            own = [
                F.normalize(recogniser(portrait) - common, dim=1)
                for recogniser, common in zip(self.recognisers, self._common(), strict=True)
            ]
        move = torch.zeros_like(key, requires_grad=True)
        shapes = self.persons.shapes
        optimizer = torch.optim.Adam([move], settings.rate)
        for step in range(settings.steps):
            optimizer.param_groups[0]["lr"] = settings.rate * (1 - step / settings.steps)
            look = looks[step % LOOKS]
            shown = textured(self.persons.texture_change(key, move[:, shapes:]))
            shown = shaped(shown, move[:, :shapes])
            after = self._seen(shown, look.side, look.jitter)
            loss = (
                settings.away * _outside(_likenesses(look.patient, after), settings.stranger).mean()
                + settings.towards * (1 - _likenesses(own, after)).mean()
                + settings.hold * move.square().mean()
            )
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            self._hold_back(key, move)
        return np.asarray(move.detach()[0].numpy(), np.float32)

    def show(self, key: Keys, move: Keys, placed: PlacedPerson, seen: TextureView) -> PlacedPerson:
        """The person after its move, in a view of any size; `placed` and `seen` are of that view."""
        with torch.no_grad():
            change = self.persons.texture_change(torch.from_numpy(key.copy())[None], torch.from_numpy(move)[None])
            moved = TextureShowing(placed, seen)(change)
        return PlacedPerson(np.asarray(moved[0].permute(1, 2, 0).numpy() * 255, np.float32), placed.mask)

    def _shaping(self, key: Tensor, mesh: Floats, side: int) -> ShapeShowing:
        persons = self.persons
        person = persons(key)
        mean = person.mean_shape.double().numpy()
        changes = persons.shape_strength * persons.shape_basis.double().numpy()
        points = person_points(mesh, person.shape[0].double().numpy(), mean)
        return ShapeShowing(points, shape_moves(mesh, mean, changes), side)

    def _portrait(self, key: Tensor) -> Tensor:
        drawn = self.persons(key).arrays(0)
        return as_planes(portrait(drawn["shape"], drawn["texture"], drawn["texture_points"], self.view))

    def _common(self) -> list[Tensor]:
        """What each recogniser finds in every portrait."""
        if self._average is None:
            keys = np.random.default_rng(0).standard_normal((PORTRAITS, 1, KEY_SIZE)).astype(np.float32)
            faces = torch.cat([self._portrait(torch.from_numpy(key)) for key in keys])
            self._average = [recogniser(faces).mean(0) for recogniser in self.recognisers]
        return self._average

    def _seen(self, view: Tensor, side: int, jitter: Tensor) -> list[Tensor]:
        """Embeddings (1, d) of a view in one look, by every recogniser."""
        coarse = coarsen(view, side)
        return [recogniser(coarse, jitter) for recogniser in self.recognisers]

    @torch.no_grad()
    def _look(self, view: npt.NDArray[np.uint8], generator: torch.Generator) -> _Look:
        sharp, share = torch.rand(2, generator=generator).tolist()
        side = view.shape[0] if sharp < 0.5 else round(view.shape[0] * (COARSEST + (1 - COARSEST) * share))
        jitter = self.jitter.draw(1, generator)
        return _Look(side, jitter, self._seen(as_planes(view), side, jitter))

    @torch.no_grad()
    def _hold_back(self, key: Tensor, move: Tensor) -> None:
        """Keep beard, brows and lips the patient's, and within `reach`: so far from the mean there are no faces."""
        shapes = self.persons.shapes
        move[:, shapes:] = self.matcher.hold(move[:, shapes:])
        for part in (slice(shapes), slice(shapes, None)):
            own = key[:, part].clamp(-KEY_LIMIT, KEY_LIMIT)
            whole = (own + move[:, part]).clamp(-KEY_LIMIT, KEY_LIMIT)
            longest = self.settings.reach * own.norm() / whole.norm().clamp(min=1e-6)
            move[:, part] = whole * longest.clamp(max=1) - own


class _Look(NamedTuple):
    """A crop in which patient and person are compared: its pixels, its jitter, and the patient's embeddings in it."""

    side: int
    jitter: Tensor
    patient: list[Tensor]


def _likenesses(some: Sequence[Tensor], others: Sequence[Tensor]) -> Tensor:
    """Cosine of two faces by each recogniser, (R,)."""
    return torch.stack([(a * b).sum() for a, b in zip(some, others, strict=True)])


def _outside(likeness: Tensor, band: tuple[float, float]) -> Tensor:
    """How far likenesses lie outside a band."""
    least, largest = band
    return F.relu(likeness - largest) + F.relu(least - likeness)
