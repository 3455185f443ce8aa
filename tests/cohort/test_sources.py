"""Where faces come from, and that nobody is in two splits."""

import io
import json
import tarfile

import pytest

from cohort.stand_ins import POINTS
from rofi.cohort.plan import CohortPlan
from rofi.cohort.row import Split
from rofi.cohort.sources import divide_faces, find_faces, fingerprint
from rofi.errors import CohortError, UnreadablePhoto


def tar_of(path, names):
    with tarfile.open(path, "w") as archive:
        for name in names:
            data = f"{path.name} {name}".encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def folder_of(folder, names, content=None):
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(content or f"{folder.name} {name}".encode())
    return folder


def names(count, start=0):
    return [f"{number:03d}.png" for number in range(start, start + count)]


def plan_of(train=0, selection=0, internal=0, external_1=0, external_2=0, **settings):
    return CohortPlan(dict(zip(Split, (train, selection, internal, external_1, external_2), strict=True)), **settings)


def test_a_list_beside_an_archive_tells_points_and_persons(tmp_path):
    tar_of(tmp_path / "faces.tar", names(3))
    entries = [{"file": "000.png", "points": POINTS.tolist(), "identity": 7}, {"file": "001.png", "identity": 7}]
    (tmp_path / "faces.json").write_text(json.dumps(entries))
    first, second, third = find_faces([tmp_path / "faces.tar"])
    assert first.points == tuple(map(tuple, POINTS.tolist()))
    assert (second.points, third.points) == (None, None)
    assert first.person == second.person != third.person
    assert first.name == "faces.tar/000.png"
    assert first.place.read() == b"faces.tar 000.png"


def test_one_list_serves_all_shards(tmp_path):
    sources = [tar_of(tmp_path / f"train-{shard:02d}.tar", ["a.png"]) for shard in range(2)]
    entries = [
        {"file": "a.png", "shard": f"train-{shard:02d}.tar", "points": (POINTS + shard).tolist()} for shard in range(2)
    ]
    (tmp_path / "train.json").write_text(json.dumps(entries))
    assert [face.points[0] for face in find_faces(sources)] == [tuple(POINTS[0]), tuple(POINTS[0] + 1)]


def test_a_folder_may_have_a_list_too(tmp_path):
    source = folder_of(tmp_path / "clinic.2", ["a.png"])
    (tmp_path / "clinic.2.json").write_text(json.dumps([{"file": "a.png", "points": POINTS.tolist()}]))
    assert find_faces([source])[0].points is not None


def test_an_image_named_twice_is_there_once(tmp_path):
    (tmp_path / "faces").mkdir()
    folder_of(tmp_path / "faces" / "clinic", names(2))
    sources = [tmp_path / "faces", tmp_path / "faces", tmp_path / "faces" / "clinic" / "000.png"]
    assert [face.name for face in find_faces(sources)] == ["faces/clinic/000.png", "faces/clinic/001.png"]


def test_files_of_the_same_bytes_are_of_one_person(tmp_path):
    source = folder_of(tmp_path / "faces", names(2), b"same")
    (source / "other.png").write_bytes(b"else")
    persons = [face.person for face in find_faces([source])]
    assert persons[0] == persons[1] != persons[2]


@pytest.mark.parametrize(
    "content",
    ["{", "{}x", "3", '["a.png"]', '[{"points": []}]', '[{"file": "a.png", "points": [[1, 2]]}]'],
)
def test_a_damaged_list_is_an_error(tmp_path, content):
    source = folder_of(tmp_path / "faces", ["a.png"])
    (tmp_path / "faces.json").write_text(content)
    with pytest.raises(CohortError, match=r"faces.json: no list of faces"):
        find_faces([source])


def test_points_that_are_not_finite_are_an_error(tmp_path):
    source = folder_of(tmp_path / "faces", ["a.png"])
    (tmp_path / "faces.json").write_text('[{"file": "a.png", "points": [[NaN, 1], [1, 1], [1, 1], [1, 1], [1, 1]]}]')
    with pytest.raises(CohortError, match="points of"):
        find_faces([source])


def test_a_source_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UnreadablePhoto, match="nowhere: not a folder"):
        find_faces([tmp_path / "nowhere"])


def test_nobody_is_in_two_splits_and_everybody_in_one(tmp_path):
    tar_of(tmp_path / "faces.tar", names(60))
    listed = [{"file": name, "identity": index // 3} for index, name in enumerate(names(60))]
    (tmp_path / "faces.json").write_text(json.dumps(listed))
    faces = find_faces([tmp_path / "faces.tar"])
    divided = divide_faces(plan_of(100, 2, 2, 2, 2), faces)
    persons = [{face.person for face in divided[split]} for split in Split]
    assert sum(map(len, persons)) == len(set.union(*persons)) == 20
    assert sorted(face.name for split in Split for face in divided[split]) == sorted(face.name for face in faces)
    assert all(persons)


def test_small_splits_get_a_face_for_every_patient_while_they_leave_most_to_training(tmp_path):
    faces = find_faces([tar_of(tmp_path / "faces.tar", names(1000))])
    shares = {split: len(of) for split, of in divide_faces(plan_of(5000, 30, 40, 50, 60), faces).items()}
    assert list(shares.values()) == [1000 - 30 - 40 - 50 - 50, 30, 40, 50, 50]
    shares = {split: len(of) for split, of in divide_faces(plan_of(0, 30, 40, 500, 600), faces).items()}
    assert list(shares.values()) == [0, 30, 40, 250, 250]


def test_externals_have_their_own_faces_when_they_are_given(tmp_path):
    internal, external = (find_faces([folder_of(tmp_path / name, names(10))]) for name in ("ours", "theirs"))
    divided = divide_faces(plan_of(5, 2, 2, 3, 2), internal, external)
    assert divided[Split.EXTERNAL_1] == external
    assert {face.name.split("/")[0] for face in divided[Split.EXTERNAL_2]} == {"ours"}


def test_selection_and_internal_have_the_faces_held_out_for_them(tmp_path):
    ours, kept = (find_faces([folder_of(tmp_path / name, names(10))]) for name in ("ours", "kept"))
    divided = divide_faces(plan_of(5, 4, 4, 3, 2, follow_up=1), ours, held_out=kept)
    of = {split: {face.name.split("/")[0] for face in faces} for split, faces in divided.items()}
    assert of[Split.SELECTION] == of[Split.INTERNAL] == {"kept"}
    assert of[Split.TRAIN] == of[Split.EXTERNAL_1] == of[Split.EXTERNAL_2] == {"ours"}
    assert not {face.name for face in divided[Split.SELECTION]} & {face.name for face in divided[Split.INTERNAL]}
    with pytest.raises(CohortError, match="given under SOURCES and --held-out"):
        divide_faces(plan_of(5, 2, 2), ours, held_out=ours[:3])


def test_a_division_depends_on_the_seed_only(tmp_path):
    faces = find_faces([folder_of(tmp_path / "faces", names(20))])
    assert divide_faces(plan_of(9, 5), faces) == divide_faces(plan_of(9, 5), faces[::-1])
    assert divide_faces(plan_of(9, 5), faces) != divide_faces(plan_of(9, 5, seed=1), faces)


def test_pairs_are_made_of_internal_faces(tmp_path):
    faces = find_faces([folder_of(tmp_path / "faces", names(40))])
    assert len(divide_faces(plan_of(9, follow_up=3), faces)[Split.INTERNAL]) == 3


def test_too_few_faces_are_an_error(tmp_path):
    faces = find_faces([folder_of(tmp_path / "faces", names(4))])
    with pytest.raises(CohortError, match="4 faces for 5 splits; give more, or leave splits out"):
        divide_faces(plan_of(9, 1, 1, 1, 1), faces)


def test_an_external_source_without_faces_is_an_error(tmp_path):
    faces = find_faces([folder_of(tmp_path / "faces", names(4))])
    with pytest.raises(CohortError, match="no faces for external_1"):
        divide_faces(plan_of(9, external_1=1), faces, [])


def test_a_source_given_for_two_is_an_error(tmp_path):
    faces = find_faces([folder_of(tmp_path / "faces", names(4))])
    with pytest.raises(CohortError, match=r"000.png: given under SOURCES and --external-2"):
        divide_faces(plan_of(9, 1), faces, None, faces[:1])


def test_other_faces_have_another_fingerprint(tmp_path):
    faces = find_faces([folder_of(tmp_path / "faces", names(4))])
    assert fingerprint(faces) == fingerprint(find_faces([tmp_path / "faces"]))
    assert fingerprint(faces) != fingerprint(faces[1:])
