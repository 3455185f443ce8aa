"""rofi study: studies with human readers, made and scored."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from rofi.cli.extra import extra
from rofi.cli.options import Json, OutFolder
from rofi.cli.progress import doing
from rofi.cli.show import print_json, printable, show_error
from rofi.cohort.diseases import Sign
from rofi.cohort.row import Split
from rofi.evaluation.readers.kinds import MANUAL_SIGNS, Kind

if TYPE_CHECKING:
    from rofi.evaluation.readers.study import Study
    from rofi.evaluation.report.document import Cell, Section, Table

_HEAVY = 200 * 2**20
"""Bytes of a page that a tablet no longer opens with ease."""

app = typer.Typer(help="Studies with human readers.", no_args_is_help=True)


@app.callback()
def study() -> None:
    """Ask people what they see in protected photographs; needs the package's extra "evaluate"."""


@app.command()
def make(
    cohort: Annotated[Path, typer.Argument(help="Folder of a cohort.", show_default=False)],
    out: OutFolder,
    kind: Annotated[Kind, typer.Option("--kind", help="What is asked.", show_default=False)],
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same makes the same study.")] = 0,
    readers: Annotated[int, typer.Option("--readers", min=1, max=100, help="How many people read.")] = 3,
    patients: Annotated[
        int | None, typer.Option("--patients", min=2, help="At most so many.", show_default="all")
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            "--rounds",
            min=1,
            help="How often a reader sees each patient, each time after another method.",
            show_default="after all of them; recognition: once",
        ),
    ] = None,
    candidates: Annotated[
        int, typer.Option("--candidates", min=2, max=10, help="Recognition: people to choose among.")
    ] = 5,
    sign: Annotated[
        list[Sign] | None,
        typer.Option("--sign", help="Signs: a class that is asked for.", show_default="the paper's four"),
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option("--method", help="A method to be compared.", show_default="all")
    ] = None,
    split: Annotated[
        list[Split] | None,
        typer.Option("--split", help="Part of the cohort.", show_default="internal, external_1, external_2"),
    ] = None,
    side: Annotated[
        int | None, typer.Option("--side", min=64, max=2048, help="Longer side of the pictures, pixels.")
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option("--store", help="Folder of protected pictures, such as a report's.", show_default="OUT/store"),
    ] = None,
) -> None:
    """Make a study of the patients in COHORT: for each reader a web page that works offline, and the same as a table.

    Give each reader the folder reader-N and nothing else; keep study-key.json and store to yourself.
    """
    with extra("evaluate"):
        from rofi.evaluation.bench import BenchSettings
        from rofi.evaluation.open_bench import open_bench
        from rofi.evaluation.readers.folders import page_path
        from rofi.evaluation.readers.make import StudySettings, check_free, make_study
    signs = tuple(sign) if sign else MANUAL_SIGNS
    settings = StudySettings(kind, readers, seed, patients, rounds, candidates, signs, side)
    check_free(out)
    with doing("reading the cohort") as progress:
        bench = open_bench(cohort, store or out / "store", method, split, BenchSettings(seed=seed), progress=progress)
        made = make_study(bench, settings, out)
    _tell(made, out)
    heaviest = max(page_path(out, reader).stat().st_size for reader in range(1, readers + 1))
    if heaviest > _HEAVY:
        show_error(f"a page has {heaviest / 2**20:.0f} MiB: a tablet may not open it; use fewer --patients or --side")


@app.command()
def score(
    folder: Annotated[Path, typer.Argument(help="Folder of the study, with its key.", show_default=False)],
    answers: Annotated[list[Path], typer.Argument(help="Files that the readers handed in.", show_default=False)],
    reference: Annotated[str, typer.Option("--reference", help="Method held against the others.")] = "rofi",
    as_json: Json = False,
) -> None:
    """Check the readers' ANSWERS and work out all figures of the study in FOLDER."""
    with extra("evaluate"):
        from rofi.evaluation.readers.answers import read_answers
        from rofi.evaluation.readers.score import score_study
        from rofi.evaluation.readers.study import Study
    key = Study.load(folder)
    section = score_study(key, read_answers(key, answers), reference=reference)
    if as_json:
        print_json(_as_dict(section))
        return
    _show(section)


def _tell(made: Study, out: Path) -> None:
    pictures = sorted({len(items) for items in made.readers})
    count = " or ".join(map(str, pictures))
    typer.echo(f"study {made.name} in {out}: {len(made.subjects)} patients, {count} pictures for each reader")
    for name, images in made.refused.items():
        typer.echo(f"{name}: {len(images)} photographs refused, not in the study")
    for sentence in made.left_out:
        typer.echo(f"left out: {sentence}")


def _as_dict(section: Section) -> dict[str, Any]:
    told = asdict(section)
    del told["pictures"]  # none, and bytes are no JSON
    return told


def _show(section: Section) -> None:
    console = Console(highlight=False)
    console.print(Text(section.title, style="bold"))
    console.print(Text(section.text))
    for table in section.tables:
        console.print(_table(table))
        console.print(Text(" ".join(table.note.split()), style="dim"))
    for verdict in section.verdicts:
        console.print(Text(f"{verdict.question} {verdict.answer}", style="bold"))
    for sentence in section.left_out:
        console.print(Text(f"left out: {printable(sentence)}"))


def _table(table: Table) -> RichTable:
    shown = RichTable(title=table.title, title_justify="left")
    for column in table.columns:
        shown.add_column(column, overflow="fold")
    for row in table.rows:
        shown.add_row(*(Text(_cell(cell, table.decimals)) for cell in row))
    return shown


def _cell(cell: Cell, decimals: int) -> str:
    match cell:
        case None:
            return "–"
        case float():
            return f"{cell:z.{decimals}f}"
        case str() | int():
            return printable(str(cell))
        case interval:
            return f"{interval.estimate:z.{decimals}f} ({interval.low:z.{decimals}f} to {interval.high:z.{decimals}f})"
