"""The plan: the paper's sizes, shares kept, diseases even, the same for the same seed."""

from collections import Counter

import numpy as np
import pytest

from rofi.cohort.diseases import FACTS, Disease
from rofi.cohort.plan import LEAST_SEVERITY, CohortPlan, draw_severity, draw_side
from rofi.cohort.row import Laterality, Split
from rofi.errors import CohortError


def states(plan, split):
    return [patient.disease for patient in plan.patients(split)]


def test_the_default_is_the_papers_cohort():
    plan = CohortPlan()
    assert [len(plan.patients(split)) for split in Split] == [11_836, 222, 231, 246, 48]
    assert sum(plan.sizes[split] for split in list(Split)[:3]) == 12_289  # the paper's SNPH cohort


@pytest.mark.parametrize("split", list(Split))
def test_shares_are_kept_and_diseases_even(split):
    counted = Counter(states(CohortPlan(), split))
    size = CohortPlan().sizes[split]
    healthy = counted.pop(None)
    share = 0.5 if split in (Split.TRAIN, Split.SELECTION) else 0.75
    assert size - healthy == round(share * size)
    assert set(counted) == set(Disease)
    assert max(counted.values()) - min(counted.values()) <= 1


def test_the_order_depends_on_seed_and_split_and_tells_nothing():
    plan = CohortPlan()
    assert plan.patients(Split.TRAIN) == CohortPlan().patients(Split.TRAIN)
    assert plan.patients(Split.TRAIN) != CohortPlan(seed=1).patients(Split.TRAIN)
    assert [patient.number for patient in plan.patients(Split.TRAIN)] == list(range(11_836))
    ill = np.array([disease is not None for disease in states(plan, Split.TRAIN)])
    assert ill[:5_918].mean() == pytest.approx(0.5, abs=0.03)  # four standard deviations


@pytest.mark.parametrize(("share", "ill"), [(0, 0), (1, 11)])
def test_all_or_none_may_be_ill(share, ill):
    plan = CohortPlan({Split.TRAIN: 11}, diseased=share)
    assert sum(disease is not None for disease in states(plan, Split.TRAIN)) == ill


def test_severities_are_visible_and_spread():
    generator = np.random.default_rng(0)
    drawn = np.array([draw_severity(generator) for _ in range(4000)])
    assert LEAST_SEVERITY <= drawn.min() < 0.2
    assert 0.9 < drawn.max() <= 1
    assert drawn.mean() == pytest.approx(0.55, abs=0.015)  # of Beta(2, 2) stretched to 0.1..1
    assert drawn.std() == pytest.approx(0.9 / 20**0.5, abs=0.01)


@pytest.mark.parametrize("disease", [Disease.PTOSIS, Disease.STRABISMUS])
def test_both_eyes_are_ill_as_often_as_the_disease_has_it(disease):
    generator = np.random.default_rng(0)
    counted = Counter(draw_side(disease, generator) for _ in range(4000))
    assert counted[Laterality.OU] / 4000 == pytest.approx(FACTS[disease].both_eyes, abs=0.03)
    assert counted[Laterality.OD] == pytest.approx(counted[Laterality.OS], rel=0.1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sizes": {Split.TRAIN: -1}}, "train -1: must not be below 0"),
        ({"sizes": {}}, "no patients in any split"),
        ({"follow_up": -1}, "follow-up -1"),
        ({"seed": -1}, "seed -1"),
        ({"diseased": 1.5}, "share diseased 1.5: must lie between 0 and 1"),
        ({"test_diseased": float("nan")}, "share test diseased nan"),
        ({"sham": -0.1}, "share sham -0.1"),
        ({"diseases": ()}, "no disease"),
    ],
)
def test_a_plan_out_of_range_is_an_error(settings, message):
    with pytest.raises(CohortError, match=message):
        CohortPlan(**settings)
