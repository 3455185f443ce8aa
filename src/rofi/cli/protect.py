"""rofi protect: a folder of photographs to a folder of protected files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rofi.cli.keys import unlock
from rofi.cli.options import Json, KeyFile, OutFolder, Photos, Weights, Workers
from rofi.cli.show import progress_bar, show_report
from rofi.pipeline.batch import run_batch
from rofi.pipeline.jobs import ProtectJob, header_of
from rofi.pipeline.owner_log import LogLine, OwnerLog
from rofi.pipeline.photos import PhotoPath, find_photos
from rofi.pipeline.protector import ProtectOptions
from rofi.pipeline.report import FileReport


class Format(StrEnum):
    """Of the protected files."""

    PNG = "png"
    JPEG = "jpeg"
    SAME = "same"


class SignDetail(StrEnum):
    """Whose pixels the sign regions show."""

    NATIVE = "native"
    NETWORK = "network"


class Names(StrEnum):
    """What the protected files are called."""

    PSEUDONYM = "pseudonym"
    KEEP = "keep"


def protect(
    photos: Photos,
    key: KeyFile,
    out: OutFolder,
    image_format: Annotated[
        Format, typer.Option("--format", help="'same' keeps the photograph's format.")
    ] = Format.PNG,
    seal: Annotated[bool, typer.Option("--seal/--no-seal", help="Carry the encrypted original in the file.")] = True,
    sign_detail: Annotated[
        SignDetail, typer.Option("--sign-detail", help="The photograph's own pixels in the eyes, or the network's.")
    ] = SignDetail.NATIVE,
    names: Annotated[
        Names, typer.Option("--names", help="File names from a pseudonym, or the photograph's own.")
    ] = Names.PSEUDONYM,
    min_face: Annotated[
        float, typer.Option("--min-face", min=8, help="Smallest distance of the outer eye corners, in pixels.")
    ] = 40.0,
    log: Annotated[
        Path | None,
        typer.Option("--log", help="Owner's log: restores files that lost their metadata; keep it private."),
    ] = None,
    workers: Workers = 1,
    weights: Weights = None,
    as_json: Json = False,
) -> None:
    """Replace the faces in PHOTOS by other people's, keeping every sign of eye disease."""
    found = find_photos(photos, out)
    options = ProtectOptions(
        image_format=image_format.value,
        seal=seal,
        sign_detail=sign_detail.value,
        min_face=min_face,
    )
    secret = unlock(key)
    owner_log = OwnerLog(log) if log else None
    job = ProtectJob(secret, out, options, names.value, weights)
    relative = {str(photo.path): photo for photo in found}
    with progress_bar("protecting", len(found), as_json) as advance:

        def ended(report: FileReport) -> None:
            advance(report)
            if owner_log is not None and report.result is not None:
                _log(owner_log, out, relative[report.source], Path(report.result))

        report = run_batch(job, found, workers, ended)
    show_report(report, as_json)
    raise typer.Exit(report.exit_code)


def _log(owner_log: OwnerLog, out: Path, photo: PhotoPath, result: Path) -> None:
    header = header_of(result)
    if header is not None:
        owner_log.add(LogLine(str(result.relative_to(out)), str(photo.relative), header))
