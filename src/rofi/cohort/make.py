"""Making the folder of a cohort: in several processes, and gone on with where it was left."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rofi import __version__
from rofi.cohort.effects import Effects, shipped_effects
from rofi.cohort.follow_up import Verdict
from rofi.cohort.follow_up_table import parse_pair, write_pairs
from rofi.cohort.id_photographs import add_id_photographs
from rofi.cohort.journal import Worked, work_through
from rofi.cohort.layout import FOLLOW_UP_PART, MASKS, SETTINGS, TABLE, TRUTH_FOLDER, TRUTH_FOLLOW_UP
from rofi.cohort.making import Made, MakeJob, Order, PairOrder, part_of
from rofi.cohort.plan import CohortPlan
from rofi.cohort.row import Split
from rofi.cohort.sources import SourceFace, fingerprint
from rofi.cohort.table import parse_row, write_table
from rofi.cohort.truth import parse_truth, write_truth
from rofi.errors import CohortError, OutputError
from rofi.imaging.files import write_whole

_JOURNAL = f"{TRUTH_FOLDER}/.made.jsonl"
"""A line for everything made, until the tables are written."""
_ADDED_LATER = "id_photographs"
"""Absent from the settings of cohorts made before there were any."""


@dataclass(frozen=True)
class MadeCohort:
    """What `make_cohort` left.

    Attributes:
        folder: of the cohort.
        made: patients, pairs and ID photographs that this run made; those there already do not count.
        skipped: why faces were not taken, a line each.
    """

    folder: Path
    made: int = 0
    skipped: Sequence[str] = field(default_factory=tuple)


def make_cohort(
    plan: CohortPlan,
    faces: Mapping[Split, Sequence[SourceFace]],
    out: Path,
    workers: int = 1,
    effects: Effects | None = None,
    on_made: Callable[[], None] = lambda: None,
) -> MadeCohort:
    """Make a cohort, or go on with one that was interrupted. The same plan and faces give the same files.

    Args:
        plan: settings.
        faces: of each split, see `divide_faces`.
        out: folder; empty, not there yet, or of the same settings. ID photographs can be added to a whole cohort.
        workers: processes.
        effects: what is painted with; None takes the package's own.
        on_made: called for every patient, pair or ID photograph, those made before included.

    Raises:
        CohortError: `out` holds something else, or too few faces can be used.
        OutputError: `out` cannot be written.
    """
    orders = {(part_of(order), order.number): order for order in _orders(plan)}
    _begin(plan, faces, out, [part for part, _ in orders])
    job = MakeJob(out, plan, faces, effects or shipped_effects())
    worked = Worked((), 0, ())
    if (out / TABLE).exists():
        for _ in orders:
            on_made()
    else:
        worked = work_through(out / _JOURNAL, out, orders, job, workers, on_made)
        _finish(out, worked.made)
    if not plan.id_photographs:
        return MadeCohort(out, worked.new, worked.skipped)
    added = add_id_photographs(out, job, workers, on_made)
    return MadeCohort(out, worked.new + added.new, (*worked.skipped, *added.skipped))


def _orders(plan: CohortPlan) -> list[Order]:
    patients: list[Order] = [patient for split in Split for patient in plan.patients(split)]
    generator = np.random.default_rng([plan.seed, len(Split) + 1])
    verdicts = [list(Verdict)[index % len(Verdict)] for index in generator.permutation(plan.follow_up)]
    return [*patients, *(PairOrder(number, verdict) for number, verdict in enumerate(verdicts))]


def _begin(plan: CohortPlan, faces: Mapping[Split, Sequence[SourceFace]], out: Path, parts: Sequence[str]) -> None:
    """Folders and settings, or the proof that those there are the same."""
    of_faces = {str(split): fingerprint(faces[split]) for split in Split}
    settings = {"version": __version__, **plan.to_dict(), "faces": of_faces}
    path, adds = out / SETTINGS, True
    try:
        if path.exists():
            adds = _check_same(path, settings)
        elif out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise CohortError(f"{out}: is there and no cohort; name a new or empty folder")
        for part in sorted(set(parts)):
            (out / "images" / part).mkdir(parents=True, exist_ok=True)
            (out / MASKS / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}") from error
    if adds:
        write_whole(path, json.dumps(settings, indent=2).encode() + b"\n")


def _check_same(path: Path, settings: Mapping[str, Any]) -> bool:
    """Whether the settings add something that does not change what is there: ID photographs.

    Raises:
        CohortError: they differ in anything else.
    """
    try:
        before = {_ADDED_LATER: False, **json.loads(path.read_bytes())}
        differing = [name for name in settings if before.get(name) != settings[name]]
    except (ValueError, TypeError) as error:
        raise CohortError(f"{path}: damaged; remove the folder and make the cohort anew") from error
    if differing == [_ADDED_LATER] and settings[_ADDED_LATER]:
        return True
    if differing:
        raise CohortError(
            f"{path.parent}: holds a cohort of other settings ({', '.join(differing)}); name another --out"
        )
    return False


def _finish(out: Path, made: Sequence[Made]) -> None:
    """The tables, cohort.csv last: it says that all patients and pairs are there."""
    pairs = [one for one in made if one.part == FOLLOW_UP_PART]
    images = [one for one in made if one.part != FOLLOW_UP_PART]
    if pairs:
        write_truth(out, (parse_truth(truth) for one in pairs for truth in one.truths), TRUTH_FOLLOW_UP)
        write_pairs(out, (parse_pair(row) for one in pairs for row in one.rows))
    write_truth(out, (parse_truth(truth) for one in images for truth in one.truths))
    write_table(out, (parse_row(row) for one in images for row in one.rows))
    (out / _JOURNAL).unlink()
