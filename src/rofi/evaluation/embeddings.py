"""What recognisers see in the cases of a bench, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.methods.method import Method
from rofi.recognition.recogniser import Recogniser


def embed_cases(
    bench: Bench, cases: Sequence[Case], method: Method | None, judge: Recogniser
) -> tuple[tuple[Case, ...], npt.NDArray[np.float32]]:
    """Embeddings of the aligned faces after a method.

    Args:
        bench: with the cases' photographs.
        cases: in any order.
        method: None for the originals.
        judge: the recogniser.

    Returns:
        The cases that the method does not refuse, and their embeddings (N, d).
    """
    after, version = (ORIGINAL, "") if method is None else (method.facts.name, method.facts.version)
    images = [case.row.image for case in cases]

    def make() -> dict[str, npt.NDArray[np.float32]]:
        kept, views = bench.views(cases, method)
        numbers = {image: number for number, image in enumerate(images)}
        return {
            "numbers": np.array([numbers[case.row.image] for case in kept], np.float32),
            "embeddings": judge.embed(views),
        }

    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": images,
        "version": version,
        "judge": asdict(judge.spec),
        "view": bench.settings.view,
    }
    arrays = bench.store.arrays(f"embeddings-{judge.spec.name}-{after}", made_of, make)
    return tuple(cases[int(number)] for number in arrays["numbers"]), np.asarray(arrays["embeddings"], np.float32)
