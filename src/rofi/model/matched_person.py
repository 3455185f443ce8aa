"""Persons who go with the patient's head, by what of the head everybody will see in the protected photograph.

What is asked is the photograph with the mean person's face in the patient's place: hair, eyes, outline and light are
the patient's and stay, the face that is to be hidden is not in it. So a person that goes with it tells nothing of the
hidden face that the rest of the photograph does not tell (`rofi.model.person_prior`).
"""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt
import torch

from rofi.faces.person_placement import Mask, place_person
from rofi.faces.pose import Floats
from rofi.model.config import KEY_SIZE
from rofi.model.person import PersonModel
from rofi.model.person_prior import PersonPrior
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import HEAD_READERS, SPECS

Keys = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

SIDE = 128
"""Pixels of the view that recognisers are asked in; they see no more."""


class PersonMatcher:
    """Keys to persons that go with a patient's head.

    Args:
        persons: their model, fitted or loaded.
        prior: what heads lead to expect, fitted to that model.

    Attributes:
        persons, prior: the same.
    """

    def __init__(self, persons: PersonModel, prior: PersonPrior) -> None:
        self.persons, self.prior = persons, prior

    @torch.no_grad()
    def match(self, key: Keys, features: Keys) -> Keys:
        """Coordinates (512,) of a key's person for a head of some `features` (640,)."""
        matched = self.prior(torch.from_numpy(features)[None], torch.from_numpy(np.asarray(key, np.float32))[None])
        return np.asarray(matched[0].numpy(), np.float32)

    @torch.no_grad()
    def features(self, view: Bytes, mesh: Floats, signs: Mask) -> Keys:
        """What of a head everybody will see, (640,): embeddings of it with the mean person's face.

        Args:
            view: (V, V, 3) the patient's aligned face, 0..255.
            mesh: (468, 3) its face mesh in view pixels.
            signs: (V, V) where nothing may change.
        """
        shrink = len(view) / SIDE
        small = np.array(mesh, np.float64) / shrink
        small[:, :2] += 0.5 / shrink - 0.5
        seen, kept = (_resized(picture) for picture in (view, 255 * signs.astype(np.uint8)))
        mean = self.persons(torch.zeros(1, KEY_SIZE)).arrays(0)
        placed = place_person(seen, small, kept > 0, **mean)
        face = np.clip(np.rint(placed.face), 0, 255).astype(np.uint8)[None]
        return np.concatenate([recogniser.embed(face)[0] for recogniser in self._recognisers])

    @cached_property
    def _recognisers(self) -> list[Recogniser]:
        """Made where they are first asked, for a session may not be copied into another process."""
        return [Recogniser(SPECS[name], threads=1) for name in HEAD_READERS]


def _resized(picture: Bytes) -> Bytes:
    """A square picture with `SIDE` pixels either way."""
    interpolation = cv2.INTER_AREA if len(picture) > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=interpolation), np.uint8)
