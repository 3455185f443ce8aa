"""The frozen network below the heads: what it sees in the eyes of many photographs, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import torch

from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.diagnosis.efficientnet_lite0 import (
    STAGES,
    EfficientNetLite0,
    as_input,
    fold_batch_norms,
    load_efficientnet_lite0,
)
from rofi.evaluation.diagnosis.framing import NO_JITTER, Jitter, eye_strip

Features = npt.NDArray[np.float16]

STAGE = 5
CHANNELS = STAGES[STAGE - 1].channels
VERSION = f"EfficientNet-Lite0 57934424, stage {STAGE}, eye strip 1"
_STRIDE = 16
_AT_ONCE = 16
_CHUNK = 240
_COPIES_UP_TO = 256


def cells(side: int) -> tuple[int, int]:
    """Height and width of the feature map of a strip of `side` pixels."""
    return -(-(side // 2) // _STRIDE), -(-side // _STRIDE)


def copies(side: int) -> int:
    """How often each photograph to learn from is looked at: as it is and, where that is quick, once changed."""
    return 2 if side <= _COPIES_UP_TO else 1


def look(strips: npt.NDArray[np.uint8]) -> Features:
    """Feature maps of strips.

    Args:
        strips: (N, side / 2, side, 3), see `eye_strip`.

    Returns:
        (N, CHANNELS, *cells(side)).
    """
    network = _network()
    with torch.inference_mode():
        parts = [
            network.stage(as_input(strips[start : start + _AT_ONCE]), STAGE).half().numpy()
            for start in range(0, len(strips), _AT_ONCE)
        ]
    return np.concatenate(parts) if parts else np.zeros((0, CHANNELS, *cells(strips.shape[2])), np.float16)


def features_of_originals(bench: Bench, cases: Sequence[Case], side: int, copy: int) -> Features:
    """Feature maps of photographs as they are, from the store where they are there.

    Args:
        bench: with the photographs.
        cases: any of its cohort, not only those to measure on.
        side: width of the strip, pixels.
        copy: 0 for the photographs as they are; others are small changes of them.

    Raises:
        PhotoError: a photograph is missing or damaged, or its face is not found.
    """
    parts = [_chunk(bench, cases[start : start + _CHUNK], side, copy) for start in range(0, len(cases), _CHUNK)]
    return np.concatenate(parts) if parts else np.zeros((0, CHANNELS, *cells(side)), np.float16)


def _chunk(bench: Bench, cases: Sequence[Case], side: int, copy: int) -> Features:
    def make() -> dict[str, Features]:
        bench.progress(f"diagnosis, {side} px: looking at {len(cases)} photographs to learn from")
        generator = np.random.default_rng((bench.settings.seed, copy))
        strips = []
        for case in cases:
            photo = bench.original(case)
            jitter = Jitter.draw(generator) if copy else NO_JITTER
            strips.append(eye_strip(photo.pixels, photo.alignment(bench.settings.view), side, jitter))
        return {"features": look(np.stack(strips))}

    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": [case.row.image for case in cases],
        "side": side,
        "copy": copy,
        "seed": bench.settings.seed,
        "trunk": VERSION,
    }
    return np.asarray(bench.store.arrays(f"diagnosis-features-{side}", made_of, make)["features"], np.float16)


@cache
def _network() -> EfficientNetLite0:
    return fold_batch_norms(load_efficientnet_lite0())
