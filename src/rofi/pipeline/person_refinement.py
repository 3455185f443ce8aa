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

from rofi.faces.light import LIGHT_REACH, OWN_LIGHT
from rofi.faces.person_placement import PlacedPerson, TextureView, away_from_contour
from rofi.faces.portrait import portrait
from rofi.model.config import KEY_SIZE
from rofi.model.matched_person import PersonMatcher
from rofi.recognition.crops import CropJitter, coarsen
from rofi.recognition.torch_recogniser import TorchRecogniser

Keys = npt.NDArray[np.float32]

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

    def moves(self, key: Keys, view: npt.NDArray[np.uint8], placed: PlacedPerson, seen: TextureView) -> Keys:
        """How far a person moves: its change of texture coordinates, (K,).

        Args:
            key: (512,) of the person.
            view: (V, V, 3) the patient's aligned face.
            placed: the person in it, with the outline moved or not.
            seen: how its texture shows there.
        """
        with torch.inference_mode(False), torch.enable_grad():
            return self._moves(torch.from_numpy(key.copy())[None], view, placed, seen)

    def _moves(self, key: Tensor, view: npt.NDArray[np.uint8], placed: PlacedPerson, seen: TextureView) -> Keys:
        settings = self.settings
        generator = torch.Generator().manual_seed(int.from_bytes(key.numpy().tobytes()[:4], "little"))
        showing = _Showing(placed, seen)
        looks = [self._look(view, generator) for _ in range(LOOKS)]
        with torch.no_grad():
            portrait = self._portrait(key)
            own = [
                F.normalize(recogniser(portrait) - common, dim=1)
                for recogniser, common in zip(self.recognisers, self._common(), strict=True)
            ]
        move = torch.zeros(1, key.shape[1] - self.persons.shapes, requires_grad=True)
        optimizer = torch.optim.Adam([move], settings.rate)
        for step in range(settings.steps):
            optimizer.param_groups[0]["lr"] = settings.rate * (1 - step / settings.steps)
            look = looks[step % LOOKS]
            shown = showing(self.persons.texture_change(key, move))
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
            moved = _Showing(placed, seen)(change)
        return PlacedPerson(np.asarray(moved[0].permute(1, 2, 0).numpy() * 255, np.float32), placed.mask)

    def _portrait(self, key: Tensor) -> Tensor:
        drawn = self.persons(key).arrays(0)
        return _planes(portrait(drawn["shape"], drawn["texture"], drawn["texture_points"], self.view))

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
        return _Look(side, jitter, self._seen(_planes(view), side, jitter))

    @torch.no_grad()
    def _hold_back(self, key: Tensor, move: Tensor) -> None:
        """Keep beard, brows and lips the patient's, and within `reach`: so far from the mean there are no faces."""
        move.copy_(self.matcher.hold(move))
        own = key[:, self.persons.shapes :]
        whole = own + move
        longest = self.settings.reach * own.norm() / whole.norm().clamp(min=1e-6)
        move.copy_(whole * longest.clamp(max=1) - own)


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


class _Showing:
    """Changes of a texture, as they show on a person placed in a view."""

    def __init__(self, placed: PlacedPerson, seen: TextureView) -> None:
        self.face = _planes(placed.face)
        # an edge that the move of light or beard would draw about the face gives it away as made
        self.mask = torch.from_numpy(placed.mask * away_from_contour(placed.mask))[None, None]
        self.core = (self.mask > 0.5).float()
        self.lit = torch.from_numpy(seen.parts.lit((placed.mask > 0.5).astype(np.float32)))[None, None]
        self.under = _blur(self.lit).clamp(min=1e-3)
        self.varied = 1 - torch.from_numpy(seen.parts.plain)[None, None]
        self.places = torch.from_numpy(seen.places)[None]
        self.gain = torch.from_numpy(seen.gain)[None, :, None, None]

    def __call__(self, change: Tensor) -> Tensor:
        """(1, 3, T, T) levels of texture to the picture (1, 3, V, V) in [0, 1]."""
        grid = (2 * self.places + 1) / change.shape[-1] - 1
        shown = self.gain * F.grid_sample(change, grid, padding_mode="border", align_corners=False)
        shown = shown - (shown * self.core).sum((2, 3), keepdim=True) / self.core.sum().clamp(min=1)
        shown = shown - (1 - OWN_LIGHT) * _blur(shown * self.lit) / self.under
        return (self.face + self.mask * self.varied * shown / 255).clamp(0, 1)


def _blur(planes: Tensor) -> Tensor:
    """(1, C, V, V) smoothed as `rofi.faces.light.smooth` does it."""
    deviation = LIGHT_REACH * planes.shape[-1]
    reach = round(3 * deviation)
    weights = torch.exp(-torch.arange(-reach, reach + 1).square() / (2 * deviation**2))
    line = (weights / weights.sum()).view(1, 1, 1, -1)
    rows = F.conv2d(planes.transpose(0, 1), line, padding=(0, reach))
    return F.conv2d(rows, line.transpose(2, 3), padding=(reach, 0)).transpose(0, 1)


def _planes(picture: npt.NDArray[np.generic]) -> Tensor:
    """(H, W, 3) levels as (1, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(picture.astype(np.float32).transpose(2, 0, 1)))[None] / 255
