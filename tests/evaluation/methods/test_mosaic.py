import math

import numpy as np
import pytest

from evaluation.methods.astronaut_photograph import astronaut_photograph
from rofi.errors import RofiError
from rofi.evaluation.methods.face_box import face_box
from rofi.evaluation.methods.method import Method
from rofi.evaluation.methods.mosaic import Mosaic, mosaic
from rofi.imaging.decode import decode


@pytest.fixture(scope="module")
def photo():
    return astronaut_photograph()


def test_every_cell_is_the_mean_of_its_pixels(photo):
    box = face_box(photo)
    protected = decode(Mosaic(10).protect(photo), "mosaic").pixels
    cell = math.ceil(box.width / 10)
    count = 0
    for top in range(box.top, box.bottom, cell):
        for left in range(box.left, box.right, cell):
            place = slice(top, min(top + cell, box.bottom)), slice(left, min(left + cell, box.right))
            mean = np.rint(photo.pixels[place].astype(np.float64).mean((0, 1)))
            assert (protected[place] == mean).all()
            count += 1
    assert count >= 10 * 10


def test_nothing_but_the_face_changes(photo):
    protected = decode(Mosaic().protect(photo), "mosaic").pixels
    outside = np.ones(photo.pixels.shape[:2], bool)
    outside[face_box(photo).slices] = False
    assert protected.shape == photo.pixels.shape
    np.testing.assert_array_equal(protected[outside], photo.pixels[outside])


def test_hand_worked_cells():
    """Five pixels in cells of two: the means of 1, 2 and of 3, 5, the last alone; halves to even."""
    row = np.array([1, 2, 3, 5, 9], np.uint8)[None, :, None].repeat(3, axis=2)
    assert mosaic(row, 2)[0, :, 0].tolist() == [2, 2, 4, 4, 9]


def test_a_mosaic_needs_a_cell():
    with pytest.raises(RofiError, match="0 cells"):
        Mosaic(0)


def test_facts_tell_the_cells():
    assert isinstance(Mosaic(), Method)
    assert (Mosaic().facts.name, Mosaic(9).facts.version) == ("mosaic", "1-9")
    assert not Mosaic().facts.reversible
