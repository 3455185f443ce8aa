"""ID photographs of a made cohort's patients: the gallery that recognisers search in (paper section 2.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rofi.cohort.cameras import Camera, Lamp
from rofi.cohort.face import Face
from rofi.cohort.follow_up import Sitting, Visit, sit
from rofi.cohort.gallery_table import IdPhotograph, format_id_photograph, parse_id_photograph, write_gallery
from rofi.cohort.journal import Worked, work_through
from rofi.cohort.layout import GALLERY, ID_PART, TRUTH_FOLDER
from rofi.cohort.making import Made, MakeJob, pseudonym_of
from rofi.cohort.patient import Scene
from rofi.cohort.plan import TESTED, Patient
from rofi.cohort.row import Split
from rofi.cohort.sources import SourceFace
from rofi.cohort.table import read_table
from rofi.cohort.truth import read_truth
from rofi.errors import OutputError, PhotoError

JOURNAL = f"{TRUTH_FOLDER}/.id_photographs.jsonl"

CAMERA = Camera(
    centre="id_office",
    enlargement=1.0,
    lamp=Lamp.SOFT,
    lamp_strength=(0.05, 0.3),
    warmth=(-0.12, 0.12),
    green=(-0.02, 0.02),
    exposure=(-0.15, 0.2),
    contrast=(0.95, 1.15),
    saturation=(0.92, 1.08),
    blur=(0.05, 0.15),
    noise=(0.4, 1.2),
    quality=(92, 97),
)
"""A photographer's: a good lens, another lamp than the hospitals'."""


@dataclass(frozen=True)
class IdOrder:
    """An ID photograph to be made.

    Attributes:
        patient: whose.
        source: name of the face that the patient was made of.
    """

    patient: Patient
    source: str

    @property
    def part(self) -> str:
        """In the journal."""
        return f"{ID_PART} {self.patient.split}"


@dataclass
class IdPhotographJob:
    """Makes ID photographs: the healthy face in another pose, light and camera, or another photograph of the person.

    Args:
        job: that the patients were made by; it tells how their faces sat.
    """

    job: MakeJob

    def prepare(self) -> None:
        """Load the networks."""
        self.job.prepare()

    def __call__(self, order: IdOrder, /) -> Made:
        """Make one; nothing but the reasons where none of the person's faces can be used.

        Raises:
            OutputError: a file cannot be written.
        """
        name, skipped = pseudonym_of(order.patient), list[str]()
        drawn = [(source, look) for source, look, _ in self.job.draws(order.patient) if source.name == order.source]
        for source, look in drawn[:1]:
            for index, face in enumerate(self._photographs_of(source, order.patient.split)):
                generator = np.random.default_rng(self._entropy(order, index))
                try:
                    sitter = self.job.reader.read(face, look)
                    scene = Scene(on_another_day(sitter.face, generator))
                    image, _ = self.job.photograph(scene, sitter, CAMERA, ID_PART, name, generator)
                except PhotoError as error:
                    skipped.append(f"ID photograph of {name}: {error}")
                else:
                    row = format_id_photograph(IdPhotograph(image, name, source.person))
                    return Made(order.part, order.patient.number, [row], (), tuple(skipped))
        return Made(order.part, order.patient.number, (), (), tuple(skipped))

    def _entropy(self, order: IdOrder, index: int) -> list[int]:
        return [self.job.plan.seed, len(Split) + 3, list(Split).index(order.patient.split), order.patient.number, index]

    def _photographs_of(self, source: SourceFace, split: Split) -> Iterator[SourceFace]:
        """Others of the same person, those that follow in the source first; at last the patient's own."""
        faces = self.job.faces[split]
        place = faces.index(source)
        yield from (face for face in (*faces[place + 1 :], *faces[:place]) if face.person == source.person)
        yield source


def on_another_day(face: Face, generator: np.random.Generator) -> Face:
    """The face as another photographer has it: head turned by a few degrees, other light."""
    sitting = Sitting(
        roll=float(np.clip(generator.normal(0, 0.03), -0.07, 0.07)),
        yaw=float(np.clip(generator.normal(0, 0.05), -0.1, 0.1)),
        zoom=float(np.exp(np.clip(generator.normal(0, 0.025), -0.05, 0.05))),
        shift=(float(np.clip(generator.normal(0, 1.5), -3, 3)), float(np.clip(generator.normal(0, 1.5), -3, 3))),
        exposure=float(np.exp(np.clip(generator.normal(0, 0.12), -0.25, 0.18))),
        warmth=float(np.clip(generator.normal(0, 0.08), -0.18, 0.18)),
        lamp=(float(generator.normal(0, 0.002)), float(generator.normal(0, 0.002))),
    )
    visit = Visit(face, np.zeros(face.picture.shape[:2], np.bool_), 0.0, {})
    return sit(visit, sitting).face


def add_id_photographs(folder: Path, job: MakeJob, workers: int, on_made: Callable[[], None]) -> Worked:
    """Make what gallery.csv will list, or go on with it, and write that table last.

    Args:
        folder: of a cohort whose patients are made.
        job: that they were made by.
        workers: processes.
        on_made: called for every ID photograph, those made before included.

    Raises:
        CohortError: the cohort's tables are damaged.
        OutputError: `folder` cannot be written.
    """
    orders = _orders(folder, job)
    if (folder / GALLERY).exists() or not orders:
        return Worked((), 0, ())
    try:
        (folder / "images" / ID_PART).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
    keyed = {(order.part, order.patient.number): order for order in orders}
    worked = work_through(folder / JOURNAL, folder, keyed, IdPhotographJob(job), workers, on_made)
    rows = [parse_id_photograph(row) for made in worked.made for row in made.rows]
    if rows:
        write_gallery(folder, rows)
        (folder / JOURNAL).unlink()
    return worked


def _orders(folder: Path, job: MakeJob) -> Sequence[IdOrder]:
    sources = {truth.image: truth.source for truth in read_truth(folder)}
    of_patient = {row.patient: sources[row.image] for row in read_table(folder) if row.image in sources}
    patients = [patient for split in TESTED for patient in job.plan.patients(split)]
    named = ((patient, pseudonym_of(patient)) for patient in patients)
    return [IdOrder(patient, of_patient[name]) for patient, name in named if name in of_patient]
