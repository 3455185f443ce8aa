import pytest

from rofi.cohort.row import Split
from rofi.errors import CohortError, TrainingError
from rofi.training.signs.run import open_faces
from sign_cohort import VIEW, write_cohort


def test_only_the_splits_of_training_are_opened(tmp_path):
    write_cohort(tmp_path / "cohort", {Split.TRAIN: 4, Split.SELECTION: 2, Split.INTERNAL: 2})
    seen = []
    train, selection = open_faces(tmp_path / "cohort", tmp_path / "faces", VIEW, progress=seen.append)
    assert (len(train.labels), len(selection.labels)) == (4, 2)
    assert not any("internal" in image for image in seen)
    assert sorted(path.name for path in (tmp_path / "faces").iterdir()) == ["selection", "train"]


def test_a_cohort_without_a_selection_split_is_refused(tmp_path):
    write_cohort(tmp_path / "cohort", {Split.TRAIN: 2})
    with pytest.raises(TrainingError, match="no images for selection"):
        open_faces(tmp_path / "cohort", tmp_path / "faces", VIEW)


def test_a_folder_without_a_table_is_refused(tmp_path):
    with pytest.raises(CohortError, match=r"cohort\.csv"):
        open_faces(tmp_path, tmp_path / "faces", VIEW)
