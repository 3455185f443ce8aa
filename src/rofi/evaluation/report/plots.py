"""Plots of the report as PNG files: light ground, readable at 800 pixels, one look per method (`palette.look`).

    bars(methods, panels, axis, ...)          bars with intervals, a row per method, a panel per split or sign
    roc_curves(panels, ...)                   ROC curves, a line per method, a panel per split or network
    confusion_matrices(matrices, classes)     counts, a panel per method
    curves(panels, x_axis, y_axis, ...)       a figure over JPEG quality, perturbation norm, epsilon, ...
    histograms(panels, axis, ...)             similarity of genuine and impostor pairs, protected and restored faces

Methods are named by title or name; both give the same colour. Every function is pure: the same data give the same file,
and nothing of matplotlib's global state is read or left behind.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.figures import LABEL, SMALL, Panels, legend, put_grid, to_png
from rofi.evaluation.report.palette import FAINT, INK, PAPER, look

Value = Interval | float | None
Floats = npt.ArrayLike
Points = tuple[Sequence[float], Sequence[Value]]
"""Places on the x axis, and the figure there."""


def bars(
    methods: Sequence[str],
    panels: Mapping[str, Sequence[Value]],
    axis: str,
    *,
    limits: tuple[float, float] | None = None,
    level: float | None = None,
    decimals: int = 2,
) -> bytes:
    """Horizontal bars with intervals, ROFI's emphasised.

    Args:
        methods: M titles, from the top.
        panels: by the panel's title, M values each; None where there is none.
        axis: what the values are, with the unit.
        limits: of the axis; None: from zero to the largest upper bound.
        level: a line that the figure should reach, or not.
        decimals: written beside the bars.
    """
    values = [_parts(value) for panel in panels.values() for value in panel]
    low, high = limits or _range(values)
    drawn = Panels(len(panels), widest=3, height=0.55 + 0.27 * max(len(methods), 2), share_labels=True)
    for number, (axes, (title, panel)) in enumerate(zip(drawn.axes, panels.items(), strict=True)):
        put_grid(axes, title, axis="x")
        for row, (method, value) in enumerate(zip(methods, panel, strict=True)):
            _bar(axes, row, method, value, low, high, decimals)
        axes.set_ylim(len(methods) - 0.4, -0.6)
        axes.set_xlim(low, high + 0.2 * (high - low))
        axes.set_yticks(range(len(methods)), [_wrap(method, 22) for method in methods] if number % 3 == 0 else [])
        for label, method in zip(axes.get_yticklabels(), methods, strict=False):
            label.set_fontweight("bold" if look(method).strong else "normal")
        axes.set_xlabel(axis, fontsize=LABEL, color=INK)
        if level is not None:
            axes.axvline(level, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    return to_png(drawn.figure)


def roc_curves(
    panels: Mapping[str, Mapping[str, tuple[Floats, Floats]]], areas: Mapping[str, Mapping[str, float]] | None = None
) -> bytes:
    """ROC curves.

    Args:
        panels: by the panel's title and the method, false and true positive rates as scikit-learn's `roc_curve` has
            them.
        areas: likewise the areas below, for the legend.
    """
    longest = max(map(len, panels.values()), default=0)
    drawn = Panels(len(panels), widest=2, height=4.0 + (0.2 * longest if len(panels) > 1 else 0))
    for axes, (title, curves_of) in zip(drawn.axes, panels.items(), strict=True):
        put_grid(axes, title)
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)))
        handles = []
        for method, (false, true) in curves_of.items():
            area = (areas or {}).get(title, {}).get(method)
            label = method if area is None else f"{area:.3f}  {method}"
            style = look(method)
            handles += axes.plot(
                np.asarray(false), np.asarray(true), color=style.colour, linestyle=style.dash, linewidth=style.width,
                zorder=4 if style.strong else 2, label=label,
            )  # fmt: skip
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.set_xlabel("false positive rate", fontsize=LABEL)
        axes.set_ylabel("true positive rate", fontsize=LABEL)
        place = (0, -0.12) if len(panels) > 1 else (1.03, 1.0)
        axes.legend(handles=handles, fontsize=SMALL, loc="upper left", bbox_to_anchor=place, frameon=False)
    return to_png(drawn.figure)


def confusion_matrices(
    matrices: Mapping[str, npt.ArrayLike], classes: Sequence[str], rows: str = "truth", columns: str = "answer"
) -> bytes:
    """Confusion matrices, shaded by share of the row, with counts.

    Args:
        matrices: by the panel's title, (C, C) counts each.
        classes: C names.
        rows, columns: what they are.
    """
    side = len(classes)
    drawn = Panels(len(matrices), widest=2 if side > 4 else 3, height=2.4 if side <= 4 else 4.1)
    names = [_wrap(name.replace("_", " "), 16) for name in classes]
    for axes, (title, matrix) in zip(drawn.axes, matrices.items(), strict=True):
        counts = np.asarray(matrix, float)
        totals = counts.sum(1, keepdims=True)
        shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
        put_grid(axes, title, axis="none")
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1.1)
        size = SMALL if side <= 8 else SMALL - 1.5
        for row, column in np.argwhere(counts > 0).tolist():
            dark = shares[row, column] > 0.6
            axes.text(
                column, row, f"{counts[row, column]:g}", ha="center", va="center", fontsize=size,
                color="white" if dark else INK,
            )  # fmt: skip
        for edge in range(1, side):
            axes.axhline(edge - 0.5, color=PAPER, linewidth=1)
            axes.axvline(edge - 0.5, color=PAPER, linewidth=1)
        axes.set_xticks(range(side), names, fontsize=size, rotation=90 if side > 4 else 0)
        axes.set_yticks(range(side), names, fontsize=size)
        axes.tick_params(length=0)
        axes.set_xlabel(columns, fontsize=LABEL)
        axes.set_ylabel(rows, fontsize=LABEL)
        axes.spines[:].set_visible(False)
    return to_png(drawn.figure)


def curves(
    panels: Mapping[str, Mapping[str, Points]],
    x_axis: str,
    y_axis: str,
    *,
    limits: tuple[float, float] | None = None,
    level: float | None = None,
    logarithmic: bool = False,
) -> bytes:
    """Figures over something set, such as JPEG quality, with their intervals as bands.

    Args:
        panels: by the panel's title and the method (or tier, or recogniser), places on the x axis and values there.
        x_axis, y_axis: what they are, with units.
        limits: of the y axis.
        level: a line that the figure should reach, or not.
        logarithmic: the x axis.
    """
    drawn = Panels(len(panels), widest=2, height=3.1)
    for axes, (title, lines) in zip(drawn.axes, panels.items(), strict=True):
        put_grid(axes, title)
        for name, (places, values) in lines.items():
            kept = [(place, *_parts(value)) for place, value in zip(places, values, strict=True) if value is not None]
            if not kept:
                continue
            x, y, low, high = np.array(kept, float).T
            style = look(name)
            axes.fill_between(x, low, high, color=style.colour, alpha=0.13, linewidth=0)
            axes.plot(
                x, y, color=style.colour, linestyle=style.dash, marker=style.marker, markersize=4,
                linewidth=style.width, label=name, zorder=4 if style.strong else 2,
            )  # fmt: skip
        if logarithmic:
            axes.set_xscale("log")
        if limits:
            axes.set_ylim(*limits)
        if level is not None:
            axes.axhline(level, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        axes.set_xlabel(x_axis, fontsize=LABEL)
        axes.set_ylabel(y_axis, fontsize=LABEL)
    legend(drawn.figure, drawn.axes)
    return to_png(drawn.figure)


def histograms(
    panels: Mapping[str, Mapping[str, Floats]],
    axis: str,
    *,
    marks: Mapping[str, float] | None = None,
    limits: tuple[float, float] | None = None,
) -> bytes:
    """Distributions beside each other, each of area one.

    Args:
        panels: by the panel's title and what was compared (a method, "same person", "other people"), the values.
        axis: what they are, such as "cosine similarity".
        marks: upright lines by name, such as a recogniser's threshold; those beyond `limits` are left out.
        limits: of the axis; None: those of the data and the marks.
    """
    everything = [np.asarray(values, float).ravel() for panel in panels.values() for values in panel.values()]
    joined = np.concatenate(everything) if everything else np.zeros(0)
    joined = np.concatenate([joined[np.isfinite(joined)], [] if limits else list((marks or {}).values())])
    if limits:
        low, high = limits
    else:
        low, high = (float(joined.min()), float(joined.max())) if joined.size else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1, 41)
    drawn = Panels(len(panels), widest=2, height=2.7)
    for axes, (title, samples) in zip(drawn.axes, panels.items(), strict=True):
        put_grid(axes, title, axis="x")
        for name, values in samples.items():
            sample = np.asarray(values, float).ravel()
            sample = np.clip(sample[np.isfinite(sample)], edges[0], edges[-1])
            if not sample.size:
                continue
            style = look(name)
            density = np.histogram(sample, edges, density=True)[0]
            axes.stairs(density, edges, fill=True, color=style.colour, alpha=0.28 if style.strong else 0.13)
            axes.stairs(
                density, edges, color=style.colour, linewidth=style.width, linestyle=style.dash, label=name,
                zorder=4 if style.strong else 2,
            )  # fmt: skip
        for name, place in (marks or {}).items():
            if not edges[0] <= place <= edges[-1]:  # its name, beyond the axes, would leave them no room
                continue
            axes.axvline(place, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
            axes.text(
                place, 0.98, f" {name} ", transform=axes.get_xaxis_transform(), fontsize=SMALL, color=INK, va="top",
                ha="left" if 2 * place < edges[0] + edges[-1] else "right",
            )  # fmt: skip
        axes.set_xlim(edges[0], edges[-1])
        axes.set_yticks([])
        axes.set_xlabel(axis, fontsize=LABEL)
    legend(drawn.figure, drawn.axes)
    return to_png(drawn.figure)


def _bar(axes: Axes, row: int, method: str, value: Value, low: float, high: float, decimals: int) -> None:
    style = look(method)
    estimate, lower, upper = _parts(value)
    if not math.isfinite(estimate):
        axes.text(max(low, 0), row, " –", fontsize=SMALL, color=FAINT, va="center")
        return
    start = max(low, 0.0)
    axes.barh(row, estimate - start, left=start, height=0.66, color=style.colour, alpha=1 if style.strong else 0.72)
    if upper > lower:
        axes.add_line(Line2D([lower, upper], [row, row], color=INK, linewidth=1.1, solid_capstyle="butt"))
        for end in (lower, upper):
            axes.add_line(Line2D([end, end], [row - 0.14, row + 0.14], color=INK, linewidth=1.1))
    axes.text(
        min(max(estimate, upper), high) + 0.025 * (high - low),
        row,
        f"{estimate:.{decimals}f}".replace("-", "−"),
        fontsize=SMALL,
        fontweight="bold" if style.strong else "normal",
        color=INK,
        va="center",
    )


def _parts(value: Value) -> tuple[float, float, float]:
    if value is None:
        return math.nan, math.nan, math.nan
    if isinstance(value, Interval):
        return value.estimate, value.low, value.high
    return float(value), float(value), float(value)


def _range(values: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    finite = [number for parts in values for number in parts if math.isfinite(number)]
    low, high = min([0.0, *finite]), max([0.0, *finite])
    return (low, high) if high > low else (low, low + 1)


def _wrap(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width)) or text
