"""A whole training run of the sign detector from a cohort's folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric

from rofi.cohort.row import Split
from rofi.cohort.table import read_table
from rofi.model.detector_weights import FORMAT, load_detector, save_detector
from rofi.model.sign_detector import SignDetector
from rofi.model.weights import read_tensors
from rofi.training.progress import Progress
from rofi.training.signs.config import SignTrainingConfig
from rofi.training.signs.evidence import measure_offset
from rofi.training.signs.faces import DISEASED, SignFaces, prepare
from rofi.training.signs.loop import BEST, SignTrainer

_MOST_LOOKED_AT = 200


def open_faces(
    cohort: Path,
    folder: Path,
    view: int,
    fabric: Fabric | None = None,
    progress: Callable[[str], None] = lambda image: None,
) -> tuple[SignFaces, SignFaces]:
    """The faces to train on and those to select by; aligned once, then opened.

    Args:
        cohort: its folder; of its table the rows of the splits train and selection are used.
        folder: for the aligned faces; several runs can share it.
        view: side of the aligned face.
        fabric: of several processes the first aligns.
        progress: called with every image that is aligned.

    Raises:
        TrainingError: a split is missing, or `folder` holds other faces.
        CohortError: the table cannot be read.
        PhotoError: an image is missing or damaged.
        OutputError: the aligned faces cannot be written.
    """
    rows = read_table(cohort)

    def open_split(split: Split) -> SignFaces:
        return prepare(cohort, [row for row in rows if row.split is split], folder / split, view, progress)

    with nullcontext() if fabric is None else fabric.rank_zero_first():
        return open_split(Split.TRAIN), open_split(Split.SELECTION)


def train_signs(
    config: SignTrainingConfig,
    train: SignFaces,
    selection: SignFaces,
    out: Path,
    start_from: Path | None = None,
    fabric: Fabric | None = None,
) -> Progress:
    """Train, or go on with, the run in `out`; its best weights are `out/sign_detector.safetensors`.

    Args:
        config: of the run.
        train, selection: see `open_faces`.
        out: folder of the run.
        start_from: weights of a detector to begin with instead of random ones.
        fabric: see `make_fabric`; by default one device.

    Returns:
        Where the run stands; its `best` is 1 - AUROC on the selection set.

    Raises:
        TrainingError: the labels, the configuration or the checkpoint cannot be used.
        WeightsMismatch: `start_from` is no detector's weights.
    """
    torch.manual_seed(config.seed)
    detector = SignDetector(config.detector_width) if start_from is None else load_detector(start_from)
    trainer = SignTrainer(detector, config, train, selection, out, fabric)
    progress = trainer.fit()
    if trainer.fabric.is_global_zero and (out / BEST).is_file():
        _place(out / BEST, train)
    return progress


def _place(path: Path, faces: SignFaces) -> None:
    """Measure where the best detector's evidence lies and note it in its weights."""
    notes, _ = read_tensors(path, FORMAT)
    detector = load_detector(path)
    diseased = np.flatnonzero(faces.labels == DISEASED)[:_MOST_LOOKED_AT]
    detector.evidence_offset.copy_(measure_offset(detector, faces.views[diseased]))
    save_detector(detector, path, notes)
