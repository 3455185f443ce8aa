"""Where the files of a cohort lie.

    COHORT/cohort.csv                      one row an image: `rofi.cohort.row.Row`
    COHORT/images/<split>/<name>.jpg|png   of a made cohort; a hospital's table may name any place in its folder
    COHORT/truth/truth.csv                 what is known of made images: `rofi.cohort.truth.Truth`
    COHORT/truth/masks/<split>/<name>.png  where the signs of a diseased image are
    COHORT/follow_up.csv                   pairs of images of one patient: `rofi.cohort.follow_up_table.Pair`
    COHORT/images/follow_up/<name>.jpg     these images; truth/follow_up.csv and truth/masks/follow_up/ know of them
    COHORT/gallery.csv                     ID photographs: `rofi.cohort.gallery_table.IdPhotograph`
    COHORT/images/id/<patient>.jpg         these photographs, of a made cohort
    COHORT/cohort.json                     settings of a made cohort

Whoever trains on labels alone opens cohort.csv and images/ and nothing else. A hospital's own folder has its table and
its images, and truth/ if it likes. The table may be cohort.parquet instead.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from rofi.cohort.row import Row

TABLE = "cohort.csv"
PARQUET = "cohort.parquet"
SETTINGS = "cohort.json"
FOLLOW_UP = "follow_up.csv"
GALLERY = "gallery.csv"
TRUTH_FOLDER = "truth"
TRUTH = f"{TRUTH_FOLDER}/truth.csv"
TRUTH_FOLLOW_UP = f"{TRUTH_FOLDER}/follow_up.csv"
MASKS = f"{TRUTH_FOLDER}/masks"


FOLLOW_UP_PART = "follow_up"
"""Stands in for the split in the names of a pair's files."""
ID_PART = "id"
"""The same in the names of ID photographs."""


def image_name(part: str, name: str) -> str:
    """Of a made image, as its table has it.

    Args:
        part: its split, `FOLLOW_UP_PART` or `ID_PART`.
        name: of the file, with the suffix.
    """
    return f"images/{part}/{name}"


def image_path(folder: Path, row: Row) -> Path:
    """The row's image."""
    return folder / row.image


def mask_path(folder: Path, row: Row) -> Path:
    """The mask of the row's signs: 8-bit, 0 or 255, of the image's size; there for diseased images with a truth."""
    return folder / mask_name(row.split, row.image)


def mask_name(part: str, image: str) -> str:
    """Of the mask of an image, by its split (or `FOLLOW_UP_PART`) and its name; within the cohort's folder."""
    return f"{MASKS}/{part}/{PurePosixPath(image).stem}.png"
