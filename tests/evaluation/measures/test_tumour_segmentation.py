from dataclasses import replace

import pytest

from evaluation.named_methods import Emptying, Smoothing
from evaluation.small_bench import make_bench
from rofi.cohort.diseases import Disease
from rofi.cohort.layout import TRUTH, mask_path
from rofi.cohort.row import Split
from rofi.cohort.truth import read_truth, write_truth
from rofi.evaluation.measures import tumour_segmentation
from rofi.evaluation.measures.tumour_segmentation import measure

METHODS = (Smoothing("rofi"), Smoothing("blur", 5.0), Emptying(refused="005"))
TO_ORIGINAL, TO_TRUTH = "Dice with the region in the original", "Dice with the true mask"


def tumour_bench(folder, counts, methods=METHODS):
    """Every second image is of a carcinoma; half of them of either kind."""
    bench = make_bench(folder, counts, 320, methods, quick=True, resamples=199)
    kinds = (Disease.BASAL_CELL_CARCINOMA, Disease.SQUAMOUS_CELL_CARCINOMA)
    truths = [
        replace(truth, disease=kinds[number // 2 % 2]) if truth.disease else truth
        for number, truth in enumerate(read_truth(bench.cohort))
    ]
    write_truth(bench.cohort, truths)
    diseases = {truth.image: truth.disease for truth in truths}
    cases = (replace(case, disease=diseases[case.row.image]) for case in bench.cases)
    return replace(bench, cases=tuple(case for case in cases if case.row.split is not Split.TRAIN))


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return tumour_bench(tmp_path_factory.mktemp("bench"), {Split.TRAIN: 24, Split.INTERNAL: 8})


@pytest.fixture(scope="module", autouse=True)
def _little_effort():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tumour_segmentation, "LEAST", 12)
        patch.setattr(tumour_segmentation, "_QUICK", tumour_segmentation._Effort(12, 12, 16))
        yield


@pytest.fixture(scope="module")
def section(bench):
    return measure(bench)


def rows(section, tumour="both"):
    found = section.tables[0]
    dicts = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return {row["method"]: row for row in dicts if row["tumour"] == tumour}


def test_the_segmenter_finds_the_red_spots(section):
    assert rows(section)["original"][TO_TRUTH].estimate > 0.5
    assert rows(section)["original"][TO_ORIGINAL] is None


def test_what_is_not_changed_keeps_its_tumours(section):
    row = rows(section)["ROFI"]
    assert (row[TO_ORIGINAL].estimate, row[TO_ORIGINAL].low) == (1, 1)
    assert row[TO_TRUTH] == rows(section)["original"][TO_TRUTH]


def test_an_empty_picture_keeps_none_and_refusals_are_told(section):
    row = rows(section)["Emptying"]
    assert row["images"] == 3
    assert row[TO_ORIGINAL].high == 0
    assert "Emptying 1 of 4 (internal)" in section.tables[0].note


def test_a_blur_lies_between(section):
    assert rows(section)["BLUR"][TO_ORIGINAL].estimate < 1


def test_both_kinds_are_told_apart(section):
    kinds = [rows(section, kind) for kind in ("basal_cell_carcinoma", "squamous_cell_carcinoma")]
    assert [kind["ROFI"]["images"] for kind in kinds] == [2, 2]


def test_the_first_row_is_what_the_paper_has(section):
    """Basal cell carcinoma; the first column with "Dice" is the comparison with the original."""
    columns = section.tables[0].columns
    assert section.tables[0].rows[0][1] == "basal_cell_carcinoma"
    assert next(column for column in columns if "Dice" in column) == TO_ORIGINAL


def test_the_verdict_quotes_every_split_and_the_worst_decides(bench):
    """Of the third split too few patients have a tumour that is found in the original."""
    shares = {Split.INTERNAL: (1.0, 0.98), Split.EXTERNAL_1: (0.9, 0.3), Split.EXTERNAL_2: (1.0,)}
    rofi = Smoothing("rofi")
    results = [
        tumour_segmentation._Result(split, rofi, bench.cases[: len(of)], len(of), scores, {})
        for split, of in shares.items()
        for scores in [{case.row.image: share for case, share in zip(bench.cases, of, strict=False)}]
    ]
    [verdict] = tumour_segmentation._verdicts(bench, results)
    assert verdict.answer.startswith("Dice 0.99 internal, 0.60 external_1, too few patients in external_2, with")
    assert "in the worst case" in verdict.answer
    assert verdict.good is False
    [verdict] = tumour_segmentation._verdicts(bench, results[:1])
    assert verdict.answer.startswith("Dice 0.99 internal, with")
    assert verdict.good
    assert tumour_segmentation._verdicts(bench, results[2:]) == []


def test_the_second_time_nothing_is_trained(bench, section, monkeypatch):
    monkeypatch.setattr(tumour_segmentation, "train_segmenter", lambda *given: pytest.fail("trained again"))
    assert measure(bench).tables == section.tables


def test_masks_that_are_missing_are_told(bench):
    case = next(case for case in bench.cases if case.diseased)
    path = mask_path(bench.cohort, case.row)
    data = path.read_bytes()
    path.unlink()
    try:
        section = measure(bench)
    finally:
        path.write_bytes(data)
    assert any("1 of 4 tumours" in reason for reason in section.left_out)
    assert rows(section)["ROFI"]["images"] == 4


def test_too_few_masks_leave_it_out(tmp_path):
    section = measure(tumour_bench(tmp_path, {Split.TRAIN: 4, Split.INTERNAL: 4}))
    assert not section.tables
    assert "2 masks" in section.left_out[0]


def test_a_hospital_that_tells_no_disease_is_left_out(tmp_path):
    bench = tumour_bench(tmp_path, {Split.INTERNAL: 4})
    (bench.cohort / TRUTH).unlink()
    bench = replace(bench, cases=tuple(replace(case, disease=None) for case in bench.cases))
    section = measure(bench)
    assert not section.tables
    assert "no photograph with a known carcinoma" in section.left_out[0]


def test_without_rofi_nothing_is_tested_and_that_is_said(bench):
    section = measure(replace(bench, methods=(Smoothing("blur", 5.0),)))
    assert any("not among" in reason for reason in section.left_out)
    assert not section.verdicts
