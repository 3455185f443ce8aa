"""Which of a photograph's candidate salts, and the persons of its keys in the patients' places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import cv2
import numpy as np
import numpy.typing as npt
import torch

from rofi.faces.outline import MovedHead, Outline, move_outline
from rofi.faces.person_placement import PlacedPerson, place_person, view_texture
from rofi.model.matched_person import PersonMatcher
from rofi.model.person import PersonModel
from rofi.pipeline.found_face import FoundFace
from rofi.pipeline.networks import to_bytes
from rofi.pipeline.person_refinement import PersonRefiner
from rofi.recognition.recogniser import Recogniser

Bytes = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.float32]

SKETCH_SIDE = 128
"""Least pixels of a view in which persons are compared and refined; no recogniser sees more."""


class Candidate(NamedTuple):
    """One salt: its number, and the likeness of its persons to the patients (the worst face's)."""

    number: int
    likeness: float


class Drawing(NamedTuple):
    """The patients' heads with the outline moved, and the persons placed in these."""

    heads: list[MovedHead]
    placed: list[PlacedPerson]


class _Sketch(NamedTuple):
    """What drawing a person takes of a face, with fewer pixels; see `FoundFace`."""

    surroundings: Bytes
    mesh: npt.NDArray[np.float64]
    signs: npt.NDArray[np.bool_]
    alone: bool

    @property
    def view(self) -> Bytes:
        """(V, V, 3) the aligned face."""
        margin, side = (len(self.surroundings) - len(self.signs)) // 2, len(self.signs)
        return np.ascontiguousarray(self.surroundings[margin : margin + side, margin : margin + side])

    @classmethod
    def of(cls, face: FoundFace, shrink: int = 1) -> Self:
        """A face with a `shrink`-th of the pixels either way."""
        if shrink == 1:
            return cls(face.surroundings, face.mesh, face.signs, face.alone)
        mesh = face.mesh / shrink
        mesh[:, :2] += 0.5 / shrink - 0.5
        surroundings, signs = (
            cv2.resize(picture, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
            for picture in (face.surroundings, face.signs.astype(np.float32))
        )
        return cls(np.asarray(surroundings, np.uint8), mesh, signs > 0, face.alone)


def rank_candidates(
    matcher: PersonMatcher,
    recognisers: Sequence[Recogniser],
    faces: Sequence[FoundFace],
    keys: Sequence[Sequence[Keys]],
    stranger: float = 0.0,
) -> list[Candidate]:
    """Every candidate, least alike first; among strangers the first. One alone is not looked at.

    Less likeness than a stranger's is not better: whoever is the least like a patient of all tells of the patient, too.

    Args:
        matcher: of persons to patients.
        recognisers: measure likeness, their mean counts; training recognisers, for those of the evaluation must stay
            witnesses.
        faces: of the photograph.
        keys: per candidate, per face.
        stranger: likeness from which down a person is a stranger.
    """
    if len(keys) == 1:
        return [Candidate(0, stranger)]
    sketches = [_Sketch.of(face, _shrink(face)) for face in faces]
    features = _features(matcher, sketches)
    views = np.stack([sketch.view for sketch in sketches])
    originals = [recogniser.embed(views) for recogniser in recognisers]
    candidates = []
    for number, vectors in enumerate(keys):
        heads, people = _heads(sketches, vectors), _matched(matcher, features, vectors)
        placed = _place(matcher.persons, sketches, heads, people)
        drawn = np.stack([to_bytes(person.face) for person in placed])
        likeness = np.mean(
            [
                recogniser.similarity(recogniser.embed(drawn), own)
                for recogniser, own in zip(recognisers, originals, strict=True)
            ],
            axis=0,
        )
        candidates.append(Candidate(number, float(likeness.max())))
    return sorted(candidates, key=lambda candidate: max(candidate.likeness, stranger))


def draw_persons(
    matcher: PersonMatcher,
    faces: Sequence[FoundFace],
    keys: Sequence[Keys],
    refiner: PersonRefiner | None = None,
    stretch: float = 1.0,
) -> Drawing:
    """The keys' persons in the patients' places, a key for each face.

    They are refined by `refiner`, its reach multiplied by `stretch`, or as the key says where there is none.
    """
    whole = [_Sketch.of(face) for face in faces]
    heads = _heads(whole, keys)
    people = _matched(matcher, _features(matcher, whole), keys)
    if refiner is not None:
        people = _refined(refiner, [_Sketch.of(face, _shrink(face)) for face in faces], keys, people, stretch)
    return Drawing(heads, _place(matcher.persons, whole, heads, people))


def _refined(
    refiner: PersonRefiner, faces: Sequence[_Sketch], keys: Sequence[Keys], people: Sequence[Keys], stretch: float
) -> list[Keys]:
    """The persons into whom the keys' `people` move."""
    heads = _heads(faces, keys)
    placed = _place(refiner.persons, faces, heads, people)
    drawn = refiner.persons(torch.from_numpy(np.stack(people)))
    moved = []
    for index, (own, face, head, person) in enumerate(zip(people, faces, heads, placed, strict=True)):
        seen = view_texture(head.view, head.mesh, person.mask, **drawn.arrays(index))
        moved.append(own + refiner.moves(own, face.view, head.mesh, person, seen, stretch))
    return moved


def _features(matcher: PersonMatcher, faces: Sequence[_Sketch]) -> list[Keys]:
    """What of every head everybody will see."""
    return [matcher.features(face.view, face.mesh, face.signs) for face in faces]


def _matched(matcher: PersonMatcher, features: Sequence[Keys], keys: Sequence[Keys]) -> list[Keys]:
    """Coordinates of the keys' persons."""
    return [matcher.match(key, seen) for key, seen in zip(keys, features, strict=True)]


def _heads(faces: Sequence[_Sketch], keys: Sequence[Keys]) -> list[MovedHead]:
    return [
        move_outline(face.surroundings, face.mesh, face.signs, Outline.of_key(key) if face.alone else Outline())
        for face, key in zip(faces, keys, strict=True)
    ]


def _place(
    persons: PersonModel, faces: Sequence[_Sketch], heads: Sequence[MovedHead], people: Sequence[Keys]
) -> list[PlacedPerson]:
    drawn = persons(torch.from_numpy(np.stack(people)))
    return [
        place_person(head.view, head.mesh, face.signs, **drawn.arrays(index))
        for index, (face, head) in enumerate(zip(faces, heads, strict=True))
    ]


def _shrink(face: FoundFace) -> int:
    """The largest divisor of both sides that leaves `SKETCH_SIDE` pixels."""
    view, margin = face.alignment.view, face.margin
    fits = [by for by in range(1, view // SKETCH_SIDE + 1) if view % by == 0 and margin % by == 0]
    return max(fits, default=1)
