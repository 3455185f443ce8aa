"""How a person placed in a view looks after a change of its shape and texture: differentiable, for the refinement."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from scipy.interpolate import LinearNDInterpolator
from torch import Tensor

from rofi.faces.mask_edge import away_from_contour
from rofi.faces.person_placement import PlacedPerson, TextureView
from rofi.faces.texture_edge import EDGE
from rofi.model.gaussian_blur import gaussian_blur

Floats = npt.NDArray[np.float64]

MOVE_RIM = 0.12
"""Distance from a person's outer rim, in view sides, over which a change of its texture begins to show."""
COARSE = 4
"""View pixels between the places where shape moves are told; they vary slowly."""


class TextureShowing:
    """Changes of a texture, as they show on a person placed in a view."""

    def __init__(self, placed: PlacedPerson, seen: TextureView) -> None:
        self.face = as_planes(placed.face)
        # an edge that the move of light or beard would draw about the face gives it away as made
        self.mask = torch.from_numpy(placed.mask * away_from_contour(placed.mask, MOVE_RIM))[None, None]
        self.core = (self.mask > 0.5).float()
        self.varied = 1 - torch.from_numpy(seen.parts.plain)[None, None]
        self.places = torch.from_numpy(seen.places)[None]
        self.trust = torch.from_numpy(seen.trust)[None, None]
        self.gain = torch.from_numpy(seen.gain)[None, :, None, None]

    def __call__(self, change: Tensor) -> Tensor:
        """(1, 3, T, T) levels of texture to the picture (1, 3, V, V) in [0, 1]."""
        reach = EDGE[1] * change.shape[-1]
        beside = gaussian_blur(change * self.trust, reach) / gaussian_blur(self.trust, reach).clamp(min=1e-3)
        change = beside + self.trust * (change - beside)
        grid = (2 * self.places + 1) / change.shape[-1] - 1
        shown = self.gain * F.grid_sample(change, grid, padding_mode="border", align_corners=False)
        shown = shown - (shown * self.core).sum((2, 3), keepdim=True) / self.core.sum().clamp(min=1)
        return (self.face + self.mask * self.varied * shown / 255).clamp(0, 1)


class ShapeShowing:
    """Changes of a shape, as they move the pixels of a view.

    Args:
        points: (468, 2) where the person's mesh points lie in the view.
        moves: (S, 468, 2) by how much they move for one unit of each shape coordinate.
        side: of the view.
    """

    def __init__(self, points: Floats, moves: Floats, side: int) -> None:
        rows, columns = np.mgrid[0 : side // COARSE, 0 : side // COARSE] * COARSE + (COARSE - 1) / 2
        of_points = moves.transpose(1, 0, 2).reshape(len(points), -1)
        told = LinearNDInterpolator(points, of_points, fill_value=0)(columns, rows)
        fields = told.reshape(*columns.shape, -1, 2).transpose(2, 3, 0, 1) * 2 / side
        self.fields = torch.from_numpy(fields.astype(np.float32))
        self.identity = F.affine_grid(torch.eye(2, 3)[None], [1, 1, side, side], align_corners=False)

    def __call__(self, view: Tensor, coordinates: Tensor) -> Tensor:
        """A view (1, 3, V, V) with its pixels moved by a change (1, S) of shape coordinates."""
        field = torch.tensordot(coordinates, self.fields, 1)
        field = F.interpolate(field, size=view.shape[-2:], mode="bilinear", align_corners=False)
        return F.grid_sample(
            view, self.identity - field.permute(0, 2, 3, 1), padding_mode="border", align_corners=False
        )


def as_planes(picture: npt.NDArray[np.generic]) -> Tensor:
    """(H, W, 3) levels as (1, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(picture.astype(np.float32).transpose(2, 0, 1)))[None] / 255
