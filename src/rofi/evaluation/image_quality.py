"""How near one image is to another, pixel by pixel and window by window."""

import torch
import torch.nn.functional as F
from torch import Tensor

from rofi.errors import RofiError

_WINDOW = 11
_SIGMA = 1.5
_STABILITY = (0.01**2, 0.03**2)  # (K1 L)^2 and (K2 L)^2 for the range L = 1


def psnr(images: Tensor, references: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of each image.

    Args:
        images: (N, C, H, W) in [0, 1].
        references: the same shape.

    Returns:
        (N,) in decibels; infinite for an image that equals its reference.

    Raises:
        RofiError: the shapes differ or are not of four dimensions.
    """
    _check(images, references, smallest=1)
    error = (images.float() - references.float()).square().mean(dim=(1, 2, 3))
    return -10 * error.log10()


def largest_difference(images: Tensor, references: Tensor) -> Tensor:
    """The largest difference of any pixel in any channel.

    Args:
        images: (N, C, H, W) in any unit.
        references: the same shape.

    Returns:
        (N,) in the same unit; 0 for equal images.

    Raises:
        RofiError: the shapes differ or are not of four dimensions.
    """
    _check(images, references, smallest=1)
    difference: Tensor = (images.float() - references.float()).abs()
    return difference.amax(dim=(1, 2, 3))


def ssim(images: Tensor, references: Tensor) -> Tensor:
    """Structural similarity of each image: the mean over channels and over all whole windows.

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity",
    IEEE TIP 13(4), 2004: Gaussian window of 11 pixels with a standard deviation of 1.5, K1 = 0.01, K2 = 0.03. They
    work on luma; for colour the mean over R, G and B is the common reading, and the one taken here.

    Args:
        images: (N, C, H, W) in [0, 1], H and W at least 11.
        references: the same shape.

    Returns:
        (N,) in [-1, 1]; 1 for an image that equals its reference.

    Raises:
        RofiError: the shapes differ, are not of four dimensions, or smaller than the window.
    """
    _check(images, references, smallest=_WINDOW)
    x, y = images.float(), references.float()
    mean_x, mean_y = _window_mean(x), _window_mean(y)
    variance_x = _window_mean(x * x) - mean_x**2
    variance_y = _window_mean(y * y) - mean_y**2
    covariance = _window_mean(x * y) - mean_x * mean_y
    c1, c2 = _STABILITY
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return (luminance * structure).mean(dim=(1, 2, 3))


def _window_mean(images: Tensor) -> Tensor:
    """Gaussian mean over every whole window, as two one-dimensional passes."""
    channels = images.shape[1]
    offsets = torch.arange(_WINDOW, device=images.device, dtype=images.dtype) - _WINDOW // 2
    weights = torch.exp(-(offsets**2) / (2 * _SIGMA**2))
    weights = (weights / weights.sum()).expand(channels, 1, 1, _WINDOW)
    return F.conv2d(F.conv2d(images, weights, groups=channels), weights.transpose(2, 3), groups=channels)


def _check(images: Tensor, references: Tensor, smallest: int) -> None:
    if images.shape != references.shape or images.ndim != 4:
        raise RofiError(
            f"images {tuple(images.shape)} and references {tuple(references.shape)}: both must be the same (N, C, H, W)"
        )
    if min(images.shape[2:]) < smallest:
        raise RofiError(f"images are {tuple(images.shape[2:])}; this metric needs {smallest} pixels each way")
