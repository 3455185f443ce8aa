"""Recognition by people, against the figures that the paper prints (section 2.6)."""

import pytest
import scipy.stats

from evaluation.readers.made_study import patient
from rofi.evaluation.intervals import exact_binomial
from rofi.evaluation.readers.kinds import Kind
from rofi.evaluation.readers.recognition_score import comparisons, count_trials, rates
from rofi.evaluation.readers.study import Item, Study, Treatment

RECOGNISED = {"original": 1190, "rofi": 14, "digital-mask": 42, "g2face": 38}
TRIALS = 1200


@pytest.fixture(scope="module")
def trials():
    """The paper's additional trials; who is not recognised is taken for another, every second time for nobody."""
    items, answers = [], {}
    for treatment, hits in enumerate(RECOGNISED.values()):
        for number in range(TRIALS):
            subject = number % 3
            code = f"T{treatment}N{number}"
            candidates = (2, 0, 1) if number % 2 else (1, 2, 0)
            items.append(Item(code, subject, treatment, candidates))
            right = "ABC"[candidates.index(subject)]
            wrong = "ABC"[candidates.index((subject + 1) % 3)] if number % 2 else "none"
            answers[code] = {"person": right if number < hits else wrong}
    treatments = tuple(Treatment(name, name.title()) for name in RECOGNISED)
    study = Study("STUDY", Kind.RECOGNITION, 0, treatments, tuple(map(patient, range(3))), (tuple(items),))
    return study, count_trials(study, {1: answers})


def test_rates_are_exact_and_chance_is_told(trials):
    study, found = trials
    table = rates(study, found)
    assert table.rows[1] == ("Rofi", 1200, 14, exact_binomial(14, 1200), 593, 593)
    assert "guessing finds 0.333" in table.note


def test_kruskal_wallis_leaves_the_originals_out(trials):
    study, found = trials
    groups = [[1] * hits + [0] * (TRIALS - hits) for name, hits in RECOGNISED.items() if name != "original"]
    test = scipy.stats.kruskal(*groups)
    row = comparisons(study, found, None).rows
    assert row == (("Kruskal-Wallis", "all methods", pytest.approx(test.statistic), pytest.approx(test.pvalue), None),)


def test_fisher_gives_the_papers_p_values_and_holm_corrects_them(trials):
    study, found = trials
    _, mask, g2face = comparisons(study, found, 1).rows
    assert mask[1:4] == ("Rofi against Digital-Mask", None, pytest.approx(0.000099, abs=5e-7))
    assert g2face[1:4] == ("Rofi against G2Face", None, pytest.approx(0.000529, abs=5e-7))
    assert (mask[4], g2face[4]) == (pytest.approx(2 * mask[3]), pytest.approx(g2face[3]))


def test_without_another_method_there_is_nothing_to_compare(trials):
    study, found = trials
    assert comparisons(study, found[:2], 1) is None
