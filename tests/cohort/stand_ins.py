"""Stand-ins for painters that worker processes can import, and a folder of faces to make cohorts of."""

import io
import os
import shutil
from dataclasses import replace

import numpy as np
from PIL import Image

from conftest import FIVE_POINTS
from pipeline.photographs import close_up, saved
from rofi.cohort.diseases import Disease
from rofi.cohort.effects import Effects
from rofi.cohort.face import Side
from rofi.cohort.follow_up import FollowUpPair, Visit
from rofi.cohort.painting import Painted
from rofi.cohort.plan import CohortPlan
from rofi.cohort.row import Split
from rofi.cohort.sources import divide_faces, find_faces

SIDE = 320
POINTS = (FIVE_POINTS - [96, 0] + 0.5) * SIDE / 256 - 0.5
"""Of the astronaut's close-up at this side."""
DISEASES = (Disease.PTOSIS, Disease.PTERYGIUM, Disease.CORNEAL_LEUKOMA)
SIZES = {Split.TRAIN: 6, Split.SELECTION: 2, Split.INTERNAL: 4, Split.EXTERNAL_1: 2, Split.EXTERNAL_2: 2}


def spot(face, severity, side, generator):
    """Darkens a disc of 3 mm and a bit about the middle of the eye."""
    eye = face.eye(side)
    patch = eye.patch(face.picture)
    disc = np.hypot(patch.x, patch.y) < 3 + generator.random()
    picture = patch.put(face.picture, np.where(disc[..., None], patch.pixels * (1 - 0.5 * severity), patch.pixels))
    mask = patch.spread(disc, face.picture.shape)
    return Painted(face.painted(picture), mask, {"disc_mm2": disc.sum() / face.millimetre**2})


def beyond(face, severity, side, generator):
    """A sign that is not in the picture."""
    return Painted(face, np.zeros(face.picture.shape[:2], bool))


def broken(face, severity, side, generator):
    raise ZeroDivisionError("division by zero")


def deadly(face, severity, side, generator):
    os._exit(1)


def dim(face, side, generator):
    """A sham that nobody sees."""
    return face.painted(face.picture - np.float32(0.01))


def no_confounder(face, generator):
    return face, ("none",) if generator.random() < 0.5 else ()


def pair_of(face, generator, verdict):
    before, after = (
        spot(face, severity, Side.OD, generator)
        for severity in {"better": (0.8, 0.3), "worse": (0.3, 0.8)}.get(verdict, (0.5, 0.5))
    )
    first = Visit(before.face, before.mask, 0.5, {Side.OD: {"mrd1_mm": 4.0}})
    return FollowUpPair(first, replace(first, face=after.face, mask=after.mask), verdict)


EFFECTS = Effects(dict.fromkeys(DISEASES, spot), {"dim": dim}, no_confounder, pair_of)


def effects_of(painter):
    return replace(EFFECTS, painters=dict.fromkeys(DISEASES, painter))


def plan_of(**settings):
    return CohortPlan(**{"sizes": SIZES, "diseases": DISEASES, "seed": 1, **settings})


def write_faces(folder, count=6):
    """Images of one face in `count` lights, so that no two are the same."""
    folder.mkdir()
    for number in range(count):
        pixels = np.clip(close_up(SIDE).astype(float) * (0.9 + 0.02 * number), 0, 255).astype(np.uint8)
        (folder / f"{number}.png").write_bytes(saved(pixels))
    return folder


def faces_of(plan, folder):
    return divide_faces(plan, find_faces([folder]))


def copy_of(folder, tmp_path):
    """To be spoilt."""
    return shutil.copytree(folder, tmp_path / "copy")


def content(folder):
    """Every file's bytes by its name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def opened(path):
    return np.array(Image.open(io.BytesIO(path.read_bytes())))
