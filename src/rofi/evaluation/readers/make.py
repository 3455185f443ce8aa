"""Makes a reader study of what a bench's methods made of a cohort."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from rofi.cohort.diseases import Sign
from rofi.errors import CohortError, OutputError
from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.methods.method import Method
from rofi.evaluation.readers.candidates import candidates_of
from rofi.evaluation.readers.folders import write_reader
from rofi.evaluation.readers.gallery import gallery_faces
from rofi.evaluation.readers.kinds import LETTERS, MANUAL_SIGNS, Kind
from rofi.evaluation.readers.order import Showing, reading_order
from rofi.evaluation.readers.pictures import Bytes, StudyPictures
from rofi.evaluation.readers.selection import select_cases
from rofi.evaluation.readers.study import KEY_FILE, Item, Study, Subject, Treatment

_CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"
_CODE_LETTERS = 5


@dataclass(frozen=True)
class StudySettings:
    """How a study is made.

    Attributes:
        kind: what is asked.
        readers: how many; the paper's physicians were three, those who recognised faces five.
        seed: of every draw.
        patients: at most; None for all of the bench.
        rounds: how often a reader sees each patient, each time after another method; None: after all of them, or once
            in a study of recognition, where whoever has seen a patient before knows the face.
        candidates: to choose among in a study of recognition.
        signs: asked for in a study of signs.
        side: of the pictures in pixels, at most; None: 768, or 256 in a study of recognition.

    Raises:
        CohortError: numbers that make no study.
    """

    kind: Kind
    readers: int = 3
    seed: int = 0
    patients: int | None = None
    rounds: int | None = None
    candidates: int = 5
    signs: tuple[Sign, ...] = MANUAL_SIGNS
    side: int | None = None

    def __post_init__(self) -> None:
        if self.readers < 1 or (self.patients is not None and self.patients < 2) or (self.side or 64) < 64:
            raise CohortError(
                f"{self.readers} readers, {self.patients} patients, pictures of {self.side} pixels: give at least one "
                "reader, two patients and 64 pixels"
            )
        if not 2 <= self.candidates <= len(LETTERS):
            raise CohortError(f"{self.candidates} candidates: give 2 to {len(LETTERS)}")
        if not self.signs or len(set(self.signs)) < len(self.signs):
            raise CohortError(f"signs {', '.join(self.signs) or 'none'}: name one or more, each once")

    @property
    def picture_side(self) -> int:
        """Pixels."""
        return self.side or (256 if self.kind is Kind.RECOGNITION else 768)


def make_study(bench: Bench, settings: StudySettings, out: Path) -> Study:
    """Write a study: a folder for each reader, and the key, which stays with the organiser.

    Args:
        bench: whose cases are read after each of its methods and as originals.
        settings: of the study.
        out: folder, made if need be.

    Raises:
        CohortError: too few patients for the study asked for.
        OutputError: the folder holds another study, or cannot be written.
        PhotoError: an original is missing or damaged.
    """
    check_free(out)
    side = settings.picture_side
    recognition = settings.kind is Kind.RECOGNITION
    in_gallery = gallery_faces(bench, bench.cases, side) if recognition else {}
    cases, other_faces, left_out = _choose(bench.cases, in_gallery, settings)
    methods: tuple[Method | None, ...] = (None, *bench.methods)
    pictures = StudyPictures(bench, cases, methods, recognition, side, other_faces)
    rounds = settings.rounds or (1 if recognition else len(methods))
    orders = [
        reading_order(len(cases), len(methods), rounds, reader, settings.seed) for reader in range(settings.readers)
    ]
    refused = {one for one in sorted(set().union(*orders)) if pictures.after(one.patient, one.treatment) is None}
    study = Study(
        name="",
        kind=settings.kind,
        seed=settings.seed,
        treatments=tuple(_treatment(method) for method in methods),
        subjects=tuple(_subject(case) for case in cases),
        readers=_items([[one for one in order if one not in refused] for order in orders], len(cases), settings),
        signs=settings.signs if settings.kind is Kind.SIGNS else (),
        other_photographs=bool(other_faces),
        refused=_by_method(refused, cases, methods),
        left_out=left_out,
    )
    study = replace(study, name=_name_of(study))
    for reader in range(1, settings.readers + 1):
        bench.progress(f"writing the pages of reader {reader}")
        write_reader(out, study, reader, pictures)
    study.save(out)  # last: it says that all is there
    return study


def check_free(out: Path) -> None:
    """Refuse a folder that holds a study already: its readers may be at work.

    Raises:
        OutputError: it does.
    """
    if (out / KEY_FILE).exists():
        raise OutputError(f"{out}: holds a study already; choose another folder")


def _choose(
    cases: Sequence[Case], other_faces: Mapping[str, Bytes], settings: StudySettings
) -> tuple[tuple[Case, ...], Mapping[str, Bytes], tuple[str, ...]]:
    """The patients and, if there are enough, other photographs of theirs to choose among."""
    known = [case for case in cases if case.row.patient in other_faces]
    if settings.kind is not Kind.RECOGNITION or len({case.person for case in known}) < settings.candidates:
        chosen, left_out = select_cases(cases, settings.kind, settings.patients, settings.seed)
        return chosen, {}, left_out
    chosen, left_out = select_cases(known, settings.kind, settings.patients, settings.seed)
    if len(known) < len(cases):
        left_out += (f"{len(cases) - len(known)} images of patients without an ID photograph that shows a face",)
    return chosen, other_faces, left_out


def _items(orders: Sequence[Sequence[Showing]], patients: int, settings: StudySettings) -> tuple[tuple[Item, ...], ...]:
    """Codes that rise along each reader's order, so that a folder sorted by name is in that order too."""
    generator = np.random.default_rng([settings.seed, 4])
    total = sum(map(len, orders))
    drawn = generator.choice(len(_CONSONANTS) ** _CODE_LETTERS, total, replace=False).tolist()
    readers = []
    for reader, order in enumerate(orders):
        codes = sorted(_code(drawn.pop()) for _ in order)
        seen = Counter[int]()
        items = []
        for code, showing in zip(codes, order, strict=True):
            company: tuple[int, ...] = ()
            if settings.kind is Kind.RECOGNITION:
                turn = reader * 100 + seen[showing.patient]
                company = candidates_of(patients, settings.candidates, settings.seed, turn)[showing.patient]
            seen[showing.patient] += 1
            items.append(Item(code, showing.patient, showing.treatment, company))
        readers.append(tuple(items))
    return tuple(readers)


def _code(number: int) -> str:
    """Letters only, for a spreadsheet takes 1E23 for a number; no vowels, for words say something."""
    letters = []
    for _ in range(_CODE_LETTERS):
        number, letter = divmod(number, len(_CONSONANTS))
        letters.append(_CONSONANTS[letter])
    return "".join(letters)


def _by_method(
    refused: Collection[Showing], cases: Sequence[Case], methods: Sequence[Method | None]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for showing in sorted(refused):
        name = _treatment(methods[showing.treatment]).name
        found[name] = (*found.get(name, ()), cases[showing.patient].row.image)
    return found


def _treatment(method: Method | None) -> Treatment:
    return Treatment(method.facts.name, method.facts.title) if method else Treatment(ORIGINAL, "Original")


def _subject(case: Case) -> Subject:
    return Subject(case.row.image, case.row.split.value, case.diseased, case.disease, case.signs)


def _name_of(study: Study) -> str:
    """Another for every other study, and says nothing of it."""
    digest = hashlib.sha256(json.dumps(asdict(study), sort_keys=True).encode()).digest()
    return _code(int.from_bytes(digest[:8]))
