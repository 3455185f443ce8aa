"""Making the folder of a cohort: in several processes, and gone on with where it was left."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from rofi import __version__
from rofi.cohort.effects import Effects, shipped_effects
from rofi.cohort.follow_up import Verdict
from rofi.cohort.follow_up_table import parse_pair, write_pairs
from rofi.cohort.layout import FOLLOW_UP_PART, MASKS, SETTINGS, TABLE, TRUTH_FOLDER, TRUTH_FOLLOW_UP
from rofi.cohort.making import Made, MakeJob, Order, PairOrder, part_of
from rofi.cohort.plan import CohortPlan
from rofi.cohort.row import Split
from rofi.cohort.sources import SourceFace, fingerprint
from rofi.cohort.table import parse_row, write_table
from rofi.cohort.truth import parse_truth, write_truth
from rofi.errors import CohortError, OutputError
from rofi.imaging.files import write_whole
from rofi.processes import in_processes

_JOURNAL = f"{TRUTH_FOLDER}/.made.jsonl"
"""A line for everything made, until the tables are written."""


@dataclass(frozen=True)
class MadeCohort:
    """What `make_cohort` left.

    Attributes:
        folder: of the cohort.
        made: images and pairs that this run made; those there already do not count.
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
        out: folder; empty, not there yet, or of the same settings.
        workers: processes.
        effects: what is painted with; None takes the package's own.
        on_made: called for every patient or pair, those made before included.

    Raises:
        CohortError: `out` holds something else, or too few faces can be used.
        OutputError: `out` cannot be written.
    """
    orders = _orders(plan)
    _begin(plan, faces, out, [part_of(order) for order in orders])
    done = _made_before(out)
    for _ in done:
        on_made()
    if (out / TABLE).exists():
        return MadeCohort(out)
    waiting = [order for order in orders if (part_of(order), order.number) not in done]
    job = MakeJob(out, plan, faces, effects or shipped_effects())
    skipped = list[str]()
    with (out / _JOURNAL).open("a", encoding="utf-8") as journal:
        for made in _run(job, waiting, workers):
            journal.write(json.dumps(asdict(made)) + "\n")
            journal.flush()
            done[made.part, made.number] = made
            skipped += made.skipped
            on_made()
    _finish(out, [done[part_of(order), order.number] for order in orders])
    return MadeCohort(out, len(waiting), tuple(skipped))


def _orders(plan: CohortPlan) -> list[Order]:
    patients: list[Order] = [patient for split in Split for patient in plan.patients(split)]
    generator = np.random.default_rng([plan.seed, len(Split) + 1])
    verdicts = [list(Verdict)[index % len(Verdict)] for index in generator.permutation(plan.follow_up)]
    return [*patients, *(PairOrder(number, verdict) for number, verdict in enumerate(verdicts))]


def _run(job: MakeJob, orders: Sequence[Order], workers: int) -> Iterator[Made]:
    if not orders:
        return
    if workers > 1:
        yield from in_processes(_OneThread(job), orders, workers, _died)
        return
    job.prepare()
    yield from map(job, orders)


@dataclass
class _OneThread:
    """The job in a process beside which others work."""

    job: MakeJob

    def prepare(self) -> None:
        cv2.setNumThreads(1)
        self.job.prepare()

    def __call__(self, order: Order, /) -> Made:
        return self.job(order)


def _died(order: Order) -> Made:
    raise CohortError(f"{part_of(order)} {order.number}: its process died; use fewer --workers, and go on")


def _begin(plan: CohortPlan, faces: Mapping[Split, Sequence[SourceFace]], out: Path, parts: Sequence[str]) -> None:
    """Folders and settings, or the proof that those there are the same."""
    of_faces = {str(split): fingerprint(faces[split]) for split in Split}
    settings = {"version": __version__, **plan.to_dict(), "faces": of_faces}
    path = out / SETTINGS
    try:
        if path.exists():
            _check_same(path, settings)
        elif out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise CohortError(f"{out}: is there and no cohort; name a new or empty folder")
        for part in sorted(set(parts)):
            (out / "images" / part).mkdir(parents=True, exist_ok=True)
            (out / MASKS / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}") from error
    if not path.exists():
        write_whole(path, json.dumps(settings, indent=2).encode() + b"\n")


def _check_same(path: Path, settings: Mapping[str, Any]) -> None:
    try:
        before = json.loads(path.read_bytes())
        differing = [name for name in settings if before.get(name) != settings[name]]
    except (ValueError, AttributeError) as error:
        raise CohortError(f"{path}: damaged; remove the folder and make the cohort anew") from error
    if differing:
        raise CohortError(
            f"{path.parent}: holds a cohort of other settings ({', '.join(differing)}); name another --out"
        )


def _made_before(out: Path) -> dict[tuple[str, int], Made]:
    """What the journal tells whose files are there; a line cut short by a crash is dropped from it."""
    path = out / _JOURNAL
    done: dict[tuple[str, int], Made] = {}
    if not path.exists():
        return done
    for line in path.read_text("utf-8").splitlines():
        try:
            made = Made(**json.loads(line))
            images = [truth["image"] for truth in made.truths]
        except (ValueError, TypeError, KeyError):
            continue
        if all((out / image).is_file() for image in images):
            done[made.part, made.number] = made
    lines = (json.dumps(asdict(made)) + "\n" for made in done.values())
    write_whole(path, "".join(lines).encode())
    return done


def _finish(out: Path, made: Sequence[Made]) -> None:
    """The tables, cohort.csv last: it says that all is there."""
    pairs = [one for one in made if one.part == FOLLOW_UP_PART]
    images = [one for one in made if one.part != FOLLOW_UP_PART]
    if pairs:
        write_truth(out, (parse_truth(truth) for one in pairs for truth in one.truths), TRUTH_FOLLOW_UP)
        write_pairs(out, (parse_pair(row) for one in pairs for row in one.rows))
    write_truth(out, (parse_truth(truth) for one in images for truth in one.truths))
    write_table(out, (parse_row(row) for one in images for row in one.rows))
    (out / _JOURNAL).unlink()
