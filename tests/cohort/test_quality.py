"""The criteria: resolution counted, blur told whatever the contrast and noise, covered eyes found out."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from cohort.stand_ins import POINTS, SIDE
from pipeline.photographs import close_up
from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.quality import LEAST_SHARPNESS, LEAST_VISIBILITY, Quality, measure_quality, sharpness
from rofi.faces.landmarks import IrisDetector

GOOD = Quality(100.0, 0.4, (10.0, 10.0))


@pytest.fixture(scope="module")
def photo():
    return close_up(SIDE)


@pytest.fixture(scope="module")
def judge():
    measurer, iris = FaceMeasurer(), IrisDetector()
    return lambda photo, points=POINTS: measure_quality(measurer.measure(photo, "photo", points), points, iris)


@pytest.fixture(scope="module")
def millimetre(photo):
    return FaceMeasurer().measure(photo, "photo", POINTS).millimetre


def covered(photo, sides, colour, face):
    """A patch over the eyes, 44 by 30 mm, soft at its edge."""
    for side in sides:
        eye = face.eye(side)
        patch = eye.patch(photo.astype(np.float32), (22, 15))
        photo = patch.put(photo.astype(np.float32), np.broadcast_to(np.float32(colour), patch.pixels.shape))
    return photo.astype(np.uint8)


def test_a_good_photograph_has_no_faults(photo, judge):
    assert judge(photo).faults == ()


def test_resolution_is_the_distance_of_the_outer_corners(photo, judge):
    small = cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    quality = judge(small, (POINTS + 0.5) / 2 - 0.5)
    assert quality.resolution == pytest.approx(0.5 * judge(photo).resolution, rel=0.03)
    assert [fault.split(":")[0] for fault in quality.faults] == ["eyes too small"]


def test_blur_is_told_by_its_millimetres(photo, millimetre):
    seen = [
        sharpness(cv2.GaussianBlur(photo, (0, 0), sigma * millimetre), POINTS) for sigma in (0.3, 0.6, 1, 1.5, 2, 3)
    ]
    assert (np.diff(seen) < 0).all()
    assert seen[1] > LEAST_SHARPNESS > seen[4]


def test_neither_contrast_nor_noise_passes_for_sharpness(photo, millimetre):
    blurred = cv2.GaussianBlur(photo, (0, 0), 2 * millimetre)
    noise = np.random.default_rng(0).normal(0, 4, photo.shape)
    noisy = np.clip(blurred + noise, 0, 255).astype(np.uint8)
    faint = (0.4 * photo + 80).astype(np.uint8)
    assert sharpness(noisy, POINTS) < LEAST_SHARPNESS
    assert sharpness(faint, POINTS) == pytest.approx(sharpness(photo, POINTS), rel=0.1)


def test_a_picture_of_nothing_is_not_sharp():
    assert sharpness(np.full((SIDE, SIDE, 3), 90, np.uint8), POINTS) == 0


@pytest.mark.parametrize("colour", [(225, 220, 215), (20, 20, 20), (180, 130, 110)])
def test_covered_eyes_are_found_out_and_one_may_be_covered(photo, judge, colour):
    face = FaceMeasurer().measure(photo, "photo", POINTS)
    both = judge(covered(photo, Side, colour, face))
    assert max(both.visibility) < LEAST_VISIBILITY
    assert any(fault.startswith("no eye visible") for fault in both.faults)
    one = judge(covered(photo, [Side.OD], colour, face))
    assert one.visibility[0] < LEAST_VISIBILITY < one.visibility[1]
    assert not any(fault.startswith("no eye visible") for fault in one.faults)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"resolution": 59.0}, "eyes too small: 59 pixels across, at least 60 needed"),
        ({"sharpness": 0.1}, "too blurred: sharpness 0.10, at least 0.19 needed"),
        ({"visibility": (1.0, 2.0)}, "no eye visible: visibility 2.0, at least 4.0 needed in one eye"),
    ],
)
def test_each_criterion_has_its_words(change, fault):
    assert GOOD.faults == ()
    assert replace(GOOD, **change).faults == (fault,)
