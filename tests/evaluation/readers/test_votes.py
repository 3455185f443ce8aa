import pytest

from evaluation.readers.made_study import answered, crossed_study, patient
from rofi.evaluation.readers.kinds import Kind
from rofi.evaluation.readers.votes import decide, votes_on


@pytest.mark.parametrize(
    ("votes", "decision"),
    [
        ({1: "a", 2: "b", 3: "b"}, "b"),
        ({1: "c", 2: "b", 3: "a"}, "c"),
        ({2: "b", 1: "a"}, "a"),
        ({1: "c", 2: "b", 3: "a", 4: "a", 5: "b"}, "b"),
        ({3: "x"}, "x"),
    ],
)
def test_most_decide_and_in_a_tie_the_first_reader_among_the_tied(votes, decision):
    assert decide(votes) == decision


def test_votes_come_by_treatment_patient_and_reader():
    study = crossed_study(Kind.HEALTH, (patient(0), patient(1)), readers=2)
    answers = answered(study, lambda reader, item: {"disease_visible": f"{reader}{item.treatment}{item.subject}"})
    assert votes_on(study, answers, "disease_visible")[2] == {0: {1: "120", 2: "220"}, 1: {1: "121", 2: "221"}}
