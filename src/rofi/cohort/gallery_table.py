"""The table of ID photographs that recognisers search patients in: gallery.csv (paper section 2.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rofi.cohort import cells
from rofi.cohort.csv_file import Scanned, all_good, read_lines, scan, write_lines
from rofi.cohort.layout import GALLERY

REQUIRED = ("image", "patient")
OPTIONAL = ("person",)


@dataclass(frozen=True)
class IdPhotograph:
    """A photograph of a patient as on an ID card, taken on another day than the clinic's.

    Attributes:
        image: path within the cohort's folder, with forward slashes.
        patient: the pseudonym that the cohort's table has; a patient may have several.
        person: whose face it is, where several patients of a made cohort are painted on photographs of one person; else
            empty.
    """

    image: str
    patient: str
    person: str = ""


def read_gallery(folder: Path) -> list[IdPhotograph]:
    """Every ID photograph of a cohort.

    Raises:
        CohortError: there is no gallery.csv, its columns are others, or a row is bad; names file and line.
    """
    return all_good(folder / GALLERY, scan_gallery(folder))


def scan_gallery(folder: Path) -> Scanned[IdPhotograph]:
    """The good rows by line, and the bad ones.

    Raises:
        CohortError: there is no gallery.csv, it has no rows, or its columns are others.
    """
    path = folder / GALLERY
    return scan(path, read_lines(path, REQUIRED, OPTIONAL), parse_id_photograph, "image")


def write_gallery(folder: Path, photographs: Iterable[IdPhotograph]) -> None:
    """Write gallery.csv, whole.

    Raises:
        OutputError: full disk, read-only folder.
    """
    write_lines(folder / GALLERY, (*REQUIRED, *OPTIONAL), map(format_id_photograph, photographs))


def parse_id_photograph(row: Mapping[str, str]) -> IdPhotograph:
    """An ID photograph from its cells.

    Raises:
        ValueError: a cell is bad.
    """
    return IdPhotograph(cells.parse_image(row["image"]), cells.parse_text(row["patient"], "patient"), row["person"])


def format_id_photograph(photograph: IdPhotograph) -> dict[str, str]:
    """The cells of one row."""
    return {"image": photograph.image, "patient": photograph.patient, "person": photograph.person}
