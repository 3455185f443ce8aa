import cv2
import numpy as np
import pytest
from scipy import ndimage
from skimage.color import rgb2lab
from skimage.data import astronaut

from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.ocular_surface import find_surface
from rofi.cohort.signs.conjunctival_melanoma import conjunctival_melanoma
from rofi.errors import CohortError


@pytest.fixture(scope="module", params=[4, 2], ids=["2.4 px/mm", "1.2 px/mm"])
def face(request):
    """The astronaut's head."""
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=request.param, fy=request.param)
    return FaceMeasurer().measure(head, "astronaut.png")


def painted(face, severity, seed=3, side=Side.OD):
    return conjunctival_melanoma(face, severity, side, np.random.default_rng(seed))


def lightness(picture, where):
    return rgb2lab(np.clip(picture, 0, 255) / 255)[..., 0][where].mean()


@pytest.mark.parametrize("seed", range(4))
def test_it_is_dark_and_darker(face, seed):
    ills = [painted(face, severity, seed) for severity in (0, 0.3, 0.6, 1)]
    where = ills[0].mask
    darks = [lightness(picture, where) for picture in (face.picture, *(ill.face.picture for ill in ills))]
    assert darks[1] < darks[0] - 8
    assert all(np.diff(darks) < 0.5)  # a reflex may make up for a little
    assert darks[-1] < darks[1] - 2


@pytest.mark.parametrize("seed", range(4))
def test_it_grows(face, seed):
    areas = [painted(face, severity, seed).findings["lesion_mm2"] for severity in (0, 0.3, 0.6, 1)]
    assert all(np.diff(areas) > 0)
    assert 2 < areas[0] < 20
    assert areas[-1] > 15


def test_it_is_brown_to_black_not_red(face):
    ill = painted(face, 0.8)
    light, red, _ = rgb2lab(np.clip(ill.face.picture, 0, 255) / 255)[ill.mask].mean(0)
    assert light < 35
    assert red < 18


def test_mild_ones_stay_on_the_conjunctiva_and_severe_ones_pass_the_limbus(face):
    surface = find_surface(face, Side.OD)
    mild = [painted(face, 0.0, seed) for seed in range(8)]
    assert max(ill.findings["past_limbus_mm"] for ill in mild) < 1.2
    assert all(surface.opening[ill.mask[surface.patch.slices]].min() > -0.8 for ill in mild)
    assert max(painted(face, 1.0, seed).findings["past_limbus_mm"] for seed in range(8)) > 2


def test_patients_differ_in_place_and_in_the_number_of_islands(face):
    ills = [painted(face, 0.5, seed) for seed in range(8)]
    eye = face.eye(Side.OD)
    middles = eye.frame.to_local([ndimage.center_of_mass(ill.mask)[::-1] for ill in ills])
    assert np.ptp(middles[:, 0]) > 8


def test_only_that_eye_changes(face):
    ill = painted(face, 1.0)
    rows, columns = np.nonzero(np.abs(ill.face.picture - face.picture).max(-1) > 3)
    places = face.eye(Side.OD).frame.to_local(np.stack([columns, rows], -1))
    assert np.abs(places).max() < 17


def test_the_mask_covers_the_pigment_and_no_halo(face):
    ill = painted(face, 0.7)
    change = face.picture.mean(-1) - ill.face.picture.mean(-1)
    assert change[ill.mask].mean() > 10 * abs(change[~ill.mask].mean())
    assert ill.mask[change > 60].mean() > 0.9


def test_it_repeats_by_its_generator(face):
    assert np.array_equal(painted(face, 0.5).face.picture, painted(face, 0.5).face.picture)


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_severity_must_be_a_share(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        painted(face, severity)
