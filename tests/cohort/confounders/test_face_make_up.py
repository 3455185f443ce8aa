import cv2
import numpy as np
from skimage.color import rgb2lab

from rofi.cohort.confounders.face_make_up import blush, lipstick
from rofi.faces import topology


def lips(face, grow):
    """(H, W) lips without the mouth between them, larger by `grow` millimetres."""
    mask = np.zeros(face.picture.shape[:2], np.uint8)
    mesh = face.landmarks.mesh[:, :2]
    cv2.fillPoly(mask, [np.rint(mesh[list(topology.LIPS_OUTER)]).astype(np.int32)], 1)
    cv2.fillPoly(mask, [np.rint(mesh[list(topology.LIPS_INNER)]).astype(np.int32)], 0)
    side = 2 * round(grow * face.millimetre) + 1
    return cv2.dilate(mask, np.ones((side, side), np.uint8)) > 0


def test_lipstick_stays_on_the_lips(face, changes):
    for seed in range(4):
        painted = changes(face, lipstick(face, np.random.default_rng(seed))) > 5
        assert painted[lips(face, 0)].mean() > 0.6
        assert not painted[~lips(face, 2.0)].any()


def test_blush_reddens_both_cheeks(face):
    after = blush(face, np.random.default_rng(0))
    for point in (205, 425):
        x, y = np.rint(face.landmarks.mesh[point, :2]).astype(int)
        reach = round(4 * face.millimetre)
        before, now = (
            rgb2lab(shown.picture[y - reach : y + reach, x - reach : x + reach] / 255)[..., 1].mean()
            for shown in (face, after)
        )
        assert now > before + 0.5
