"""rofi train: training sets from photographs, and training runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.progress import Progress, SpinnerColumn, TextColumn

from rofi.cli.extra import extra
from rofi.cli.show import messages, show_error
from rofi.errors import PhotoError
from rofi.imaging.decode import decode
from rofi.imaging.photo_source import read_photos

app = typer.Typer(help="Training.", no_args_is_help=True)


@contextmanager
def _counting(what: str) -> Iterator[Callable[[str], None]]:
    """Shows how many have been aligned, and the last one's name."""
    columns = SpinnerColumn(), TextColumn(f"{{task.completed}} {what}, {{task.fields[name]}}")
    with Progress(*columns, console=messages()) as bar:
        task = bar.add_task("aligning", total=None, name="")
        yield lambda name: bar.update(task, advance=1, name=name)


@app.callback()
def train() -> None:
    """Train a model on your own photographs; needs the extra: pip install 'rofi-face[train]'."""


@app.command()
def align(
    sources: Annotated[list[Path], typer.Argument(help="Folders or tar archives of photographs.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the aligned faces.")],
    view: Annotated[int, typer.Option("--view", min=64, help="Side of the aligned face in pixels.")] = 256,
) -> None:
    """Make a training set: find, align and measure every face of the photographs."""
    from rofi.training.faces import align_photos

    def photographs() -> Iterator[tuple[str, NDArray[np.uint8]]]:
        for name, data in read_photos(sources):
            try:
                yield name, decode(data, name).pixels
            except PhotoError as error:
                show_error(str(error))

    with _counting("photographs") as progress:
        count = align_photos(photographs(), out, view, progress)
    typer.echo(f"{count} faces in {out}")


@app.command()
def run(
    config: Annotated[Path, typer.Option("--config", help="JSON file of the run; see configs/.")],
    faces: Annotated[Path, typer.Option("--faces", help="Training faces, made by 'rofi train align'.")],
    selection: Annotated[Path, typer.Option("--selection", help="Faces kept apart for model selection.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the run; one that has a checkpoint is gone on with.")],
    networks: Annotated[Path | None, typer.Option("--networks", help="Folder of the frozen networks.")] = None,
    start_from: Annotated[Path | None, typer.Option("--start-from", help="Weights to begin with.")] = None,
    signs: Annotated[Path | None, typer.Option("--signs", help="A sign detector, made by 'rofi train signs'.")] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0, help="Stop, saved, after so long; 0: never.")] = 0,
    devices: Annotated[int, typer.Option("--devices", min=1, help="GPUs or processes on this machine.")] = 1,
    nodes: Annotated[int, typer.Option("--nodes", min=1, help="Machines, when started by torchrun.")] = 1,
) -> None:
    """Train, or go on with, a model; 'torchrun' starts the same command on several machines."""
    with extra("train"):
        from rofi.training.config import TrainingConfig
        from rofi.training.fabric import make_fabric
        from rofi.training.run import train as train_model
    settings = TrainingConfig.load(config)
    if seconds:
        settings = replace(settings, seconds=seconds)
    progress = train_model(settings, faces, selection, out, networks, start_from, make_fabric(devices, nodes), signs)
    typer.echo(f"step {progress.step}, best selection loss {progress.best:.4f}; weights in {out}")


@app.command()
def codebook(
    faces: Annotated[Path, typer.Option("--faces", help="Training faces, made by 'rofi train align'.")],
    selection: Annotated[Path, typer.Option("--selection", help="Other faces, by which the error is told.")],
    out: Annotated[Path, typer.Option("--out", help="The codebook's file.")],
    size: Annotated[int, typer.Option("--size", min=1, help="Coordinates of a face.")] = 2048,
) -> None:
    """Fit the codebook that tells a face in brief, for the way back from files compressed as JPEG."""
    with extra("train"):
        from rofi.model.face_codebook import FaceCodebook, save_codebook
        from rofi.training.codebook_fit import fit_codebook
        from rofi.training.faces import load_faces
    fitted = FaceCodebook(size)
    fit_codebook(fitted, load_faces(faces), load_faces(selection))
    save_codebook(fitted, out)
    typer.echo(f"codebook {fitted.digest} in {out}")


@app.command()
def signs(
    cohort: Annotated[Path, typer.Argument(help="Folder with cohort.csv; its splits train and selection are used.")],
    config: Annotated[Path, typer.Option("--config", help="JSON file of the run; see configs/signs-cpu.json.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the run; one that has a checkpoint is gone on with.")],
    faces: Annotated[
        Path | None, typer.Option("--faces", help="Folder for the aligned faces, for several runs.")
    ] = None,
    start_from: Annotated[Path | None, typer.Option("--start-from", help="A detector's weights to begin with.")] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0, help="Stop, saved, after so long; 0: never.")] = 0,
    devices: Annotated[int, typer.Option("--devices", min=1, help="GPUs or processes on this machine.")] = 1,
    nodes: Annotated[int, typer.Option("--nodes", min=1, help="Machines, when started by torchrun.")] = 1,
) -> None:
    """Train, or go on with, a sign detector on healthy / diseased labels alone."""
    with extra("train"):
        from rofi.training.fabric import make_fabric
        from rofi.training.signs.config import SignTrainingConfig
        from rofi.training.signs.loop import BEST
        from rofi.training.signs.run import open_faces, train_signs
    settings = SignTrainingConfig.load(config)
    if seconds:
        settings = replace(settings, seconds=seconds)
    fabric = make_fabric(devices, nodes)
    with _counting("images") as count:
        sets = open_faces(cohort, faces or out / "faces", settings.view, fabric, count)
    progress = train_signs(settings, *sets, out, start_from, fabric)
    typer.echo(f"step {progress.step}, best selection AUROC {1 - progress.best:.4f}; weights in {out / BEST}")
