from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from rofi.cohort.row import Label, Row, Split
from rofi.evaluation.bench import Case
from rofi.evaluation.diagnosis.calibration import Calibration
from rofi.evaluation.diagnosis.figures import (
    answers,
    cleared,
    difference,
    disease_area,
    diseases_area,
    found,
    health_area,
    kappa,
    matthews_of,
    truth,
)
from rofi.evaluation.diagnosis.reader import ReaderFacts
from rofi.evaluation.diagnosis.readings import Reading
from rofi.evaluation.diagnosis.targets import DISEASES, OUTPUTS, Scores

READER = ReaderFacts("r", "R", 8, "", Calibration(0.5, (0.5,) * 4, None))
KINDS = 3


def case(number, kind):
    label = Label.HEALTHY if kind < 0 else Label.DISEASED
    row = Row(f"{number}.png", f"p{number}", "here", Split.INTERNAL, label)
    return Case(row, None if kind < 0 else DISEASES[kind], (), None, row.patient)


CASES = tuple(case(number, number % (KINDS + 1) - 1) for number in range(60))


def reading(noise, seed, method="m", cases=CASES):
    """A reader that sees the truth through noise."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, noise, (len(cases), OUTPUTS))
    for row, of in zip(logits, cases, strict=True):
        row[0] += 2 if of.diseased else -2
        if of.disease is not None:
            row[1 + DISEASES.index(of.disease)] += 4
    return Reading(READER, method, method.upper(), cases, Scores.from_logits(logits), 0)


ORIGINAL, GOOD, POOR = reading(1, 0), reading(1, 1, "rofi"), reading(6, 2, "blur")


def test_figures_are_those_of_sklearn():
    said, so = answers(POOR), truth(POOR)
    ill = [case.diseased for case in CASES]
    called = [answer != "healthy" for answer in said]
    assert health_area(POOR).estimate == pytest.approx(sklearn.metrics.roc_auc_score(ill, POOR.scores.diseased))
    assert found(POOR).estimate == pytest.approx(sklearn.metrics.recall_score(ill, called))
    assert cleared(POOR).estimate == pytest.approx(sklearn.metrics.recall_score(ill, called, pos_label=False))
    assert kappa(ORIGINAL, POOR).estimate == pytest.approx(sklearn.metrics.cohen_kappa_score(answers(ORIGINAL), said))
    assert matthews_of(POOR, 200, 0).estimate == pytest.approx(sklearn.metrics.matthews_corrcoef(so, said))
    areas = [
        sklearn.metrics.roc_auc_score([of == DISEASES[place] for of in so], POOR.scores.diseases[:, place])
        for place in range(KINDS)
    ]
    assert disease_area(POOR, 1).estimate == pytest.approx(areas[1])
    mean = diseases_area(POOR, 200, 0)
    assert mean.estimate == pytest.approx(np.mean(areas))
    assert mean.low < mean.estimate < mean.high
    one = [answer == DISEASES[0] for answer in answers(ORIGINAL)]
    other = [answer == DISEASES[0] for answer in said]
    expected = sklearn.metrics.cohen_kappa_score(one, other)
    assert kappa(ORIGINAL, POOR, DISEASES[0].value).estimate == pytest.approx(expected)


def test_a_refused_case_is_left_out_of_both_sides():
    kept = POOR.on(CASES[:40])
    assert kappa(ORIGINAL, kept).estimate == pytest.approx(
        sklearn.metrics.cohen_kappa_score(answers(ORIGINAL)[:40], answers(POOR)[:40])
    )


def test_the_better_method_is_found_better():
    of = difference(ORIGINAL, GOOD, POOR, 300, 0)
    expected = diseases_area(GOOD, 50, 0).estimate - diseases_area(POOR, 50, 0).estimate
    assert of.area.estimate == pytest.approx(expected)
    assert of.area.low > 0
    assert of.area_p < 0.01
    right = [np.array(answers(side)) == np.array(answers(ORIGINAL)) for side in (GOOD, POOR)]
    assert (of.agreed, of.other_agreed) == (int((right[0] & ~right[1]).sum()), int((~right[0] & right[1]).sum()))
    binomial = scipy.stats.binomtest(min(of.agreed, of.other_agreed), of.agreed + of.other_agreed)
    assert of.agreed_p == pytest.approx(binomial.pvalue)


def test_a_method_does_not_differ_from_itself():
    of = difference(ORIGINAL, GOOD, replace(GOOD, method="other"), 100, 0)
    assert (of.area.low, of.area.estimate, of.area.high) == (0, 0, 0)
    assert of.area_p == 1
    assert of.agreed_p == 1


def test_methods_are_compared_on_the_images_of_both():
    assert difference(ORIGINAL, GOOD.on(CASES[:30]), POOR.on(CASES[20:]), 50, 0).images == 10
    assert difference(ORIGINAL, GOOD.on(CASES[:30]), POOR.on(CASES[30:]), 50, 0) is None


def test_too_few_images_give_no_figure():
    healthy = reading(1, 0, cases=CASES[:1])
    assert health_area(healthy) is None
    assert found(healthy) is None
    assert cleared(healthy).estimate in (0, 1)
    assert diseases_area(healthy, 50, 0) is None
    assert disease_area(healthy, 0) is None
    assert kappa(healthy, healthy) is None
    assert matthews_of(healthy, 50, 0) is None
    assert kappa(ORIGINAL, GOOD, DISEASES[-1].value) is None or KINDS < 11


def test_a_disease_that_nobody_tells_counts_for_health_only():
    untold = tuple(replace(of, disease=None) if number < 20 else of for number, of in enumerate(CASES))
    blind = replace(POOR, cases=untold)
    assert health_area(blind) == health_area(POOR)
    assert None in truth(blind)
    kept = [number for number, of in enumerate(untold) if of.disease is not None or not of.diseased]
    so = [truth(POOR)[number] for number in kept]
    said = [answers(POOR)[number] for number in kept]
    assert matthews_of(blind, 50, 0).estimate == pytest.approx(sklearn.metrics.matthews_corrcoef(so, said))
