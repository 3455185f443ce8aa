import numpy as np
import pytest
import sklearn.linear_model

from rofi.errors import RofiError
from rofi.evaluation.membership_inference import draw_halves, likelihood_ratios
from rofi.evaluation.shadow_models import train_shadow_models

PEOPLE, FEATURES = 40, 300


@pytest.fixture(scope="module")
def people():
    """Features of about unit length that say nothing of the health state."""
    generator = np.random.default_rng(0)
    return generator.normal(0, FEATURES**-0.5, (PEOPLE, FEATURES)), np.arange(PEOPLE) % 2 == 1


def test_models_are_scikit_learns_on_the_features_themselves(people):
    features, diseased = people
    inside = draw_halves(diseased, 16, 0)
    found = train_shadow_models(features, diseased, inside, strength=2.0)
    queries = np.random.default_rng(1).normal(0, FEATURES**-0.5, (7, FEATURES))
    for number in (0, 15):
        expected = sklearn.linear_model.LogisticRegression(C=2.0, class_weight="balanced", tol=1e-8, max_iter=1000)
        expected.fit(features[inside[number]], diseased[inside[number]])
        assert found.logits(queries)[number] == pytest.approx(expected.decision_function(queries), abs=2e-3)


def test_confidence_is_the_logit_of_the_truth(people):
    features, diseased = people
    models = train_shadow_models(features, diseased, draw_halves(diseased, 16, 0))
    logits = models.logits(features)
    probability = 1 / (1 + np.exp(-logits))
    of_truth = np.where(diseased, probability, 1 - probability)
    assert models.confidences(features, diseased) == pytest.approx(np.log(of_truth / (1 - of_truth)))


def test_what_models_know_by_heart_gives_their_examples_away(people):
    features, diseased = people
    inside = draw_halves(diseased, 32, 0)
    models = train_shadow_models(features, diseased, inside)
    assert (models.confidences(features, diseased)[inside] > 0).all()
    assert likelihood_ratios(models.confidences(features, diseased), inside).true_positive_rate().estimate > 0.9


def test_photographs_that_have_nothing_to_do_with_the_examples_tell_nothing(people):
    features, diseased = people
    inside = draw_halves(diseased, 32, 0)
    others = np.random.default_rng(2).normal(0, FEATURES**-0.5, features.shape)
    attack = likelihood_ratios(train_shadow_models(features, diseased, inside).confidences(others, diseased), inside)
    assert attack.area(100).estimate == pytest.approx(0.5, abs=0.1)
    assert attack.true_positive_rate().estimate < 0.05


def test_a_model_of_one_kind_of_people_is_an_error(people):
    features, diseased = people
    with pytest.raises(RofiError, match="one kind of people"):
        train_shadow_models(features, diseased, diseased[None])


def test_other_shapes_are_an_error(people):
    features, diseased = people
    with pytest.raises(RofiError, match="39 labels"):
        train_shadow_models(features, diseased[1:], draw_halves(diseased, 16, 0))


def test_a_feature_that_is_not_finite_is_an_error(people):
    features, diseased = people
    broken = features.copy()
    broken[3, 3] = np.nan
    with pytest.raises(RofiError, match="not finite"):
        train_shadow_models(broken, diseased, draw_halves(diseased, 16, 0))
