"""Whom the judges see: recognisers that were in no loss, on every stage of every photograph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from estimates import Estimate, mean_of, share_of
from rofi.evaluation.identity import cosine_similarity
from rofi.evaluation.key_diversity import mean_pairwise_cosine_distance
from rofi.recognition.gallery import identified
from rofi.recognition.recogniser import Embeddings, Recogniser
from rofi.recognition.specs import SPECS
from round_trip import ORIGINAL

Bytes = npt.NDArray[np.uint8]

JUDGES = tuple(name for name, spec in SPECS.items() if spec.role == "evaluation")
PACKAGED = "mobilefacenet512"
"""Comes with the program, was in the losses and refines persons: no witness, but in every attacker's hands."""


def load_judges(folder: Path) -> dict[str, Recogniser]:
    """The judges by name, and the packaged recogniser last."""
    return {name: Recogniser(SPECS[name], folder) for name in (*JUDGES, PACKAGED)}


@dataclass(frozen=True)
class StageFigures:
    """One stage before one judge.

    Attributes:
        cosine: mean to the very photograph.
        similarity: the same as the judge itself compares: cosine, or minus the Euclidean distance.
        verified: share taken for the person of the very photograph, at a false accept rate of 1e-3.
        rank1: share identified in the gallery of other photographs; None where the set has none.
        place: mean share of the others in that gallery who are less alike than the person; 0.5 is chance, and who is
            hidden too well lies below it.
    """

    cosine: Estimate | None
    similarity: Estimate | None
    verified: Estimate | None
    rank1: Estimate | None
    place: Estimate | None


class Identities:
    """Collects the embeddings of a set, photograph by photograph, and no images.

    Args:
        judge: the recogniser.
    """

    def __init__(self, judge: Recogniser) -> None:
        self.judge = judge
        self.people: list[str] = []
        self._stages: dict[str, list[Embeddings]] = defaultdict(list)
        self._cards: list[Embeddings] = []
        self._card_people: list[str] = []

    def add(self, person: str, views: Mapping[str, Bytes], card: Bytes | None) -> None:
        """One photograph's aligned faces by stage, and its person's in the gallery."""
        embeddings = self.judge.embed(np.stack(list(views.values())))
        for stage, embedding in zip(views, embeddings, strict=True):
            self._stages[stage].append(embedding)
        self.people.append(person)
        if card is not None:
            self._cards.append(self.judge.embed(card[None])[0])
            self._card_people.append(person)

    def of(self, stage: str) -> Embeddings:
        """(N, d) of a stage."""
        return np.stack(self._stages[stage])

    def figures(self) -> dict[str, StageFigures]:
        """By stage."""
        return {stage: self._figures(self.of(stage)) for stage in self._stages}

    def between_people(self) -> float | None:
        """Mean pairwise cosine distance of the set's originals, to read a cosine of this judge by."""
        return mean_pairwise_cosine_distance(self.of(ORIGINAL)) if len(self.people) > 1 else None

    def _figures(self, faces: Embeddings) -> StageFigures:
        originals = self.of(ORIGINAL)
        verified = share_of(int(self.judge.same_person(faces, originals).sum()), len(faces))
        return StageFigures(
            mean_of(cosine_similarity(faces, originals).tolist()),
            mean_of(self.judge.similarity(faces, originals).tolist()),
            verified,
            self._identified(faces),
            self._place(faces),
        )

    def _place(self, faces: Embeddings) -> Estimate | None:
        cards = np.array(self._card_people)
        known = np.isin(self.people, cards)
        if len(cards) < 2:
            return None
        scores = self.judge.similarity_matrix(faces[known], np.stack(self._cards))
        own = np.array(self.people)[known][:, None] == cards[None]
        return mean_of([float((row[~mine] < row[mine].max()).mean()) for row, mine in zip(scores, own, strict=True)])

    def _identified(self, faces: Embeddings) -> Estimate | None:
        known = np.isin(self.people, self._card_people)
        if not known.any():
            return None
        people = np.array(self.people)[known]
        found = identified(faces[known], people, np.stack(self._cards), self._card_people, self.judge.similarity_matrix)
        return share_of(int(found.sum()), len(people))

    def verdicts(self, stage: str) -> dict[str, list[float | bool | None]]:
        """Of every photograph of a stage, in order: cosine to the original; verified; identified (None: no card)."""
        faces, originals = self.of(stage), self.of(ORIGINAL)
        cards = self._card_people
        return {
            "cosine": cosine_similarity(faces, originals).tolist(),
            "verified": self.judge.same_person(faces, originals).tolist(),
            "identified": [
                bool(identified(face[None], [person], np.stack(self._cards), cards, self.judge.similarity_matrix)[0])
                if person in cards
                else None
                for face, person in zip(faces, self.people, strict=True)
            ],
        }
