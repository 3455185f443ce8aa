from dataclasses import replace

import pytest
import safetensors.torch
import torch

from evaluation.diagnosis.small_readers import COUNTS, SETTINGS, SIDE
from evaluation.named_methods import Emptying, Smoothing
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.errors import CohortError
from rofi.evaluation.diagnosis import head_desk, trunk, whole_desk
from rofi.evaluation.diagnosis.vit import VisionTransformer
from rofi.evaluation.measures import diagnosis, sign_classes
from rofi.evaluation.measures.diagnosis import measure, measure_with
from rofi.evaluation.report.cells import best
from rofi.evaluation.report.html import check

METHODS = (Smoothing("rofi"), Smoothing("blur", 12.0), Emptying("internal/003"))


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return make_bench(tmp_path_factory.mktemp("bench"), COUNTS, SIDE, METHODS, resamples=100)


@pytest.fixture(scope="module")
def section(bench):
    return measure_with(bench, SETTINGS)


@pytest.fixture
def no_pictures(monkeypatch):
    """They take longer than all the rest."""
    monkeypatch.setattr(diagnosis, "diagnosis_pictures", lambda results, splits: [])


def rows(section, name, **wanted):
    found = next(table for table in section.tables if table.name == name)
    named = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return [row for row in named if all(row[key] == value for key, value in wanted.items())]


def test_only_the_test_splits_are_judged(section):
    assert {row["split"] for row in rows(section, "diagnosis-health")} == {Split.INTERNAL, Split.EXTERNAL_1}
    assert {row["photographs"] for row in rows(section, "diagnosis-health", method="Original")} == {16, 6}


def test_readers_find_the_disease_on_originals_and_not_on_grey(section):
    for row in rows(section, "diagnosis-health", split=Split.INTERNAL, method="Original"):
        assert row["AUROC"].estimate > 0.85
    for row in rows(section, "diagnosis-health", split=Split.INTERNAL, method="Emptying"):
        assert row["AUROC"].estimate == 0.5
        assert (row["photographs"], row["refused"]) == (15, 1)


def test_a_method_that_changes_nothing_agrees_with_the_original(section):
    for row in rows(section, "diagnosis-agreement", method="ROFI"):
        assert row["kappa with the original"].estimate == 1
        [original] = rows(section, "diagnosis-agreement", method="Original", split=row["split"], reader=row["reader"])
        assert original["kappa with the original"] is None
        assert row["MCC with the truth"] == original["MCC with the truth"]
        assert row["AUROC, mean of the diseases"] == original["AUROC, mean of the diseases"]


def test_each_disease_has_a_row_and_each_method_a_column(section):
    [row] = rows(section, "diseases-auroc-cnn-112", split=Split.INTERNAL)
    assert (row["disease"], row["patients"]) == ("conjunctival melanoma", 8)
    assert row["Original"].estimate == row["ROFI"].estimate > 0.8
    [row] = rows(section, "diseases-kappa-cnn-112", split=Split.INTERNAL)
    assert "Original" not in row
    assert row["ROFI"].estimate == 1


def test_rofi_is_tested_against_every_other_method(section):
    compared = rows(section, "diagnosis-differences")
    assert {row["ROFI against"] for row in compared} == {"BLUR", "Emptying"}
    for row in compared:
        assert row["with the other alone"] == 0
        assert 0 < row["P (McNemar, Holm)"] <= 1
        assert 0 < row["P (permutation, Holm)"] <= 1
    emptied = rows(section, "diagnosis-differences", split=Split.INTERNAL, **{"ROFI against": "Emptying"})
    assert all(row["photographs of both"] == 15 for row in emptied)
    assert all(row["AUROC of diseases, ROFI minus the other"].low > 0 for row in emptied)


def test_the_method_that_leaves_most_for_diagnosis_is_marked(section):
    tables = {table.name: table for table in section.tables}
    for name, columns in (
        ("diagnosis-health", {"AUROC"}),
        ("diagnosis-agreement", {"kappa with the original", "AUROC, mean of the diseases", "MCC with the truth"}),
    ):
        marked = {(tables[name].rows[row][2], tables[name].columns[column]) for row, column in best(tables[name])}
        assert {column for _, column in marked} == columns, "sensitivity alone is no merit"
        assert ("Emptying", "AUROC") not in marked
        assert {("ROFI", column) for column in columns} <= marked
    for name in ("diseases-auroc-cnn-112", "diseases-kappa-cnn-112"):
        table = tables[name]
        marked = {table.columns[column] for _, column in best(table)}
        assert "ROFI" in marked
        assert not {"Original", "Emptying"} & marked


@pytest.fixture(scope="module")
def with_weights(tmp_path_factory):
    """A quick bench whose user has ImageNet weights of a small ViT."""
    folder = tmp_path_factory.mktemp("with-weights")
    (folder / "weights").mkdir()
    state = VisionTransformer(32, 64, 1, 16).state_dict()
    safetensors.torch.save_file(state, folder / "weights" / "vit_tiny.safetensors")
    counts = {Split.TRAIN: 40, Split.SELECTION: 16, Split.INTERNAL: 8}
    settings = {"quick": True, "resamples": 50, "diagnosis_weights": folder / "weights"}
    return make_bench(folder, counts, SIDE, (Smoothing("rofi"),), **settings)


def test_networks_with_weights_read_too_and_are_trained_once_for_both_chapters(with_weights, no_pictures, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    section = measure(with_weights)
    readers = {row["reader"]: row["what it is"] for row in rows(section, "diagnosis-readers")}
    assert list(readers) == ["ViT, 224 px", "CNN, 224 px", "Hybrid ViT, 224 px"]
    assert "ImageNet weights vit_tiny.safetensors" in readers["ViT, 224 px"]
    assert "ResNet-50 itself: the folder of --diagnosis-weights has no resnet50*" in section.left_out
    assert not any("ResNet-50 and ViT" in reason for reason in section.left_out)
    monkeypatch.setattr(whole_desk, "train_whole", lambda *_, **__: pytest.fail("trained again"))
    monkeypatch.setattr(head_desk, "train_head", lambda *_, **__: pytest.fail("trained again"))
    signs = sign_classes.measure(with_weights)
    kappas = next(table for table in signs.tables if table.name == "sign-kappa")
    assert [row[1] for row in kappas.rows] == list(readers)
    check([section, signs])  # such as two tables of one name


def test_the_pictures_are_there(section):
    assert [picture.name for picture in section.pictures] == [
        "diagnosis-kappa", "diagnosis-auroc", "diagnosis-roc", "confusion-internal", "confusion-external-1",
    ]  # fmt: skip
    assert all(picture.png.startswith(b"\x89PNG") for picture in section.pictures)


def test_verdicts_are_of_rofi(section):
    agreement, found = section.verdicts
    assert agreement.good
    assert agreement.answer.startswith("kappa 1.00")
    assert found.good


def test_what_is_missing_is_told(section):
    text = " ".join(section.left_out)
    assert "ResNet-50 and ViT themselves" in text
    assert "512 pixels" in text
    assert "rofi study" in section.text
    assert "30 healthy and 30 diseased" in section.text


def test_a_second_run_looks_at_nothing(bench, section, monkeypatch, no_pictures):
    monkeypatch.setattr(trunk, "look", None)
    again = measure_with(bench, SETTINGS)
    assert [table.rows for table in again.tables] == [table.rows for table in section.tables]


def test_of_a_hospital_only_the_held_out_part_is_judged(tmp_path, no_pictures):
    bench = make_bench(tmp_path, {Split.INTERNAL: 60}, SIDE, (Smoothing("blur", 12.0),), resamples=100)
    section = measure_with(bench, SETTINGS)
    [photographs] = {row["photographs"] for row in rows(section, "diagnosis-health")}
    assert 16 <= photographs <= 20
    assert "divided by patients" in section.text
    assert any("not among the methods compared" in reason for reason in section.left_out)


def test_untold_diseases_cannot_be_learnt(tmp_path):
    bench = make_bench(tmp_path, {Split.INTERNAL: 4}, quick=True)
    with pytest.raises(CohortError, match="to train readers on"):
        measure(bench)


def test_several_photographs_of_a_patient_count_once(bench, no_pictures):
    doubled = tuple(
        replace(case, row=replace(case.row, patient=f"p{number // 2}")) for number, case in enumerate(bench.cases)
    )
    section = measure_with(replace(bench, cases=doubled, methods=()), SETTINGS)
    assert {row["photographs"] for row in rows(section, "diagnosis-health")} == {8, 3}
    assert "11 others left out" in section.text
