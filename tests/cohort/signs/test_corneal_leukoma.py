import numpy as np
import pytest
from skimage.color import rgb2lab

from cohort.drawn_eye import measured_face
from rofi.cohort.face import Side
from rofi.cohort.ocular_surface import find_surface
from rofi.cohort.signs.corneal_leukoma import corneal_leukoma
from rofi.errors import CohortError

SEVERITIES = (0, 0.3, 0.6, 1)


@pytest.fixture(scope="module", params=[6, 2], ids=["4 px/mm", "1.3 px/mm"])
def face(request):
    return measured_face(request.param)


def painted(face, severity, seed=0, side=Side.OD):
    return corneal_leukoma(face, severity, side, np.random.default_rng(seed))


def lab(picture, where):
    return rgb2lab(np.clip(picture, 0, 255) / 255)[where].mean(0)


@pytest.mark.parametrize("seed", range(4))
def test_iris_turns_white(face, seed):
    ills = [painted(face, severity, seed) for severity in SEVERITIES]
    where = ills[0].mask
    lights = [lab(picture, where)[0] for picture in (face.picture, *(ill.face.picture for ill in ills))]
    assert lights[1] > lights[0] + 8
    assert lights[-1] > lights[1]


@pytest.mark.parametrize("seed", range(4))
def test_it_grows_and_thickens(face, seed):
    ills = [painted(face, severity, seed) for severity in SEVERITIES]
    assert all(np.diff([ill.mask.sum() for ill in ills]) > 0)
    for name in ("opacity_mm", "opacity_density"):
        assert all(np.diff([ill.findings[name] for ill in ills]) > 0)
    assert ills[0].mask.sum() / face.millimetre**2 > 2


@pytest.mark.parametrize("seed", range(4))
def test_it_hides_the_pupil_and_lies_on_the_cornea(face, seed):
    ill = painted(face, 1.0, seed)
    surface = find_surface(face, Side.OD)
    assert surface.limbus[ill.mask[surface.patch.slices]].max() < 0.6 + 1 / surface.patch.scale
    before, after = (np.std(picture[ill.mask].mean(-1)) for picture in (face.picture, ill.face.picture))
    assert after < before + 5  # one white instead of pupil, iris and rim


def test_a_dense_one_is_as_light_as_the_white_of_that_eye_and_no_yellower(face):
    surface = find_surface(face, Side.OD)
    white = np.zeros(face.picture.shape[:2], bool)
    white[surface.patch.slices] = (surface.opening > 1.5) & (surface.limbus > 1.2)
    lights = [lab(painted(face, 1.0, seed).face.picture, painted(face, 1.0, seed).mask) for seed in range(4)]
    sclera = lab(face.picture, white)
    assert abs(np.mean([light[0] for light in lights]) - sclera[0]) < 14
    assert np.mean([light[2] for light in lights]) < sclera[2] + 1


def test_lids_and_the_fellow_eye_stay(face):
    ill = painted(face, 1.0)
    eye = face.eye(Side.OD)
    patch = eye.patch(face.picture, (20, 13))
    away = eye.opening(patch.x, patch.y) < -1.6 - 1 / patch.scale
    np.testing.assert_allclose(ill.face.picture[patch.slices][away], patch.pixels[away], atol=1e-3)
    other = face.eye(Side.OS).patch(face.picture, (16, 10))
    np.testing.assert_array_equal(ill.face.picture[other.slices], other.pixels)


def test_vessels_grow_in_in_some_and_redden(face):
    ills = [painted(face, 0.8, seed) for seed in range(12)]
    vascular = [ill.findings["vascular"] for ill in ills]
    assert 0 < sum(vascular) < 12
    red = [lab(ill.face.picture, ill.mask)[1] for ill in ills]
    assert np.mean([r for r, v in zip(red, vascular, strict=True) if v]) > np.mean(
        [r for r, v in zip(red, vascular, strict=True) if not v]
    )


def test_some_lie_centrally_and_some_do_not(face):
    off = [painted(face, 0.2, seed).findings["from_centre_mm"] for seed in range(12)]
    assert min(off) < 1.2
    assert max(off) > 1.8


def test_the_same_generator_paints_the_same(face):
    np.testing.assert_array_equal(painted(face, 0.7, 5).face.picture, painted(face, 0.7, 5).face.picture)


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_a_severity_out_of_range_is_refused(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        painted(face, severity)
