"""rofi cohort: folders of patients, made or a hospital's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rofi.cli.options import Json, OutFolder, Workers
from rofi.cli.progress import counting
from rofi.cli.show import print_json, printable, show_error
from rofi.cohort.check import CohortTables, check_cohort, count_by_split, open_cohort
from rofi.cohort.finding import Finding
from rofi.cohort.make import make_cohort
from rofi.cohort.plan import PAPER_SIZES, CohortPlan
from rofi.cohort.row import Split
from rofi.cohort.sources import divide_faces, find_faces

_MOST_SKIPPED = 20

app = typer.Typer(help="Cohorts of patients.", no_args_is_help=True)


@app.callback()
def cohort() -> None:
    """Make a cohort of synthetic patients from faces, or check one before training and tests."""


External = Annotated[list[Path] | None, typer.Option(help="Faces of that split alone.", show_default=False)]
Size = Annotated[int, typer.Option(min=0, help="Patients of that split.")]


@app.command()
def make(
    sources: Annotated[list[Path], typer.Argument(help="Folders or tar archives of faces.", show_default=False)],
    out: OutFolder,
    external_1: External = None,
    external_2: External = None,
    held_out: Annotated[
        list[Path] | None, typer.Option(help="Faces of selection and internal alone.", show_default=False)
    ] = None,
    train: Size = PAPER_SIZES[Split.TRAIN],
    selection: Size = PAPER_SIZES[Split.SELECTION],
    internal: Size = PAPER_SIZES[Split.INTERNAL],
    external_1_size: Size = PAPER_SIZES[Split.EXTERNAL_1],
    external_2_size: Size = PAPER_SIZES[Split.EXTERNAL_2],
    diseased: Annotated[
        float, typer.Option("--diseased", min=0, max=1, help="Share of the ill in train and selection.")
    ] = 0.5,
    before: Annotated[
        float,
        typer.Option("--before", min=0, max=1, help="Share of the ill in train with a photograph from before."),
    ] = 0.0,
    follow_up: Annotated[int, typer.Option("--follow-up", min=0, help="Pairs before and after treatment.")] = 0,
    id_photographs: Annotated[
        bool, typer.Option("--id-photographs", help="An ID photograph of every patient of the last three splits.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same makes the same cohort.")] = 0,
    workers: Workers = 1,
) -> None:
    """Paint signs of eye disease on the faces in SOURCES; the same command goes on with what was interrupted."""
    sizes = dict(zip(Split, (train, selection, internal, external_1_size, external_2_size), strict=True))
    plan = CohortPlan(sizes, diseased, before=before, follow_up=follow_up, id_photographs=id_photographs, seed=seed)
    own = (find_faces(found) if found else None for found in (external_1, external_2, held_out))
    faces = divide_faces(plan, find_faces(sources), *own)
    with counting("making", plan.count) as advance:
        cohort = make_cohort(plan, faces, out, workers, on_made=lambda: advance(1))
    for reason in cohort.skipped[:_MOST_SKIPPED]:
        show_error(reason)
    another = f"; faces passed over: {len(cohort.skipped)}" if cohort.skipped else ""
    typer.echo(f"{cohort.made} made in {cohort.folder}{another}")


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a cohort.", show_default=False)],
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Tell everything that is wrong with the cohort in DIR: its table, its files and every image."""
    tables = open_cohort(folder)
    with counting("checking", len(tables.entries), as_json) as advance:
        findings = check_cohort(folder, workers, lambda _: advance(1), tables)
    _show(tables, findings, as_json)
    raise typer.Exit(int(bool(findings)))


def _show(tables: CohortTables, findings: Sequence[Finding], as_json: bool) -> None:
    counts = count_by_split(tables.rows.records.values())
    if as_json:
        print_json({"splits": counts, "findings": [asdict(finding) for finding in findings]})
        return
    console = Console(highlight=False)
    if counts:
        console.print(
            _table(("split", *next(iter(counts.values()))), ((name, *of.values()) for name, of in counts.items()))
        )
    if findings:
        rows = ((f.table, "" if f.line is None else f.line, f.image, f.problem) for f in findings)
        console.print(_table(("table", "line", "image", "problem"), rows))
    console.print(f"{len(findings)} finding{'s' * (len(findings) > 1)}" if findings else "nothing wrong")


def _table(header: Sequence[str], rows: Iterator[Sequence[object]]) -> Table:
    table = Table(*header)
    for row in rows:
        table.add_row(*(Text(printable(str(cell)), overflow="fold") for cell in row))
    return table
