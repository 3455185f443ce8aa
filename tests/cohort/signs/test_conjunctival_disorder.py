import cv2
import numpy as np
import pytest
from skimage.color import rgb2lab
from skimage.data import astronaut

from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.ocular_surface import find_surface
from rofi.cohort.optics import luminance
from rofi.cohort.signs.conjunctival_disorder import Form, conjunctival_disorder
from rofi.errors import CohortError

BOTH = pytest.mark.parametrize("form", list(Form))


@pytest.fixture(scope="module", params=[4, 2], ids=["2.4 px/mm", "1.2 px/mm"])
def face(request):
    """The astronaut's head."""
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=request.param, fy=request.param)
    return FaceMeasurer().measure(head, "astronaut.png")


def painted(face, severity, form=None, seed=3, side=Side.OD):
    return conjunctival_disorder(face, severity, side, np.random.default_rng(seed), form)


def redness(picture, where):
    return rgb2lab(np.clip(picture, 0, 255) / 255)[..., 1][where].mean()


@BOTH
def test_the_white_of_the_eye_turns_red_and_redder(face, form):
    pictures = [face.picture, *(painted(face, severity, form).face.picture for severity in (0, 0.3, 0.6, 1))]
    where = painted(face, 0, form).mask
    reds = [redness(picture, where) for picture in pictures]
    assert reds[1] > reds[0] + 3  # a just noticeable difference is about 2
    assert all(np.diff(reds) > 0)


@BOTH
def test_only_that_eye_changes(face, form):
    ill = painted(face, 1.0, form)
    eye = face.eye(Side.OD)
    rows, columns = np.nonzero(np.abs(ill.face.picture - face.picture).max(-1) > 3)
    places = eye.frame.to_local(np.stack([columns, rows], -1))
    assert np.abs(places[:, 0]).max() < eye.lateral + 3
    assert np.abs(places[:, 1]).max() < 11


@BOTH
def test_the_mask_lies_on_the_sclera(face, form):
    ill, surface = painted(face, 1.0, form), find_surface(face, Side.OD)
    inside = ill.mask[surface.patch.slices]
    assert ill.mask.sum() == inside.sum() > 0
    assert surface.limbus[inside].min() > -0.8
    assert surface.opening[inside].min() > -0.8


@BOTH
def test_the_cornea_stays_clear(face, form):
    ill, surface = painted(face, 1.0, form), find_surface(face, Side.OD)
    cornea = (surface.limbus < -1.5) & (surface.opening > 1)
    change = np.abs(ill.face.picture - face.picture).max(-1)[surface.patch.slices]
    assert change[cornea].max() < 4


def test_a_haemorrhage_grows_from_a_spot_to_most_of_the_white(face):
    shares = [painted(face, severity, Form.HAEMORRHAGE).findings["injected_share"] for severity in (0, 0.3, 0.6, 1)]
    assert all(np.diff(shares) >= 0)
    assert 0 < shares[0] < 0.4
    assert shares[-1] > 0.6


def test_findings_agree_with_the_mask(face):
    ill = painted(face, 0.4, Form.HAEMORRHAGE)
    assert ill.findings["lesion_mm2"] == pytest.approx(ill.mask.sum() / face.millimetre**2, rel=1e-3)


def test_blood_is_flatter_than_inflammation(face):
    """A haemorrhage takes as much green light everywhere; vessels do not."""

    def unevenness(form):
        ill = painted(face, 0.6, form)
        core = cv2.erode(ill.mask.astype(np.uint8), np.ones((3, 3))) > 0
        left = luminance(ill.face.picture[core][None]) / luminance(face.picture[core][None])
        taken = -np.log10(left)
        return taken.std() / taken.mean()

    assert unevenness(Form.HAEMORRHAGE) < 0.7 * unevenness(Form.CONJUNCTIVITIS)


def test_the_generator_draws_the_form_and_repeats_it(face):
    shares = [painted(face, 0.3, seed=seed).findings["injected_share"] for seed in range(8)]
    assert min(shares) < 0.6 < max(shares)
    once, again = painted(face, 0.5, seed=1), painted(face, 0.5, seed=1)
    assert np.array_equal(once.face.picture, again.face.picture)


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_severity_must_be_a_share(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        painted(face, severity)
