import numpy as np
import pytest
import scipy.special
import sklearn.metrics
import torch

from rofi.cohort.diseases import Disease, Sign
from rofi.cohort.row import Label, Row, Split
from rofi.evaluation.bench import Case
from rofi.evaluation.diagnosis.targets import DISEASES, OUTPUTS, UNTOLD, Scores, Targets, loss, targets_of


def case(label, disease=None, signs=()):
    return Case(Row("a.png", "p", "here", Split.INTERNAL, label), disease, signs, None, "p")


def test_signs_follow_from_the_disease_where_nobody_names_them():
    targets = targets_of(
        [
            case(Label.HEALTHY),
            case(Label.DISEASED, Disease.PTERYGIUM),
            case(Label.DISEASED, Disease.PTOSIS),
            case(Label.DISEASED, None, (Sign.LACRIMAL_DISORDER,)),
            case(Label.DISEASED),
        ]
    )
    assert targets.diseased.tolist() == [0, 1, 1, 1, 1]
    assert targets.diseases.tolist() == [
        UNTOLD, DISEASES.index(Disease.PTERYGIUM), DISEASES.index(Disease.PTOSIS), UNTOLD, UNTOLD,
    ]  # fmt: skip
    # Conj-Dis, LA-Dis, Eyelid-Dis, Iris-Dis
    assert targets.signs.tolist() == [[0, 0, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0], [UNTOLD] * 4]


def test_the_loss_of_health_and_disease_is_the_cross_entropy_of_twelve_classes():
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(30, OUTPUTS))
    labels = generator.integers(0, 12, 30)
    labels[:12] = range(12)
    targets = Targets((labels > 0).astype(int), np.where(labels > 0, labels - 1, UNTOLD), np.full((30, 4), UNTOLD))
    scores = Scores.from_logits(logits)
    twelve = np.column_stack([1 - scores.diseased, scores.diseases])
    expected = sklearn.metrics.log_loss(labels, twelve)
    assert float(loss(torch.from_numpy(logits), targets)) == pytest.approx(expected)


def test_signs_add_their_own_cross_entropy():
    logits = np.zeros((3, OUTPUTS))
    logits[:, -4:] = [[2, -1, 0, 3], [1, 1, 1, 1], [-2, 0, 0.5, 1]]
    untold = Targets(np.zeros(3, int), np.full(3, UNTOLD), np.full((3, 4), UNTOLD))
    signs = np.array([[1, 0, UNTOLD, 1], [UNTOLD] * 4, [0, 1, 0, 0]])
    told = Targets(untold.diseased, untold.diseases, signs)
    chances = scipy.special.expit(logits[:, -4:])
    kept = signs != UNTOLD
    expected = -np.log(np.where(signs == 1, chances, 1 - chances))[kept].sum() / 3
    added = float(loss(torch.from_numpy(logits), told)) - float(loss(torch.from_numpy(logits), untold))
    assert added == pytest.approx(expected)


def test_what_nobody_tells_does_not_count():
    logits = torch.zeros(2, OUTPUTS)
    targets = Targets(np.array([1, 1]), np.full(2, UNTOLD), np.full((2, 4), UNTOLD))
    assert float(loss(logits, targets)) == pytest.approx(np.log(2))


def test_answers_take_two_steps():
    logits = np.full((3, OUTPUTS), -9.0)
    logits[:, 0] = [2, -2, 0.2]
    logits[:, 1 + 4] = 9
    scores = Scores.from_logits(logits)
    np.testing.assert_allclose(scores.diseases.sum(1), scores.diseased)
    assert scores.answers(0.5) == [DISEASES[4], "healthy", DISEASES[4]]
    assert scores.answers(0.6) == [DISEASES[4], "healthy", "healthy"]
    assert scores.take(np.array([1])).answers(0.5) == ["healthy"]


def test_each_sign_has_its_own_threshold():
    scores = Scores(np.zeros(1), np.zeros((1, 11)), np.array([[0.4, 0.4, 0.6, 0.6]]))
    assert scores.shown((0.3, 0.5, 0.5, 0.7)).tolist() == [[True, False, True, False]]
