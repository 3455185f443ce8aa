"""Photographs of known patients that protected ones are searched in (paper section 2.6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rofi.cohort.gallery_table import read_gallery
from rofi.cohort.layout import GALLERY
from rofi.cohort.row import Points
from rofi.errors import PhotoError
from rofi.evaluation.bench import Bench, Case, read_photograph
from rofi.evaluation.methods.method import Photograph
from rofi.faces.detection import Detector
from rofi.imaging.files import read_file

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Entry:
    """One photograph of the gallery.

    Attributes:
        image: its path within the cohort's folder.
        patient: whose it is.
        person: whose face it is; several synthetic patients can have one.
        points: (x, y) of the face's five points, pixels.
        case: of which it is the original; None of an ID photograph.
    """

    image: str
    patient: str
    person: str
    points: Points | None = None
    case: Case | None = None


@dataclass(frozen=True, eq=False)
class IdGallery:
    """Photographs of the patients of a bench's cases.

    Attributes:
        bench: with its cohort.
        entries: of the photographs with a face.
        of_cards: whether they are ID photographs; otherwise the very originals of the cases.
        no_face: names of ID photographs left out since no face is found in them.
    """

    bench: Bench
    entries: tuple[Entry, ...]
    of_cards: bool
    no_face: tuple[str, ...] = ()

    def photograph(self, entry: Entry) -> Photograph:
        """An entry's photograph.

        Raises:
            PhotoError: it is gone or damaged by now.
        """
        if entry.case is not None:
            return self.bench.original(entry.case)
        row = next(case.row for case in self.bench.cases if case.row.patient == entry.patient)
        return read_photograph(self.bench.cohort, replace(row, image=entry.image, points=entry.points), Detector())

    def views(self, change: Callable[[Photograph], Bytes] = lambda photo: photo.pixels) -> Bytes:
        """(N, V, V, 3) the aligned faces.

        Args:
            change: (H, W, 3) pixels, made of a photograph, to be seen instead of its own.
        """
        view, faces = self.bench.settings.view, []
        for entry in self.entries:
            self.bench.progress(f"gallery: {entry.image}")
            photo = self.photograph(entry)
            faces.append(np.asarray(photo.alignment(view).extract(change(photo)), np.uint8))
        return np.stack(faces) if faces else np.zeros((0, view, view, 3), np.uint8)

    def person(self, case: Case) -> str:
        """Whose face a case shows; the gallery's table knows of two photographs of one person what the case cannot."""
        return next((entry.person for entry in self.entries if entry.patient == case.row.patient), case.person)

    def own(self, cases: Sequence[Case]) -> npt.NDArray[np.bool_]:
        """(C, N) whether an entry shows the person of a case."""
        persons = np.array([entry.person for entry in self.entries])
        return np.array([persons == self.person(case) for case in cases], np.bool_).reshape(len(cases), len(persons))

    def candidates(self, case: Case) -> npt.NDArray[np.intp]:
        """Numbers of the entries that a case is searched in: its own patient's, and one of every other person.

        Empty where the gallery has no photograph of the patient. Where the gallery is the originals, a patient's own is
        the very photograph.
        """
        person = self.person(case)
        own = [n for n, entry in enumerate(self.entries) if entry.patient == case.row.patient]
        if not self.of_cards:
            own = [number for number in own if self.entries[number].case == case]
        first: dict[str, int] = {}
        for number, entry in enumerate(self.entries):
            if entry.person != person:
                first.setdefault(entry.person, number)
        return np.array([*own, *first.values()] if own else [], np.intp)


def open_gallery(bench: Bench, cases: Sequence[Case]) -> IdGallery:
    """The ID photographs of the cases' patients if the cohort has a gallery.csv, else the cases' originals.

    Raises:
        CohortError: the gallery's table is bad.
    """
    if not (bench.cohort / GALLERY).is_file():
        entries = tuple(Entry(case.row.image, case.row.patient, case.person, case=case) for case in cases)
        return IdGallery(bench, entries, of_cards=False)
    persons = {case.row.patient: case.person for case in cases}
    cards = [card for card in read_gallery(bench.cohort) if card.patient in persons]
    points = _five_points(bench, [card.image for card in cards])
    entries = tuple(
        Entry(card.image, card.patient, card.person or persons[card.patient], tuple(map(tuple, of.tolist())))
        for card, of in zip(cards, points, strict=True)
        if np.isfinite(of).all()
    )
    no_face = tuple(card.image for card, of in zip(cards, points, strict=True) if not np.isfinite(of).all())
    return IdGallery(bench, entries, True, no_face)


def _five_points(bench: Bench, images: list[str]) -> npt.NDArray[np.float64]:
    """(N, 5, 2) of the faces in photographs; NaN where none is found or the file cannot be read."""

    def make() -> dict[str, npt.NDArray[np.float64]]:
        detector, found = Detector(), np.full((len(images), 5, 2), np.nan)
        for number, image in enumerate(images):
            bench.progress(f"looking for the face: {image}")
            with suppress(PhotoError):
                photo = Photograph.read(image, read_file(bench.cohort / image), detector)
                found[number] = photo.detection.points
        return {"points": found}

    made_of = {"cohort": str(bench.cohort.resolve()), "images": images}
    return np.asarray(bench.store.arrays("id-photographs", made_of, make)["points"], np.float64)
