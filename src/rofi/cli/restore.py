"""rofi restore: the originals of protected files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rofi.cli.keys import unlock
from rofi.cli.options import Json, KeyFile, OutFolder, Photos, Weights, Workers
from rofi.cli.show import progress_bar, show_report
from rofi.pipeline.batch import run_batch
from rofi.pipeline.jobs import RestoreJob
from rofi.pipeline.owner_log import read_log
from rofi.pipeline.photos import find_photos


class TierOption(StrEnum):
    """Which way back."""

    AUTO = "auto"
    SEALED = "sealed"
    NEURAL = "neural"


def restore(
    photos: Photos,
    key: KeyFile,
    out: OutFolder,
    tier: Annotated[
        TierOption,
        typer.Option(
            "--tier", help="The sealed original bit for bit, or the face from the pixels; auto prefers the seal."
        ),
    ] = TierOption.AUTO,
    log: Annotated[Path | None, typer.Option("--log", help="Owner's log, for files that lost their metadata.")] = None,
    workers: Workers = 1,
    weights: Weights = None,
    as_json: Json = False,
) -> None:
    """Bring the originals of protected PHOTOS back with their key."""
    found = find_photos(photos, out)
    job = RestoreJob(unlock(key), out, tier.value, read_log(log) if log else (), weights)
    with progress_bar("restoring", len(found), as_json) as advance:
        report = run_batch(job, found, workers, advance)
    show_report(report, as_json)
    raise typer.Exit(report.exit_code)
