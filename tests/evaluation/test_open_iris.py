"""The adapter against stand-ins with OpenIris's two interfaces; the package itself is not installed here."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from rofi.errors import RofiError
from rofi.evaluation.open_iris import OpenIris, eye_picture


class Matcher:
    def __init__(self, rotation_shift):
        self.shift = rotation_shift

    def run(self, one, other):
        return abs(one - other) / self.shift


def new_pipeline():
    """Since version 1.4: a picture in an object of its own."""

    def run(image):
        dark = image.img_data.mean() < 10
        return {"error": {"message": "no iris"} if dark else None, "iris_template": None if dark else 7.0}

    return run


def old_pipeline():
    def run(img_data, eye_side):
        return {"error": None, "iris_template": 7.0 if eye_side == "left" else 4.0}

    return run


def install(monkeypatch, **names):
    monkeypatch.setitem(sys.modules, "iris", SimpleNamespace(**names))


def test_absent_it_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "iris", None)
    with pytest.raises(RofiError, match="OpenIris: not installed; pip install open-iris"):
        OpenIris()


def test_another_package_of_the_name_is_an_error(monkeypatch):
    install(monkeypatch, load=print)
    with pytest.raises(RofiError, match="another package's"):
        OpenIris()


def test_templates_and_distances_are_its_own(monkeypatch):
    install(monkeypatch, IRISPipeline=new_pipeline, HammingDistanceMatcher=Matcher, IRImage=SimpleNamespace)
    adapter = OpenIris(turns=10)
    assert adapter.template(np.full((480, 640), 99, np.uint8), "left") == 7.0
    assert adapter.template(np.zeros((480, 640), np.uint8), "left") is None
    assert adapter.distance(7.0, 4.0) == pytest.approx(0.3)


def test_older_versions_take_the_picture_itself(monkeypatch):
    install(monkeypatch, IRISPipeline=old_pipeline, HammingDistanceMatcher=Matcher)
    assert OpenIris().template(np.zeros((480, 640), np.uint8), "right") == 4.0


@pytest.mark.parametrize("corners", [([60, 50], [90, 50]), ([60, 40], [84, 58]), ([60, 60], [84, 42])])
def test_the_eye_lies_upright_amid_the_picture(corners):
    """The corners are marked bright; they come to lie at the same height, as far apart as the enlargement says."""
    photo = np.zeros((120, 160, 3), np.uint8)
    for x, y in corners:
        photo[y - 1 : y + 2, x - 1 : x + 2] = 255
    picture = eye_picture(photo, corners)
    assert picture.shape == (480, 640)
    rows, columns = np.mgrid[:480, :640]
    halves = [picture.astype(float) * (columns < 320), picture.astype(float) * (columns >= 320)]
    places = [[(half * axis).sum() / half.sum() for axis in (columns, rows)] for half in halves]
    assert places[0] == pytest.approx([320 - 640 / 2.6 / 2, 240], abs=3)
    assert places[1] == pytest.approx([320 + 640 / 2.6 / 2, 240], abs=3)
