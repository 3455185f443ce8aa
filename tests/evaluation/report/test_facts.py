from __future__ import annotations

from datetime import UTC, datetime

import pytest

import rofi
from evaluation.small_bench import make_bench
from rofi.cohort.layout import SETTINGS
from rofi.cohort.row import Split
from rofi.evaluation.report.facts import MADE_LIMITS, OWN_LIMITS, facts_of


@pytest.fixture
def bench(tmp_path):
    return make_bench(tmp_path, {Split.INTERNAL: 5, Split.EXTERNAL_2: 2})


def told(bench):
    return facts_of(bench, weights="w", date=datetime(2026, 1, 1, tzinfo=UTC), seconds=1.0, limits=("one more",))


def test_counts_are_of_the_cases_measured(bench):
    facts = told(bench)
    assert [(s.split, s.images, s.patients, s.healthy, s.diseased) for s in facts.splits] == [
        ("internal", 5, 5, 3, 2),
        ("external_2", 2, 2, 1, 1),
    ]
    assert (facts.images, facts.patients) == (7, 7)
    assert facts.diseases == (("conjunctival_melanoma", 3),)
    assert facts.version == rofi.__version__
    assert [method.name for method in facts.methods] == ["blurring"]


def test_the_cohort_is_named_without_the_way_to_it(bench):
    assert told(bench).cohort == bench.cohort.name


def test_limits_are_those_of_the_cohorts_kind(bench):
    assert not told(bench).made
    assert told(bench).limits == (*OWN_LIMITS, "one more")
    (bench.cohort / SETTINGS).write_text("{}")
    assert told(bench).made
    assert told(bench).limits == (*MADE_LIMITS, "one more")
