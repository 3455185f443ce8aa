"""Faces that sit: mirrored and turned with their points, and refused where they cannot be measured."""

import numpy as np
import pytest

from cohort.stand_ins import POINTS, SIDE
from pipeline.photographs import close_up, saved
from rofi.cohort.sitter import Look, SitterReader
from rofi.cohort.sources import find_faces
from rofi.errors import NoFaceFound, UnreadablePhoto

TURNED = Look(turn=0.1, zoom=1.05)


@pytest.fixture(scope="module")
def reader():
    return SitterReader()


@pytest.fixture
def source(tmp_path):
    def write(data):
        (tmp_path / "face.png").write_bytes(data)
        return find_faces([tmp_path / "face.png"])[0]

    return write


def test_the_first_sits_as_it_is_the_second_mirrored_and_others_turned():
    generator = np.random.default_rng(0)
    looks = [Look.draw(again, generator) for again in range(5)]
    assert looks[:2] == [Look(), Look(mirrored=True)]
    assert [look.mirrored for look in looks] == [False, True, False, True, False]
    assert all(look.turn and look.zoom != 1 for look in looks[2:])
    assert len(set(looks)) == 5


@pytest.mark.parametrize("look", [Look(), Look(mirrored=True), TURNED, Look(True, -0.1, 0.95)])
def test_points_go_where_the_picture_goes(reader, source, look):
    """The detector, asked anew, is the witness; taken for one another, the eyes would be off by their distance."""
    _, points = look.apply(close_up(SIDE), POINTS)
    found = reader.read(source(saved(close_up(SIDE))), look).points
    assert np.linalg.norm(points - found, axis=1).max() < 0.15 * np.linalg.norm(points[1] - points[0])


def test_a_picture_mirrored_twice_is_itself():
    photo, points = Look(mirrored=True).apply(*Look(mirrored=True).apply(close_up(SIDE), POINTS))
    assert np.array_equal(photo, close_up(SIDE))
    assert points == pytest.approx(POINTS)


def test_no_face_is_refused(reader, source):
    with pytest.raises(NoFaceFound, match=r"face.png: no face found"):
        reader.read(source(saved(close_up(SIDE)[240:, :80])), Look())


def test_a_face_that_is_too_small_is_refused(reader, source):
    with pytest.raises(NoFaceFound, match=r"face.png: eyes too small"):
        reader.read(source(saved(close_up(160))), Look())


def test_what_is_no_image_is_refused(reader, source):
    with pytest.raises(UnreadablePhoto, match=r"face.png: this is no JPEG"):
        reader.read(source(b"letter"), Look())
