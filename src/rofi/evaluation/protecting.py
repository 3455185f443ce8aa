"""Every photograph by every method, in several processes, before anything is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import torch

from rofi.errors import RofiError
from rofi.evaluation.bench import Bench, BenchSettings, Case
from rofi.evaluation.methods.method import Method, ReversibleMethod
from rofi.evaluation.store import Store
from rofi.processes import in_processes

_MANY = 8
"""Photographs a process is given at a time, of one method, whose networks it then loads once."""


@dataclass(frozen=True)
class Portion:
    """Some cases by one method."""

    method: Method
    cases: tuple[Case, ...]


@dataclass
class _ProtectJob:
    """In a process of its own: protects, and restores where there is a way back, into the store."""

    cohort: Path
    folder: Path
    settings: BenchSettings
    _bench: Bench | None = field(default=None, repr=False)

    def prepare(self) -> None:
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        self._bench = Bench(self.cohort, (), (), Store(self.folder), self.settings)

    def __call__(self, portion: Portion, /) -> str | None:
        """None, or what went wrong."""
        assert self._bench is not None
        try:
            for case in portion.cases:
                self._bench.protected_file(case, portion.method)
                if isinstance(portion.method, ReversibleMethod):
                    self._bench.restored(case, portion.method)
        except RofiError as error:
            return str(error)
        return None


def protect_all(bench: Bench, workers: int, on_done: Callable[[int], None] = lambda count: None) -> None:
    """Let every method work on every case that the store does not hold yet.

    Args:
        bench: see `Bench`.
        workers: processes.
        on_done: called with the number of photographs just done.

    Raises:
        RofiError: a photograph or the store fails; what is done stays done.
    """
    portions = [
        Portion(method, bench.cases[start : start + _MANY])
        for method in bench.methods
        for start in range(0, len(bench.cases), _MANY)
    ]
    if workers < 2:
        job = _ProtectJob(bench.cohort, bench.store.folder, bench.settings, bench)
        for portion in portions:
            _raise_if_failed(job(portion))
            on_done(len(portion.cases))
        return
    job = _ProtectJob(bench.cohort, bench.store.folder, bench.settings)
    for failure in in_processes(job, portions, workers, _died):
        _raise_if_failed(failure)
        on_done(_MANY)


def _raise_if_failed(failure: str | None) -> None:
    if failure is not None:
        raise RofiError(failure)


def _died(portion: Portion) -> str:
    names = ", ".join(case.row.image for case in portion.cases)
    return f"{portion.method.facts.title}: the process died over one of {names}; use fewer --workers, and go on"
