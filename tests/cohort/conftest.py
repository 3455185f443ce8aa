"""A tiny cohort, made once, and the astronaut's head at two sizes."""

import cv2
import pytest
from skimage.data import astronaut

from cohort.stand_ins import EFFECTS, faces_of, plan_of, write_faces
from rofi.cohort.face import FaceMeasurer
from rofi.cohort.make import make_cohort


@pytest.fixture(scope="session")
def faces_folder(tmp_path_factory):
    """Six images of a face."""
    return write_faces(tmp_path_factory.mktemp("sources") / "faces")


@pytest.fixture(scope="session")
def made(faces_folder, tmp_path_factory):
    """The folder of a cohort of sixteen patients and three pairs; not to be written to."""
    plan = plan_of(follow_up=3)
    folder = tmp_path_factory.mktemp("made") / "cohort"
    make_cohort(plan, faces_of(plan, faces_folder), folder, effects=EFFECTS)
    return folder


@pytest.fixture(scope="session")
def measurer():
    return FaceMeasurer()


@pytest.fixture(scope="session")
def face(measurer):
    """The astronaut's head at about 2 pixels a millimetre."""
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    return measurer.measure(head, "astronaut.png")


@pytest.fixture(scope="session")
def small(measurer):
    """The same at about 0.8, as on the smallest canvas."""
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=1.2, fy=1.2, interpolation=cv2.INTER_AREA)
    return measurer.measure(head, "astronaut.png")
