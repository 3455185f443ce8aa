"""From an aligned view to the box that a recogniser was trained on."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

CropKind = Literal["arcface", "dlib", "wide"]

# Five points (image-left eye, image-right eye, nose tip, mouth corners) in pixels of ArcFace's 112 x 112 box;
# Deng et al., ArcFace, CVPR 2019, reference implementation. A pixel's centre has whole coordinates.
ARCFACE_TEMPLATE = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
ARCFACE_SIZE = 112
VIEW_MARGIN = 1.12  # the view holds the ArcFace box and 6 % of it on every side

DLIB_SIZE = 150
WIDE_SIZE, _WIDE_MARGIN = 160, 1.1
"""Nearly the whole view, the ArcFace box and 5 % on every side, for networks taught on larger pictures: of 224 pixels,
but they see nearly as much in these, at half the work."""
# dlib's 150-pixel face chip: the mean of the five points lies at (75, 82), 1.1 times as large as in the ArcFace box
_DLIB_CENTRE = (75.0, 82.0)
_DLIB_SCALE = 1.1 * DLIB_SIZE / ARCFACE_SIZE


@dataclass(frozen=True)
class CropJitter:
    """How far a crop may stray from its place, so that a loss does not overfit one alignment.

    Args:
        rotation: largest turn either way, degrees.
        scale: largest change of size either way, as a share (0.05: from 0.95 to 1.05 times).
        shift: largest displacement either way along each axis, as a share of the crop's side.
    """

    rotation: float = 5.0
    scale: float = 0.05
    shift: float = 0.03

    def draw(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Random jitter, uniform within the limits: (count, 2, 3), on the CPU, as `crop_view` takes it."""
        turn, zoom, right, down = (torch.rand(4, count, generator=generator) * 2 - 1).unbind()
        angle = turn * math.radians(self.rotation)
        size = 1 + zoom * self.scale
        cosine, sine = size * angle.cos(), size * angle.sin()
        rows = [cosine, -sine, right * self.shift, sine, cosine, down * self.shift]
        return torch.stack(rows, dim=1).reshape(count, 2, 3)


def crop_size(kind: CropKind) -> int:
    """Side of the crop in pixels."""
    return {"arcface": ARCFACE_SIZE, "dlib": DLIB_SIZE, "wide": WIDE_SIZE}[kind]


def crop_view(images: Tensor, kind: CropKind, view: int | None = None, jitter: Tensor | None = None) -> Tensor:
    """Cut the recogniser's box out of aligned faces, differentiably.

    A point p of the ArcFace template lies at (p - 56) * view / (112 * 1.12) + V / 2 of a V-pixel image, whole
    coordinates being pixel centres. Where the box is smaller than its part of the image, each of its pixels is the
    mean over its area. All boxes lie inside the view (dlib's, 102 template pixels wide, by half a template pixel at
    the chin); what jitter brings in from outside is the image mirrored at its edge.

    Args:
        images: (N, C, V, V), the aligned view, or a canvas with the view in its middle and a margin around.
        kind: which box.
        view: side of the view in pixels when `images` are canvases; V when left out.
        jitter: (N, 2, 3), an affine change of the sampling place about the crop's centre, its last column in crop
            sides; or (1, 2, 3) for all alike.

    Returns:
        (N, C, 112, 112) for "arcface", (N, C, 150, 150) for "dlib", (N, C, 160, 160) for "wide"; float32.
    """
    canvas = images.shape[-1]
    size = crop_size(kind)
    scale, shift_x, shift_y = _crop_to_image(kind, view or canvas, canvas)
    # the samples of one crop pixel are spread over its area, about one for every image pixel under it
    samples = max(1, math.ceil(scale))
    steps = (torch.arange(size * samples, device=images.device, dtype=torch.float32) + 0.5) / samples - 0.5
    x, y = steps[None, None, :], steps[None, :, None]
    if jitter is not None:
        middle = (size - 1) / 2
        a = jitter.to(images.device, torch.float32)[:, :, :, None, None]
        right, down = x - middle, y - middle
        # written out, not as a matrix product: autocast would round the coordinates to bf16
        x = a[:, 0, 0] * right + a[:, 0, 1] * down + a[:, 0, 2] * size + middle
        y = a[:, 1, 0] * right + a[:, 1, 1] * down + a[:, 1, 2] * size + middle
    whole = (len(images), size * samples, size * samples)
    places = torch.stack([(scale * x + shift_x).expand(whole), (scale * y + shift_y).expand(whole)], dim=-1)
    grid = (2 * places + 1) / canvas - 1
    fine = F.grid_sample(images.float(), grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    return F.avg_pool2d(fine, samples) if samples > 1 else fine


def _crop_to_image(kind: CropKind, view: int, canvas: int) -> tuple[float, float, float]:
    """Scale and shift (x, y) that take crop pixel coordinates to image pixel coordinates."""
    per_template = view / (ARCFACE_SIZE * VIEW_MARGIN)
    if kind == "arcface":
        scale, template_x, template_y = 1.0, 0.0, 0.0
    elif kind == "wide":
        scale = ARCFACE_SIZE * _WIDE_MARGIN / WIDE_SIZE
        template_x = template_y = (ARCFACE_SIZE - scale * (WIDE_SIZE - 1)) / 2
    else:
        scale = 1 / _DLIB_SCALE
        mean_x, mean_y = (sum(point[axis] for point in ARCFACE_TEMPLATE) / 5 for axis in (0, 1))
        template_x, template_y = mean_x - _DLIB_CENTRE[0] * scale, mean_y - _DLIB_CENTRE[1] * scale
    middle = ARCFACE_SIZE / 2
    return (
        scale * per_template,
        (template_x - middle) * per_template + canvas / 2,
        (template_y - middle) * per_template + canvas / 2,
    )


def coarsen(views: Tensor, side: int) -> Tensor:
    """Views (N, C, V, V) with `side` pixels, each the mean of its area; as they are if that is V."""
    return views if side == views.shape[-1] else F.interpolate(views, size=side, mode="area")
