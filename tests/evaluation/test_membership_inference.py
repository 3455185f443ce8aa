import numpy as np
import pytest
import scipy.stats

from rofi.errors import RofiError, TooFewPairs
from rofi.evaluation.membership_inference import Attack, draw_halves, likelihood_ratios, true_positive_rate

PEOPLE, MODELS = 40, 32
DISEASED = np.arange(PEOPLE) % 4 != 0


def planted(apart, people=200, models=MODELS, seed=0):
    """Confidences of models that are surer by `apart` standard deviations of the people whom they have seen."""
    generator = np.random.default_rng(seed)
    inside = draw_halves(np.arange(people) % 2 == 1, models, seed)
    own = generator.normal(0, 3, people)  # some people are easier than others, whoever has seen them
    return own + generator.normal(0, 1, (models, people)) + apart * inside, inside


def test_halves_are_of_both_kinds_and_of_one_size():
    inside = draw_halves(DISEASED, MODELS, 0)
    assert (inside[:, DISEASED].sum(1) == 15).all()
    assert (inside[:, ~DISEASED].sum(1) == 5).all()
    assert np.minimum(inside.sum(0), MODELS - inside.sum(0)).min() > 3
    assert len({row.tobytes() for row in inside}) == MODELS


def test_halves_are_repeatable_by_the_seed():
    assert (draw_halves(DISEASED, MODELS, 1) == draw_halves(DISEASED, MODELS, 1)).all()
    assert (draw_halves(DISEASED, MODELS, 1) != draw_halves(DISEASED, MODELS, 2)).any()


def test_too_few_people_of_a_kind_are_an_error_not_halves():
    with pytest.raises(TooFewPairs, match="3 healthy and 9 diseased people"):
        draw_halves(np.arange(12) > 2, MODELS, 0)


def test_too_few_models_are_an_error():
    with pytest.raises(TooFewPairs, match="15 models"):
        draw_halves(DISEASED, 15, 0)


@pytest.mark.parametrize("apart", [1.0, 2.0, 3.0])
def test_what_is_planted_is_found_as_the_lemma_of_neyman_and_pearson_says(apart):
    """With means known exactly the best test finds 1 - Phi(z_0.99 - apart); sixteen shadows a side know them nearly."""
    attack = likelihood_ratios(*planted(apart))
    best = scipy.stats.norm.sf(scipy.stats.norm.ppf(0.99) - apart)
    assert 0.7 * best < attack.true_positive_rate().estimate < 1.05 * best
    assert attack.area(50).estimate == pytest.approx(scipy.stats.norm.cdf(apart / np.sqrt(2)), abs=0.03)


def test_a_memoriser_is_found_out():
    attack = likelihood_ratios(*planted(8.0))
    assert attack.true_positive_rate().estimate > 0.99
    assert attack.area(50).low > 0.99


def test_models_that_remember_nothing_are_at_chance():
    attack = likelihood_ratios(*planted(0.0))
    assert attack.true_positive_rate().estimate == pytest.approx(0.01, abs=0.005)
    assert attack.area(50).estimate == pytest.approx(0.5, abs=0.02)


def test_models_that_answer_the_same_to_all_are_at_chance():
    inside = draw_halves(DISEASED, MODELS, 0)
    attack = likelihood_ratios(np.full(inside.shape, 1 / 3), inside)
    assert attack.true_positive_rate().estimate == 0
    assert attack.area(50).estimate == 0.5


@pytest.mark.parametrize(("models", "own"), [(32, False), (80, True)])
def test_scores_are_ratios_of_normal_densities(models, own):
    """Worked out anew for one model and person, with scipy; few shadow models share their variances."""
    values, inside = planted(1.0, people=8, models=models)
    target, person = 3, 5
    others = [number for number in range(models) if number != target]

    def density(seen):
        groups = [values[[m for m in others if inside[m, p] == seen], p] for p in range(8)]
        residuals = [((group - group.mean()) ** 2).sum() for group in groups]
        shared = np.sqrt(sum(residuals) / sum(len(group) - 1 for group in groups))
        spread = groups[person].std(ddof=1) if own else shared
        return scipy.stats.norm(groups[person].mean(), spread).pdf(values[target, person])

    expected = np.log(density(True) / density(False))
    assert likelihood_ratios(values, inside).scores[target, person] == pytest.approx(expected)


def test_the_interval_counts_people_and_not_decisions():
    attack = likelihood_ratios(*planted(2.0, people=50))
    rate = attack.true_positive_rate()
    hits = round(rate.estimate * 50)
    low, high = scipy.stats.beta.ppf([0.025, 0.975], [hits, hits + 1], [51 - hits, 50 - hits])
    assert (rate.low, rate.high) == pytest.approx((low, high))


def test_confidences_and_memberships_of_other_shapes_are_an_error():
    values, inside = planted(0.0, people=10)
    with pytest.raises(RofiError, match=r"\(32, 9\) and memberships \(32, 10\)"):
        likelihood_ratios(values[:, 1:], inside)


def test_a_confidence_that_is_infinite_is_an_error():
    values, inside = planted(0.0, people=10)
    values[0, 0] = np.inf
    with pytest.raises(RofiError, match="finite"):
        likelihood_ratios(values, inside)


def test_a_person_whom_all_models_have_seen_is_an_error():
    values, inside = planted(0.0, people=10)
    inside[:, 4] = True
    with pytest.raises(RofiError, match="out of as many"):
        likelihood_ratios(values, inside)


def test_true_positive_rate_of_hand_worked_scores():
    """Of 100 others one may be above the threshold, which is therefore 98; equal to it is not above."""
    others = np.arange(100.0)
    assert true_positive_rate([98.0, 98.5, 99.0, 50.0], others, 0.01) == 0.5
    assert true_positive_rate([98.0, 98.5, 99.0, 50.0], others, 0.5) == 1.0  # 49


def test_a_rate_that_so_few_others_cannot_show_is_an_error():
    with pytest.raises(TooFewPairs, match="99 on others"):
        true_positive_rate([1.0], np.arange(99.0), 0.01)


def test_no_member_is_an_error():
    with pytest.raises(TooFewPairs, match="0 decisions on members"):
        true_positive_rate([], np.arange(100.0), 0.01)


def test_a_score_that_is_not_a_number_is_an_error():
    with pytest.raises(RofiError, match="not a number"):
        true_positive_rate([np.nan], np.arange(100.0), 0.01)


def test_an_impossible_false_positive_rate_is_an_error():
    with pytest.raises(RofiError, match="not in"):
        Attack(np.zeros((16, 10)), np.eye(16, 10, dtype=bool)).true_positive_rate(1.5)
