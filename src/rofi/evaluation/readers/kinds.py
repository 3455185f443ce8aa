"""What readers are asked: the paper's Yes-or-No, Diagnosis, manual signs and human face recognition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import ascii_lowercase

from rofi.cohort.diseases import Disease, Sign


class Kind(StrEnum):
    """Of a study."""

    HEALTH = "health"
    DISEASE = "disease"
    SIGNS = "signs"
    RECOGNITION = "recognition"


YES, NO = "yes", "no"
PRESENT, ABSENT = "present", "absent"
CANNOT_TELL = "cannot_tell"
"""Of a disease that is none of the list, or not to be told."""
NONE = "none"
"""Nobody of the candidates, or not to be told."""
MANUAL_SIGNS = (
    Sign.CONJUNCTIVAL_DISORDER,
    Sign.LACRIMAL_DISORDER,
    Sign.EYELID_DISORDER,
    Sign.IRIS_DISORDER,
)
"""Those that the paper's ophthalmologists read; the shapes of eyelid and iris it measures by key points."""

_SIGN_TEXT = {
    Sign.EYELID_SHAPE: "Shape of the eyelids: abnormal?",
    Sign.IRIS_SHAPE: "Shape or position of the iris: abnormal?",
    Sign.CONJUNCTIVAL_DISORDER: "Conjunctiva: redness, bleeding, growth or pigment?",
    Sign.LACRIMAL_DISORDER: "Lacrimal apparatus: swelling or overflow at the inner corner?",
    Sign.EYELID_DISORDER: "Eyelids and the skin around: tumour, ulcer, swelling or crust?",
    Sign.IRIS_DISORDER: "Iris, pupil and cornea: opacity, growth or defect?",
}
LETTERS = "ABCDEFGHIJ"
"""Of candidates."""


@dataclass(frozen=True)
class Option:
    """An answer that can be given.

    Attributes:
        value: as answer sheets have it.
        label: as a reader sees it.
        key: on the keyboard.
    """

    value: str
    label: str
    key: str


@dataclass(frozen=True)
class Question:
    """What is asked of every picture.

    Attributes:
        name: column of the answer sheets.
        text: as a reader sees it.
        options: the answers.
    """

    name: str
    text: str
    options: tuple[Option, ...]

    def value_of(self, answer: str) -> str | None:
        """What somebody typed, as a value: the value itself, its label or its key, in any case; None if no answer."""
        typed = _plain(answer)
        for option in self.options:
            if typed in (_plain(option.value), _plain(option.label), _plain(option.key)):
                return option.value
        return None


def questions(kind: Kind, signs: Sequence[Sign] = MANUAL_SIGNS, candidates: int = 0) -> tuple[Question, ...]:
    """The questions of a study.

    Args:
        kind: of the study.
        signs: asked for in a study of signs.
        candidates: to choose among in a study of recognition.
    """
    match kind:
        case Kind.HEALTH:
            yes, no = Option(YES, "Yes, a disease is visible", "y"), Option(NO, "No, the eyes look healthy", "n")
            return (Question("disease_visible", "Is an eye disease visible?", (yes, no)),)
        case Kind.DISEASE:
            named = [(disease.value, _titled(disease.value)) for disease in sorted(Disease)]
            named.append((CANNOT_TELL, "Another one, or cannot tell"))
            listed = tuple(Option(*one, key) for one, key in zip(named, ascii_lowercase, strict=False))
            return (Question("diagnosis", "Which disease is it most likely?", listed),)
        case Kind.SIGNS:
            states = Option(PRESENT, "Present", "p"), Option(ABSENT, "Absent", "a")
            return tuple(Question(sign.value, _SIGN_TEXT[sign], states) for sign in signs)
        case Kind.RECOGNITION:
            people = [Option(letter, f"Person {letter}", letter.lower()) for letter in LETTERS[:candidates]]
            nobody = Option(NONE, "None of them, or cannot tell", "n")
            text = "Which of these people is it?"
            return (Question("person", text, (*people, nobody)),)


INSTRUCTIONS = {
    Kind.HEALTH: (
        "You see one photograph of a face at a time, some of them altered. Say whether an eye disease is visible: one "
        "for which you would ask the patient to come to the clinic. Judge each picture by itself, even if you think "
        "that you have seen the patient before.",
    ),
    Kind.DISEASE: (
        "You see one photograph of a patient's face at a time, some of them altered. Each patient has an eye disease. "
        "Choose the one that is most likely from the list. Judge each picture by itself, even if you think that you "
        "have seen the patient before.",
    ),
    Kind.SIGNS: (
        "You see one photograph of a face at a time, some of them altered. Say of each class of signs whether it is "
        "present or absent in either eye. Judge each picture by itself, even if you think that you have seen the "
        "patient before.",
    ),
    Kind.RECOGNITION: (
        "You see a face, perhaps altered, and several people with a letter each. One of them is the person with that "
        "face. Choose who it is; if you cannot tell, say so rather than guess.",
    ),
}


def _titled(value: str) -> str:
    return value.replace("_", " ").capitalize()


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").replace(",", " ").casefold().split())
