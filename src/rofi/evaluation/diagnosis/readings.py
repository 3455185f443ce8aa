"""What readers answer to the cases of a bench, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.diagnosis.reader import Desk, ReaderFacts
from rofi.evaluation.diagnosis.targets import OUTPUTS, Scores
from rofi.evaluation.methods.method import Method

_AT_ONCE = 32


@dataclass(frozen=True, eq=False)
class Reading:
    """One reader on one method's output.

    Attributes:
        reader: who.
        method: name of the method; `ORIGINAL` for none.
        title: of the method.
        cases: those that the method does not refuse.
        scores: of these.
        refused: number of the others.
    """

    reader: ReaderFacts
    method: str
    title: str
    cases: tuple[Case, ...]
    scores: Scores
    refused: int

    def of(self, cases: Sequence[Case]) -> Scores:
        """Scores of some of the cases, in their order."""
        places = {case.row.image: place for place, case in enumerate(self.cases)}
        return self.scores.take(np.array([places[case.row.image] for case in cases], np.int64))

    def on(self, cases: Sequence[Case]) -> Reading:
        """The same on some of the cases only; those refused are counted anew."""
        read = {case.row.image for case in self.cases}
        kept = tuple(case for case in cases if case.row.image in read)
        return Reading(self.reader, self.method, self.title, kept, self.of(kept), len(cases) - len(kept))


def read_cases(bench: Bench, desk: Desk, cases: Sequence[Case], method: Method | None) -> tuple[Reading, ...]:
    """Every reader of a desk on what a method makes of the cases, from the store where it is there.

    Args:
        bench: with the cases' photographs.
        desk: of readers.
        cases: in any order.
        method: None for the originals.
    """
    after, version = (ORIGINAL, "") if method is None else (method.facts.name, method.facts.version)
    title = "Original" if method is None else method.facts.title
    images = [case.row.image for case in cases]

    def make() -> dict[str, npt.NDArray[np.float32]]:
        bench.progress(f"diagnosis, {desk.name}: reading {title}")
        numbers: list[int] = []
        logits: dict[str, list[npt.NDArray[np.float32]]] = {facts.name: [] for facts in desk.facts}
        for start in range(0, len(cases), _AT_ONCE):
            frames = []
            for number, case in enumerate(cases[start : start + _AT_ONCE], start):
                pixels = bench.protected(case, method)
                if pixels is not None:
                    numbers.append(number)
                    frames.append(desk.frame(pixels, bench.original(case).alignment(bench.settings.view)))
            if frames:
                for name, part in desk.read(np.stack(frames)).items():
                    logits[name].append(part)
        empty = np.zeros((0, OUTPUTS), np.float32)
        answers = {name: np.concatenate([empty, *parts]) for name, parts in logits.items()}
        return {"numbers": np.array(numbers, np.float32), **answers}

    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": images,
        "version": version,
        "desk": desk.version,
        "view": bench.settings.view,
    }
    arrays = bench.store.arrays(f"diagnosis-{desk.name}-{after}", made_of, make)
    kept = tuple(cases[int(number)] for number in arrays["numbers"])
    return tuple(
        Reading(facts, after, title, kept, Scores.from_logits(arrays[facts.name]), len(cases) - len(kept))
        for facts in desk.facts
    )
