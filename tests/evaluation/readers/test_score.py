import pytest

from evaluation.readers.made_study import answered, crossed_study, patient
from rofi.cohort.diseases import Disease
from rofi.evaluation.readers.kinds import Kind
from rofi.evaluation.readers.score import score_study

SUBJECTS = tuple(patient(number, Disease.PTOSIS if number < 5 else None) for number in range(10))


def section_of(readers=(1, 2, 3), reference="rofi", **others):
    """Of readers who are always right."""
    study = crossed_study(Kind.HEALTH, SUBJECTS, **others)
    answers = answered(study, lambda _, item: {"disease_visible": "yes" if item.subject < 5 else "no"})
    given = {reader: answers[reader] for reader in readers}
    return score_study(study, given, resamples=200, reference=reference)


def test_section_says_what_was_done_and_carries_the_verdict():
    section = section_of()
    assert section.name == "readers-health"
    assert "3 readers judged 90 pictures of 10 patients" in section.text
    assert "lowest number" in section.text
    assert [table.name for table in section.tables] == [
        "readers-health",
        "readers-health-sensitivity",
        "readers-health-tests",
    ]
    (verdict,) = section.verdicts
    assert verdict.good
    assert verdict.answer.startswith("kappa 1.000 (")
    assert all(len(row) == len(table.columns) for table in section.tables for row in table.rows)


def test_what_is_missing_is_told():
    section = section_of(readers=(1,), refused={"mosaic": ("images/3.png",)}, left_out=("2 images",))
    assert section.left_out == (
        "2 images",
        "mosaic: 1 images that the method refused are in no figure of it",
        "answers of 2 of 3 readers",
    )


def test_a_reference_that_is_not_in_the_study_leaves_the_tests_out():
    section = section_of(reference="blur")
    assert section.left_out == ("tests against the other methods: blur is not in the study",)
    assert section.verdicts == ()


@pytest.mark.parametrize(("other", "told"), [(True, "other photographs than"), (False, "has no other photographs")])
def test_recognition_says_whom_people_chose_among(other, told):
    study = crossed_study(Kind.RECOGNITION, SUBJECTS, other_photographs=other)
    study = type(study)(**{**vars(study), "readers": tuple(_with_people(items) for items in study.readers)})
    section = score_study(study, answered(study, lambda *_: {"person": "A"}))
    assert told in section.text
    (verdict,) = section.verdicts
    assert verdict.answer == "share recognised 1.000 (0.884 to 1.000), of 30 trials"


def _with_people(items):
    return tuple(type(item)(item.code, item.subject, item.treatment, (item.subject, 9)) for item in items)
