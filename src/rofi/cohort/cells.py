"""The cells of a cohort's tables: from text to values and back. A cell that is no such value is a ValueError."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TypeVar

from rofi.cohort.diseases import Sign
from rofi.cohort.row import Points
from rofi.imaging.photo_source import SUFFIXES

Choice = TypeVar("Choice", bound=StrEnum)
_BETWEEN = ";"


def parse_text(cell: str, what: str) -> str:
    """Something, of one line."""
    if not cell or not cell.isprintable():
        raise ValueError(f"{what} {cell!r}: must be a name")
    return cell


def parse_image(cell: str, what: str = "image") -> str:
    """The path of an image within the folder."""
    path = PurePosixPath(cell)
    outside = path.is_absolute() or ".." in path.parts or "\\" in cell or ":" in cell
    if outside or not cell.isprintable() or str(path) != cell:
        raise ValueError(f"{what} {cell!r}: must be a path within the folder, with forward slashes")
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{what} {cell!r}: must be an image file, such as .jpg or .png")
    return cell


def parse_choice(cell: str, choices: type[Choice], what: str) -> Choice:
    """One of an enumeration's values."""
    try:
        return choices(cell)
    except ValueError:
        raise ValueError(f"{what} {cell!r}: must be one of {', '.join(choices)}") from None


def parse_optional(cell: str, choices: type[Choice], what: str) -> Choice | None:
    """One of an enumeration's values, or nothing."""
    return parse_choice(cell, choices, what) if cell else None


def parse_signs(cell: str) -> tuple[Sign, ...]:
    """Signs joined by semicolons, none twice."""
    signs = tuple(parse_choice(part, Sign, "sign") for part in cell.split(_BETWEEN)) if cell else ()
    if len(set(signs)) < len(signs):
        raise ValueError(f"signs {cell!r}: name each once")
    return signs


def parse_severity(cell: str) -> float | None:
    """A number from 0 to 1, or nothing."""
    if not cell:
        return None
    try:
        severity = float(cell)
    except ValueError:
        severity = math.nan
    if not 0 <= severity <= 1:
        raise ValueError(f"severity {cell!r}: must be a number from 0 to 1")
    return severity


def parse_points(cell: str) -> Points | None:
    """Five points of an image as ten numbers, or nothing."""
    if not cell:
        return None
    try:
        numbers = [float(part) for part in cell.split()]
    except ValueError:
        numbers = []
    if len(numbers) != 10 or not all(map(math.isfinite, numbers)):
        raise ValueError(f"points {cell!r}: must be ten numbers, x and y of five points")
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def join(parts: Sequence[str]) -> str:
    """What `parse_signs` and `split` take apart."""
    return _BETWEEN.join(parts)


def split(cell: str) -> tuple[str, ...]:
    """The parts of a joined cell."""
    return tuple(cell.split(_BETWEEN)) if cell else ()


def format_severity(severity: float | None) -> str:
    """Three digits are more than anybody grades to."""
    return "" if severity is None else f"{severity:.3f}"


def format_points(points: Points | None) -> str:
    """A hundredth of a pixel."""
    return "" if points is None else " ".join(f"{number:.2f}" for point in points for number in point)
