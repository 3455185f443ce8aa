from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from rofi.cohort.layout import image_path, mask_path
from rofi.cohort.row import Label, Row, Split
from rofi.errors import CohortError, UnreadablePhoto
from rofi.evaluation.cohort_views import CohortReader
from rofi.faces.alignment import Alignment
from sign_cohort import FIVE_POINTS

ROW = Row(
    "images/internal/a.png",
    "p",
    "here",
    Split.INTERNAL,
    Label.DISEASED,
    points=tuple(map(tuple, FIVE_POINTS.tolist())),
)


@pytest.fixture
def folder(tmp_path):
    """One photograph, no mask."""
    path = image_path(tmp_path, ROW)
    path.parent.mkdir(parents=True)
    Image.fromarray(astronaut()).save(path)
    return tmp_path


def put_mask(folder, mask):
    path = mask_path(folder, ROW)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.where(mask, 255, 0).astype(np.uint8)).save(path)


def disc(centre, radius, shape=(512, 512)):
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.hypot(x - centre[0], y - centre[1]) <= radius


def test_the_view_is_the_alignments(folder):
    read = CohortReader(folder, 256).read(ROW)
    expected = Alignment.from_points(FIVE_POINTS, 256).extract(astronaut())
    assert np.array_equal(read.view, expected)


def test_a_canvas_is_the_view_and_what_surrounds_it(folder):
    read = CohortReader(folder, 256).read(ROW)
    canvas = read.canvas(320)
    assert canvas.shape == (320, 320, 3)
    assert np.abs(canvas[32:-32, 32:-32].astype(int) - read.view).max() <= 1


def test_without_points_the_face_is_found(folder):
    reader = CohortReader(folder, 256)
    found, told = reader.read(replace(ROW, points=None)), reader.read(ROW)
    assert found.alignment.scale == pytest.approx(told.alignment.scale, rel=0.1)
    shift = found.alignment.to_view(FIVE_POINTS[:2]) - told.alignment.to_view(FIVE_POINTS[:2])
    assert np.abs(shift).max() < 12


def test_no_face_is_none(folder):
    Image.new("RGB", (200, 200), (90, 90, 90)).save(image_path(folder, ROW))
    assert CohortReader(folder, 256).read(replace(ROW, points=None)) is None


def test_a_mask_lies_where_the_sign_lies_on_the_view(folder):
    centre = (208, 112)
    put_mask(folder, disc(centre, 6))
    reader = CohortReader(folder, 256)
    image = reader.read(ROW)
    mask = reader.read_mask(ROW, image)
    y, x = np.nonzero(mask)
    assert (x.mean(), y.mean()) == pytest.approx(tuple(image.alignment.to_view(centre)), abs=0.5)
    assert mask.sum() == pytest.approx(disc(centre, 6).sum() * image.alignment.scale**2, rel=0.05)


def test_a_sign_finer_than_the_views_pixels_is_not_lost(folder):
    put_mask(folder, disc((208, 112), 0))
    reader = CohortReader(folder, 64)
    assert reader.read(ROW).alignment.scale < 0.7
    assert 1 <= reader.read_mask(ROW, reader.read(ROW)).sum() <= 9


def test_a_sign_beyond_the_view_leaves_nothing_not_its_mirror_image(folder):
    put_mask(folder, disc((500, 500), 8))
    reader = CohortReader(folder, 256)
    assert not reader.read_mask(ROW, reader.read(ROW)).any()


def test_no_mask_is_none(folder):
    reader = CohortReader(folder, 256)
    assert reader.read_mask(ROW, reader.read(ROW)) is None


def test_a_mask_of_another_size_is_refused(folder):
    put_mask(folder, disc((50, 50), 5, (100, 100)))
    reader = CohortReader(folder, 256)
    with pytest.raises(CohortError, match=r"a\.png: \(100, 100\) pixels, its image \(512, 512\)"):
        reader.read_mask(ROW, reader.read(ROW))


def test_a_missing_image_is_named(tmp_path):
    with pytest.raises(UnreadablePhoto, match=r"a\.png"):
        CohortReader(tmp_path, 256).read(ROW)
