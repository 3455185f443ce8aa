import cv2
import numpy as np
import pytest
from skimage.color import rgb2lab
from skimage.data import astronaut

from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.ocular_surface import find_surface
from rofi.cohort.signs.pterygium import pterygium
from rofi.errors import CohortError

SEVERITIES = (0, 0.3, 0.6, 1)


@pytest.fixture(scope="module", params=[4, 2], ids=["2.4 px/mm", "1.2 px/mm"])
def face(request):
    """The astronaut's head."""
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=request.param, fy=request.param)
    return FaceMeasurer().measure(head, "astronaut.png")


def painted(face, severity, seed=3, side=Side.OD):
    return pterygium(face, severity, side, np.random.default_rng(seed))


def lab(picture):
    return rgb2lab(np.clip(picture, 0, 255) / 255)


@pytest.mark.parametrize("side", list(Side))
def test_nine_in_ten_come_from_the_nose(face, side):
    eye = face.eye(side)
    medial = 0
    for seed in range(20):
        rows, columns = np.nonzero(painted(face, 0.5, seed, side).mask)
        medial += eye.frame.to_local(np.stack([columns, rows], -1))[:, 0].mean() < eye.iris[0]
    assert 14 <= medial <= 19


def test_the_apex_lies_as_far_past_the_limbus_as_said(face):
    surface = find_surface(face, Side.OD)
    for severity in SEVERITIES:
        ill = painted(face, severity)
        deepest = -surface.limbus[ill.mask[surface.patch.slices]].min()
        assert deepest == pytest.approx(ill.findings["past_limbus_mm"], abs=0.5 + 0.6 / face.millimetre)


def test_severity_moves_it_from_the_limbus_to_the_pupil(face):
    past = [painted(face, severity).findings["past_limbus_mm"] for severity in SEVERITIES]
    assert all(np.diff(past) > 0)
    assert 0.5 <= past[0] <= 0.8
    assert past[-1] > 3.9


def test_it_narrows_towards_the_cornea(face):
    ill = painted(face, 0.6)
    surface = find_surface(face, Side.OD)
    mask, x = ill.mask[surface.patch.slices], surface.patch.x
    limbus = surface.eye.iris[0] - surface.eye.iris_radius

    def breadth(at):
        return (mask & (np.abs(x - at) < 0.5)).sum()

    assert breadth(limbus + 2) < breadth(limbus) < 1.15 * breadth(limbus - 2.5)


def test_flesh_is_pink_and_the_head_is_paler_than_the_iris(face):
    ill, surface = painted(face, 0.9), find_surface(face, Side.OD)
    before, after = (lab(picture)[surface.patch.slices] for picture in (face.picture, ill.face.picture))
    mask = ill.mask[surface.patch.slices]
    body, head = mask & (surface.limbus > 1), mask & (surface.limbus < -1.5) & (surface.opening > 1)
    assert (after - before)[body][:, 1].mean() > 6
    assert (after - before)[head][:, 0].mean() > 12
    assert after[head][:, 1].mean() < after[body][:, 1].mean()


def test_only_that_eye_changes(face):
    ill = painted(face, 1.0)
    rows, columns = np.nonzero(np.abs(ill.face.picture - face.picture).max(-1) > 3)
    places = face.eye(Side.OD).frame.to_local(np.stack([columns, rows], -1))
    assert np.abs(places).max() < 17


def test_the_mildest_can_be_seen(face):
    ill = painted(face, 0.0)
    difference = np.linalg.norm(lab(ill.face.picture) - lab(face.picture), axis=-1)
    assert difference[ill.mask].mean() > 4
    assert ill.mask.sum() * face.millimetre**-2 > 8


def test_patients_differ(face):
    areas = {round(painted(face, 0.5, seed).findings["lesion_mm2"], 2) for seed in range(6)}
    assert len(areas) > 3


def test_it_repeats_by_its_generator(face):
    assert np.array_equal(painted(face, 0.5).face.picture, painted(face, 0.5).face.picture)


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_severity_must_be_a_share(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        painted(face, severity)
