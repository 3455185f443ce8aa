"""Clinical figures against hand-worked answers."""

import pytest

from evaluation.readers.made_study import answered, crossed_study, patient
from rofi.cohort.diseases import Disease, Sign
from rofi.evaluation.intervals import exact_binomial
from rofi.evaluation.readers.clinical_score import comparisons, per_disease, read, summary
from rofi.evaluation.readers.kinds import Kind

FEW = 200
"""Resamples."""
ORIGINAL, ROFI, MOSAIC = range(3)


def row_of(table, *start):
    return next(dict(zip(table.columns, row, strict=True)) for row in table.rows if row[: len(start)] == start)


@pytest.fixture(scope="module")
def health():
    """Cohen's textbook table of 50: after ROFI 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; Mosaic hides all.

    The first two readers agree; the third says the opposite on originals and the same on the rest.
    """
    diseases = [Disease.PTOSIS] * 10 + [Disease.STRABISMUS] * 15 + [None] * 25
    study = crossed_study(Kind.HEALTH, tuple(patient(number, one) for number, one in enumerate(diseases)))

    def say(reader, item):
        ill = item.subject < 25
        seen = {ORIGINAL: ill, ROFI: item.subject < 20 or 25 <= item.subject < 35, MOSAIC: False}[item.treatment]
        if reader == 3 and item.treatment == ORIGINAL:
            seen = not seen
        return {"disease_visible": "yes" if seen else "no"}

    return study, read(study, answered(study, say))


def test_health_after_each_method(health):
    study, readings = health
    table = summary(study, readings, FEW)
    row = row_of(table, "disease_visible", "internal", "ROFI")
    assert row["patients"] == 50
    assert row["kappa with the originals"].estimate == pytest.approx(0.4)
    assert row["sensitivity"] == exact_binomial(20, 25)
    assert row["specificity"] == exact_binomial(15, 25)
    assert row["MCC"].estimate == pytest.approx((20 * 15 - 10 * 5) / (25 * 25 * 30 * 20) ** 0.5)
    assert row["Fleiss' kappa"].estimate == pytest.approx(1)
    original = row_of(table, "disease_visible", "internal", "Original")
    assert original["kappa with the originals"] is None
    assert original["sensitivity"] == exact_binomial(25, 25)
    # of three answers one differs: agreement 1/3, by chance 1/2 (75 yes and 75 no)
    assert original["Fleiss' kappa"].estimate == pytest.approx((1 / 3 - 1 / 2) / (1 - 1 / 2))
    mosaic = row_of(table, "disease_visible", "internal", "Mosaic")
    assert (mosaic["sensitivity"].estimate, mosaic["specificity"].estimate) == (0, 1)
    assert mosaic["kappa with the originals"].estimate == 0
    assert mosaic["Fleiss' kappa"] is None


def test_sensitivity_of_each_disease(health):
    study, readings = health
    (table,) = per_disease(study, readings[0])
    assert [row[0] for row in table.rows] == ["ptosis", "strabismus"]
    assert row_of(table, "ptosis")["ROFI"] == exact_binomial(10, 10)
    assert row_of(table, "strabismus")["ROFI"] == exact_binomial(10, 15)
    assert row_of(table, "strabismus")["Mosaic"] == exact_binomial(0, 15)


def test_rofi_against_the_others(health):
    """As the originals: ROFI alone 20 times (ill and found), Mosaic alone 10 times (healthy, ROFI says ill).

    2 * P(X <= 10), X binomial of 30 with 1/2: 0.0987.
    """
    study, readings = health
    table = comparisons(study, readings, ROFI)
    assert table.rows[0][:5] == ("disease_visible", "Mosaic", 50, 20, 10)
    assert table.rows[0][5] == pytest.approx(0.09874, abs=1e-5)
    assert table.rows[0][6] == table.rows[0][5]


@pytest.fixture(scope="module")
def diagnosis():
    """Four with ptosis, of whom ROFI makes one a squint; four squint; Mosaic leaves readers at odds."""
    diseases = [Disease.PTOSIS] * 4 + [Disease.STRABISMUS] * 4
    study = crossed_study(Kind.DISEASE, tuple(patient(number, one) for number, one in enumerate(diseases)))

    def say(reader, item):
        disease = diseases[item.subject]
        if item.treatment == ROFI and item.subject == 0:
            disease = Disease.STRABISMUS
        if item.treatment == MOSAIC:
            disease = ["cannot_tell", Disease.PTERYGIUM, disease][reader - 1]
        return {"diagnosis": str(disease)}

    return study, read(study, answered(study, say))


def test_diagnosis_after_each_method(diagnosis):
    study, readings = diagnosis
    table = summary(study, readings, FEW)
    row = row_of(table, "diagnosis", "internal", "ROFI")
    assert row["kappa with the originals"].estimate == pytest.approx((7 / 8 - 1 / 2) / (1 / 2))
    assert row["named rightly"] == exact_binomial(7, 8)
    assert row["MCC"].estimate == pytest.approx(12 / (3 * 4 * 4 * 5) ** 0.5)
    mosaic = row_of(table, "diagnosis", "internal", "Mosaic")
    assert mosaic["named rightly"].estimate == 0  # three answers: the first reader's, who cannot tell


def test_diagnosis_of_each_disease(diagnosis):
    study, readings = diagnosis
    found, kappa, confusion = per_disease(study, readings[0])
    assert row_of(found, "ptosis")["ROFI"] == exact_binomial(3, 4)
    assert row_of(kappa, "ptosis")["ROFI"].estimate == pytest.approx(0.75)
    assert row_of(kappa, "ptosis")["Original"] is None
    row = row_of(confusion, "ROFI", "ptosis")
    assert (row["ptosis"], row["strabismus"], row["cannot_tell"]) == (3, 1, 0)
    assert row_of(confusion, "Mosaic", "ptosis")["cannot_tell"] == 4


def test_signs_are_judged_one_by_one_where_the_truth_is_known():
    conjunctiva, lids = Sign.CONJUNCTIVAL_DISORDER, Sign.EYELID_DISORDER
    subjects = (
        patient(0),
        patient(1, Disease.PTERYGIUM, (conjunctiva, Sign.IRIS_DISORDER)),
        patient(2, Disease.BASAL_CELL_CARCINOMA, (lids,)),
        patient(3, Disease.PTOSIS),  # a hospital may tell the disease alone
    )
    study = crossed_study(Kind.SIGNS, subjects, signs=(conjunctiva, lids))

    def say(reader, item):
        of = item.subject
        return {conjunctiva.value: "present" if of == 1 else "absent", lids.value: "present" if of >= 1 else "absent"}

    readings = read(study, answered(study, say))
    table = summary(study, readings, FEW)
    row = row_of(table, "conj_dis", "internal", "Mosaic")
    assert (row["patients"], row["sensitivity"], row["specificity"]) == (4, exact_binomial(1, 1), exact_binomial(2, 2))
    row = row_of(table, "eyelid_dis", "internal", "Mosaic")
    assert (row["sensitivity"], row["specificity"]) == (exact_binomial(1, 1), exact_binomial(1, 2))
    assert row["kappa with the originals"].estimate == 1
    assert per_disease(study, readings[0]) == ()
    assert len(comparisons(study, readings, ROFI).rows) == 2


def test_sets_are_told_apart():
    subjects = tuple(patient(number, Disease.PTOSIS, split=f"external_{1 + number % 2}") for number in range(6))
    study = crossed_study(Kind.HEALTH, subjects)
    answers = answered(study, lambda _, item: {"disease_visible": "yes" if item.subject % 2 else "no"})
    table = summary(study, read(study, answers), FEW)
    assert row_of(table, "disease_visible", "external_1", "ROFI")["sensitivity"] == exact_binomial(0, 3)
    assert row_of(table, "disease_visible", "external_2", "ROFI")["sensitivity"] == exact_binomial(3, 3)
    assert row_of(table, "disease_visible", "external_1", "ROFI")["specificity"] is None
