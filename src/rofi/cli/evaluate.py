"""rofi evaluate: the report on a cohort."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rofi.cli.extra import extra
from rofi.cli.options import Json, OutFolder, Weights, Workers
from rofi.cli.progress import counting, doing
from rofi.cli.show import printable, show_error
from rofi.cohort.row import Split

if TYPE_CHECKING:
    from rofi.evaluation.bench import Bench
    from rofi.evaluation.evaluate import Timed

QUICK_IMAGES = 6
"""Of each split in a rehearsal."""
STORE = "store"
"""Folder within the report's, with protected and restored pictures and figures: what a second run finds done."""


def evaluate(
    cohort: Annotated[Path, typer.Argument(metavar="COHORT", help="Folder of a cohort.", show_default=False)],
    out: OutFolder,
    method: Annotated[
        list[str] | None,
        typer.Option("--method", help="Compare this one; several can be named.", show_default="all that are built in"),
    ] = None,
    measure: Annotated[
        list[str] | None, typer.Option("--measure", help="This one alone; several can be named.", show_default="all")
    ] = None,
    split: Annotated[
        list[Split] | None,
        typer.Option("--split", help="Of the cohort; several can be named.", show_default="internal and external ones"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=2, help="Most images of each split.", show_default="all")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A rehearsal of minutes whose figures mean little.")] = False,
    workers: Workers = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")] = 0,
    weights: Weights = None,
    networks: Annotated[
        Path | None, typer.Option("--networks", help="Folder of the recognisers.", show_default=False)
    ] = None,
    diagnosis_weights: Annotated[
        Path | None,
        typer.Option(
            "--diagnosis-weights",
            help="Folder with ImageNet weights, resnet50* and vit*, to train these networks too as readers.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure on COHORT what ROFI and its rivals protect, keep and give back: report.html, report.json and tables.

    The same command goes on with what was interrupted. Needs the package's extra "evaluate".
    """
    with extra("evaluate"):
        from rofi.evaluation.bench import BenchSettings
        from rofi.evaluation.diagnosis.settings import DiagnosisSettings
        from rofi.evaluation.diagnosis.whole_desk import check_weights
        from rofi.evaluation.evaluate import choose_measures, run_measures
        from rofi.evaluation.open_bench import open_bench
        from rofi.evaluation.protecting import protect_all

    start = time.monotonic()
    measures = choose_measures(measure)
    settings = BenchSettings(quick=quick, seed=seed, networks=networks, diagnosis_weights=diagnosis_weights)
    check_weights(DiagnosisSettings.of(settings))
    most = min(limit or QUICK_IMAGES, QUICK_IMAGES) if quick else limit
    with doing("reading the cohort", as_json) as show:
        bench = open_bench(cohort, out / STORE, method, split, settings, most, weights, show)
    total = len(bench.cases) * len(bench.methods)
    with counting("protecting", total, as_json) as advance:
        protect_all(bench, workers, advance)
    with doing("measuring", as_json) as show:
        timed = run_measures(replace(bench, progress=show), measures, lambda facts: show(facts.about))
    _write(bench, timed, out, time.monotonic() - start)
    _show(timed, out, as_json)


def _write(bench: Bench, timed: list[Timed], out: Path, seconds: float) -> None:
    with extra("evaluate"):
        from rofi.evaluation.report.compare import compare
        from rofi.evaluation.report.facts import Missing, facts_of
        from rofi.evaluation.report.html import write_report

    sections = [each.section for each in timed]
    ours = [method for method in bench.methods if method.facts.name == "rofi"]
    facts = facts_of(
        bench,
        weights=ours[0].facts.version.partition("-")[0] if ours else "ROFI was not compared",
        date=datetime.now(UTC),
        seconds=seconds,
        missing=[
            Missing(section.title, reason)
            for section in sections
            if not section.tables and not section.pictures
            for reason in section.left_out
        ],
    )
    methods = [method.facts for method in bench.methods]
    write_report([*sections, compare(sections, methods)], facts, out)


def _show(timed: list[Timed], out: Path, as_json: bool) -> None:
    if as_json:
        print(json.dumps(json.loads((out / "report.json").read_text(encoding="utf-8"))))
        return
    table = Table("question", "answer", "")
    for each in timed:
        for verdict in each.section.verdicts:
            mark = {True: "reached", False: "not reached", None: ""}[verdict.good]
            table.add_row(Text(verdict.question), Text(verdict.answer), mark)
    console = Console(highlight=False)
    if table.row_count:
        console.print(table)
    for each in timed:
        for reason in each.section.left_out:
            show_error(f"left out of {each.section.name}: {reason}")
    slow = max(timed, key=lambda each: each.seconds, default=None)
    if slow is not None:
        took = sum(each.seconds for each in timed)
        console.print(f"{len(timed)} measures in {took:.0f} s, longest: {slow.section.name} {slow.seconds:.0f} s")
    console.print(f"report in {printable(str(out / 'report.html'))}")
