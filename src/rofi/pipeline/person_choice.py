"""Which of a photograph's candidate salts: the one whose persons are least like the patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from rofi.faces.outline import MovedHead, Outline, move_outline
from rofi.faces.person_placement import PlacedPerson, place_person
from rofi.model.person import PersonModel
from rofi.pipeline.found_face import FoundFace
from rofi.recognition.recogniser import Recogniser

Bytes = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.float32]


class Choice(NamedTuple):
    """One candidate: its number, its likeness to the patients (the worst face's), their heads with the outline moved,
    and the persons placed in these."""

    candidate: int
    likeness: float
    heads: list[MovedHead]
    placed: list[PlacedPerson]


def rank_candidates(
    persons: PersonModel,
    recogniser: Recogniser,
    faces: Sequence[FoundFace],
    keys: Sequence[Sequence[Keys]],
) -> list[Choice]:
    """Every candidate, least alike first.

    Args:
        persons: the model of persons.
        recogniser: measures likeness; a training recogniser, for the evaluation ones must stay witnesses.
        faces: of the photograph.
        keys: per candidate, per face.
    """
    originals = [recogniser.embed(face.view[None]) for face in faces]
    choices = []
    for candidate, vectors in enumerate(keys):
        people = persons(torch.from_numpy(np.stack(vectors)))
        heads = [_moved(face, key) for face, key in zip(faces, vectors, strict=True)]
        placed = [
            place_person(head.view, head.mesh, face.signs, **people.arrays(index))
            for index, (face, head) in enumerate(zip(faces, heads, strict=True))
        ]
        likeness = [
            float(recogniser.similarity(recogniser.embed(to_bytes(person.face)[None]), original)[0])
            for person, original in zip(placed, originals, strict=True)
        ]
        choices.append(Choice(candidate, max(likeness), heads, placed))
    return sorted(choices, key=lambda choice: choice.likeness)


def _moved(face: FoundFace, key: Keys) -> MovedHead:
    outline = Outline.of_key(key) if face.alone else Outline()
    return move_outline(face.surroundings, face.mesh, face.signs, outline)


def to_bytes(picture: npt.NDArray[np.float32]) -> Bytes:
    """Levels, rounded and clipped."""
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
