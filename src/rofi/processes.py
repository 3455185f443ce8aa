"""One job on many items in several processes: a process that dies costs the item it died of."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, Protocol, TypeVar

from rofi.errors import RofiError

Item = TypeVar("Item")
Result = TypeVar("Result")
ItemIn = TypeVar("ItemIn", contravariant=True)
ResultOut = TypeVar("ResultOut", covariant=True)


class Job(Protocol[ItemIn, ResultOut]):
    """Work on one item; picklable, and made ready once in every process by `prepare`."""

    def prepare(self) -> None:
        """Load what every item needs."""

    def __call__(self, item: ItemIn, /) -> ResultOut:
        """Do one item; every expected error is in the result."""


class _Worker:
    """The job of a worker process, prepared once."""

    job: ClassVar[Job[Any, Any]]
    unready: ClassVar[RofiError | None] = None

    @classmethod
    def start(cls, job: Job[Any, Any]) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
        try:
            job.prepare()
        except RofiError as error:
            cls.unready = error  # raised here it would reach the parent as a pool that broke, without a reason
        cls.job = job

    @classmethod
    def run(cls, item: Any) -> Any:
        if cls.unready is not None:
            raise cls.unready
        return cls.job(item)


def in_processes(
    job: Job[Item, Result], items: Sequence[Item], workers: int, died: Callable[[Item], Result]
) -> Iterator[Result]:
    """Every item's result, as they end, from a pool of spawned processes.

    A pool breaks as a whole when one of its processes dies, and cannot say over which item. The items under way are the
    first of those it leaves; each is done again in a process of its own, and of one that dies in turn the first item
    left is the one.

    Args:
        job: done for each item.
        items: picklable.
        workers: processes.
        died: the result of an item that its process died of.

    Raises:
        RofiError: the job cannot be prepared.
    """
    lost = yield from _in_pool(job, items, workers)
    while lost:
        suspects, rest = lost[:workers], lost[workers:]
        survived = False
        while suspects:
            left = yield from _in_pool(job, suspects, 1)
            survived |= len(left) < len(suspects)
            if left:
                yield died(left[0])
            suspects = left[1:]
        if not survived:  # then it is not the items that processes die of
            yield from map(died, rest)
            return
        lost = yield from _in_pool(job, rest, workers)


def _in_pool(job: Job[Item, Result], items: Sequence[Item], workers: int) -> Generator[Result, None, list[Item]]:
    """Every item, as they end; returns those that a broken pool leaves undone, in the order given."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_Worker.start, initargs=(job,))
    waiting: dict[Future[Result], int] = {}
    lost: list[int] = []
    try:
        with _interrupts_held(), suppress(BrokenProcessPool):  # it may break before all are handed in
            for number, item in enumerate(items):
                waiting[pool.submit(_Worker.run, item)] = number
        lost += range(len(waiting), len(items))
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
    return [items[number] for number in sorted(lost)]


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
