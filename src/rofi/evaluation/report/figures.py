"""Panels of a figure 800 pixels wide, their axes, and the PNG file: what all plots share."""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rofi.evaluation.report.palette import FAINT, GRID, INK, PAPER

SMALL, LABEL = 8.0, 9.0
"""Sizes of type, points."""
_INCHES = 8.0
_DPI = 200
_LEGEND_LINE = 0.22


class Panels:
    """A figure and its axes in reading order.

    Args:
        count: of panels.
        widest: most panels in a row.
        height: of a row of panels, inches.
        share_labels: whether panels beside each other have the same rows, so that only the first is labelled.
    """

    def __init__(self, count: int, widest: int, height: float, share_labels: bool = False) -> None:
        across = max(1, min(count, widest))
        down = max(1, -(-count // across))
        self.figure = Figure(figsize=(_INCHES, height * down + 0.25), dpi=_DPI, facecolor=PAPER, layout="constrained")
        FigureCanvasAgg(self.figure)
        grid = self.figure.subplots(down, across, squeeze=False)
        flat = [axes for row in grid for axes in row]
        for axes in flat[count:]:
            axes.remove()
        self.axes: list[Axes] = flat[:count]


def put_grid(axes: Axes, title: str, axis: str = "both") -> None:
    """Bare axes with a faint grid and a title at the left."""
    axes.set_title(title, fontsize=LABEL + 0.5, fontweight="bold", loc="left", color=INK)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.spines["bottom"].set_visible(True)
    axes.spines["bottom"].set_color(FAINT)
    axes.tick_params(labelsize=SMALL, colors=INK, length=0)
    if axis in ("x", "both"):
        axes.grid(axis="x", color=GRID, linewidth=0.8)
    if axis in ("y", "both"):
        axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def legend(figure: Figure, panels: Sequence[Axes]) -> None:
    """One legend below all panels, each name once."""
    handles: dict[str, Artist] = {}
    for axes in panels:
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(name, handle)
    if not handles:
        return
    across = min(len(handles), 4)
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + _LEGEND_LINE * -(-len(handles) // across))
    figure.legend(
        list(handles.values()), list(handles), loc="outside lower center", ncols=across, fontsize=LABEL, frameon=False
    )


def to_png(figure: Figure) -> bytes:
    """The file, without empty margins; its resolution says that it is at most 800 pixels wide at 100 dots an inch."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI, bbox_inches="tight", pad_inches=0.04, metadata={"Software": None})
    return buffer.getvalue()
