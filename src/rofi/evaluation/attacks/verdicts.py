"""What recognisers say of the pictures that an attack gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from rofi.errors import TrainingError
from rofi.evaluation.image_quality import psnr
from rofi.evaluation.intervals import Interval, bootstrap_mean, exact_binomial
from rofi.recognition.gallery import rank1
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

Bytes = npt.NDArray[np.uint8]


def evaluation_judges(folder: Path | None) -> tuple[list[Recogniser], list[str]]:
    """The recognisers that no loss has seen, and what is missing, each with the reason."""
    found, missing = [], []
    for spec in SPECS.values():
        if spec.role != "evaluation":
            continue
        try:
            found.append(Recogniser(spec, folder, threads=1))
        except TrainingError as error:
            missing.append(f"the recogniser {spec.name}: {error}")
    return found, missing


@dataclass(frozen=True, eq=False)
class Verdict:
    """One recogniser on N pictures and their references.

    Attributes:
        judge: its name.
        similarity: (N,) of each picture to its reference.
        threshold: above it the two count as one person, at a false accept rate of 1e-3.
        identified: (N,) whether the reference is the most similar of all references (rank-1).
    """

    judge: str
    similarity: npt.NDArray[np.float64]
    threshold: float
    identified: npt.NDArray[np.bool_]

    @property
    def accepted(self) -> npt.NDArray[np.bool_]:
        """(N,) whether picture and reference count as one person."""
        return self.similarity > self.threshold

    @property
    def share_accepted(self) -> Interval:
        """With its exact binomial interval."""
        return exact_binomial(int(self.accepted.sum()), len(self.accepted))

    @property
    def share_protected(self) -> Interval:
        """Of the pictures that do not count as their reference's person."""
        return exact_binomial(int((~self.accepted).sum()), len(self.accepted))

    @property
    def share_identified(self) -> Interval:
        """The rank-1 identification rate with its exact binomial interval."""
        return exact_binomial(int(self.identified.sum()), len(self.identified))

    def mean_similarity(self, resamples: int) -> Interval | float:
        """With its BCa interval where there are two or more."""
        if len(self.similarity) < 2:
            return float(self.similarity.mean())
        return bootstrap_mean(self.similarity, resamples=resamples)


def judge_views(judges: Sequence[Recogniser], views: Bytes, references: Bytes) -> list[Verdict]:
    """Every recogniser's verdict.

    Args:
        judges: the recognisers.
        views: (N, V, V, 3) aligned faces, N at least 1.
        references: (N, W, W, 3) aligned faces to compare them with, one person each; at once the gallery.
    """
    verdicts = []
    for judge in judges:
        probes, gallery = judge.embed(views), judge.embed(references)
        verdicts.append(
            Verdict(
                judge.spec.name,
                np.asarray(judge.similarity(probes, gallery), np.float64),
                judge.spec.threshold,
                identified(judge, probes, gallery),
            )
        )
    return verdicts


def identified(
    judge: Recogniser, probes: npt.NDArray[np.float32], gallery: npt.NDArray[np.float32]
) -> npt.NDArray[np.bool_]:
    """(N,) whether each probe's best match in the gallery is the entry of the same row; a tie is none."""
    names = np.arange(len(gallery))
    hits = [
        rank1(probes[[number]], names[[number]], gallery, names, judge.similarity_matrix) for number in names.tolist()
    ]
    return np.asarray(hits) > 0.5


def view_psnr(views: Bytes, originals: Bytes) -> npt.NDArray[np.float64]:
    """(N,) decibels of aligned faces (N, V, V, 3) against the originals; equal ones count as 100 dB."""
    batches = [
        torch.from_numpy(np.ascontiguousarray(each.transpose(0, 3, 1, 2))).float() / 255 for each in (views, originals)
    ]
    return np.asarray(psnr(*batches).clamp(max=100).numpy(), np.float64)
