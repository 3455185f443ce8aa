"""Who the patients of a made cohort are: how many in each split, how many of them ill, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from rofi.cohort.diseases import FACTS, Disease
from rofi.cohort.row import Laterality, Split
from rofi.errors import CohortError

PAPER_SIZES: Mapping[Split, int] = MappingProxyType(
    {Split.TRAIN: 11_836, Split.SELECTION: 222, Split.INTERNAL: 231, Split.EXTERNAL_1: 246, Split.EXTERNAL_2: 48}
)
"""Patients in each split of the paper's cohort (section 2.1)."""

DEVELOPING = (Split.TRAIN, Split.SELECTION)
TESTED = (Split.INTERNAL, Split.EXTERNAL_1, Split.EXTERNAL_2)
LEAST_SEVERITY = 0.1
"""Below it a specialist hesitates, and a label would be a guess."""


@dataclass(frozen=True)
class Patient:
    """One patient to be made.

    Attributes:
        split: of which.
        number: counted within it from 0.
        disease: None is healthy.
    """

    split: Split
    number: int
    disease: Disease | None


@dataclass(frozen=True)
class CohortPlan:
    """Settings of a cohort that is to be made.

    Args:
        sizes: patients of each split; one image each.
        diseased: share of ill patients in the splits that a model is developed on.
        test_diseased: the same in the others. Three quarters leave about as many patients to each of eleven diseases
            as a test set of this size can, and enough healthy ones to state a specificity.
        diseases: which; every one as often as any other.
        sham: probability that the lids of a healthy eye were retouched without showing anything, and likewise its
            eyeball. Were it 0, the traces of painting would tell the ill.
        before: share of the ill in training of whom there is a photograph from before the disease too, the same but for
            the sign. Two images that differ in nothing else teach a detector at once what it would have to find out
            from thousands.
        follow_up: pairs of images of one patient before and after treatment.
        id_photographs: whether there is an ID photograph of every patient of the splits that are tested on.
        seed: of everything drawn; the same seed and settings make the same files.

    Raises:
        CohortError: a size, share or the seed is out of range, or nobody is to be made.
    """

    sizes: Mapping[Split, int] = field(default_factory=lambda: dict(PAPER_SIZES))
    diseased: float = 0.5
    test_diseased: float = 0.75
    diseases: tuple[Disease, ...] = tuple(Disease)
    sham: float = 0.4
    before: float = 0.0
    follow_up: int = 0
    id_photographs: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", {split: int(self.sizes.get(split, 0)) for split in Split})
        for name, count in (*self.sizes.items(), ("follow-up", self.follow_up), ("seed", self.seed)):
            if count < 0:
                raise CohortError(f"{name} {count}: must not be below 0")
        shares = {
            "diseased": self.diseased,
            "test diseased": self.test_diseased,
            "sham": self.sham,
            "before": self.before,
        }
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise CohortError(f"share {name} {share}: must lie between 0 and 1")
        if not sum(self.sizes.values()) + self.follow_up:
            raise CohortError("no patients in any split; ask for some")
        if not self.diseases:
            raise CohortError("no disease; name at least one")

    @property
    def count(self) -> int:
        """Of all that is to be made: patients, pairs, ID photographs."""
        photographs = sum(self.sizes[split] for split in TESTED) if self.id_photographs else 0
        return sum(self.sizes.values()) + self.follow_up + photographs

    def patients(self, split: Split) -> list[Patient]:
        """The split's patients, the ill among the healthy in an order that tells nothing."""
        size = self.sizes[split]
        ill = round(size * (self.diseased if split in DEVELOPING else self.test_diseased))
        generator = np.random.default_rng([self.seed, list(Split).index(split)])
        order = [self.diseases[index] for index in generator.permutation(len(self.diseases))]
        states = [order[index % len(order)] if index < ill else None for index in range(size)]
        return [Patient(split, number, states[index]) for number, index in enumerate(generator.permutation(size))]

    def was_healthy(self, patient: Patient) -> bool:
        """Whether there is a photograph of the patient from before the disease."""
        if patient.disease is None or patient.split is not Split.TRAIN:
            return False
        return bool(np.random.default_rng([self.seed, len(Split) + 2, patient.number]).random() < self.before)

    def to_dict(self) -> dict[str, Any]:
        """For cohort.json."""
        return {
            "sizes": {str(split): size for split, size in self.sizes.items()},
            "diseased": self.diseased,
            "test_diseased": self.test_diseased,
            "diseases": [str(disease) for disease in self.diseases],
            "sham": self.sham,
            "before": self.before,
            "follow_up": self.follow_up,
            "id_photographs": self.id_photographs,
            "seed": self.seed,
        }


def draw_severity(generator: np.random.Generator) -> float:
    """From `LEAST_SEVERITY` to 1, mostly amid: a Beta(2, 2) distribution, rounded as the tables write it."""
    return round(LEAST_SEVERITY + (1 - LEAST_SEVERITY) * float(generator.beta(2, 2)), 3)


def draw_side(disease: Disease, generator: np.random.Generator) -> Laterality:
    """One eye or both, as often as the disease has it so."""
    if generator.random() < FACTS[disease].both_eyes:
        return Laterality.OU
    return Laterality.OD if generator.random() < 0.5 else Laterality.OS
