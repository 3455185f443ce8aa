"""How a command shows progress, results and errors: to people by Rich, to machines as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from rofi.pipeline.report import BatchReport, FileReport, Outcome

WRONG_USE = 2
MOST_ROWS = 20
"""Of a larger batch only what failed is listed."""
_DETAILS = {
    "coarse": ", coarse: the file was compressed since",
    "none": ", a stranger: the key does not fit, or too much of the file is lost",
}
_STYLES = {Outcome.DONE: "green", Outcome.SKIPPED: "dim", Outcome.FAILED: "red"}


def messages() -> Console:
    """Where people are told things: standard error, so that results can be piped."""
    return Console(stderr=True, highlight=False)


def show_error(message: str) -> None:
    """One line."""
    messages().print(Text(f"rofi: {printable(message)}", style="red"), soft_wrap=True)


def printable(text: str) -> str:
    """Text that any terminal takes: file names may be bytes of no encoding (PEP 383)."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def print_json(values: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    print(json.dumps(values))


@contextmanager
def progress_bar(what: str, total: int, quiet: bool) -> Iterator[Callable[[FileReport], None]]:
    """A bar with rate and time left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages(), disable=quiet) as bar:
        task = bar.add_task(what, total=total, rate="")

        def ended(_: FileReport) -> None:
            speed = bar.tasks[task].finished_speed or bar.tasks[task].speed
            bar.update(task, advance=1, rate=f"{speed:.2f}/s" if speed else "")

        yield ended


def show_report(report: BatchReport, as_json: bool) -> None:
    """The summary of a batch."""
    if as_json:
        print_json(report.to_dict())
        return
    shown = [file for file in report.files if len(report.files) <= MOST_ROWS or file.outcome is Outcome.FAILED]
    table = Table("file", "outcome", "result", "seconds")
    for file in shown:
        result = file.error or file.result or ""
        if file.tier:
            result += f" ({file.tier}{_DETAILS.get(file.detail or '', '')})"
        style = _STYLES[file.outcome]
        source, outcome = Text(printable(file.source)), Text(file.outcome, style=style)
        table.add_row(source, outcome, Text(printable(result)), f"{file.seconds:.1f}")
    console = Console(highlight=False)
    if shown:
        console.print(table)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in report.counts.items())
    console.print(f"{counts} in {report.seconds:.1f} s")
    for file in shown:
        if file.message:  # not in the table, which would break the line
            show_error(file.message)
    for file in report.files:
        if file.warning:
            messages().print(Text(f"rofi: {printable(file.warning)}", style="yellow"), soft_wrap=True)
    if report.interrupted:
        show_error("interrupted; run the same command again to go on")
