"""Attacks on ROFI's protected files (paper's discussion, Supplementary Table 11; two attacks more that it lacks)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rofi.errors import RofiError
from rofi.evaluation.attacks.effort import FULL, QUICK, Effort
from rofi.evaluation.attacks.people import divide
from rofi.evaluation.attacks.scene import Scene
from rofi.evaluation.attacks.trials.bim import bim_table
from rofi.evaluation.attacks.trials.no_key_restorer import no_key_table
from rofi.evaluation.attacks.trials.parrot import parrot_table
from rofi.evaluation.attacks.trials.random_keys import random_key_table, wrong_key_table
from rofi.evaluation.attacks.trials.universal_key import universal_key_table
from rofi.evaluation.attacks.verdicts import evaluation_judges
from rofi.evaluation.bench import Bench
from rofi.evaluation.intervals import Interval
from rofi.evaluation.methods.rofi import RofiMethod
from rofi.evaluation.report.document import Section, Table, Verdict

NAME = "attacks"
MOST_SPOOFED = 0.05
"""The paper's success of the Basic Iterative Method stays below it; where the interval holds it, nothing is proved."""


@dataclass(frozen=True)
class _Outcome:
    tables: tuple[Table, ...]
    verdicts: tuple[Verdict, ...] = ()


def measure(bench: Bench) -> Section:
    """Every attack on ROFI's files, with the work of `QUICK` or `FULL`."""
    return measure_with(bench, QUICK if bench.settings.quick else FULL)


def measure_with(bench: Bench, effort: Effort) -> Section:
    """Every attack; one for which people, recognisers or packages are too few is left out with the reason."""
    method = next((method for method in bench.methods if isinstance(method, RofiMethod)), None)
    if method is None:
        return _section("ROFI is not among the methods compared; it is what is attacked.", (), ("attacks: no ROFI",))
    judges, missing = evaluation_judges(bench.settings.networks)
    if not judges:
        return _section("No recogniser is there that could judge.", (), missing)
    scene = Scene(bench, method, divide(bench), judges, effort)
    if not scene.attacked:
        return _section("No photograph was protected.", (), ("attacks: no photograph was protected",))
    outcomes: list[_Outcome] = []
    for title, attack in _ATTACKS:
        try:
            outcomes.append(attack(scene))
        except RofiError as error:
            missing.append(f"{title}: {error}")
    attacked, source = len(scene.attacked), scene.people.source
    return _section(_TEXT.format(attacked=attacked, source=source), outcomes, missing)


def _section(text: str, outcomes: Sequence[_Outcome], left_out: Sequence[str]) -> Section:
    return Section(
        NAME,
        "Attacks",
        "discussion, Supplementary Table 11",
        text,
        tuple(table for outcome in outcomes for table in outcome.tables),
        (),
        tuple(verdict for outcome in outcomes for verdict in outcome.verdicts),
        tuple(left_out),
    )


def _guessing(scene: Scene) -> _Outcome:
    table, tried, fitted = random_key_table(scene)
    answer = f"{fitted} of {tried} wrong keys fitted, those one bit off among them"
    verdict = Verdict("Does a wrong key open a file?", answer, fitted == 0, NAME)
    return _Outcome((table, wrong_key_table(scene)), (verdict,))


def _universal_key(scene: Scene) -> _Outcome:
    return _Outcome((universal_key_table(scene),))


def _spoofing(scene: Scene) -> _Outcome:
    table, keyless, keyed = bim_table(scene)
    answer = f"by who has the key in {_told(keyed)} of photographs, by who lacks it in {_told(keyless)}"
    good = True if keyed.high <= MOST_SPOOFED else False if keyed.low > MOST_SPOOFED else None
    return _Outcome((table,), (Verdict("Can pixels be forged to restore as another patient?", answer, good, NAME),))


def _restoring(scene: Scene) -> _Outcome:
    table, recognised = no_key_table(scene)
    question = "Does a network trained without a key bring faces back?"
    answer = f"{_told(recognised)} are verified by the recogniser that knows most"
    return _Outcome((table,), (Verdict(question, answer, None, NAME),))


def _parroting(scene: Scene) -> _Outcome:
    table, before, after = parrot_table(scene)
    question = "Does a recogniser trained on protected faces see through them?"
    answer = f"it identifies {_told(after)}, before training {_told(before)}"
    return _Outcome((table,), (Verdict(question, answer, None, NAME),))


def _told(share: Interval) -> str:
    return f"{share.estimate:.1%} ({share.low:.1%} to {share.high:.1%})"


_ATTACKS: tuple[tuple[str, Callable[[Scene], _Outcome]], ...] = (
    ("guessed keys", _guessing),
    ("a universal key", _universal_key),
    ("spoofing (BIM)", _spoofing),
    ("restoring without a key", _restoring),
    ("the parrot attack", _parroting),
)

_TEXT = """Every attacker here has the software and all weights; what he lacks is the key (but for the rows of the
spoofing table that give it to him). What he learns, he learns from photographs of {source}, protected under keys
of his own, and tries on {attacked} other people's, one photograph each: no face is on both sides.

The paper's discussion has guessed keys, a universal key and spoofing. Its restorer takes the key as an input with a
gradient; here the key's bits draw the rotation that hides the original, so that a universal key can be learnt only for
what has a gradient, the restorer network, and the rotation is attacked by shared decoders in its stead. The network
that restores without a key and the parrot attack are not in the paper.

Shares have exact binomial intervals over photographs, other figures BCa bootstrap ones; differences in rank-1 are
tested by McNemar's exact test, corrected by Holm within each table."""
