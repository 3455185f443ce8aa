"""Checking truth/: that it is of the cohort's images and does not contradict its table, and that the masks fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import numpy as np

from rofi.cohort.finding import Finding
from rofi.cohort.layout import FOLLOW_UP_PART, MASKS, TRUTH, mask_name
from rofi.cohort.row import Label, Row
from rofi.cohort.truth import Truth, scan_truth
from rofi.errors import PhotoError
from rofi.imaging.decode import decode
from rofi.imaging.files import read_file

_SAME_SEVERITY = 0.001


def check_truth(folder: Path, rows: Iterable[Row], sizes: Mapping[str, tuple[int, int]]) -> Iterator[Finding]:
    """Everything that is wrong with truth/truth.csv and the masks.

    Args:
        folder: of the cohort.
        rows: of its table.
        sizes: width and height of the images by name; (0, 0) of those that cannot be read.

    Raises:
        CohortError: truth.csv has other columns or no rows.
    """
    by_image = {row.image: row for row in rows}
    scanned = scan_truth(folder)
    for bad in scanned.bad:
        yield Finding(TRUTH, bad.number, "", bad.reason)
    expected = set()
    for line, truth in scanned.records.items():
        row = by_image.get(truth.image)
        if row is None:
            yield Finding(TRUTH, line, truth.image, "not in the cohort's table; remove the row")
            continue
        for problem in _contradictions(truth, row):
            yield Finding(TRUTH, line, truth.image, problem)
        if truth.disease is not None:
            mask = mask_name(row.split, row.image)
            expected.add(mask)
            for problem in _check_mask(folder, mask, sizes.get(row.image, (0, 0))):
                yield Finding(TRUTH, line, truth.image, problem)
    if not scanned.bad:
        yield from _check_surplus(folder, expected)


def _contradictions(truth: Truth, row: Row) -> Iterator[str]:
    if (truth.disease is None) != (row.label is Label.HEALTHY):
        yield f"labelled {row.label}, but truly {truth.disease or 'healthy'}; mend one of them"
        return
    for name in ("disease", "signs", "side"):
        told, true = getattr(row, name), getattr(truth, name)
        if told not in (None, ()) and told != true:
            yield f"the table's {name} is another; mend one of them"
    if row.severity is not None and (truth.severity is None or abs(row.severity - truth.severity) > _SAME_SEVERITY):
        yield "the table's severity is another; mend one of them"


def _check_mask(folder: Path, mask: str, size: tuple[int, int]) -> Iterator[str]:
    path = folder / mask
    try:
        levels = decode(read_file(path), mask).pixels
    except PhotoError as error:
        yield str(error).replace(f"{path}: ", f"{mask}: ")
        return
    if size != (0, 0) and (levels.shape[1], levels.shape[0]) != size:
        yield f"{mask}: {levels.shape[1]} x {levels.shape[0]} pixels, its image {size[0]} x {size[1]}; make it as large"
    if not np.isin(levels, (0, 255)).all():
        yield f"{mask}: has levels besides 0 and 255; save it as black and white"
    if not levels.any():
        yield f"{mask}: is empty; mark the sign, or remove the truth's row"


def _check_surplus(folder: Path, expected: set[str]) -> Iterator[Finding]:
    for path in sorted((folder / MASKS).rglob("*.png")):
        name = path.relative_to(folder).as_posix()
        if name not in expected and PurePosixPath(name).parent != PurePosixPath(MASKS, FOLLOW_UP_PART):
            yield Finding("", None, name, "the mask of no diseased image; remove it")
