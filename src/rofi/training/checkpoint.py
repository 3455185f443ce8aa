"""Checkpoints: everything a run needs to go on at the very next step as if it had not been interrupted."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from lightning_fabric import Fabric

from rofi.errors import TrainingError

LAST, BEST = "last.ckpt", "best.safetensors"
"""A run's newest state, and the weights that did best on the selection set."""


def save_checkpoint(fabric: Fabric, folder: Path, state: dict[str, Any]) -> None:
    """Write `last.ckpt` under a temporary name and rename it, so that an interrupted save costs nothing."""
    temporary = folder / f"{LAST}.partial"
    fabric.save(temporary, state)
    fabric.barrier()
    if fabric.is_global_zero:
        temporary.replace(folder / LAST)


def load_checkpoint(fabric: Fabric, folder: Path, state: dict[str, Any]) -> bool:
    """Fill `state` from `last.ckpt`; false where there is none.

    Raises:
        TrainingError: the checkpoint is of another configuration or damaged.
    """
    path = folder / LAST
    if not path.is_file():
        return False
    try:
        fabric.load(path, state)
    except (RuntimeError, KeyError, EOFError, ValueError, OSError, UnpicklingError) as error:
        raise TrainingError(
            f"{path}: damaged or of another configuration ({type(error).__name__}); name another --out folder"
        ) from error
    return True
