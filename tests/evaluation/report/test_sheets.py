from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from rofi.errors import RofiError
from rofi.evaluation.report.sheets import sheet


def flat(colour: tuple[int, int, int], height: int = 40, width: int = 40) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def box(picture: np.ndarray, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Top, left, height, width of a colour."""
    down, across = (picture == colour).all(-1).nonzero()
    return down.min(), across.min(), np.ptp(down) + 1, np.ptp(across) + 1


RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def test_pictures_stand_in_their_rows_and_columns_and_keep_their_shape():
    drawn = pixels(sheet([("one", [flat(RED), flat(GREEN)]), ("two", [flat(BLUE, 20), None])], ["A", "B"], cell=100))
    red, green, blue = box(drawn, RED), box(drawn, GREEN), box(drawn, BLUE)
    assert red[2:] == green[2:] == (100, 100)
    assert blue[2:] == (50, 100)
    assert red[0] == green[0] < blue[0]
    assert red[1] == blue[1] < green[1]


def test_a_missing_picture_is_a_grey_cell():
    drawn = pixels(sheet([("", [flat(RED), None])], ["A", "B"], cell=100))
    assert box(drawn, (236, 236, 236))[2:] == (100, 100)


def test_a_tall_picture_is_fitted_into_its_row():
    drawn = pixels(sheet([("", [flat(RED, 20, 40), flat(GREEN, 10, 40)])], ["A", "B"], cell=80))
    assert box(drawn, RED)[2:] == (40, 80)
    assert box(drawn, GREEN)[2:] == (20, 80)


def test_long_titles_take_more_lines_not_more_room():
    short, long = (
        pixels(sheet([("", [flat(RED)] * 2)], [title, "B"], cell=100))
        for title in ("A", "a very long title of a method that nobody has shortened")
    )
    assert short.shape[1] == long.shape[1]
    assert short.shape[0] < long.shape[0]


def test_a_row_of_another_length_is_an_error():
    with pytest.raises(RofiError, match="row 'one': 1 pictures under 2 columns"):
        sheet([("one", [flat(RED)])], ["A", "B"])


def test_a_sheet_without_rows_is_an_error():
    with pytest.raises(RofiError, match="without rows"):
        sheet([], ["A"])
