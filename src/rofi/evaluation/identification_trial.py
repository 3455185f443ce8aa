"""Searching photographs in a gallery: who is found, and how alike the compared pairs are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError
from rofi.recognition.gallery import rank1

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Trial:
    """What came of P probes.

    Attributes:
        identified: (P,) whether the most similar entry is the probe's own person (rank-1 identification).
        genuine: (P,) similarity to the person's own photograph, of several the most similar.
        impostor: (I,) similarities of all probes to all other persons.
        strangers: (P,) mean of each probe's; NaN where there is nobody else.
    """

    identified: npt.NDArray[np.bool_]
    genuine: npt.NDArray[np.float64]
    impostor: npt.NDArray[np.float64]
    strangers: npt.NDArray[np.float64]


def search(scores: Floats, candidates: Sequence[npt.NDArray[np.intp]], own: npt.NDArray[np.bool_]) -> Trial:
    """Search every probe among its candidates.

    Args:
        scores: (P, G) similarity of each probe to each gallery entry.
        candidates: P arrays, the numbers of the entries that a probe is searched in; at least one of them its own.
        own: (P, G) whether an entry shows the probe's person.

    Raises:
        RofiError: no probe, other shapes, or a probe without an entry of its own.
    """
    if scores.ndim != 2 or own.shape != scores.shape or len(candidates) != len(scores) or not len(scores):
        raise RofiError(
            f"scores {scores.shape}, own {own.shape}, {len(candidates)} lists of candidates: give (P, G) twice and P"
        )
    identified, genuine, impostor = [], [], []
    for number, chosen in enumerate(candidates):
        row, mine = np.asarray(scores[number, chosen], np.float32), own[number, chosen]
        if not mine.any():
            raise RofiError(f"probe {number}: none of its candidates is its own person; leave the probe out")
        known = np.zeros((len(chosen), 1), np.float32)  # the similarities are known already: no embedding is asked for
        identified.append(rank1(row[None], [True], known, mine, lambda probes, _: probes) > 0.5)
        genuine.append(row[mine].max())
        impostor.append(row[~mine])
    strangers = [of.mean(dtype=np.float64) if len(of) else np.nan for of in impostor]
    return Trial(
        np.array(identified),
        np.array(genuine, np.float64),
        np.concatenate(impostor).astype(np.float64),
        np.array(strangers, np.float64),
    )
