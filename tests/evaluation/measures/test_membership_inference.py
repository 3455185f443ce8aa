from dataclasses import replace
from types import SimpleNamespace

import pytest

from evaluation.named_methods import Emptying, Smoothing
from evaluation.small_bench import Refusing, make_bench
from rofi.cohort.row import Label, Split
from rofi.errors import RofiError
from rofi.evaluation.measures import membership_inference as module
from rofi.evaluation.measures.membership_inference import measure

COUNT = 14
METHODS = (Smoothing("rofi", 0.0), Emptying(refused="003"), Refusing())


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return make_bench(tmp_path_factory.mktemp("bench"), {Split.INTERNAL: COUNT}, 160, METHODS, quick=True, resamples=20)


@pytest.fixture
def calibrated(monkeypatch):
    """Feature-wise privacy stood in for by a blur."""
    method = Smoothing("dp-features", 4.0)
    found = SimpleNamespace(features=SimpleNamespace(method=method))
    monkeypatch.setattr(module, "equal_recognition", lambda bench: found)


@pytest.fixture
def section(bench, calibrated):
    return measure(bench)


def rows_of(section):
    """By what the models see, what the attacker holds and the method."""
    (table,) = section.tables
    return {row[:3]: dict(zip(table.columns, row, strict=True)) for row in table.rows}


def test_models_of_originals_and_of_untouched_photographs_give_the_same_away(section):
    rows = rows_of(section)
    for sees in ("whole face", "eyes"):
        original, idle = (rows[sees, "the original", name] for name in ("Original", "ROFI"))
        assert original["TPR at 1 % FPR"] == idle["TPR at 1 % FPR"]
        assert original["AUROC of the attack"].estimate == idle["AUROC of the attack"].estimate
        assert idle["AUROC of the attack"].estimate > 0.9  # they know their few photographs by heart


def test_pictures_with_nothing_in_them_give_nothing_away(section):
    for holds in ("the original", "the protected file"):
        row = rows_of(section)["whole face", holds, "Emptying"]
        assert row["AUROC of the attack"].estimate == 0.5
        assert row["TPR at 1 % FPR"].estimate == 0
        assert row["AUROC of health, other people"] == 0.5


def test_refused_people_are_counted_and_left_out(section):
    row = rows_of(section)["eyes", "the original", "Emptying"]
    assert (row["people"], row["refused"]) == (COUNT - 1, 1)


def test_a_method_that_refuses_all_is_named(section):
    assert any(line.startswith("Refusing: 0 healthy and 0 diseased people") for line in section.left_out)
    assert all(method != "Refusing" for _, _, method in rows_of(section))


def test_holding_the_original_comes_first_and_originals_have_no_other_file(section):
    found = list(rows_of(section))
    assert found[0] == ("whole face", "the original", "Original")
    assert ("whole face", "the protected file", "Original") not in found
    assert len(found) == 2 * (4 + 3)


def test_the_verdict_is_on_rofi_held_against_originals(section, bench, calibrated):
    (verdict,) = section.verdicts
    rows = rows_of(section)
    worst = max(rows[sees, "the original", "ROFI"]["TPR at 1 % FPR"].estimate for sees in ("whole face", "eyes"))
    assert verdict.answer.startswith(f"{worst:.1%} of members found")
    assert measure(replace(bench, methods=METHODS[1:])).verdicts == ()


def test_too_few_people_are_named_and_not_measured(bench, calibrated):
    section = measure(replace(bench, cases=bench.cases[:6]))
    assert section.tables == ()
    assert any(line.startswith("Original: 3 healthy and 3 diseased people") for line in section.left_out)


def test_one_photograph_of_a_person_and_no_more_people_than_asked_for(bench):
    twins = replace(bench, cases=tuple(replace(case, person="one") for case in bench.cases))
    assert len(module._people(twins, 10)) == 1
    chosen = module._people(bench, 6)
    assert len({case.person for case in chosen}) == 6
    assert [case.row.label for case in chosen].count(Label.HEALTHY) == 3


def test_without_a_recogniser_feature_wise_privacy_is_left_out(bench, monkeypatch):
    def fail(bench):
        raise RofiError("no recogniser")

    monkeypatch.setattr(module, "equal_recognition", fail)
    section = measure(bench)
    assert "feature-wise differential privacy: no recogniser" in section.left_out
    assert ("eyes", "the original", "ROFI") in rows_of(section)
