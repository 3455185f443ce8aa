"""How long work shows that it goes on: on standard error, so that results can be piped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from rofi.cli.show import messages, printable


@contextmanager
def doing(first: str, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A line with what is being done now; call it with that.

    Args:
        first: shown to begin with.
        quiet: shows nothing.
    """
    columns = SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=messages(), disable=quiet) as bar:
        task = bar.add_task(first, total=None)
        yield lambda now: bar.update(task, description=printable(now))


@contextmanager
def counting(what: str, total: int, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A bar; call it with how many more are done.

    Args:
        what: is being done.
        total: of items.
        quiet: shows nothing.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages(), disable=quiet) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.update(task, advance=count)
