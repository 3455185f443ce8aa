import json
import shutil
from collections import namedtuple
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from rofi.cohort.row import Label, Row, Split
from rofi.cohort.table import read_table
from rofi.errors import OutputError, TrainingError, UnreadablePhoto
from rofi.training.signs.faces import prepare
from sign_cohort import CANVAS, VIEW


@pytest.fixture
def own(cohort, tmp_path):
    """A copy of the cohort's selection split to spoil, and its rows."""
    folder = tmp_path / "own"
    shutil.copytree(cohort, folder)
    return folder, [row for row in read_table(folder) if row.split is Split.SELECTION]


class Stopped(Exception):
    pass


def stopping_after(count):
    """As a killed run: progress is told before an image is aligned."""
    seen = []

    def progress(image):
        if len(seen) == count:
            raise Stopped
        seen.append(image)

    return progress


def test_images_that_are_aligned_already_come_out_as_they_are(own, tmp_path):
    folder, rows = own
    faces = prepare(folder, rows, tmp_path / "faces", VIEW)
    assert faces.canvases.shape == (12, CANVAS, CANVAS, 3)
    for canvas, row in zip(faces.canvases, rows, strict=True):
        image = np.asarray(Image.open(folder / row.image)).astype(int)
        assert np.abs(canvas - image).mean() < 1.5  # the table rounds points to a hundredth of a pixel
    margin = (CANVAS - VIEW) // 2
    assert np.array_equal(faces.views[0], faces.canvases[0, margin:-margin, margin:-margin])


def test_labels_are_the_tables(own, tmp_path):
    folder, rows = own
    faces = prepare(folder, rows, tmp_path / "faces", VIEW)
    assert [bool(label) for label in faces.labels] == [row.label is Label.DISEASED for row in rows]
    assert len(faces.usable) == 12


def test_masks_and_truth_are_not_needed(own, tmp_path):
    folder, rows = own
    shutil.rmtree(folder / "truth")
    assert len(prepare(folder, rows, tmp_path / "faces", VIEW).usable) == 12


def test_an_interrupted_preparation_goes_on_where_it_stopped(own, tmp_path):
    folder, rows = own
    with pytest.raises(Stopped):
        prepare(folder, rows, tmp_path / "faces", VIEW, stopping_after(5))
    rest = []
    faces = prepare(folder, rows, tmp_path / "faces", VIEW, rest.append)
    assert rest == [row.image for row in rows[5:]]
    whole = prepare(folder, rows, tmp_path / "whole", VIEW)
    assert np.array_equal(faces.canvases, whole.canvases)
    assert np.array_equal(faces.labels, whole.labels)


def test_a_set_that_is_done_is_opened_without_its_images(own, tmp_path):
    folder, rows = own
    before = prepare(folder, rows, tmp_path / "faces", VIEW)
    shutil.rmtree(folder / "images")
    assert np.array_equal(prepare(folder, rows, tmp_path / "faces", VIEW).canvases, before.canvases)


def test_an_image_without_a_face_is_left_out(own, tmp_path):
    folder, rows = own
    Image.new("RGB", (CANVAS, CANVAS), (90, 90, 90)).save(folder / "images" / "wall.png")
    wall = Row("images/wall.png", "nobody", "here", Split.SELECTION, Label.HEALTHY)
    faces = prepare(folder, [wall, *rows], tmp_path / "faces", VIEW)
    assert faces.labels[0] == -1
    assert faces.usable.tolist() == list(range(1, 13))


@pytest.mark.parametrize("change", ["rows", "view"])
def test_a_folder_of_other_faces_is_refused(own, tmp_path, change):
    folder, rows = own
    prepare(folder, rows, tmp_path / "faces", VIEW)
    rows, view = (rows[1:], VIEW) if change == "rows" else (rows, 72)
    with pytest.raises(TrainingError, match="made of other images, labels or another view"):
        prepare(folder, rows, tmp_path / "faces", view)


def test_no_rows_are_refused(own, tmp_path):
    with pytest.raises(TrainingError, match="no images for train"):
        prepare(own[0], [], tmp_path / "train", VIEW)


def test_a_missing_image_is_named(own, tmp_path):
    folder, rows = own
    (folder / rows[3].image).unlink()
    with pytest.raises(UnreadablePhoto, match=r"003\.png"):
        prepare(folder, rows, tmp_path / "faces", VIEW)


def test_a_disk_too_full_is_told_before_anything_is_written(own, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(100, 90, 10))
    with pytest.raises(OutputError, match="GiB are needed"):
        prepare(*own, tmp_path / "faces", VIEW)
    assert not any((tmp_path / "faces").iterdir())


@pytest.mark.parametrize("name", ["set.json", "canvases.npy", "labels.npy"])
def test_a_damaged_file_is_an_error(own, tmp_path, name):
    prepare(*own, tmp_path / "faces", VIEW)
    (tmp_path / "faces" / name).write_bytes(b"{")
    with pytest.raises(OutputError, match="is damaged"):
        prepare(*own, tmp_path / "faces", VIEW)


def test_the_set_tells_nothing_of_patients(own, tmp_path):
    prepare(*own, tmp_path / "faces", VIEW)
    assert list(json.loads((tmp_path / "faces" / "set.json").read_text())) == ["content"]


def test_patients_photographed_healthy_and_ill_are_pairs(own, tmp_path):
    folder, rows = own
    healthy = [index for index, row in enumerate(rows) if row.label is Label.HEALTHY]
    ill = [index for index, row in enumerate(rows) if row.label is Label.DISEASED]
    rows[ill[1]] = replace(rows[ill[1]], patient=rows[healthy[2]].patient)
    assert prepare(folder, rows, tmp_path / "faces", VIEW).pairs.tolist() == [[healthy[2], ill[1]]]
