"""What a study consists of, and its key: the file that tells which picture is which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rofi.cohort.diseases import Disease, Sign
from rofi.errors import RofiError, UnreadablePhoto
from rofi.evaluation.readers.kinds import Kind, Question, questions
from rofi.imaging.files import read_file, write_whole

KEY_FILE = "study-key.json"
_FORMAT = 1


@dataclass(frozen=True)
class Treatment:
    """What was done to a picture: a method's name and title, or the original's."""

    name: str
    title: str


@dataclass(frozen=True)
class Subject:
    """A patient of the study, each with one photograph.

    Attributes:
        image: in the cohort's table.
        split: of the cohort.
        diseased: by the table.
        disease: where it is known.
        signs: where they are known.
    """

    image: str
    split: str
    diseased: bool
    disease: Disease | None
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class Item:
    """One picture to be judged by one reader.

    Attributes:
        code: says nothing; no two items of a study have the same.
        subject: number of the patient.
        treatment: number of the treatment.
        candidates: numbers of patients in the order shown; of recognition.
    """

    code: str
    subject: int
    treatment: int
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True)
class Study:
    """A whole study.

    Attributes:
        name: of the study, says nothing.
        kind: what is asked.
        seed: that it was made with.
        treatments: the originals first.
        subjects: the patients.
        readers: what each reader sees, in order.
        signs: that are asked for in a study of signs.
        other_photographs: whether the candidates are other photographs than those that the methods had; of recognition.
        refused: by a treatment's name, the images that it refused.
        left_out: what is not in the study and why, a sentence each.
    """

    name: str
    kind: Kind
    seed: int
    treatments: tuple[Treatment, ...]
    subjects: tuple[Subject, ...]
    readers: tuple[tuple[Item, ...], ...]
    signs: tuple[Sign, ...] = ()
    other_photographs: bool = False
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Asked of every item."""
        candidates = max((len(item.candidates) for items in self.readers for item in items), default=0)
        return questions(self.kind, self.signs, candidates)

    def save(self, folder: Path) -> None:
        """Write the key; whoever has it is no longer blind.

        Raises:
            OutputError: full disk, read-only folder.
        """
        write_whole(folder / KEY_FILE, (json.dumps({"format": _FORMAT, **asdict(self)}, indent=1) + "\n").encode())

    @classmethod
    def load(cls, folder: Path) -> Study:
        """Read the key of a study's folder.

        Raises:
            RofiError: there is none, or it is damaged.
        """
        path = folder / KEY_FILE
        try:
            told = json.loads(read_file(path).decode())
            if told.pop("format") != _FORMAT:
                raise RofiError(f"{path}: made by another version; score it with that one")
            return _parse(told)
        except UnreadablePhoto as error:
            raise RofiError(f"{path}: missing or unreadable; name the folder that 'rofi study make' wrote") from error
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise RofiError(f"{path}: not the key of a study, or damaged; take it from a backup") from error


def _parse(told: dict[str, Any]) -> Study:
    told["kind"] = Kind(told["kind"])
    told["treatments"] = tuple(Treatment(**one) for one in told["treatments"])
    told["subjects"] = tuple(
        Subject(
            **one
            | {
                "disease": Disease(one["disease"]) if one["disease"] else None,
                "signs": tuple(Sign(sign) for sign in one["signs"]),
            }
        )
        for one in told["subjects"]
    )
    told["readers"] = tuple(
        tuple(Item(**item | {"candidates": tuple(item["candidates"])}) for item in items) for items in told["readers"]
    )
    told["signs"] = tuple(Sign(sign) for sign in told["signs"])
    told["refused"] = {name: tuple(images) for name, images in told["refused"].items()}
    told["left_out"] = tuple(told["left_out"])
    study = Study(**told)
    for items in study.readers:
        for item in items:
            for number in (item.subject, *item.candidates):
                study.subjects[number]
            study.treatments[item.treatment]
    return study
