"""The work on one patient or pair of a cohort in the making: a face drawn, painted, photographed, written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from rofi.cohort.cameras import Camera, photograph
from rofi.cohort.effects import Effects
from rofi.cohort.follow_up import Verdict
from rofi.cohort.follow_up_table import Pair, format_pair
from rofi.cohort.frame import Floats, Mask
from rofi.cohort.layout import FOLLOW_UP_PART, image_name, mask_name
from rofi.cohort.patient import CAMERAS, Scene, make_patient, make_visits
from rofi.cohort.plan import CohortPlan, Patient
from rofi.cohort.quality import sharpness
from rofi.cohort.row import Label, Row, Split
from rofi.cohort.sitter import Look, Sitter, SitterReader
from rofi.cohort.sources import SourceFace
from rofi.cohort.table import format_row
from rofi.cohort.truth import Truth, format_truth
from rofi.errors import CohortError, NoFaceFound, PhotoError, RofiError
from rofi.imaging.decode import decode
from rofi.imaging.files import write_whole

_ATTEMPTS = 20


@dataclass(frozen=True)
class PairOrder:
    """A follow-up to be made; `number` counts from 0."""

    number: int
    verdict: Verdict


Order = Patient | PairOrder


@dataclass(frozen=True)
class Made:
    """What was made, as the tables will have it.

    Attributes:
        part: the split, `FOLLOW_UP_PART` or, of an ID photograph, its own (see `rofi.cohort.id_photographs`).
        number: within it.
        rows: cells of the cohort's, the follow-up's or the gallery's table, a row each.
        truths: cells of each image's truth.
        skipped: why other faces were not taken, a line each.
    """

    part: str
    number: int
    rows: Sequence[Mapping[str, str]]
    truths: Sequence[Mapping[str, str]]
    skipped: Sequence[str] = ()


def part_of(order: Order) -> str:
    """The split, or `FOLLOW_UP_PART`."""
    return order.split if isinstance(order, Patient) else FOLLOW_UP_PART


def pseudonym_of(patient: Patient) -> str:
    """What the table calls a patient."""
    return f"{patient.split}-{patient.number:05d}"


@dataclass
class MakeJob:
    """Makes patients and pairs; what it makes depends on seed, part and number only.

    Args:
        folder: of the cohort; its folders are there.
        plan: settings.
        faces: of each split.
        effects: what is painted with.
    """

    folder: Path
    plan: CohortPlan
    faces: Mapping[Split, Sequence[SourceFace]]
    effects: Effects
    _reader: SitterReader | None = field(default=None, init=False, repr=False)

    def prepare(self) -> None:
        """Load the networks."""
        self._reader = SitterReader()

    @property
    def reader(self) -> SitterReader:
        """Of sitters; there once prepared."""
        assert self._reader is not None
        return self._reader

    def __call__(self, order: Order, /) -> Made:
        """Make one, with another face where one cannot be used.

        Raises:
            CohortError: twenty faces could not be used.
            OutputError: a file cannot be written.
        """
        part, skipped = part_of(order), list[str]()
        for source, look, generator in self.draws(order):
            try:
                made = self._make(order, source, look, generator)
            except PhotoError as error:
                skipped.append(str(error))
            except RofiError:
                raise
            except Exception as error:  # what nobody foresaw of one face must not cost the cohort
                skipped.append(f"{source.name}: {type(error).__name__}: {' '.join(str(error).split())}")
            else:
                return replace(made, skipped=tuple(skipped))
        raise CohortError(f"{part} {order.number}: {_ATTEMPTS} faces could not be used, the last: {skipped[-1]}")

    def draws(self, order: Order) -> Iterator[tuple[SourceFace, Look, np.random.Generator]]:
        """The faces to be tried one after the other, how they sit, and what else is drawn for each."""
        part = [*Split, FOLLOW_UP_PART].index(part_of(order))
        for attempt in range(_ATTEMPTS):
            generator = np.random.default_rng([self.plan.seed, part, order.number, attempt])
            yield *self._draw(order, attempt, generator), generator

    def _draw(self, order: Order, attempt: int, generator: np.random.Generator) -> tuple[SourceFace, Look]:
        """Every face in turn before any comes again; a face that cannot be used is stood in for by any other."""
        if isinstance(order, Patient):
            faces, turn = self.faces[order.split], order.number
        else:
            faces, turn = self.faces[Split.INTERNAL], self.plan.sizes[Split.INTERNAL] + order.number
        if attempt:
            return faces[int(generator.integers(len(faces)))], Look.draw(int(generator.integers(1, 4)), generator)
        return faces[turn % len(faces)], Look.draw(turn // len(faces), generator)

    def _make(self, order: Order, source: SourceFace, look: Look, generator: np.random.Generator) -> Made:
        sitter = self.reader.read(source, look)
        if isinstance(order, Patient):
            return self._make_patient(order, source, sitter, generator)
        return self._make_pair(order, source, sitter, generator)

    def _make_patient(self, order: Patient, source: SourceFace, sitter: Sitter, generator: np.random.Generator) -> Made:
        visits = [generator]
        if self.plan.was_healthy(order):  # the same draws, so that nothing but the sign tells the two apart
            visits.append(deepcopy(generator))
        rows, truths = list[Row](), list[Truth]()
        for before, own in enumerate(visits):
            scene = make_patient(sitter.face, order.disease, self.plan.sham, self.effects, own, before=bool(before))
            name = f"{order.number:05d}{'-before' * before}"
            row, truth = self._visit(order, scene, source, sitter, name, own)
            rows.append(row)
            truths.append(truth)
        return Made(
            order.split, order.number, [format_row(row) for row in rows], [format_truth(truth) for truth in truths]
        )

    def _visit(
        self,
        order: Patient,
        scene: Scene,
        source: SourceFace,
        sitter: Sitter,
        name: str,
        generator: np.random.Generator,
    ) -> tuple[Row, Truth]:
        camera = CAMERAS[order.split]
        image, points = self.photograph(scene, sitter, camera, order.split, name, generator)
        truth = replace(scene.truth, image=image, source=source.name)
        row = Row(
            image=image,
            patient=pseudonym_of(order),
            centre=camera.centre,
            split=order.split,
            label=Label.HEALTHY if truth.disease is None else Label.DISEASED,
            points=tuple((float(x), float(y)) for x, y in points),
        )
        if order.split is not Split.TRAIN:  # the paper's developing set knows healthy and diseased alone
            row = replace(row, disease=truth.disease, signs=truth.signs, severity=truth.severity, side=truth.side)
        return row, truth

    def _make_pair(self, order: PairOrder, source: SourceFace, sitter: Sitter, generator: np.random.Generator) -> Made:
        camera = CAMERAS[Split.INTERNAL]
        pair, visits = make_visits(sitter.face, order.verdict, self.effects, generator)
        images, truths = [], list[Truth]()
        for scene, when in zip(visits, ("before", "after"), strict=True):
            # the visits differ by a few degrees and percent, within which the five points serve to judge both
            name = f"{order.number:05d}-{when}"
            image, _ = self.photograph(scene, sitter, camera, FOLLOW_UP_PART, name, generator)
            images.append(image)
            truths.append(replace(scene.truth, image=image, source=source.name))
        before, after = images
        patient = f"{FOLLOW_UP_PART}-{order.number:05d}"
        row = Pair(patient, before, after, pair.verdict, camera.centre, Split.INTERNAL)
        return Made(FOLLOW_UP_PART, order.number, [format_pair(row)], [format_truth(truth) for truth in truths])

    def photograph(
        self, scene: Scene, sitter: Sitter, camera: Camera, part: str, name: str, generator: np.random.Generator
    ) -> tuple[str, Floats]:
        """Write image and mask; the image's name and its five points.

        Raises:
            PhotoError: the camera lost too much, or the sign is not in the picture.
        """
        if scene.mask is not None and not scene.mask.any():
            raise NoFaceFound(f"{part} {name}: its sign lies outside the picture; another face is taken")
        if not np.isfinite(scene.face.picture).all():  # a painter's mistake on an unforeseen face must not pass unseen
            raise NoFaceFound(f"{part} {name}: painting {scene.truth.disease} went wrong; another face is taken")
        photo = photograph(scene.face, camera, generator)
        height, width = scene.face.picture.shape[:2]
        points: Floats = (sitter.points + 0.5) * np.divide(photo.size, (width, height)) - 0.5
        # Visibility was the sitter's to have: judged again here it would leave out the ill with the smallest openings.
        quality = replace(
            sitter.quality,
            resolution=sitter.quality.resolution * photo.size[0] / width,
            sharpness=sharpness(decode(photo.data, name).pixels, points),
        )
        if quality.faults:
            raise NoFaceFound(f"{part} {name}: photographed {'; '.join(quality.faults)}; another face is taken")
        image = image_name(part, name + photo.extension)
        if scene.mask is not None:
            write_whole(self.folder / mask_name(part, image), _mask_file(scene.mask, photo.size))
        write_whole(self.folder / image, photo.data)
        return image, points


def _mask_file(mask: Mask, size: tuple[int, int]) -> bytes:
    """8-bit PNG, 0 or 255, of the photograph's width and height; a sign finer than its pixels stays."""
    share = mask.astype(np.float32)
    if size != mask.shape[::-1]:
        shrunk = size[0] < mask.shape[1]
        share = np.asarray(cv2.resize(share, size, interpolation=cv2.INTER_AREA if shrunk else cv2.INTER_LINEAR))
    kept = share >= 0.5
    levels = np.where(kept if kept.any() else share > 0, 255, 0).astype(np.uint8)
    return bytes(cv2.imencode(".png", levels)[1])
