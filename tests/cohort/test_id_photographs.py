"""ID photographs of a made cohort: one of every tested patient, of the same healthy face but not the same picture."""

import json

import cv2
import numpy as np
import pytest

from cohort.stand_ins import EFFECTS, SIDE, content, copy_of, faces_of, opened, plan_of
from pipeline.photographs import close_up, saved
from rofi.cohort import check
from rofi.cohort.gallery_table import read_gallery
from rofi.cohort.id_photographs import on_another_day
from rofi.cohort.make import make_cohort
from rofi.cohort.making import MakeJob
from rofi.cohort.row import Split
from rofi.cohort.table import read_table
from rofi.cohort.truth import read_truth
from rofi.errors import CohortError, NoFaceFound
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detector
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

SIZES = {Split.TRAIN: 2, Split.INTERNAL: 2, Split.EXTERNAL_1: 1, Split.EXTERNAL_2: 1}
PLAN = plan_of(sizes=SIZES, id_photographs=True)
WITHOUT = plan_of(sizes=SIZES)


def make(folder, faces_folder, plan=PLAN, workers=1, **settings):
    return make_cohort(plan, faces_of(plan, faces_folder), folder, workers, EFFECTS, **settings)


@pytest.fixture(scope="module")
def with_ids(faces_folder, tmp_path_factory):
    """A cohort of six patients, four of them tested on; not to be written to."""
    return make(tmp_path_factory.mktemp("ids") / "cohort", faces_folder).folder


def test_every_tested_patient_has_one_and_nobody_else(with_ids):
    tested = [row.patient for row in read_table(with_ids) if row.split is not Split.TRAIN]
    gallery = read_gallery(with_ids)
    assert [photograph.patient for photograph in gallery] == tested
    assert {path.name for path in (with_ids / "images" / "id").iterdir()} == {f"{patient}.jpg" for patient in tested}


def test_the_person_is_the_one_that_the_patient_is_painted_on(with_ids):
    sources = {truth.image: truth.source for truth in read_truth(with_ids)}
    of_patient = {row.patient: sources[row.image] for row in read_table(with_ids)}
    assert all(photograph.person == of_patient[photograph.patient] for photograph in read_gallery(with_ids))


def test_nothing_else_of_the_cohort_changes(with_ids, faces_folder, tmp_path):
    without = content(make(tmp_path / "cohort", faces_folder, WITHOUT).folder)
    added = content(with_ids)
    changed = {name for name in without if without[name] != added[name]}
    assert changed == {"cohort.json"}
    assert all(name == "gallery.csv" or name.startswith("images/id/") for name in set(added) - set(without))


def test_it_shows_the_same_person_in_another_picture(with_ids):
    """Against a recogniser; the patient's spot, half as bright as the skin, is not there."""
    judge, detector = Recogniser(SPECS["mobilefacenet512"], threads=1), Detector()
    rows = {row.patient: row for row in read_table(with_ids)}
    for photograph in read_gallery(with_ids):
        clinic, card = (opened(with_ids / image) for image in (rows[photograph.patient].image, photograph.image))
        views = [
            Alignment.from_points(detector.detect(picture)[0].points, 112).extract(picture)
            for picture in (clinic, card)
        ]
        one, other = judge.embed(np.stack(views))
        assert one @ other > 0.7
        assert np.abs(views[0].astype(float) - views[1]).mean() > 4


def test_several_processes_make_the_same_files(with_ids, faces_folder, tmp_path):
    told = []
    result = make(tmp_path / "cohort", faces_folder, workers=2, on_made=lambda: told.append(1))
    assert content(result.folder) == content(with_ids)
    assert (result.made, len(told)) == (PLAN.count, PLAN.count) == (10, 10)


def test_they_can_be_added_to_a_whole_cohort_of_before_there_were_any(with_ids, faces_folder, tmp_path):
    folder = make(tmp_path / "cohort", faces_folder, WITHOUT).folder
    settings = json.loads((folder / "cohort.json").read_text())
    assert settings.pop("id_photographs") is False
    (folder / "cohort.json").write_text(json.dumps(settings))
    assert make(folder, faces_folder, WITHOUT).made == 0
    assert make(folder, faces_folder).made == 4
    assert content(folder) == content(with_ids)
    assert make(folder, faces_folder).made == 0


def test_they_cannot_be_taken_out(with_ids, faces_folder, tmp_path):
    with pytest.raises(CohortError, match=r"other settings \(id_photographs\)"):
        make(copy_of(with_ids, tmp_path), faces_folder, WITHOUT)


def test_an_interrupted_run_is_gone_on_with(with_ids, faces_folder, tmp_path):
    def interrupt():
        calls.append(1)
        if len(calls) == 8:
            raise KeyboardInterrupt

    calls = []
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "cohort", faces_folder, on_made=interrupt)
    assert not (tmp_path / "cohort" / "gallery.csv").exists()
    assert make(tmp_path / "cohort", faces_folder).made == 2
    assert content(tmp_path / "cohort") == content(with_ids)


def test_the_other_photograph_of_the_person_is_taken_where_there_is_one(tmp_path):
    """The other one is grey: so must be the ID photograph."""
    folder = tmp_path / "faces"
    folder.mkdir()
    grey = cv2.cvtColor(cv2.cvtColor(close_up(SIDE), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    for name, pixels in (("a", close_up(SIDE)), ("b", grey)):
        (folder / f"{name}.png").write_bytes(saved(pixels))
    (tmp_path / "faces.json").write_text(json.dumps([{"file": f"{name}.png", "identity": 7} for name in "ab"]))
    plan = plan_of(sizes={Split.INTERNAL: 1}, id_photographs=True)
    cohort = make(tmp_path / "cohort", folder, plan).folder
    (photograph,) = read_gallery(cohort)
    assert photograph.person == "faces.json: 7"
    colour = {
        image: np.ptp(opened(cohort / image).astype(int), axis=-1).mean()
        for image in (photograph.image, "images/internal/00000.jpg")
    }
    assert colour[photograph.image] < 20 < colour["images/internal/00000.jpg"]


def test_a_person_whose_photographs_all_fail_has_none_and_the_reason_is_told(
    with_ids, faces_folder, tmp_path, monkeypatch
):
    taken = MakeJob.photograph

    def spoilt(self, scene, sitter, camera, part, name, generator):
        if name == "internal-00001":
            raise NoFaceFound(f"{name}: photographed too blurred")
        return taken(self, scene, sitter, camera, part, name, generator)

    monkeypatch.setattr(MakeJob, "photograph", spoilt)
    result = make(tmp_path / "cohort", faces_folder)
    assert [photograph.patient for photograph in read_gallery(result.folder)] == [
        "internal-00000", "external_1-00000", "external_2-00000",
    ]  # fmt: skip
    assert result.skipped == ("ID photograph of internal-00001: internal-00001: photographed too blurred",)


def test_the_check_finds_nothing_wrong(with_ids):
    assert check.check_cohort(with_ids) == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("images/id/gone.jpg,internal-00000,", "cannot be read"),
        ("wall.png,internal-00000,", "no face found"),
        ("own.png,internal-00009,", "patient 'internal-00009' is not in the other table"),
        ("{own},internal-00000,", "is a patient's photograph"),
        ("own.png,,", "patient '': must be a name"),
    ],
)
def test_the_check_names_what_is_wrong_with_the_gallery(with_ids, tmp_path, row, problem):
    folder = copy_of(with_ids, tmp_path)
    (folder / "own.png").write_bytes(saved(close_up(100)))  # too small a face for signs, good enough for a card
    (folder / "wall.png").write_bytes(saved(np.full((SIDE, SIDE, 3), 128, np.uint8)))
    row = row.format(own=read_table(folder)[0].image)
    with (folder / "gallery.csv").open("a") as file:
        file.write(f"{row}\n")
    found = [finding for finding in check.check_cohort(folder) if finding.table == "gallery.csv"]
    assert len(found) == 1
    assert found[0].line == 6
    assert problem in found[0].problem


def test_a_head_turns_by_little_and_never_the_same_way_twice(face):
    one, other = (on_another_day(face, np.random.default_rng(seed)) for seed in (1, 2))
    moved = np.linalg.norm(one.landmarks.mesh[:, :2] - face.landmarks.mesh[:, :2], axis=1) / face.millimetre
    assert 0.3 < moved.mean() < 8
    assert np.abs(one.picture - other.picture).mean() > 2
    again = on_another_day(face, np.random.default_rng(1))
    assert np.array_equal(one.picture, again.picture)
