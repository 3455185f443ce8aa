from dataclasses import replace
from functools import partial

import pytest

import rofi.evaluation.methods.rofi as rofi_method
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.evaluation.attacks.effort import FULL, QUICK
from rofi.evaluation.measures import attacks
from rofi.evaluation.methods.rofi import RofiMethod
from rofi.pipeline.person_refinement import RefinementSettings
from rofi.pipeline.protector import ProtectOptions
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

LEAST = replace(
    QUICK,
    attacked=2,
    people=4,
    keys=1,
    guesses=3,
    bits=2,
    wrong_pictures=2,
    key_steps=1,
    decoder_files=4,
    decoder_steps=1,
    restored=2,
    spoof_steps=1,
    restorer_steps=1,
    gallery=0,
)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A bench, and what the attacks on it gave; the packaged recogniser judges, for the others are in no package."""
    judge = Recogniser(SPECS["mobilefacenet512"], threads=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attacks, "evaluation_judges", lambda folder: ([judge], ["the others"]))
        quick = partial(ProtectOptions, candidates=2, refinement=RefinementSettings(steps=2))
        patch.setattr(rofi_method, "ProtectOptions", quick)
        rofi_method._protector.cache_clear()
        counts = {Split.TRAIN: 5, Split.INTERNAL: 4}
        bench = make_bench(tmp_path_factory.mktemp("bench"), counts, 200, (RofiMethod(),), resamples=100)
        bench = replace(bench, cases=tuple(case for case in bench.cases if case.row.split is Split.INTERNAL))
        yield bench, attacks.measure_with(bench, LEAST)
    rofi_method._protector.cache_clear()


def test_without_rofi_there_is_nothing_to_attack(tmp_path):
    section = attacks.measure(make_bench(tmp_path, {Split.INTERNAL: 2}, quick=True))
    assert section.tables == ()
    assert section.left_out == ("attacks: no ROFI",)


def test_without_a_judge_the_section_says_which_are_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(attacks, "evaluation_judges", lambda folder: ([], ["the recogniser sface128: missing"]))
    section = attacks.measure(make_bench(tmp_path, {Split.INTERNAL: 2}, methods=(RofiMethod(),)))
    assert section.tables == ()
    assert section.left_out == ("the recogniser sface128: missing",)


def test_every_attack_has_a_table_and_what_is_missing_a_reason(attacked):
    _, section = attacked
    tables = {table.name: table for table in section.tables}
    assert list(tables) == [
        "attack-random-keys",
        "attack-wrong-key-face",
        "attack-bim",
        "attack-no-key-restorer",
        "attack-parrot",
    ]
    assert all(len(row) == len(table.columns) for table in section.tables for row in table.rows)
    assert section.left_out[0] == "the others"
    assert section.left_out[1].startswith("a universal key: 4 files")
    guessed = {row[0]: row for row in tables["attack-random-keys"].rows}
    assert guessed["random secret"][2] == 3
    assert guessed["random secret"][3].estimate == 0
    assert guessed["right key"][3].estimate == 1
    assert guessed["sealed original: the right secret"][3].estimate == 1
    assert next(v for v in section.verdicts if "wrong key" in v.question).good
    assert "steps was tuned on attacked photographs" in tables["attack-bim"].note


def test_a_second_run_takes_everything_from_the_store(attacked, monkeypatch):
    bench, first = attacked
    for place in ("methods.rofi.RofiMethod.protect", "attacks.trials.bim.spoof", "attacks.trials.random_keys.guess"):
        monkeypatch.setattr(f"rofi.evaluation.{place}", lambda *_: pytest.fail("worked again"))
    monkeypatch.setattr(
        "rofi.evaluation.attacks.trials.no_key_restorer.train_restorer", lambda *_, **__: pytest.fail("trained again")
    )
    again = attacks.measure_with(bench, LEAST)
    assert again.tables == first.tables
    assert again.left_out == first.left_out


def test_full_work_is_at_least_quick_work():
    for name, value in vars(QUICK).items():
        full = getattr(FULL, name)
        assert (len(value) <= len(full)) if isinstance(value, tuple) else value <= full
