import json

import numpy as np
import pytest
from skimage.data import astronaut

from rofi.errors import OutputError, TrainingError
from rofi.faces.alignment import ARCFACE_TEMPLATE
from rofi.training.faces import align_photos, load_faces

BLANK = np.full((200, 300, 3), 200, np.uint8)


@pytest.fixture(scope="module")
def aligned(tmp_path_factory):
    """One photograph with a face, one without."""
    folder = tmp_path_factory.mktemp("aligned") / "set"
    seen = []
    count = align_photos([("blank.png", BLANK), ("astronaut.png", astronaut())], folder, 64, seen.append)
    return count, folder, seen


def test_every_face_is_aligned_and_a_blank_photograph_has_none(aligned):
    count, folder, seen = aligned
    faces = load_faces(folder)
    assert count == len(faces) == 1
    assert seen == ["blank.png", "astronaut.png"]
    assert json.loads((folder / "names.json").read_text())["names"] == ["astronaut.png"]
    assert faces.canvases.shape == (1, 80, 80, 3)
    assert faces.meshes.shape == (1, 468, 3)
    assert (faces.view, faces.margin) == (64, 8)
    assert faces.presence[0] > 0.9


def test_the_view_is_in_the_middle_of_its_canvas(aligned, aligned_astronaut):
    """Against an alignment by hand; the detector's points are a pixel or two off these."""
    faces = load_faces(aligned[1])
    view, _ = aligned_astronaut(64)
    assert faces.views.shape == (1, 64, 64, 3)
    assert np.corrcoef(faces.views[0].ravel(), view.ravel())[0, 1] > 0.8
    np.testing.assert_array_equal(faces.views[0], faces.canvases[0, 8:72, 8:72])


def test_meshes_are_in_view_pixels(aligned):
    mesh = load_faces(aligned[1]).meshes[0]
    eyes, nose = mesh[[[33, 133], [362, 263]], :2].mean(1), mesh[1, :2]
    template = (ARCFACE_TEMPLATE - 56) * 64 / (112 * 1.12) + 32
    assert np.abs(eyes - template[:2]).max() < 2.5
    assert np.abs(nose - template[2]).max() < 4


def test_depth_is_in_the_same_unit(aligned, astronaut_mesh):
    mesh = load_faces(aligned[1]).meshes[0]
    ratio = np.ptp(mesh, axis=0) / np.ptp(astronaut_mesh, axis=0)
    assert ratio[2] == pytest.approx(ratio[0], rel=0.15)


def test_a_set_in_use_is_replaced_without_disturbing_its_readers(aligned, tmp_path):
    align_photos([("a", astronaut())], tmp_path, 64)
    reader = load_faces(tmp_path)
    before = reader.canvases.copy()
    align_photos([("a", astronaut()[:, ::-1].copy())], tmp_path, 64)
    np.testing.assert_array_equal(reader.canvases, before)
    assert np.abs(load_faces(tmp_path).canvases.astype(int) - before).mean() > 5
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "canvases.npy",
        "meshes.npy",
        "names.json",
        "presence.npy",
    ]


def test_photographs_without_a_face_are_an_error(tmp_path):
    with pytest.raises(TrainingError, match="no photograph"):
        align_photos([("blank", BLANK)], tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        align_photos([("a", astronaut())], tmp_path / "file" / "set", 64)


@pytest.mark.parametrize("name", ["canvases.npy", "meshes.npy", "presence.npy", "names.json"])
def test_a_missing_file_is_named(training_faces, write_faces, tmp_path, name):
    (write_faces(training_faces, tmp_path) / name).unlink()
    with pytest.raises(TrainingError, match=f"no {name}; make the set"):
        load_faces(tmp_path)


@pytest.mark.parametrize("name", ["canvases.npy", "meshes.npy", "names.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\x93NUMPY damaged"])
def test_a_damaged_file_is_an_error(training_faces, write_faces, tmp_path, name, content):
    (write_faces(training_faces, tmp_path) / name).write_bytes(content)
    with pytest.raises(TrainingError, match="a file is damaged"):
        load_faces(tmp_path)


def test_files_of_different_sets_are_an_error(training_faces, write_faces, tmp_path):
    write_faces(training_faces, tmp_path)
    np.save(tmp_path / "presence.npy", np.ones(3, np.float32))
    with pytest.raises(TrainingError, match="different sets"):
        load_faces(tmp_path)


def test_canvases_stay_on_disk(aligned):
    assert isinstance(load_faces(aligned[1]).canvases, np.memmap)
