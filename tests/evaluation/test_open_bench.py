from dataclasses import replace

import pytest

from rofi.cohort.gallery_table import IdPhotograph, write_gallery
from rofi.cohort.row import Label, Split
from rofi.cohort.table import write_table
from rofi.errors import CohortError, RofiError
from rofi.evaluation.bench import BenchSettings
from rofi.evaluation.open_bench import open_bench
from sign_cohort import write_cohort

METHODS = ("mosaic",)


@pytest.fixture
def cohort(tmp_path):
    write_cohort(tmp_path / "cohort", {Split.TRAIN: 2, Split.INTERNAL: 8, Split.EXTERNAL_1: 4})
    return tmp_path / "cohort"


def test_the_test_splits_are_measured_on_and_the_truth_tells_diseases(cohort, tmp_path):
    bench = open_bench(cohort, tmp_path / "store", METHODS)
    assert bench.splits == (Split.INTERNAL, Split.EXTERNAL_1)
    assert len(bench.cases) == 12
    assert all((case.disease is not None) == (case.row.label is Label.DISEASED) for case in bench.cases)
    assert [method.facts.name for method in bench.methods] == ["mosaic"]


def test_a_hospitals_folder_needs_no_truth(cohort, tmp_path):
    (cohort / "truth" / "truth.csv").unlink()
    bench = open_bench(cohort, tmp_path / "store", METHODS)
    assert {case.disease for case in bench.cases} == {None}
    assert {case.person for case in bench.cases} == {case.row.patient for case in bench.cases}


def test_the_gallery_tells_which_patients_are_one_person(cohort, tmp_path):
    patients = [case.row.patient for case in open_bench(cohort, tmp_path / "store", METHODS).cases[:3]]
    rows = [IdPhotograph(f"images/id/{n}.png", patient, "she") for n, patient in enumerate(patients[:2])]
    write_gallery(cohort, [*rows, IdPhotograph("images/id/9.png", patients[2])])
    cases = open_bench(cohort, tmp_path / "store", METHODS).cases
    assert [case.person for case in cases[:3]] == ["she", "she", patients[2]]


def test_a_limit_keeps_healthy_and_ill_and_is_repeatable(cohort, tmp_path):
    one, same = (open_bench(cohort, tmp_path / "store", METHODS, limit=4) for _ in range(2))
    assert [case.row for case in one.cases] == [case.row for case in same.cases]
    for split in one.splits:
        assert {case.row.label for case in one.of(split)} == set(Label)
        assert len(one.of(split)) <= 4


def test_images_without_a_face_are_named(cohort, tmp_path):
    rows = write_cohort(cohort, {Split.INTERNAL: 3})
    write_table(cohort, rows)
    (cohort / rows[1].image).write_bytes(b"no picture")
    bench = open_bench(cohort, tmp_path / "store", METHODS)
    assert bench.no_face == (rows[1].image,)
    assert len(bench.cases) == 2


def test_no_image_left_is_an_error(cohort, tmp_path):
    with pytest.raises(CohortError, match="--split"):
        open_bench(cohort, tmp_path / "store", METHODS, [Split.EXTERNAL_2])


def test_unknown_and_double_methods_and_adapters_without_files_are_errors(cohort, tmp_path):
    for names, words in ((["blur"], "no such method"), (["mosaic"] * 2, "twice"), (["inswapper:a.onnx"], "files are")):
        with pytest.raises(RofiError, match=words):
            open_bench(cohort, tmp_path / "store", names)


def test_settings_are_handed_on(cohort, tmp_path):
    settings = replace(BenchSettings(), quick=True, view=128)
    assert open_bench(cohort, tmp_path / "store", METHODS, settings=settings).settings is settings
