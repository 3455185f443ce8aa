from dataclasses import replace

import numpy as np
import pytest

from evaluation.small_bench import make_bench
from rofi.cohort.diseases import Disease
from rofi.cohort.layout import TRUTH, mask_path
from rofi.cohort.row import Split
from rofi.cohort.truth import read_truth, write_truth
from rofi.evaluation.tumours.cohort_tumours import read_training, training_rows, true_masks


@pytest.fixture
def bench(tmp_path):
    """Every second image is of a melanoma, of which the first two of each split are called carcinomas."""
    bench = make_bench(tmp_path, {Split.TRAIN: 8, Split.INTERNAL: 4}, side=160)
    truths = [
        replace(truth, disease=Disease.BASAL_CELL_CARCINOMA) if "001" in truth.image or "003" in truth.image else truth
        for truth in read_truth(bench.cohort)
    ]
    write_truth(bench.cohort, truths)
    return bench


def names(rows):
    return [row.image.split("/", 1)[1] for row in rows]


def test_carcinomas_of_the_train_split_with_a_mask_are_learned_from(bench):
    rows = training_rows(bench.cohort, 100, 100)
    assert names(rows.tumours) == ["train/001.png", "train/003.png"]
    assert names(rows.others) == [f"train/00{number}.png" for number in (0, 2, 4, 5, 6, 7)]


def test_a_tumour_without_a_mask_is_neither_a_tumour_nor_another_face(bench):
    row = training_rows(bench.cohort, 100, 100).tumours[0]
    mask_path(bench.cohort, row).unlink()
    rows = training_rows(bench.cohort, 100, 100)
    assert row.image not in rows.images
    assert len(rows.images) == 7


def test_of_many_some_are_drawn_by_seed(bench):
    drawn = [names(training_rows(bench.cohort, 1, 3, seed).others) for seed in range(4)]
    assert all(len(of) == 3 for of in drawn)
    assert len({tuple(of) for of in drawn}) > 1
    assert names(training_rows(bench.cohort, 1, 3, 2).others) == drawn[2]


def test_a_cohort_without_a_truth_has_none(bench):
    (bench.cohort / TRUTH).unlink()
    assert not training_rows(bench.cohort, 100, 100).tumours


def test_masks_lie_on_the_red_spots(bench):
    rows = training_rows(bench.cohort, 100, 100)
    views, masks = read_training(bench.cohort, rows)
    assert views.shape == (8, 256, 256, 3)
    assert masks.any((1, 2)).tolist() == [True] * 2 + [False] * 6
    inside = views[:2][masks[:2]].mean(0)
    assert inside[0] > 180
    assert inside[1] < 90


def test_true_masks_of_a_benchs_cases(bench):
    cases = bench.of(Split.INTERNAL)
    found = true_masks(bench, cases)
    assert sorted(found) == [case.row.image for case in cases if case.diseased]
    for case in cases:
        if case.row.image in found:
            red = bench.view(case, None, 256)[found[case.row.image]].mean(0)
            assert red[0] > 180
            assert np.count_nonzero(found[case.row.image]) > 50
