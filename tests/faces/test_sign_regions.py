import json
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.data import astronaut
from skimage.draw import polygon2mask

from rofi.errors import PhotoError
from rofi.faces import topology
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detection
from rofi.faces.landmarks import Landmarks, find_landmarks
from rofi.faces.sign_regions import eye_regions

SHARED_FACES = Path(__file__).parents[3] / "shared" / "faces"
FACE = Detection((175, 60, 98, 119), np.array([[203, 101], [246, 105], [221, 127], [201, 140], [241, 144.0]]), 0.95)


@pytest.fixture(scope="module")
def found():
    return find_landmarks(astronaut(), FACE)


@pytest.fixture(scope="module")
def alignment():
    return Alignment.from_points(FACE.points, 512)


def _filled(alignment, places):
    return polygon2mask((512, 512), alignment.to_view(places)[:, ::-1])


def test_both_apertures_and_irises_are_inside(found, alignment):
    mask = eye_regions(found, (512, 512), alignment.matrix)
    for eye, iris in ((found.left_eye, found.left_iris), (found.right_eye, found.right_iris)):
        assert mask[_filled(alignment, eye[list(topology.EYE_CONTOUR)])].all()
        x, y = alignment.to_view(iris).round().astype(int).T
        assert mask[y, x].all()


def test_brows_are_outside(found, alignment):
    mask = eye_regions(found, (512, 512), alignment.matrix)
    for brow in (topology.LEFT_BROW, topology.RIGHT_BROW):
        assert not mask[_filled(alignment, found.mesh[list(brow), :2])].any()


def test_regions_are_two_and_without_holes(found, alignment):
    mask = eye_regions(found, (512, 512), alignment.matrix)
    assert cv2.connectedComponents(mask.astype(np.uint8))[0] == 3
    assert cv2.connectedComponents((~mask).astype(np.uint8), connectivity=4)[0] == 2
    assert 0.01 < mask.mean() < 0.06


def test_first_ring_bounds_the_mask_without_margin(found, alignment):
    mask = eye_regions(found, (512, 512), alignment.matrix, margin=0)
    rings = (topology.LEFT_EYE_RING_1, topology.RIGHT_EYE_RING_1)
    expected = np.any([_filled(alignment, found.mesh[list(ring), :2]) for ring in rings], axis=0)
    assert (mask & expected).sum() / (mask | expected).sum() > 0.9


def test_larger_margin_contains_the_smaller(found, alignment):
    masks = [eye_regions(found, (512, 512), alignment.matrix, margin) for margin in (0, 0.5, 1)]
    assert not (masks[0] & ~masks[1]).any()
    assert not (masks[1] & ~masks[2]).any()


def test_without_a_map_the_mask_is_in_photograph_pixels(found, alignment):
    in_photo = eye_regions(found, (512, 512))
    seen = alignment.extract(np.repeat(in_photo[..., None], 3, axis=2).astype(np.float32))[..., 0] > 0.5
    direct = eye_regions(found, (512, 512), alignment.matrix)
    assert (seen & direct).sum() / (seen | direct).sum() > 0.88  # one photograph pixel is five of the view's


def test_eyes_beyond_the_mask_leave_it_empty(found):
    assert not eye_regions(found, (50, 40)).any()


def test_mesh_alone_is_enough(found):
    alone = eye_regions(Landmarks(found.mesh, found.presence), (512, 512))
    np.testing.assert_array_equal(alone, eye_regions(found, (512, 512)))


@pytest.mark.parametrize("shape", [(0, 10), (10,), (10, 10, 3)])
def test_shape_without_pixels_is_refused(found, shape):
    with pytest.raises(PhotoError, match="at least 1"):
        eye_regions(found, shape)


@pytest.mark.parametrize("affine", [np.eye(3), np.full((2, 3), np.nan)])
def test_map_that_is_not_affine_is_refused(found, affine):
    with pytest.raises(PhotoError, match="2x3"):
        eye_regions(found, (10, 10), affine)


@pytest.mark.skipif(not SHARED_FACES.exists(), reason="shared faces are not here")
@pytest.mark.parametrize("name", ["london", "canada"])
def test_points_set_by_hand_on_irises_and_upper_lids_are_inside(name):
    entries = [e for e in json.loads((SHARED_FACES / f"{name}.json").read_text()) if e.get("template")][:10]
    with tarfile.open(SHARED_FACES / f"{name}.tar") as tar:
        for entry in entries:
            encoded = np.frombuffer(tar.extractfile(entry["file"]).read(), np.uint8)
            photo = cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
            found = find_landmarks(photo, Detection((0, 0, 1, 1), np.array(entry["points"]), 1))
            x, y = np.array(entry["template"])[:28].round().astype(int).T
            mask = eye_regions(found, photo.shape[:2])
            outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)[y, x]
            assert outside.max() <= 1  # pixel of the canvas, where the pupils are 150 apart
