import numpy as np
import pytest

from rofi.faces import topology
from rofi.faces.portrait import portrait

SIDE = 96


@pytest.fixture(scope="module")
def person(aligned_astronaut):
    """The astronaut as if she were a key's person: her own photograph is the texture."""
    view, mesh = aligned_astronaut(SIDE)
    return {"shape": mesh, "texture": view.astype(np.float32), "texture_points": mesh[:, :2]}


def test_the_person_stands_where_its_mesh_does_eyes_included(person):
    made = portrait(**person, side=SIDE)
    for part in (topology.LEFT_EYE, topology.RIGHT_EYE, topology.LIPS_OUTER):
        x, y = person["shape"][list(part), :2].mean(0).round().astype(int)
        near = np.s_[y - 3 : y + 4, x - 3 : x + 4]
        assert np.abs(made[near] - person["texture"][near]).mean() < 4


def test_another_shape_is_another_portrait(person):
    wider = person["shape"] * [1.1, 1, 1] - [0.05 * SIDE, 0, 0]
    assert np.abs(portrait(**{**person, "shape": wider}, side=SIDE) - portrait(**person, side=SIDE)).mean() > 2


def test_there_is_no_edge_and_no_black_about_the_face(person):
    made = portrait(**person, side=SIDE)
    assert made.min() >= 0
    assert made.max() <= 255
    border = np.concatenate([made[0], made[-1], made[:, 0], made[:, -1]])
    assert border.mean() > 40
    assert np.abs(np.diff(made[:8].mean(-1), axis=1)).max() < 12
