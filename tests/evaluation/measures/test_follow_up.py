from dataclasses import dataclass, replace

import numpy as np
import pytest

from evaluation.small_bench import Blurring, make_bench
from rofi.cohort.follow_up import Verdict
from rofi.cohort.follow_up_table import Pair, write_pairs
from rofi.cohort.row import Split
from rofi.errors import StillRecognised
from rofi.evaluation.measures import follow_up

COUNT = 30


@dataclass(frozen=True)
class Forgetting(Blurring):
    """What it restores shows somebody else's eyes."""

    @property
    def facts(self):
        return replace(super().facts, name="forgetting", title="Forgetting")

    def restore(self, data, name):
        if "000" in name:
            raise StillRecognised(f"{name}: lost")
        return super().restore(data, name)


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Pairs whose eyes differ as planted: eye shapes are stood in for, for one face seen many ways shows no disease."""
    bench = make_bench(tmp_path, {Split.INTERNAL: 2 * COUNT}, methods=(Blurring(0.3), Forgetting(0.3)))
    images = [case.row.image for case in bench.cases]
    verdicts = list(Verdict) * COUNT
    pairs = [
        Pair(f"pair {n}", images[2 * n], images[2 * n + 1], verdicts[n], "here", Split.INTERNAL) for n in range(COUNT)
    ]
    write_pairs(bench.cohort, pairs)
    generator = np.random.default_rng(0)
    base = generator.normal(0, 6, (COUNT, 1)) + generator.normal(0, 0.1, (COUNT, 12))
    step = {Verdict.BETTER: -1.0, Verdict.SAME: 0.0, Verdict.WORSE: 1.0}
    shapes = {}
    for number, pair in enumerate(pairs):
        shapes[pair.before] = base[number]
        shapes[pair.after] = base[number] + step[pair.verdict] + generator.normal(0, 0.1, 12)
    asked = iter([image for pair in pairs for image in (pair.before, pair.after)])
    back = iter([pair.before for pair in pairs] + [pair.before for pair in pairs[1:]])
    monkeypatch.setattr(
        follow_up, "eye_shape", lambda face: shapes[next(asked)] if face != "restored" else shapes[next(back)]
    )
    monkeypatch.setattr(follow_up, "find_landmarks", lambda pixels, detection: "restored")
    return bench


def test_a_history_makes_the_course_plain_and_lost_ones_are_counted(bench):
    section = follow_up.measure(bench)
    rows = {row[0]: row[1:] for row in section.tables[0].rows}
    assert list(rows) == ["none", "the original", "restored by Blurring", "restored by Forgetting"]
    assert rows["the original"][1].estimate > 0.7
    assert rows["none"][1].estimate < 0.6
    assert rows["restored by Blurring"] == rows["the original"]
    assert rows["restored by Forgetting"][0] == COUNT - 1


def test_a_rehearsal_restores_a_dozen(bench):
    rehearsal = replace(bench, settings=replace(bench.settings, quick=True))
    rows = {row[0]: row[1:] for row in follow_up.measure(rehearsal).tables[0].rows}
    assert rows["restored by Blurring"][0] == 12


def test_a_cohort_without_pairs_says_how_to_make_them(tmp_path):
    section = follow_up.measure(make_bench(tmp_path, {Split.INTERNAL: 2}))
    assert "--follow-up" in section.left_out[0]


def test_too_few_pairs_are_said(bench):
    write_pairs(
        bench.cohort, [Pair("one", *(case.row.image for case in bench.cases[:2]), Verdict.SAME, "here", Split.INTERNAL)]
    )
    assert "add pairs" in follow_up.measure(bench).left_out[0]
