import numpy as np
import pytest
import scipy.stats

from evaluation.named_methods import Emptying, Smoothing
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.evaluation.case_landmarks import landmark_cases
from rofi.evaluation.facial_asymmetry import facial_asymmetry
from rofi.evaluation.measures.face_landmarks import measure

BLUR = Smoothing("blur", 6.0)
METHODS = (Smoothing("rofi"), BLUR, Emptying(refused="002"))


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    return make_bench(folder, {Split.INTERNAL: 5}, 320, METHODS, quick=True, resamples=199, view=128)


@pytest.fixture(scope="module")
def section(bench):
    return measure(bench)


def rows(section, name):
    found = next(table for table in section.tables if table.name == name)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_five_points_are_compared_in_pixels_of_256(bench, section):
    """The bench aligns to 128: every pixel counts twice, and four times when squared."""
    before, after = landmark_cases(bench, bench.cases, None), landmark_cases(bench, bench.cases, BLUR)
    moved = [
        after[image].detection.points - before[image].detection.points
        for image in after
        if before[image].detection and after[image].detection
    ]
    assert len(moved) > 1
    row = rows(section, "face-landmarks")[1]
    assert row["five points, px"].estimate == pytest.approx(2 * np.linalg.norm(moved, axis=-1).mean())
    squared = row["five points, mean squared error, px²"].estimate
    assert squared == pytest.approx(4 * np.square(moved).mean())


def test_the_mesh_is_compared_in_all_pictures(bench, section):
    before, after = (landmark_cases(bench, bench.cases, method) for method in (None, METHODS[2]))
    moved = [after[image].landmarks.mesh[:, :2] - before[image].landmarks.mesh[:, :2] for image in after]
    assert len(moved) == 4
    row = rows(section, "face-landmarks")[2]
    assert row["mesh, px"].estimate == pytest.approx(2 * np.linalg.norm(moved, axis=-1).mean())


def test_faces_that_are_not_found_have_no_points_but_a_share(section):
    row = rows(section, "face-landmarks")[2]
    assert (row["images"], row["refused"], row["five points, px"]) == (4, 1, None)
    assert row["found anew, of those found in the original"].estimate == 0
    assert row["found anew, of those found in the original"].high < 1


def test_what_is_not_changed_is_where_it_was(section):
    row = rows(section, "face-landmarks")[0]
    assert row["five points, px"].high == pytest.approx(0, abs=1e-9)
    assert row["found anew, of those found in the original"].estimate == 1


def test_rivals_are_tested_against_rofi(section):
    """Five patients whose error is 0 with one method and above with the other: 2 / 2^5; the only test of the table."""
    p_values = [row["P (Holm)"] for row in rows(section, "face-landmarks")]
    assert p_values == [None, pytest.approx(2 / 32), None]


def test_asymmetry_is_correlated_over_patients(bench, section):
    before, after = landmark_cases(bench, bench.cases, None), landmark_cases(bench, bench.cases, BLUR)
    pairs = [
        (facial_asymmetry(before[image].landmarks).mouth, facial_asymmetry(after[image].landmarks).mouth)
        for image in after
    ]
    one, other = np.array(pairs).T
    row = next(row for row in rows(section, "facial-asymmetry") if row["method"] == "BLUR")
    assert row["correlation"].estimate == pytest.approx(scipy.stats.pearsonr(one, other).statistic)
    assert row["mean absolute difference"].estimate == pytest.approx(np.abs(one - other).mean())
    assert row["spread"] == pytest.approx(one.std(ddof=1))


def test_asymmetry_that_is_kept_correlates_fully(section):
    kept = [row for row in rows(section, "facial-asymmetry") if row["method"] == "ROFI"]
    assert len(kept) == 4
    for row in kept:
        assert row["correlation"].estimate == pytest.approx(1)
        assert row["mean absolute difference"].high == pytest.approx(0, abs=1e-9)


def test_what_is_missing_is_said(section):
    assert any("MTCNN" in reason for reason in section.left_out)
    assert any("palsy" in reason for reason in section.left_out)


def test_too_few_patients_have_no_correlation(tmp_path):
    bench = make_bench(tmp_path, {Split.INTERNAL: 3}, 320, (Smoothing("rofi"),), quick=True, resamples=99)
    section = measure(bench)
    assert [row["correlation"] for row in rows(section, "facial-asymmetry")] == [None] * 4
    assert not section.verdicts
