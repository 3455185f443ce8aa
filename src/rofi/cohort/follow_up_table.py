"""The table of pairs of images of one patient before and after treatment: follow_up.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rofi.cohort import cells
from rofi.cohort.csv_file import Scanned, all_good, read_lines, scan, write_lines
from rofi.cohort.follow_up import Verdict
from rofi.cohort.layout import FOLLOW_UP
from rofi.cohort.row import Split

COLUMNS = ("pair", "before", "after", "verdict", "centre", "split")


@dataclass(frozen=True)
class Pair:
    """Two images of one patient.

    Attributes:
        pair: a pseudonym of the patient.
        before, after: paths of the images within the cohort's folder.
        verdict: what the treatment did.
        centre, split: as in `Row`.
    """

    pair: str
    before: str
    after: str
    verdict: Verdict
    centre: str
    split: Split


def read_pairs(folder: Path) -> list[Pair]:
    """Every pair of a cohort.

    Raises:
        CohortError: there is no follow_up.csv, its columns are others, or a row is bad; names file and line.
    """
    return all_good(folder / FOLLOW_UP, scan_pairs(folder))


def scan_pairs(folder: Path) -> Scanned[Pair]:
    """The good rows by line, and the bad ones.

    Raises:
        CohortError: there is no follow_up.csv, it has no rows, or its columns are others.
    """
    path = folder / FOLLOW_UP
    return scan(path, read_lines(path, COLUMNS), parse_pair, "pair")


def write_pairs(folder: Path, pairs: Iterable[Pair]) -> None:
    """Write follow_up.csv, whole.

    Raises:
        OutputError: full disk, read-only folder.
    """
    write_lines(folder / FOLLOW_UP, COLUMNS, map(format_pair, pairs))


def parse_pair(row: Mapping[str, str]) -> Pair:
    """A pair from its cells.

    Raises:
        ValueError: a cell is bad.
    """
    return Pair(
        pair=cells.parse_text(row["pair"], "pair"),
        before=cells.parse_image(row["before"], "before"),
        after=cells.parse_image(row["after"], "after"),
        verdict=cells.parse_choice(row["verdict"], Verdict, "verdict"),
        centre=cells.parse_text(row["centre"], "centre"),
        split=cells.parse_choice(row["split"], Split, "split"),
    )


def format_pair(pair: Pair) -> dict[str, str]:
    """The cells of one row."""
    return {name: str(getattr(pair, name)) for name in COLUMNS}
