"""Many files, one after another or in several processes: a bad one is reported, the rest is done."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import ClassVar, Protocol

import torch

from rofi.errors import RofiError
from rofi.pipeline.photos import PhotoPath
from rofi.pipeline.report import BatchReport, FileReport, Outcome


class Job(Protocol):
    """Work on one file; picklable, and made ready once in every process by `prepare`."""

    def prepare(self) -> None:
        """Load what every file needs."""

    def __call__(self, photo: PhotoPath) -> FileReport:
        """Do one file; every expected error is in the result."""


class _Worker:
    """The job of a worker process, prepared once."""

    job: ClassVar[Job]
    unready: ClassVar[RofiError | None] = None

    @classmethod
    def start(cls, job: Job, threads: int) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
        torch.set_num_threads(threads)
        try:
            job.prepare()
        except RofiError as error:
            cls.unready = error  # raised here it would reach the parent as a pool that broke, without a reason
        cls.job = job

    @classmethod
    def run(cls, photo: PhotoPath) -> FileReport:
        if cls.unready is not None:
            raise cls.unready
        return cls.job(photo)


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
        for ended in _in_turn(job, photos) if workers == 1 else _in_processes(job, photos, workers):
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


def _in_processes(job: Job, photos: Sequence[PhotoPath], workers: int) -> Iterator[FileReport]:
    """In a pool of processes; when one of them dies, what may have killed it is done again in a process of its own.

    A pool breaks as a whole and cannot say over which file. The files under way are the first of those it leaves; in a
    single process that dies in turn, the first file left is the one.
    """
    lost = yield from _in_pool(job, photos, workers)
    while lost:
        suspects, rest = lost[:workers], lost[workers:]
        survived = False
        while suspects:
            left = yield from _in_pool(job, suspects, 1)
            survived |= len(left) < len(suspects)
            if left:
                yield _died(left[0])
            suspects = left[1:]
        if not survived:  # then it is not the files that processes die of
            yield from map(_died, rest)
            return
        lost = yield from _in_pool(job, rest, workers)


def _in_pool(job: Job, photos: Sequence[PhotoPath], workers: int) -> Generator[FileReport, None, list[PhotoPath]]:
    """Every file, as they end; returns those that a broken pool leaves undone, in the order given."""
    threads = max(1, torch.get_num_threads() // workers)
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_Worker.start, initargs=(job, threads))
    waiting: dict[Future[FileReport], int] = {}
    lost: list[int] = []
    try:
        with _interrupts_held(), suppress(BrokenProcessPool):  # it may break before all are handed in
            for number, photo in enumerate(photos):
                waiting[pool.submit(_Worker.run, photo)] = number
        lost += range(len(waiting), len(photos))
        while waiting:
            ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ended:
                number = waiting.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    lost.append(number)
                else:
                    yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return [photos[number] for number in sorted(lost)]


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C comes after this, not amid it: a process half started complains, and so does one that hears of it.

    Processes started meanwhile inherit the mask, until they come to ignore the signal themselves. But a mask is its
    thread's own: the signal may come by another thread, so it is also taken down here.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # nobody is interrupted here
        return
    came: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if hasattr(signal, "pthread_sigmask") else None
    try:
        yield
    finally:
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler)
    if came:
        signal.raise_signal(signal.SIGINT)


def _died(photo: PhotoPath) -> FileReport:
    """Its process was killed, or ran out of memory: one file's failure, not the batch's."""
    message = f"{photo.relative}: its process died; use fewer --workers or a smaller photograph"
    return FileReport(str(photo.path), Outcome.FAILED, error="WorkerDied", message=message)
