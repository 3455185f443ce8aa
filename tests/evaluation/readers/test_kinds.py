import pytest

from rofi.cohort.diseases import Disease, Sign
from rofi.evaluation.readers.kinds import INSTRUCTIONS, Kind, questions


@pytest.mark.parametrize("kind", Kind)
def test_a_key_stands_for_one_answer(kind):
    for question in questions(kind, tuple(Sign), 10):
        keys = [option.key for option in question.options]
        assert len(set(keys)) == len(keys)
        assert "z" not in keys  # enlarges the picture
        assert [question.value_of(key) for key in keys] == [option.value for option in question.options]
    assert INSTRUCTIONS[kind]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (Kind.HEALTH, " YES ", "yes"),
        (Kind.HEALTH, "no, the eyes look healthy", "no"),
        (Kind.HEALTH, "maybe", None),
        (Kind.DISEASE, "Thyroid eye disease", "thyroid_eye_disease"),
        (Kind.DISEASE, "cannot_tell", "cannot_tell"),
        (Kind.RECOGNITION, "Person b", "B"),
        (Kind.RECOGNITION, "none", "none"),
        (Kind.RECOGNITION, "D", None),
    ],
)
def test_what_is_typed_is_taken_in_any_case(kind, typed, value):
    assert questions(kind, (), 3)[0].value_of(typed) == value


@pytest.mark.parametrize("kind", Kind)
def test_what_is_asked_holds_wherever_page_and_sheet_place_the_pictures(kind):
    texts = (*INSTRUCTIONS[kind], *(question.text for question in questions(kind, tuple(Sign), 5)))
    assert not {"upper", "lower", "above", "below", "left", "right"} & set(" ".join(texts).lower().split())


def test_all_diseases_can_be_chosen_whatever_the_study_has():
    values = {option.value for option in questions(Kind.DISEASE)[0].options}
    assert values == {*Disease, "cannot_tell"}


def test_the_papers_four_manual_signs_are_asked_for():
    assert [question.name for question in questions(Kind.SIGNS)] == ["conj_dis", "la_dis", "eyelid_dis", "iris_dis"]
