"""Basic Iterative Method: protected pixels changed a little so that the restored face is somebody else's.

Kurakin et al., Adversarial examples in the physical world, 2017; the paper's discussion and Supplementary Table 11.
The attack on ROFI has gradients from the protected pixels through revealing, extraction of the view and the restorer
network to a recogniser. Three steps have none and are passed straight through (BPDA, Athalye et al. 2018): rounding to
8 bits, the decision that the key fits, and laying the network's change back into the photograph, for which its view
stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from rofi.evaluation.attacks.exposed_face import ExposedFace
from rofi.faces.alignment import Alignment
from rofi.faces.compositing import Window
from rofi.imaging.encode import encode
from rofi.imaging.protected_file import pack
from rofi.model.network import Rofi

Bytes = npt.NDArray[np.uint8]
Similarity = Callable[[Tensor], Tensor]
STEPS = 15
"""The paper's."""
LEVEL = 1 / 255
STEP = LEVEL / 2
"""Largest step: restoring amplifies changes so much that larger ones overshoot and come through less often.

Found by trial on protected photographs of a made cohort's internal split, which `rofi evaluate` attacks, and not on
photographs of the attacker's own: he knows more than he could."""
NORMS = (0.01, 0.02, 0.03, 0.04, 0.05)
"""The paper's largest changes of a pixel, as shares of its range."""


def basic_iterative_method(similarity: Similarity, pixels: Tensor, norm: float, steps: int = STEPS) -> Tensor:
    """Pixels near the given ones that raise a similarity: the best of all steps.

    Args:
        similarity: of pixels to what they shall resemble; a number with a gradient.
        pixels: in [0, 1], whole 255ths.
        norm: largest change of any number (L-infinity); less than a level changes nothing.
        steps: of the gradient's sign, each 2.5 / `steps` of the norm so that its rim is reached, at most `STEP`.

    Returns:
        Whole 255ths in [0, 1], none further than `norm` from its own.
    """
    reach = math.floor(norm / LEVEL + 1e-6) * LEVEL
    size = min(2.5 * reach / max(steps, 1), STEP)
    low, high = (pixels - reach).clamp(0, 1), (pixels + reach).clamp(0, 1)
    best, most, changed = pixels, -math.inf, pixels
    for step in range(steps + 1):
        changed = changed.detach().requires_grad_()
        reached = similarity(changed)
        value = float(reached.detach())
        if value > most:
            best, most = rounded(changed.detach()), value
        if step < steps:
            (gradient,) = torch.autograd.grad(reached, [changed])
            changed = torch.minimum(torch.maximum(changed.detach() + size * gradient.sign(), low), high)
    return best


def rounded(values: Tensor) -> Tensor:
    """Whole 255ths going forward; the gradient passes straight through."""
    return values + ((values * 255).round() / 255 - values).detach()


def extract_view(pixels: Tensor, alignment: Alignment, window: Window) -> Tensor:
    """The aligned view (1, 3, V, V) of a window's pixels (3, h, w), differentiably; see `Alignment.extract`."""
    fineness = max(1, round(1 / alignment.scale))
    fine = alignment.rescaled(alignment.view * fineness)
    to_window = cv2.invertAffineTransform(window.to_view(fine))
    side = torch.arange(fine.view, dtype=torch.float64)
    rows, columns = torch.meshgrid(side, side, indexing="ij")
    places = torch.stack([columns, rows, torch.ones_like(rows)], -1) @ torch.from_numpy(to_window).T
    size = torch.tensor([pixels.shape[2], pixels.shape[1]], dtype=torch.float64)
    grid = ((2 * places + 1) / size - 1).to(pixels)
    view = F.grid_sample(pixels[None], grid[None], mode="bicubic", padding_mode="reflection", align_corners=False)
    return F.avg_pool2d(view, fineness) if fineness > 1 else view


def restored_with_key(model: Rofi, face: ExposedFace, key: npt.NDArray[np.float32]) -> Callable[[Tensor], Tensor]:
    """Window pixels (3, h, w) in [0, 1] to the restored view (1, 3, V, V), as whoever has the right key sees it."""

    def restore(pixels: Tensor) -> Tensor:
        shown = rounded(pixels)
        revealed = face.reveal(model.residue, key, shown * 255).image / 255
        protected, evidence = (extract_view(picture, face.alignment, face.window) for picture in (shown, revealed))
        return model.restore(protected, evidence, torch.from_numpy(key)[None], torch.tensor([True])).clamp(0, 1)

    return restore


def restored_without_key(model: Rofi, face: ExposedFace) -> Callable[[Tensor], Tensor]:
    """The same for whoever lacks the key: the stranger that the network makes of a protected face."""

    def restore(pixels: Tensor) -> Tensor:
        protected = extract_view(rounded(pixels), face.alignment, face.window)
        nothing = torch.zeros(1, model.config.person_shapes + model.config.person_textures)
        return model.restore(protected, protected, nothing, torch.tensor([False])).clamp(0, 1)

    return restore


def spoof(
    face: ExposedFace,
    restore: Callable[[Tensor], Tensor],
    likeness: Similarity,
    norm: float,
    steps: int = STEPS,
) -> Bytes:
    """The protected photograph (H, W, 3) changed so that its restored face resembles a target.

    Args:
        face: of the protected file.
        restore: window pixels to restored view.
        likeness: of a view (1, 3, V, V) in [0, 1] to whom it shall show; a number with a gradient.
        norm, steps: see `basic_iterative_method`.
    """
    changed = basic_iterative_method(lambda pixels: likeness(restore(pixels)), face.pixels() / 255, norm, steps)
    photo = face.photo.copy()
    photo[face.window.slices] = (changed * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return photo


def with_noise(photo: Bytes, deviation: float, generator: np.random.Generator) -> Bytes:
    """The defence: normal noise of so many levels on every pixel before restoring."""
    noisy = photo + generator.normal(0, deviation, photo.shape) if deviation else photo.astype(np.float64)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def unsealed_file(face: ExposedFace, photo: Bytes) -> bytes:
    """A file of other pixels under the face's own header, the seal taken out.

    No key is needed for this: the header has a checksum against accidents and says nothing of the pixels.
    """
    return pack(encode(photo, "png"), face.header, None)
