import pytest

from rofi.cohort.row import Split
from rofi.training.signs.config import SignTrainingConfig
from rofi.training.signs.run import open_faces
from sign_cohort import VIEW, write_cohort


@pytest.fixture(scope="session")
def cohort(tmp_path_factory):
    """Its folder."""
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder, {Split.TRAIN: 24, Split.SELECTION: 12})
    return folder


@pytest.fixture(scope="session")
def sets(cohort, tmp_path_factory):
    """Faces to train on and to select by."""
    return open_faces(cohort, tmp_path_factory.mktemp("faces"), VIEW)


@pytest.fixture(scope="session")
def config():
    """Of runs that take a moment."""
    return SignTrainingConfig(
        detector_width=8,
        view=VIEW,
        steps=6,
        batch=4,
        learning_rate=3e-3,
        precision="32-true",
        evaluate_every=3,
        save_every=2,
        picture_every=3,
        workers=0,
    )
