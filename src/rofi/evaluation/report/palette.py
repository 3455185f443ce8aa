"""One look per method in every plot: ROFI stands out, nobody needs to tell red from green."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

INK = "#1c1c1c"
FAINT = "#6b6b6b"
GRID = "#e3e3e3"
PAPER = "#ffffff"


@dataclass(frozen=True)
class Look:
    """How a method is drawn; dash and marker tell apart what a print in grey would not.

    Attributes:
        colour: as #rrggbb.
        dash: of lines, matplotlib's names.
        marker: of points, likewise.
        strong: drawn heavier and on top.
    """

    colour: str
    dash: str = "-"
    marker: str = "o"
    strong: bool = False

    @property
    def width(self) -> float:
        """Of lines, points."""
        return 2.4 if self.strong else 1.3


# Paul Tol's "muted" scheme for the rivals, Okabe and Ito's vermilion for ROFI: both are made for colour-blind readers.
_LOOKS = (
    (("sealed",), Look("#8a3d00", "--", "s", strong=True)),
    (("rofi", "ours"), Look("#d55e00", strong=True)),
    (("same person", "genuine"), Look("#1c1c1c")),
    (("other people", "impostor", "stranger"), Look("#8a8a8a", "--")),
    (("original",), Look("#1c1c1c", marker="D")),
    (("pixel",), Look("#117733", ":", "v")),
    (("feature",), Look("#117733", "--", "^")),
    (("right",), Look("#8a8a8a", ":", ">")),
    (("crop", "left"), Look("#8a8a8a", "--", "<")),
    (("mosaic",), Look("#b8a23c", "-", "s")),
    (("blur",), Look("#999933", ":", "P")),
    (("aigc", "diffusion", "inpaint"), Look("#aa4499", "-.", "X")),
    (("swap",), Look("#44aa99", "--", "d")),
    (("mask",), Look("#332288", "-", "p")),
    (("g2face",), Look("#5aa9d6", "-.", "h")),
)
_OTHERS = (
    Look("#7a5c3e", "-", "*"),
    Look("#556677", "--", "8"),
    Look("#9d7fb5", "-.", ">"),
    Look("#3f7f93", ":", "H"),
)


def look(method: str) -> Look:
    """Of a method by its name or title, the same in every plot; also of a method never heard of."""
    text = method.lower()
    for words, found in _LOOKS:
        if any(word in text for word in words):
            return found
    return _OTHERS[zlib.crc32(text.encode()) % len(_OTHERS)]
