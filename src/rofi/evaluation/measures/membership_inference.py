"""Whether a model trained on protected photographs tells whose they were (paper section 2.6).

On at most 120 people; on one core a twentieth of a second a person and method to look at the pictures, and three
seconds a method for models and intervals. The noise of feature-wise privacy comes from the chapter on differential
privacy, which takes a minute of its own if it has not been there before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError, TooFewPairs
from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.diagnosis import trunk
from rofi.evaluation.diagnosis.framing import eye_strip, whole_face
from rofi.evaluation.equal_recognition import ROFI, equal_recognition
from rofi.evaluation.intervals import Interval
from rofi.evaluation.membership_inference import Attack, draw_halves, likelihood_ratios
from rofi.evaluation.methods.method import Method
from rofi.evaluation.report.document import Better, Picture, Section, Table, Verdict
from rofi.evaluation.report.plots import bars
from rofi.evaluation.shadow_models import ShadowModels, train_shadow_models
from rofi.evaluation.sign_detection import auroc
from rofi.faces.alignment import Alignment

NAME = "membership-inference"
FPR = 0.01
"""The paper's."""

Bytes = npt.NDArray[np.uint8]
Features = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_SIDE = 224
_FRAMES: Mapping[str, Callable[[Bytes, Alignment, int], Bytes]] = {"whole face": whole_face, "eyes": eye_strip}
"""What models look at."""
_PROTECTED, _HOLDINGS = "the protected file", ("the original", "the protected file")


@dataclass(frozen=True)
class _Effort:
    people: int
    models: int
    resamples: int


_FULL, _QUICK = _Effort(120, 32, 500), _Effort(24, 16, 50)


@dataclass(frozen=True)
class _Result:
    """Models trained on one method's pictures, attacked by somebody who holds something of each person.

    Attributes:
        sees: what the models look at.
        holds: what the attacker has.
        method, title: of the pictures that the models learnt from.
        people: that the method does not refuse.
        refused: number of the others.
        found: TPR at `FPR`.
        area: under the attack's curve.
        health: mean over the models of the AUROC of health of people that they have not learnt from.
    """

    sees: str
    holds: str
    method: str
    title: str
    people: int
    refused: int
    found: Interval
    area: Interval
    health: float


def measure(bench: Bench) -> Section:
    """Likelihood-ratio attacks on models of health, trained on originals and on what each method gives."""
    effort = _QUICK if bench.settings.quick else _FULL
    people = _people(bench, effort.people)
    methods: list[Method | None] = [None, *bench.methods]
    left_out = []
    try:
        methods.append(equal_recognition(bench).features.method)
    except RofiError as error:
        left_out.append(f"feature-wise differential privacy: {error}")
    results: list[_Result] = []
    for method in methods:
        try:
            results += _attacked(bench, people, method, effort)
        except TooFewPairs as error:
            left_out.append(f"{_title(method)}: {error}")
    results.sort(key=lambda of: (list(_FRAMES).index(of.sees), _HOLDINGS.index(of.holds)))
    return Section(
        NAME,
        "Does a model trained on protected photographs tell whose they were?",
        "section 2.6",
        _TEXT.format(models=effort.models, people=len(people)),
        (_table(results),) if results else (),
        _pictures(results),
        _verdicts(results),
        (*left_out, *_MISSING),
    )


_TEXT = """A hospital trains a model on photographs of its patients and lets others ask it. The question here: can
somebody who has a photograph of a person, and knows their diagnosis, tell from the model's answer to it whether that
person's photograph was among those it was trained on? It is a question about the model. Whether people are recognised
in protected photographs is another one, answered by the chapter on identification; and that this attack fails is no
proof that no other succeeds.

The attack is LiRA (Carlini et al. 2022), with {models} models, each trained on a random half of the people, {people} at
most, one photograph each: every model is attacked in turn with the others as the attacker's shadow models, which is
more help than a real attacker has. For each person normal distributions of the logit-scaled confidence, of models
that have seen the person and that have not, give the likelihood ratio; with fewer than 64 shadow models the variance is
one for all people.

The models are logistic regressions of the health state on the frozen features of an ImageNet network
(EfficientNet-Lite0, 224 pixels), of the whole face or of the eyes alone, and know their few dozen photographs by heart;
of other people's health they know little (last column). That is the worst case: large models trained on thousands of
patients and stopped in time, like the paper's, give away far less of each, so that the paper's rate and these are not
to be compared. What the models trained on originals give away shows how strong the attack is.

The attacker holds the original, as somebody would who knows the person. What leads from there to the model is all that
a method leaves of a photograph: hair, clothes, background and light as well as eyes. Or he holds the very file that the
model learnt from. Then only the model's memory is tested: no method of protecting photographs can help, and one that
adds noise of its own to each of them makes it easier."""

_MISSING = (
    "the attack on the networks of the diagnosis: they learn from originals; dozens of them on each method's pictures "
    "are too much work without a GPU",
    "feature-wise privacy with as much noise as brings the attack down to ROFI's rate: too few people to tell such "
    "rates apart; its noise here is that of the chapter on differential privacy",
)


def _people(bench: Bench, most: int) -> tuple[Case, ...]:
    """One photograph each, at random, half of them of healthy people if there are so many."""
    drawn = np.random.default_rng(bench.settings.seed).permutation(len(bench.cases)).tolist()
    first: dict[str, Case] = {}
    for number in drawn:
        first.setdefault(bench.cases[number].person, bench.cases[number])
    healthy = [case for case in first.values() if not case.diseased]
    diseased = [case for case in first.values() if case.diseased]
    of_healthy = min(len(healthy), max(most // 2, most - len(diseased)))
    return (*healthy[:of_healthy], *diseased[: most - of_healthy])


def _attacked(bench: Bench, people: Sequence[Case], method: Method | None, effort: _Effort) -> list[_Result]:
    """By what the models see and what the attacker holds."""
    results = []
    for sees in _FRAMES:
        places, maps = _features(bench, people, method, sees)
        kept = [people[place] for place in places]
        diseased = np.array([case.diseased for case in kept], np.bool_)
        inside = draw_halves(diseased, effort.models, bench.settings.seed)
        bench.progress(f"membership inference, {sees}: {len(inside)} models of {_title(method)}")
        examples = _scaled(maps, maps)
        models = train_shadow_models(examples, diseased, inside)
        health = _health(models, examples, diseased, inside)
        originals = examples if method is None else _scaled(_features(bench, people, None, sees)[1][places], maps)
        for holds, queries in zip(_HOLDINGS, (originals, examples), strict=True):
            if method is None and holds == _PROTECTED:
                continue
            attack = likelihood_ratios(models.confidences(queries, diseased), inside)
            counts = len(kept), len(people) - len(kept)
            results.append(_result(bench, (sees, holds), method, counts, attack, health, effort))
    return results


def _result(
    bench: Bench,
    situation: tuple[str, str],
    method: Method | None,
    counts: tuple[int, int],
    attack: Attack,
    health: float,
    effort: _Effort,
) -> _Result:
    name = ORIGINAL if method is None else method.facts.name
    area = attack.area(min(effort.resamples, bench.settings.resamples), bench.settings.seed)
    return _Result(*situation, name, _title(method), *counts, attack.true_positive_rate(FPR), area, health)


def _features(
    bench: Bench, people: Sequence[Case], method: Method | None, sees: str
) -> tuple[npt.NDArray[np.int64], trunk.Features]:
    """Places of the people that the method does not refuse, and the frozen network's maps (P, C, h, w) of them."""
    name, version = (ORIGINAL, "") if method is None else (method.facts.name, method.facts.version)

    def make() -> dict[str, npt.NDArray[np.generic]]:
        places, frames = [], []
        for place, case in enumerate(people):
            bench.progress(f"membership inference, {sees} of {_title(method)}: {case.row.image}")
            pixels = bench.protected(case, method)
            if pixels is not None:
                places.append(place)
                alignment = bench.original(case).alignment(bench.settings.view)
                frames.append(_FRAMES[sees](pixels, alignment, _SIDE))
        maps = trunk.look(np.stack(frames)) if frames else np.zeros((0, trunk.CHANNELS, 1, 1), np.float16)
        return {"places": np.array(places, np.int64), "maps": maps}

    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": [case.row.image for case in people],
        "version": version,
        "view": bench.settings.view,
        "side": _SIDE,
        "trunk": trunk.VERSION,
    }
    stored = bench.store.arrays(f"membership-{sees.replace(' ', '-')}-{name}", made_of, make)
    return stored["places"], stored["maps"]


def _scaled(maps: trunk.Features, examples: trunk.Features) -> Features:
    """(P, d) about of unit length, by each channel's mean and deviation over what the models learn from."""
    learnt = examples.astype(np.float32)
    mean, deviation = learnt.mean((0, 2, 3), keepdims=True), learnt.std((0, 2, 3), keepdims=True)
    scaled = (maps.astype(np.float32) - mean) / (deviation + 1e-6)
    flat = scaled.reshape(len(maps), -1)
    return np.asarray(flat / np.sqrt(flat.shape[1]), np.float32)


def _health(models: ShadowModels, examples: Features, diseased: Mask, inside: Mask) -> float:
    areas = [
        auroc(logits[~seen & diseased], logits[~seen & ~diseased])
        for logits, seen in zip(models.logits(examples), inside, strict=True)
    ]
    return float(np.mean(areas))


def _table(results: Sequence[_Result]) -> Table:
    rows = tuple((of.sees, of.holds, of.title, of.people, of.refused, of.found, of.area, of.health) for of in results)
    columns = (
        "models see", "attacker holds", "method", "people", "refused", "TPR at 1 % FPR", "AUROC of the attack",
        "AUROC of health, other people",
    )  # fmt: skip
    note = (
        "TPR: share of members found where one in a hundred others is taken for a member, over all models; chance is "
        "0.01. Its exact binomial 95 % interval counts every person once, for what several models say of one person is "
        "not independent. AUROC of the attack: chance is 0.5; BCa bootstrap over people. AUROC of health: mean over "
        "the models. No tests; of several methods in one group some differ by chance."
    )
    better: tuple[Better | None, ...] = (None, None, None, None, None, "lower", "lower", "higher")
    return Table(NAME, "Members of the training set found", columns, rows, note, 3, better)


def _pictures(results: Sequence[_Result]) -> tuple[Picture, ...]:
    """Of the attacker who holds the original: the other one tests the model's memory alone."""
    if not results:
        return ()
    titles = list(dict.fromkeys(of.title for of in results))
    rates = {(of.sees, of.title): of.found for of in results if of.holds != _PROTECTED}
    panels = {f"models see: {sees}": [rates.get((sees, title)) for title in titles] for sees in _FRAMES}
    drawn = bars(titles, panels, "TPR at 1 % FPR", limits=(0, 1), level=FPR)
    return (Picture(NAME, "Members found by who holds the original", drawn, "Dashed: chance."),)


def _verdicts(results: Sequence[_Result]) -> tuple[Verdict, ...]:
    with_original = {(of.sees, of.method): of.found for of in results if of.holds != _PROTECTED}
    own = [(rate, sees) for (sees, method), rate in with_original.items() if method == ROFI]
    if not own:
        return ()
    worst, sees = max(own, key=lambda pair: pair[0].estimate)
    answer = (
        f"{worst.estimate:.1%} of members found ({worst.low:.1%} to {worst.high:.1%}) at 1 % false alarms, by whoever "
        f"has the original, of a model that knows its photographs by heart"
    )
    if (sees, ORIGINAL) in with_original:
        answer += f"; {with_original[sees, ORIGINAL].estimate:.1%} where it learnt from originals"
    question = "Does a model trained on protected photographs tell who was among them?"
    return (Verdict(question, answer, None, NAME),)


def _title(method: Method | None) -> str:
    return "Original" if method is None else method.facts.title
