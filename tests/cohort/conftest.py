"""A tiny cohort, made once."""

import pytest

from cohort.stand_ins import EFFECTS, faces_of, plan_of, write_faces
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
