"""Many files, one after another or in several processes: a bad one is reported, the rest is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from rofi import processes
from rofi.errors import RofiError
from rofi.pipeline.photos import PhotoPath
from rofi.pipeline.report import BatchReport, FileReport, Outcome

Job = processes.Job[PhotoPath, FileReport]


def run_batch(
    job: Job,
    photos: Sequence[PhotoPath],
    workers: int = 1,
    on_end: Callable[[FileReport], None] = lambda report: None,
) -> BatchReport:
    """Do every file; Ctrl-C ends the batch, with several workers after what is under way, and the report says so.

    Args:
        job: done for each file.
        photos: the files.
        workers: processes; 1 works in this one.
        on_end: called in this process as each file ends; an error of its own is that file's.

    Raises:
        RofiError: the job cannot be prepared.
    """
    start = time.monotonic()
    report = BatchReport()
    try:
        for ended in _in_turn(job, photos) if workers == 1 else _side_by_side(job, photos, workers):
            report.files.append(_told(ended, on_end))
    except KeyboardInterrupt:
        report.interrupted = True
    report.seconds = time.monotonic() - start
    return report


def _told(ended: FileReport, on_end: Callable[[FileReport], None]) -> FileReport:
    try:
        on_end(ended)
    except RofiError as error:
        return replace(ended, outcome=Outcome.FAILED, error=type(error).__name__, message=str(error))
    return ended


def _in_turn(job: Job, photos: Sequence[PhotoPath]) -> Iterator[FileReport]:
    job.prepare()
    for photo in photos:
        yield job(photo)


def _side_by_side(job: Job, photos: Sequence[PhotoPath], workers: int) -> Iterator[FileReport]:
    threads = max(1, torch.get_num_threads() // workers)
    return processes.in_processes(_WithThreads(job, threads), photos, workers, _died)


@dataclass
class _WithThreads:
    """A job that shares the machine's cores with the other processes."""

    job: Job
    threads: int

    def prepare(self) -> None:
        torch.set_num_threads(self.threads)
        self.job.prepare()

    def __call__(self, photo: PhotoPath) -> FileReport:
        return self.job(photo)


def _died(photo: PhotoPath) -> FileReport:
    """Its process was killed, or ran out of memory: one file's failure, not the batch's."""
    message = f"{photo.relative}: its process died; use fewer --workers or a smaller photograph"
    return FileReport(str(photo.path), Outcome.FAILED, error="WorkerDied", message=message)
