"""A whole training run from folders: fit what is fitted, train what is trained."""

from __future__ import annotations

from pathlib import Path

import torch
from lightning_fabric import Fabric

from rofi.errors import TrainingError
from rofi.model.config import CONFIGS
from rofi.model.detector_weights import with_detector
from rofi.model.network import Rofi
from rofi.model.weights import load_weights, save_weights
from rofi.training.config import TrainingConfig
from rofi.training.fabric import make_fabric
from rofi.training.faces import TrainingFaces, load_faces
from rofi.training.loop import Trainer
from rofi.training.person_fit import fit_person
from rofi.training.prior_fit import fit_prior
from rofi.training.progress import Progress
from rofi.training.residue_fit import fit_residue

FITTED = "fitted.safetensors"
"""The weights that a run starts from."""
RESIDUE_FACES = 200


def fitted_model(config: TrainingConfig, faces: TrainingFaces) -> Rofi:
    """A model with random networks whose person model and residue statistics are fitted to `faces`.

    Raises:
        TrainingError: an unknown model configuration, faces of another view, or too few of them.
    """
    if config.model not in CONFIGS:
        raise TrainingError(f"model {config.model!r} is unknown; choose from {', '.join(CONFIGS)}")
    torch.manual_seed(config.seed)
    model = Rofi(CONFIGS[config.model])
    if faces.view != model.config.view:
        raise TrainingError(f"faces are aligned to {faces.view} px, the model sees {model.config.view}: align again")
    _fit_persons(model, faces)
    step = max(1, len(faces) // RESIDUE_FACES)
    fit_residue(model.residue, faces.views[::step][:RESIDUE_FACES], config.seed)
    return model


def train(
    config: TrainingConfig,
    train_folder: Path,
    selection_folder: Path,
    out: Path,
    networks: Path | None = None,
    start_from: Path | None = None,
    fabric: Fabric | None = None,
    signs: Path | None = None,
) -> Progress:
    """Train, or go on with, the run in `out`; its best weights are `out/best.safetensors`.

    Args:
        config: of the run.
        train_folder, selection_folder: made by `align_photos`.
        out: folder of the run.
        networks: folder of the frozen networks.
        start_from: weights to begin with instead of random networks and a person model fitted to the training faces.
        fabric: see `make_fabric`; by default one device.
        signs: weights of a trained sign detector; the run keeps it as it is, and without it that of its start.

    Raises:
        TrainingError: the faces, the configuration or the checkpoint cannot be used.
        WeightsMismatch: `start_from` or `signs` is no such weights file.
    """
    fabric = fabric or make_fabric()
    faces, selection = load_faces(train_folder), load_faces(selection_folder)
    out.mkdir(parents=True, exist_ok=True)
    if start_from is None:
        start_from = out / FITTED
        if fabric.is_global_zero and not start_from.is_file():
            save_weights(fitted_model(config, faces), start_from)
        fabric.barrier()
    model = load_weights(start_from).train()
    if model.config.name != config.model:
        raise TrainingError(f"{start_from}: model {model.config.name!r}, but the run is of {config.model!r}")
    if faces.view != model.config.view:
        raise TrainingError(f"faces are aligned to {faces.view} px, the model sees {model.config.view}: align again")
    if signs is not None:
        model = with_detector(model, signs)
    model.dec_net.scale_change(config.keep_change)
    if config.refit_person:
        _fit_persons(model, faces)
    elif config.refit_prior:
        fit_prior(model.person_prior, model.person, faces)
    return Trainer(model, config, faces, selection, out, networks, fabric).fit()


def _fit_persons(model: Rofi, faces: TrainingFaces) -> None:
    """The model of persons, and which of them go with which heads."""
    fit_person(model.person, faces)
    fit_prior(model.person_prior, model.person, faces)
