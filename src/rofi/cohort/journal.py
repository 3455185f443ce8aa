"""Working through orders in several processes, with a journal by which an interrupted run goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic, TypeVar

import cv2

from rofi.cohort.making import Made
from rofi.errors import CohortError
from rofi.imaging.files import write_whole
from rofi.processes import Job, in_processes

Order = TypeVar("Order")
Key = tuple[str, int]
"""Part and number, as `Made` has them."""


@dataclass(frozen=True)
class Worked:
    """What came of orders.

    Attributes:
        made: in the orders' sequence.
        new: how many of them this run made.
        skipped: by this run, see `Made`.
    """

    made: tuple[Made, ...]
    new: int
    skipped: tuple[str, ...]


def work_through(
    journal: Path,
    folder: Path,
    orders: Mapping[Key, Order],
    job: Job[Order, Made],
    workers: int,
    on_made: Callable[[], None],
) -> Worked:
    """Do every order that the journal does not tell to be done; a line is written as each ends.

    Args:
        journal: a file, made if need be; whoever has written the tables removes it.
        folder: of the cohort.
        orders: by key.
        job: does one.
        workers: processes.
        on_made: called for every order, those done before included.

    Raises:
        CohortError: an order cannot be done, or its process died.
    """
    done = {key: made for key, made in _made_before(journal, folder).items() if key in orders}
    for _ in done:
        on_made()
    waiting = {key: order for key, order in orders.items() if key not in done}
    skipped = list[str]()
    with journal.open("a", encoding="utf-8") as file:
        for made in _run(job, waiting, workers):
            file.write(json.dumps(asdict(made)) + "\n")
            file.flush()
            done[made.part, made.number] = made
            skipped += made.skipped
            on_made()
    return Worked(tuple(done[key] for key in orders), len(waiting), tuple(skipped))


def _run(job: Job[Order, Made], orders: Mapping[Key, Order], workers: int) -> Iterator[Made]:
    if not orders:
        return
    if workers > 1:
        yield from in_processes(_OneThread(job, orders), list(orders), workers, _died)
        return
    job.prepare()
    yield from map(job, orders.values())


@dataclass
class _OneThread(Generic[Order]):
    """The job in a process beside which others work."""

    job: Job[Order, Made]
    orders: Mapping[Key, Order]

    def prepare(self) -> None:
        cv2.setNumThreads(1)
        self.job.prepare()

    def __call__(self, key: Key, /) -> Made:
        return self.job(self.orders[key])


def _died(key: Key) -> Made:
    raise CohortError(f"{' '.join(map(str, key))}: its process died; use fewer --workers, and go on")


def _made_before(journal: Path, folder: Path) -> dict[Key, Made]:
    """What the journal tells whose files are there; a line cut short by a crash is dropped from it."""
    done: dict[Key, Made] = {}
    if not journal.exists():
        return done
    for line in journal.read_text("utf-8").splitlines():
        try:
            made = Made(**json.loads(line))
            images = [cells["image"] for cells in (*made.rows, *made.truths) if "image" in cells]
        except (ValueError, TypeError, KeyError):
            continue
        if all((folder / image).is_file() for image in images):
            done[made.part, made.number] = made
    lines = (json.dumps(asdict(made)) + "\n" for made in done.values())
    write_whole(journal, "".join(lines).encode())
    return done
