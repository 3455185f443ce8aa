import numpy as np
from skimage.color import rgb2lab

from rofi.faces.skin_tone import ALIGNED_CHEEKS, ITA_EDGES, typology_angles

SKIN = [(60, 40, 30), (141, 85, 36), (198, 134, 66), (224, 172, 105), (241, 194, 125), (255, 219, 172)]


def plain_faces():
    """Views, and their cheeks."""
    return np.stack([np.full((64, 64, 3), colour, np.uint8) for colour in SKIN]), np.full((6, 2, 2), 24, np.float32)


def test_typology_angle_agrees_with_scikit_images_colours():
    lightness, _, yellow = rgb2lab(np.array(SKIN, float)[:, None] / 255).transpose(2, 0, 1)[:, :, 0]
    expected = np.degrees(np.arctan((lightness - 50) / yellow))
    np.testing.assert_allclose(typology_angles(*plain_faces()), expected, atol=0.5)


def test_skins_from_dark_to_light_have_rising_angles_over_the_classes():
    angles = typology_angles(*plain_faces())
    assert (np.diff(angles) > 0).all()
    assert angles[0] < ITA_EDGES[0]
    assert angles[-1] > ITA_EDGES[-2]


def test_only_the_cheeks_count():
    views, cheeks = plain_faces()
    views[:, 22:26, 22:26] = views[0, 0, 0]
    np.testing.assert_allclose(typology_angles(views, cheeks), typology_angles(views, cheeks)[0])


def test_cheeks_on_the_views_edge_still_have_a_colour():
    views, cheeks = plain_faces()
    cheeks[:] = [-20, 90]
    assert np.isfinite(typology_angles(views, cheeks)).all()


def test_without_points_the_cheeks_of_a_frontal_face_count():
    views, _ = plain_faces()
    y = int(64 * ALIGNED_CHEEKS[0][1])
    views[:] = 128
    views[:, y - 4 : y + 4] = SKIN[0]
    np.testing.assert_allclose(typology_angles(views), typology_angles(*plain_faces())[0], atol=0.5)
