"""Where the skin of the lids goes when their margins move.

The map from the new picture to the old one is a shift along x after a shift along y, each monotone on its axis, so
that skin never folds. Displacements are rigid at the margin and fade out under the brow and on the cheek.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from rofi.cohort.face import Eye
from rofi.cohort.frame import Floats, Plane, ramp

Shift = Callable[[Plane], Plane]
"""Displacement in mm of the lid's point at x mm of the eye's frame."""

LASHES_TURN = 0.35
"""Share by which the lashes of a lid that hangs by 5 mm look shorter: they turn down, towards the viewer."""
_STEP = 0.1
_RIGID = 2.5
_STRETCH = 1.2
"""A piece of skin grows by at most this share of its length on average, which keeps the map monotone."""
_SQUEEZE = 0.6
_STEEPEST = 1.0
_APART = 0.3
_AWAY = (30.0, 23.0)
"""Millimetres to either side by which a shift along x has ended, and where it begins to."""
_WHOLE = 6.0
"""Millimetres above and below the iris within which a shift along x is whole."""


def still(x: Plane) -> Plane:
    """The shift of a lid that stays."""
    return np.zeros_like(x)


@dataclass(frozen=True, eq=False)
class LidMotion:
    """Where every point of the lids comes from, and where it goes.

    Tables over x of the old eye, 0.1 mm apart; displacements are down positive.

    Attributes:
        x: (T,) mm.
        upper, lower: (T,) lid margins before; down_upper, down_lower: their displacements.
        above, down_above: (6, T) heights before, and displacements, of knots from the forehead to the upper margin.
        below, down_below: (2, T) the same from the lower lid's lashes to the cheek.
        across: (T,) displacement along x of what comes to lie at x.
        levels: heights between which `across` grows from none to all of it, and fades again.
    """

    x: Floats
    upper: Floats
    lower: Floats
    above: Floats
    down_above: Floats
    below: Floats
    down_below: Floats
    across: Floats
    levels: tuple[float, float, float, float]

    @classmethod
    def of(cls, eye: Eye, upper: Shift, lower: Shift, across: Shift, crease: float, brow: Shift) -> LidMotion:
        """Tabulate a motion; the arguments are those of `lid_warp.move_lids`."""
        x = np.arange(-40, 40 + _STEP / 2, _STEP)
        places = x.astype(np.float32)
        top, bottom = (np.asarray(line(x), np.float64) for line in (eye.upper_lid, eye.lower_lid))
        room = _STEEPEST * np.clip(np.minimum(x - eye.medial, eye.lateral - x), 0, None)
        held = np.clip(places, eye.medial, eye.lateral)
        down_upper, down_lower = (
            _spread(np.clip(np.asarray(shift(held), np.float64), -room, room), 0.4) for shift in (upper, lower)
        )
        border = np.maximum(_spread(eye.border_line(x), 1) + 3, bottom + 7)
        down_lower = np.clip(down_lower, -_STRETCH * (border - bottom - 2), _SQUEEZE * (border - bottom - 2))
        meeting = np.maximum(bottom + down_lower - _APART - top, 0)  # a lid closes on the other and goes no further
        down_upper = np.where(down_upper > 0, np.minimum(down_upper, meeting), down_upper)
        lift = -np.asarray(brow(places), np.float64)
        above, down_above = _skin_above(eye, x, top, down_upper, lift, crease)
        sideways = np.asarray(across(places), np.float64) * ramp(np.abs(x), *_AWAY)
        fade = _WHOLE + float(np.clip(2.2 * np.abs(sideways).max(), 8, 17))  # a gentle shear of brow and cheek
        middle = float(eye.iris[1])
        return cls(
            x=x,
            upper=top,
            lower=bottom,
            above=above,
            down_above=down_above,
            below=np.stack([bottom + 2, border]),
            down_below=np.stack([down_lower, 0 * x]),
            across=_arrivals(x, sideways),
            levels=(middle - fade, middle - _WHOLE, middle + _WHOLE, middle + fade),
        )

    @property
    def down_upper(self) -> Floats:
        """(T,) displacement of the upper lid's margin."""
        return np.asarray(self.down_above[-1], np.float64)

    @property
    def down_lower(self) -> Floats:
        """(T,) displacement of the lower lid's margin."""
        return np.asarray(self.down_below[0], np.float64)

    def at(self, table: Floats, x: Plane | Floats) -> Plane:
        """A table's values at x."""
        return np.asarray(np.interp(x, self.x, table), np.float32)

    def source_x(self, x: Plane, y: Plane) -> Plane:
        """x in the old picture of places in the new one."""
        top, full, low_full, low = self.levels
        return np.asarray(x - ramp(y, top, full) * ramp(y, low, low_full) * self.at(self.across, x), np.float32)

    def shift(self, source_x: Plane, y: Plane, upper: bool) -> Plane:
        """Downward displacement of the skin that lies at height y in the new picture.

        Args:
            source_x: x in the old picture.
            upper: of the upper lid's skin, which continues rigidly over the eyeball; otherwise of the lower's.
        """
        before, moved = (self.above, self.down_above) if upper else (self.below, self.down_below)
        knots = [(self.at(b + m, source_x), self.at(m, source_x)) for b, m in zip(before, moved, strict=True)]
        total = knots[0][1]
        for (start, first), (stop, second) in pairwise(knots):
            t = np.clip((y - start) / np.maximum(stop - start, 1e-3), 0, 1)
            total = total + (second - first) * 0.5 * t * (1 + t * (3 - 2 * t))
        return np.asarray(total, np.float32)

    def forward(self, points: Floats) -> Floats:
        """(N, 2) places in the old picture, on the lids or the skin, to places in the new one."""
        x, y = points[:, 0], points[:, 1]
        heights = np.arange(-60, 60, 0.2, dtype=np.float32)
        grid = np.broadcast_to(heights, (len(points), len(heights)))
        old_x = np.broadcast_to(x[:, None], grid.shape).astype(np.float32)
        on_upper = (y < 0.5 * (self.at(self.upper, x) + self.at(self.lower, x)))[:, None]
        old_y = heights - np.where(on_upper, self.shift(old_x, grid, True), self.shift(old_x, grid, False))
        new_y = np.array([np.interp(at, line, heights) for at, line in zip(y, old_y, strict=True)])
        places = self.x.astype(np.float32)
        new_x = [
            np.interp(at, self.source_x(places, np.full_like(places, height)), self.x)
            for at, height in zip(x, new_y, strict=True)
        ]
        return np.column_stack([new_x, new_y]).reshape(-1, 2)


def _skin_above(eye: Eye, x: Floats, top: Floats, down: Floats, lift: Floats, crease: float) -> tuple[Floats, Floats]:
    """Knots of the skin above the upper lid's margin, which moves by `down`, and their displacements.

    Skin higher up follows ever more of its neighbourhood: a lid sinks as a sheet, not column by column.
    """
    brow = np.minimum(_spread(eye.brow_line(x), 1), top - 6)
    span = top - brow
    rigid = top - np.minimum(_RIGID, 0.3 * span)
    fold = _spread(np.clip(eye.crease_line(x), brow + 0.3 * span, rigid - 0.15 * span), 1)
    down = np.minimum(down, _STRETCH * (rigid - brow) + lift)
    turned = LASHES_TURN * np.clip(down / 5, 0, 1) * (top - rigid)
    near = np.minimum(_spread(down + turned, 2.5), down + _SQUEEZE * (top - rigid))
    near = np.maximum(near, down - _STRETCH * (top - rigid))
    sheet = _spread(down, 7)
    sheet *= np.abs(down).max() / max(float(np.abs(sheet).max()), 1e-9)
    least = (near - _STRETCH * (rigid - fold)) / np.where(sheet > 0.2, sheet, np.inf)
    follows = np.minimum(max(crease, float(least.max())) * sheet, near + _SQUEEZE * (rigid - fold))
    before = np.stack([brow - 20, brow - 8, brow, fold, rigid, top])
    moved = np.stack([0 * x, lift, lift, follows, near, down])
    for index in range(1, len(before)):  # skin that rises is squeezed to a quarter at most
        moved[index] = np.maximum(moved[index], moved[index - 1] - 0.75 * (before[index] - before[index - 1]))
    return before, moved


def _spread(values: npt.ArrayLike, size: float) -> Floats:
    """Values smoothed over x; size in mm."""
    wide: Floats = gaussian_filter1d(np.asarray(values, np.float64), size / _STEP, mode="nearest")
    return wide


def _arrivals(x: Floats, across: Floats) -> Floats:
    """Displacement of what comes to lie at x, from the displacement of what lay there; order is kept."""
    advance = np.maximum(np.diff(x + across), 0.2 * _STEP)
    arrives = x[0] + across[0] + np.concatenate([[0.0], np.cumsum(advance)])
    return x - np.interp(x, arrives, x)
