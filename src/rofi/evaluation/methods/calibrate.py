"""The noise at which a method lets as few patients be recognised as another one does (paper section 2.6)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from rofi.errors import PhotoError, RofiError
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.embeddings import embed_cases
from rofi.evaluation.intervals import Interval, exact_binomial
from rofi.evaluation.methods.method import Method
from rofi.imaging.decode import decode
from rofi.recognition.gallery import rank1
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

JUDGES = ("sface128", "mobilefacenet192")


@dataclass(frozen=True)
class Trial:
    """One noise that was tried.

    Attributes:
        noise: what `make` got.
        rates: rank-1 recognition rate by judge, with its exact interval.
        photographs: how many the rates are of: those that the method does not refuse.
    """

    noise: float
    rates: dict[str, Interval]
    photographs: int

    @property
    def rate(self) -> float:
        """Mean over the judges."""
        return float(np.mean([rate.estimate for rate in self.rates.values()]))


@dataclass(frozen=True)
class Calibration:
    """What was found.

    Attributes:
        method: made with the noise chosen.
        chosen: that trial.
        trials: all of them, by noise.
        cases: how many photographs each was tried on, those counted that the method refuses.
        wanted: the rate looked for.
    """

    method: Method
    chosen: Trial
    trials: tuple[Trial, ...]
    cases: int
    wanted: float

    @property
    def note(self) -> str:
        """What a report says of it, in one sentence."""
        rates = ", ".join(
            f"{judge} {rate.estimate:.1%} ({rate.low:.1%} to {rate.high:.1%})"
            for judge, rate in self.chosen.rates.items()
        )
        refused = self.cases - self.chosen.photographs
        tried_on = f"{self.cases} photographs" + (f" ({refused} of them refused)" if refused else "")
        gives = "; ".join((f"gives {rates}", *self._caveats))
        return (
            f"Noise {self.chosen.noise:.4g}, chosen for a mean rank-1 recognition rate of {self.wanted:.1%} on "
            f"{tried_on}, {gives}."
        )

    @property
    def _caveats(self) -> tuple[str, ...]:
        """Why the rate is not the one looked for, where it is not within half a photograph."""
        one = 1 / self.chosen.photographs
        few: tuple[str, ...] = ()
        if one > self.wanted:
            need = math.ceil(1 / self.wanted)
            given = self.chosen.photographs
            few = (f"fewer than {need} photographs cannot show that rate: one of {given} is {one:.1%}",)
        if abs(self.chosen.rate - self.wanted) <= one / 2:
            return few
        if all(trial.rate > self.wanted for trial in self.trials):
            return (*few, "no noise in the range tried reaches it")
        if self.chosen is self.trials[0] and self.chosen.rate < self.wanted:
            return (*few, "the least noise tried gives no more already")
        return (*few, "of the noises tried none comes nearer to it")


def calibrate(
    bench: Bench,
    make: Callable[[float], Method],
    rate: float = 0.03,
    bounds: tuple[float, float] = (0.05, 20.0),
    cases: Sequence[Case] | None = None,
    trials: int = 7,
    judges: Sequence[str] = JUDGES,
) -> Calibration:
    """Find the noise at which the rank-1 recognition rate is about `rate`.

    A protected photograph is recognised if the original nearest to it, among the originals of all cases, is of its own
    person. The rate falls with the noise, so the logarithm of the noise is bisected, and the trial whose mean rate over
    the judges is nearest to `rate` is taken, of equal ones that with the least noise. Where the least noise gives no
    more than `rate`, it is taken; where the most gives more, that of the two with the lower rate. `Calibration.note`
    says so.
    A trial costs about 0.1 s an image on one core, and nothing the second time.

    Args:
        bench: for the photographs, the store and the settings; its methods are not used.
        make: gives the method for a noise.
        rate: looked for, in (0, 1); fewer than 1 / rate cases cannot show it, and the note says so.
        bounds: least and largest noise.
        cases: to try on, and the gallery; None: those of the bench's first split, 24 of them where it is to be quick.
            Those are left out in which no face is found.
        trials: how many noises are tried, the bounds among them.
        judges: names of recognisers.

    Raises:
        RofiError: a number out of range, no cases with a face, of fewer than two people, or a method that refuses all.
        TrainingError: a recogniser's network is missing.
    """
    low, high = bounds
    if not (0 < rate < 1 and 0 < low < high and trials >= 2):
        raise RofiError(f"rate {rate}, noise {low} to {high}, {trials} trials: 0 < rate < 1, 0 < low < high, 2 trials")
    given = _spread(bench) if cases is None else tuple(cases)
    chosen = tuple(case for case in given if _has_face(bench, case))
    if not chosen:
        raise RofiError(f"no face in any of {len(given)} photographs to calibrate on: give a split that has some")
    if len({case.person for case in chosen}) < 2:
        raise RofiError("fewer than two people to calibrate on: give a cohort with more patients")
    recognisers = [Recogniser(SPECS[name], bench.settings.networks, threads=1) for name in judges]
    galleries = {judge.spec.name: embed_cases(bench, chosen, None, judge)[1] for judge in recognisers}
    tried = [_try(bench, make, noise, chosen, recognisers, galleries) for noise in (low, high)]
    while len(tried) < trials and tried[0].rate > rate >= tried[-1].rate:
        above = max((trial for trial in tried if trial.rate > rate), key=lambda trial: trial.noise)
        below = min((trial for trial in tried if trial.noise > above.noise), key=lambda trial: trial.noise)
        middle = float(np.sqrt(above.noise * below.noise))
        tried.append(_try(bench, make, middle, chosen, recognisers, galleries))
        tried.sort(key=lambda trial: trial.noise)
    best = tried[0]
    if best.rate > rate:
        best = min(tried, key=lambda trial: (round(abs(trial.rate - rate), 9), trial.noise))
    return Calibration(make(best.noise), best, tuple(tried), len(chosen), rate)


def _spread(bench: Bench) -> tuple[Case, ...]:
    """Cases of the first split, evenly spread where only few may be taken."""
    cases = bench.of(bench.splits[0]) if bench.cases else ()
    most = 24 if bench.settings.quick else len(cases)
    return cases[:: max(1, -(-len(cases) // most))] if cases else ()


def _has_face(bench: Bench, case: Case) -> bool:
    """Whether the table tells where it is or it is found; a damaged photograph has none either."""
    if case.row.points is None:
        try:
            bench.original(case)
        except PhotoError:
            return False
    return True


def _try(
    bench: Bench,
    make: Callable[[float], Method],
    noise: float,
    cases: tuple[Case, ...],
    judges: Sequence[Recogniser],
    galleries: dict[str, npt.NDArray[np.float32]],
) -> Trial:
    method = make(noise)
    people = [case.person for case in cases]
    rates = {}
    made = _embeddings(bench, method, cases, judges)
    seen = made["numbers"].astype(int)
    if not len(seen):
        raise RofiError(
            f"{method.facts.title} with noise {noise:.4g} refuses all {len(cases)} photographs: calibrate on others"
        )
    probe_people = [people[number] for number in seen]
    for judge in judges:
        name = judge.spec.name
        share = rank1(made[name], probe_people, galleries[name], people, judge.similarity_matrix)
        # what is refused is not recognised either, but it protects nobody's use of it: it does not count
        rates[name] = exact_binomial(round(share * len(seen)), len(seen))
    return Trial(noise, rates, len(seen))


def _embeddings(
    bench: Bench, method: Method, cases: tuple[Case, ...], judges: Sequence[Recogniser]
) -> dict[str, npt.NDArray[np.float32]]:
    """By judge, and which cases they are of; the protected files themselves are not kept, for most are of no use."""

    def make() -> dict[str, npt.NDArray[np.float32]]:
        numbers, views = [], []
        for number, case in enumerate(cases):
            bench.progress(f"{method.facts.title}, calibration: {case.row.image}")
            try:
                data = method.protect(bench.original(case))
            except PhotoError:
                continue
            numbers.append(number)
            views.append(bench.align(case, decode(data, case.row.image).pixels))
        side = bench.settings.view
        stacked = np.stack(views) if views else np.zeros((0, side, side, 3), np.uint8)
        made = {judge.spec.name: judge.embed(stacked) for judge in judges}
        return {"numbers": np.array(numbers, np.float32), **made}

    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": [case.row.image for case in cases],
        "version": method.facts.version,
        "judges": [asdict(judge.spec) for judge in judges],
        "view": bench.settings.view,
    }
    return bench.store.arrays(f"calibration-{method.facts.name}", made_of, make)
