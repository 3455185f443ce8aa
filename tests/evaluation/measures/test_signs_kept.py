import numpy as np
import pytest

from evaluation.named_methods import Emptying, Smoothing
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.evaluation.case_landmarks import landmark_cases
from rofi.evaluation.eye_structure import eye_structure_similarity
from rofi.evaluation.face_geometry import point_shifts
from rofi.evaluation.measures.signs_kept import measure
from rofi.evaluation.tests_of_difference import holm, wilcoxon_signed_rank

METHODS = (Smoothing("rofi", 1.0), Smoothing("idle"), Smoothing("blur", 6.0), Emptying(refused="002"))
COUNTS = {Split.INTERNAL: 4, Split.EXTERNAL_1: 2}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return make_bench(tmp_path_factory.mktemp("bench"), COUNTS, 320, METHODS, quick=True, resamples=199)


@pytest.fixture(scope="module")
def section(bench):
    return measure(bench)


def table(section, name):
    """Rows by split and method."""
    found = next(table for table in section.tables if table.name == name)
    return {row[:2]: dict(zip(found.columns[2:], row[2:], strict=True)) for row in found.rows}


def errors(bench, split, method):
    """Eyelid errors by image, straight from the landmarks."""
    before, after = landmark_cases(bench, bench.of(split), None), landmark_cases(bench, bench.of(split), method)
    five = np.zeros((5, 2))
    return {
        image: point_shifts(before[image].landmarks, face.landmarks, five, five).eyelids
        for image, face in after.items()
    }


def test_eyelid_error_is_the_mean_over_patients(bench, section):
    found = table(section, "key-points")[Split.INTERNAL, "BLUR"]["eyelids, %"]
    values = list(errors(bench, Split.INTERNAL, METHODS[2]).values())
    assert len(values) == 4
    assert found.estimate == pytest.approx(np.mean(values))


def test_a_method_that_changes_nothing_keeps_everything(section):
    for split in COUNTS:
        assert table(section, "key-points")[split, "IDLE"]["eyelids, %"].high == pytest.approx(0, abs=1e-9)
        assert table(section, "key-points")[split, "IDLE"]["irises, %"].high == pytest.approx(0, abs=1e-9)
        assert table(section, "eye-structure")[split, "IDLE"]["similarity, %"].low == pytest.approx(100)


def test_similarity_is_that_of_the_aligned_eyes(bench, section):
    cases = bench.of(Split.EXTERNAL_1)
    views, originals = bench.views(cases, METHODS[2])[1], bench.views(cases, None)[1]
    expected = 100 * eye_structure_similarity(views, originals).mean()
    found = table(section, "eye-structure")[Split.EXTERNAL_1, "BLUR"]["similarity, %"]
    assert found.estimate == pytest.approx(expected)


def test_refused_images_and_lost_faces_are_counted(section):
    row = table(section, "key-points")[Split.INTERNAL, "Emptying"]
    assert (row["images"], row["refused"], row["face not found anew"]) == (3, 1, 3)
    assert table(section, "key-points")[Split.INTERNAL, "ROFI"]["face not found anew"] == 0


def test_p_values_are_holms_over_all_tests_of_the_chapter(bench, section):
    """Eyelids, irises and similarity, three rivals, two splits: 18 tests."""
    rofi, blur = (errors(bench, Split.INTERNAL, method) for method in (METHODS[0], METHODS[2]))
    raw = wilcoxon_signed_rank(list(rofi.values()), list(blur.values())).p_value
    found = next(t for t in section.tables if t.name == "key-points")
    row = next(row for row in found.rows if row[:2] == (Split.INTERNAL, "BLUR"))
    assert row[found.columns.index("eyelids, %") + 1] == pytest.approx(holm([raw] + [1.0] * 17)[0])
    assert row[found.columns.index("eyelids, %") + 1] >= raw


def test_rofi_is_not_tested_against_itself(section):
    row = next(row for row in section.tables[0].rows if row[1] == "ROFI")
    columns = section.tables[0].columns
    assert [cell for cell, column in zip(row, columns, strict=True) if column == "P (Holm)"] == [None, None]


def test_there_is_a_table_of_diseases_for_every_split_and_measure(section):
    names = {table.name for table in section.tables}
    assert {"eyelids-by-disease-internal", "similarity-by-disease-external-1"} <= names
    rows = {row[0]: row for t in section.tables if t.name == "eyelids-by-disease-internal" for row in t.rows}
    assert list(rows) == ["conjunctival_melanoma", "healthy"]


def test_one_patient_of_a_disease_has_a_figure_without_an_interval(section):
    rows = next(t.rows for t in section.tables if t.name == "similarity-by-disease-external-1")
    assert [type(row[1]) for row in rows] == [float, float]


def test_the_verdict_names_a_level_and_points_here(section):
    assert [verdict.section for verdict in section.verdicts] == [section.name, section.name]
    assert section.verdicts[0].good in (True, False)


def test_without_rofi_nothing_is_tested_and_that_is_said(tmp_path):
    bench = make_bench(tmp_path, {Split.INTERNAL: 2}, 320, (Smoothing("blur", 6.0),), quick=True, resamples=99)
    section = measure(bench)
    assert "not among" in section.left_out[0]
    assert not section.verdicts
