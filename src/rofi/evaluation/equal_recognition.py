"""Differential privacy with as much noise as it takes to be recognised as seldom as ROFI's outputs (paper 2.6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rofi.errors import CohortError
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.diagnosis.partition import divide
from rofi.evaluation.diagnosis.settings import DiagnosisSettings
from rofi.evaluation.embeddings import embed_cases
from rofi.evaluation.intervals import Interval, exact_binomial
from rofi.evaluation.judges import find_judges
from rofi.evaluation.methods.calibrate import JUDGES, Calibration, calibrate
from rofi.evaluation.methods.differential_privacy import FeatureDp, PixelDp
from rofi.evaluation.methods.method import Method
from rofi.recognition.gallery import rank1
from rofi.recognition.recogniser import Recogniser

ROFI = "rofi"
PAPERS_RATE = 0.03
"""ROFI's recognition rate in the paper; looked for where ROFI is not among the methods."""
_MOST, _MOST_QUICK = 60, 24
_TRIALS, _TRIALS_QUICK = 9, 4
_PIXEL_NOISE = (5.0, 500.0)
"""Levels: at the least a face is as good as untouched, at the most every cell is black or white by chance."""
_FEATURE_NOISE = (0.1, 6.0)
"""Standard deviations; at the most a seventieth of the variance is the face's own."""


@dataclass(frozen=True)
class EqualRecognition:
    """Noise found.

    Attributes:
        cases: photographs that recognition was measured on, probes and gallery.
        own: rank-1 recognition rate of ROFI's outputs by recogniser, measured as the noise's is; empty where ROFI is
            not among the methods or refuses all.
        wanted: the rate looked for: ROFI's mean over the recognisers, but no less than one photograph's share.
        pixels, features: what was found; their own `wanted` is higher where no noise brings the rate so low.
    """

    cases: tuple[Case, ...]
    own: dict[str, Interval]
    wanted: float
    pixels: Calibration
    features: Calibration


def equal_recognition(bench: Bench) -> EqualRecognition:
    """Calibrate pixel-wise and feature-wise differential privacy to ROFI's recognition rate.

    About one second a photograph on one core, then from the store.

    Args:
        bench: with the evaluation recognisers, or else with the packaged one.

    Raises:
        RofiError: no photograph with a face, fewer than two people, or feature-wise privacy refuses all.
        PhotoError: an original is missing or damaged.
    """
    cases = _choose(bench)
    judges = _judges(bench)
    rofi = next((method for method in bench.methods if method.facts.name == ROFI), None)
    own = {} if rofi is None else recognition_rates(bench, rofi, cases, judges)
    rate = float(np.mean([share.estimate for share in own.values()])) if own else PAPERS_RATE
    step = 1 / max(len(cases), 2)
    wanted = float(np.clip(rate, step, 1 - step))
    seed = bench.settings.seed
    return EqualRecognition(
        cases,
        own,
        wanted,
        _calibrated(bench, lambda noise: PixelDp(noise, seed=seed), wanted, _PIXEL_NOISE, cases, judges),
        _calibrated(bench, lambda noise: FeatureDp(noise, seed=seed), wanted, _FEATURE_NOISE, cases, judges),
    )


def recognition_rates(
    bench: Bench, method: Method | None, cases: Sequence[Case], judges: Sequence[Recogniser]
) -> dict[str, Interval]:
    """By recogniser, how often the nearest of all originals is the person's own, as `calibrate` measures it.

    Args:
        bench: with the cases' photographs.
        method: None for the originals.
        cases: probes and gallery.
        judges: recognisers.

    Returns:
        Shares of the photographs not refused with exact intervals; empty if all are refused.
    """
    people = [case.person for case in cases]
    rates = {}
    for judge in judges:
        kept, probes = embed_cases(bench, cases, method, judge)
        if kept:
            gallery = embed_cases(bench, cases, None, judge)[1]
            share = rank1(probes, [case.person for case in kept], gallery, people, judge.similarity_matrix)
            rates[judge.spec.name] = exact_binomial(round(share * len(kept)), len(kept))
    return rates


def _calibrated(
    bench: Bench,
    make: Callable[[float], Method],
    rate: float,
    bounds: tuple[float, float],
    cases: tuple[Case, ...],
    judges: Sequence[Recogniser],
) -> Calibration:
    """The least noise that gives the rate, or the lowest that any noise gives.

    With nothing left of a face a recogniser still hits by chance, now and then more often than `rate`; without a higher
    aim the most noise of all would be taken for the best, which no rival deserves.
    """
    names = [judge.spec.name for judge in judges]
    floor = calibrate(bench, make, rate, bounds, cases, 2, names).trials[-1].rate
    aim = max(rate, floor + 1 / (2 * len(names) * len(cases)))
    if aim >= 1:  # recognised whatever is done
        aim = rate
    trials = _TRIALS_QUICK if bench.settings.quick else _TRIALS
    return calibrate(bench, make, aim, bounds, cases, trials, names)


def _judges(bench: Bench) -> tuple[Recogniser, ...]:
    """Those that calibration asks, or whichever are at hand."""
    found = find_judges(bench.settings.networks).recognisers
    return tuple(judge for judge in found if judge.spec.name in JUDGES) or found


def _choose(bench: Bench) -> tuple[Case, ...]:
    """Of the first split, one photograph a patient, half of them healthy, and none that machine readers learn from."""
    if not bench.cases:
        return ()
    settings = DiagnosisSettings()
    try:
        partition = divide(bench.cohort, settings.images, settings.tuning, bench.settings.seed)
    except CohortError:  # nobody learns from anything there
        partition = None
    first: dict[str, Case] = {}
    for case in bench.of(bench.splits[0]):
        if partition is None or partition.may_test(case):
            first.setdefault(case.row.patient, case)
    most = _MOST_QUICK if bench.settings.quick else _MOST
    drawn = np.random.default_rng(bench.settings.seed).permutation(len(first)).tolist()
    shuffled = [list(first.values())[number] for number in drawn]
    healthy = [case for case in shuffled if not case.diseased]
    diseased = [case for case in shuffled if case.diseased]
    of_healthy = min(len(healthy), max(most // 2, most - len(diseased)))
    chosen = {case.row.image for case in (*healthy[:of_healthy], *diseased[: most - of_healthy])}
    return tuple(case for case in bench.cases if case.row.image in chosen)
