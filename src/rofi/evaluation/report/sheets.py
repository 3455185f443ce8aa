"""Contact sheets of photographs: methods in columns, cases in rows.

    sheet(rows, columns, cell=150, gone="refused") -> PNG bytes

Each row is a label and one picture per column (None where a method gives none). Pictures keep their shape and are
fitted into their row's cells; rows of another shape, such as the eyes below a face, can follow each other.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from rofi.errors import RofiError
from rofi.evaluation.report.palette import FAINT, INK, PAPER, look

Bytes = npt.NDArray[np.uint8]
SheetRow = tuple[str, Sequence[Bytes | None]]

_GAP = 6
_TYPE = 15
_LINE = 18
_LABEL = 120
_EMPTY = "#ececec"
_DPI = 125
"""Pixels are shown at 100 an inch: a cell of 150 is 120 wide on the screen."""


def sheet(rows: Sequence[SheetRow], columns: Sequence[str], *, cell: int = 150, gone: str = "refused") -> bytes:
    """A contact sheet as a PNG file.

    Args:
        rows: a label and a picture (H, W, 3) RGB per column each; None leaves the cell grey.
        columns: their titles.
        cell: width of a cell, pixels.
        gone: written into cells without a picture.

    Raises:
        RofiError: a row has not one picture per column, or there is no row.
    """
    for label, pictures in rows:
        if len(pictures) != len(columns):
            raise RofiError(
                f"row {label!r}: {len(pictures)} pictures under {len(columns)} columns; give one or None each"
            )
    if not rows:
        raise RofiError("a contact sheet without rows; leave it out")
    heads = [_lines(title, cell) for title in columns]
    labels = [_lines(label, _LABEL) for label, _ in rows]
    margin = _LABEL + _GAP if any(label for label, _ in rows) else 0
    head = _LINE * max(map(len, heads)) + _GAP
    heights = [_row_height(pictures, cell) for _, pictures in rows]
    size = (margin + len(columns) * (cell + _GAP) + _GAP, head + sum(heights) + _GAP * (len(rows) + 1))
    canvas = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(canvas)
    lefts = [margin + _GAP + number * (cell + _GAP) for number in range(len(columns))]
    for left, title, lines in zip(lefts, columns, heads, strict=True):
        pen.multiline_text(
            (left, head - _GAP - _LINE * len(lines)), "\n".join(lines), INK, _font(look(title).strong), spacing=2
        )
    top = head
    for (_, pictures), lines, height in zip(rows, labels, heights, strict=True):
        pen.multiline_text((_GAP, top), "\n".join(lines), INK, _font(False), spacing=2)
        for left, picture in zip(lefts, pictures, strict=True):
            if picture is None:
                pen.rectangle((left, top, left + cell - 1, top + height - 1), fill=_EMPTY)
                pen.text((left + cell / 2, top + height / 2), gone, FAINT, _font(False), anchor="mm")
            else:
                fitted = _fit(picture, cell, height)
                room = (cell - fitted.shape[1]) // 2, (height - fitted.shape[0]) // 2
                canvas.paste(Image.fromarray(fitted), (left + room[0], top + room[1]))
        top += height + _GAP
    buffer = io.BytesIO()
    canvas.save(buffer, "png", dpi=(_DPI, _DPI))
    return buffer.getvalue()


def _row_height(pictures: Sequence[Bytes | None], cell: int) -> int:
    return max((round(cell * p.shape[0] / p.shape[1]) for p in pictures if p is not None), default=cell // 2)


def _fit(picture: Bytes, width: int, height: int) -> Bytes:
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(6, int(width / (_TYPE * 0.6)))) or [""]


@lru_cache(maxsize=2)
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    """The font that comes with matplotlib: the same on every machine."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), _TYPE)
