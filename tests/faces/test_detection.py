import json
import math
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.data import astronaut, chelsea, coffee

from rofi.errors import PhotoError
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detector

SHARED_FACES = Path(__file__).parents[3] / "shared" / "faces"
PUPILS = np.array([[203.3, 101.0], [246.5, 104.7]])  # read off the photograph
EYE_DISTANCE = 43


@pytest.fixture(scope="module")
def detector():
    return Detector()


@pytest.fixture(scope="module")
def face(detector):
    (found,) = detector.detect(astronaut())
    return found


def _error(points, expected):
    """Mean distance in shares of the expected points' distance of the eyes."""
    return np.hypot(*(points - expected).T).mean() / math.dist(expected[0], expected[1])


def _photos(name):
    with tarfile.open(SHARED_FACES / f"{name}.tar") as tar:
        for member in tar:
            encoded = np.frombuffer(tar.extractfile(member).read(), np.uint8)
            yield member.name, cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_face_is_where_it_is(face):
    assert _error(face.points[:2], PUPILS) < 0.05
    assert face.score > 0.9
    x, y, width, height = face.box
    assert (face.points > [x, y]).all()
    assert (face.points < [x + width, y + height]).all()
    assert face.area == pytest.approx(width * height)
    np.testing.assert_allclose(face.centre, [x + width / 2, y + height / 2])


@pytest.mark.parametrize(
    ("scale", "interpolation", "tolerance"),
    [(6, cv2.INTER_CUBIC, 0.03), (0.25, cv2.INTER_AREA, 0.08), (0.125, cv2.INTER_AREA, 0.15)],
)
def test_points_scale_with_the_photograph(detector, face, scale, interpolation, tolerance):
    (found,) = detector.detect(cv2.resize(astronaut(), None, fx=scale, fy=scale, interpolation=interpolation))
    assert _error((found.points + 0.5) / scale - 0.5, face.points) < tolerance


def test_two_faces_come_largest_first(detector, face):
    small = cv2.resize(astronaut(), (300, 300), interpolation=cv2.INTER_AREA)
    photo = np.zeros((512, 812, 3), np.uint8)
    photo[:300, :300], photo[:, 300:] = small, astronaut()
    large, little = detector.detect(photo)
    assert _error(large.points - [300, 0], face.points) < 0.05
    assert _error((little.points + 0.5) * 512 / 300 - 0.5, face.points) < 0.05


def test_two_like_faces_side_by_side_are_two(detector):
    assert len(detector.detect(np.hstack([astronaut(), astronaut()]))) == 2


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_turned_photograph_has_its_points_turned(detector, face, quarter_turns):
    (found,) = detector.detect(np.ascontiguousarray(np.rot90(astronaut(), quarter_turns)))
    points = face.points
    for _ in range(quarter_turns):  # np.rot90 takes (x, y) to (y, 511 - x)
        points = np.column_stack([points[:, 1], 511 - points[:, 0]])
    assert _error(found.points, points) < 0.06
    turn = Alignment.from_points(found.points, 256).angle - Alignment.from_points(face.points, 256).angle
    assert math.cos(turn + quarter_turns * math.pi / 2) > math.cos(math.radians(4))


@pytest.mark.parametrize("angle", [20, 45, -110])
def test_rolled_head_is_aligned_upright(detector, face, angle):
    turn = cv2.getRotationMatrix2D((223, 119), angle, 1.0)
    turn[:, 2] += (33, 137)
    (found,) = detector.detect(cv2.warpAffine(astronaut(), turn, (512, 512)))
    assert _error(found.points, face.points @ turn[:, :2].T + turn[:, 2]) < 0.06


def test_face_that_only_a_turned_search_finds(monkeypatch, face):
    detector = Detector()
    upright = detector._search
    sideways = np.ascontiguousarray(np.rot90(astronaut()))

    def blind_to_turned_faces(photo):
        return [] if np.array_equal(photo, sideways) else upright(photo)

    monkeypatch.setattr(detector, "_search", blind_to_turned_faces)
    (found,) = detector.detect(sideways)
    assert _error(np.column_stack([511 - found.points[:, 1], found.points[:, 0]]), face.points) < 0.06


@pytest.mark.parametrize("factor", [1, 10])
def test_face_that_fills_the_photograph(detector, face, factor):
    crop = astronaut()[65:175, 185:262]
    (found,) = detector.detect(cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC))
    assert _error((found.points + 0.5) / factor - 0.5 + [185, 65], face.points) < 0.1


def test_small_face_in_a_large_photograph(detector, face):
    photo = np.full((2500, 4600, 3), 127, np.uint8)
    photo[1800:2005, 3100:3305] = cv2.resize(astronaut(), (205, 205), interpolation=cv2.INTER_AREA)
    (found,) = detector.detect(photo)
    assert _error((found.points - [3100, 1800] + 0.5) * 512 / 205 - 0.5, face.points) < 0.1


def test_more_looks_jump_less(detector):
    quick = Detector(looks=1)

    def spread(which):
        found = [which.detect(astronaut()[dy:, dx:]) for dx, dy in ((0, 0), (3, 5), (7, 2), (13, 11))]
        shifts = ((0, 0), (3, 5), (7, 2), (13, 11))
        return np.std([faces[0].points + shift for faces, shift in zip(found, shifts, strict=True)], axis=0).mean()

    assert spread(detector) < spread(quick)
    assert spread(detector) < 0.02 * EYE_DISTANCE


@pytest.mark.parametrize(
    "photo",
    [
        np.zeros((480, 640, 3), np.uint8),
        np.full((480, 640, 3), 255, np.uint8),
        np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8),
        np.zeros((8, 8, 3), np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((3, 2000, 3), np.uint8),
        astronaut()[100:108, 200:208],
        coffee(),
        chelsea(),
    ],
    ids=["black", "white", "noise", "tiny", "pixel", "strip", "tiny skin", "coffee", "cat"],
)
def test_no_face_is_an_empty_list(detector, photo):
    assert detector.detect(photo) == []


def test_photograph_is_not_changed(detector):
    photo = astronaut()
    detector.detect(photo)
    np.testing.assert_array_equal(photo, astronaut())


def test_grey_photograph_is_refused(detector):
    with pytest.raises(PhotoError, match="RGB"):
        detector.detect(astronaut()[..., 0])


def test_floating_point_photograph_is_refused(detector):
    with pytest.raises(PhotoError, match="uint8"):
        detector.detect(astronaut() / 255)


@pytest.mark.skipif(not SHARED_FACES.exists(), reason="shared faces are not here")
@pytest.mark.parametrize("name", ["photos_virtual", "photos_clinic"])
def test_every_portrait_has_one_face(name):
    detector = Detector(looks=1)
    assert {photo: len(detector.detect(pixels)) for photo, pixels in _photos(name)} == {
        photo: 1 for photo, _ in _photos(name)
    }


@pytest.mark.skipif(not SHARED_FACES.exists(), reason="shared faces are not here")
def test_points_agree_with_the_listed_ones(detector):
    """The listed points come from one look each, off by some 6 of these pixels, so the mean is compared too."""
    listed = {
        entry["file"]: np.array(entry["points"]) for entry in json.loads((SHARED_FACES / "london.json").read_text())
    }
    photos = [(name, pixels) for name, pixels in _photos("london")][:20]
    differences = np.array([detector.detect(pixels)[0].points - listed[name] for name, pixels in photos])
    assert np.hypot(*differences.T).mean() < 8
    assert np.abs(differences.mean(axis=(0, 1))).max() < 3
    assert np.hypot(*differences.mean(0).T).max() < 6
