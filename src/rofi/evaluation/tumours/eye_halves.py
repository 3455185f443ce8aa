"""The two halves of an aligned face about its eyes, both turned to look like the image-left one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError

VIEW = 256
"""Side of the aligned face that the halves are of."""
HEIGHT, WIDTH = 128, 96
"""Of a half: from the forehead to the middle of the cheek, from the temple to the midline."""
_TOP = 60
_MIDDLE = VIEW // 2

Pictures = npt.NDArray[Any]


def halves(views: Pictures) -> Pictures:
    """Cut out the halves.

    Args:
        views: (N, 256, 256, ...) aligned faces or masks of them.

    Returns:
        (2 N, 128, 96, ...): the image-left half of a face, then its image-right half mirrored.

    Raises:
        RofiError: another size.
    """
    if views.ndim < 3 or views.shape[1:3] != (VIEW, VIEW):
        raise RofiError(f"views {views.shape}: faces aligned to {VIEW} pixels are needed")
    rows = views[:, _TOP : _TOP + HEIGHT]
    both = np.stack([rows[:, :, _MIDDLE - WIDTH : _MIDDLE], rows[:, :, _MIDDLE : _MIDDLE + WIDTH][:, :, ::-1]], axis=1)
    return both.reshape(-1, *both.shape[2:])


def joined(of_halves: Pictures) -> Pictures:
    """Put halves back where they were, zero elsewhere.

    Args:
        of_halves: (2 N, 128, 96, ...) as `halves` gives them.

    Returns:
        (N, 256, 256, ...).

    Raises:
        RofiError: another size, or an odd number.
    """
    if of_halves.ndim < 3 or of_halves.shape[1:3] != (HEIGHT, WIDTH) or len(of_halves) % 2:
        raise RofiError(f"halves {of_halves.shape}: an even number of {HEIGHT} x {WIDTH} pixels is needed")
    views = np.zeros((len(of_halves) // 2, VIEW, VIEW, *of_halves.shape[3:]), of_halves.dtype)
    views[:, _TOP : _TOP + HEIGHT, _MIDDLE - WIDTH : _MIDDLE] = of_halves[::2]
    views[:, _TOP : _TOP + HEIGHT, _MIDDLE : _MIDDLE + WIDTH] = of_halves[1::2, :, ::-1]
    return views
