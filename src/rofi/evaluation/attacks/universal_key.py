"""One key for every file, found by gradient (paper discussion).

The way from a key to what it reveals has no gradient: the rotation is drawn from SHAKE-256 over the key's bits. What
has one is the restorer network's use of the key. So the network is told that the key fits, is shown the protected face
in place of what a fitting key would reveal, and one key vector of 512 numbers is optimised over many photographs, all
weights frozen. `shared_decoder` attacks the rotation itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rofi.model.config import KEY_SIZE
from rofi.model.network import Rofi

Restore = Callable[[Tensor, Tensor], Tensor]
Difference = Callable[[Tensor, Tensor], Tensor]


def forced_restore(model: Rofi) -> Restore:
    """Protected views (N, 3, V, V) in [0, 1] and keys (N, 512) to restored views, as if every key fitted."""

    def restore(protected: Tensor, keys: Tensor) -> Tensor:
        fits = torch.ones(len(protected), dtype=torch.bool)
        return model.restore(protected, protected, keys, fits)

    return restore


def find_universal_key(
    restore: Restore,
    difference: Difference,
    protected: Tensor,
    originals: Tensor,
    steps: int,
    batch: int = 2,
    rate: float = 0.1,
    seed: int = 0,
    progress: Callable[[str], None] = lambda doing: None,
) -> npt.NDArray[np.float32]:
    """The key vector (512,) that restores the photographs of training best, by Adam from a random key.

    Args:
        restore: protected views and keys to restored views.
        difference: restored and original views to a number; what is minimised.
        protected, originals: (N, 3, V, V) in [0, 1].
        steps: of the optimiser, each on `batch` photographs drawn at random.
        rate: of the optimiser.
        seed: of the first key and of the drawing.
        progress: told of every tenth step.
    """
    generator = torch.Generator().manual_seed(seed)
    key = torch.randn(1, KEY_SIZE, generator=generator).requires_grad_()
    optimiser = torch.optim.Adam([key], rate)
    for step in range(steps):
        if step % 10 == 0:
            progress(f"universal key: step {step} of {steps}")
        chosen = torch.randperm(len(protected), generator=generator)[:batch]
        loss = difference(restore(protected[chosen], key.expand(len(chosen), -1)), originals[chosen])
        (key.grad,) = torch.autograd.grad(loss, [key])
        optimiser.step()
    return np.asarray(key.detach().numpy()[0], np.float32)


@torch.inference_mode()
def restore_with_universal_key(
    restore: Restore, key: npt.NDArray[np.float32], protected: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """Views (N, V, V, 3) that one key restores of protected views."""
    restored = [restore(as_batch(view[None]), torch.from_numpy(key)[None]) for view in protected]
    return as_views(torch.cat(restored)) if restored else protected


def as_batch(views: npt.NDArray[np.uint8]) -> Tensor:
    """(N, V, V, 3) bytes as (N, 3, V, V) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(views)).permute(0, 3, 1, 2).float() / 255


def as_views(batch: Tensor) -> npt.NDArray[np.uint8]:
    """(N, 3, V, V) about [0, 1] as (N, V, V, 3) bytes."""
    levels = (batch.detach() * 255).round().clamp(0, 255).to(torch.uint8)
    return np.asarray(levels.permute(0, 2, 3, 1).contiguous().numpy())
