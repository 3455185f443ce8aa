"""The program `rofi`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rofi import __version__
from rofi.cli import cohort, keys, study, train
from rofi.cli.evaluate import evaluate
from rofi.cli.inspect import inspect
from rofi.cli.model import model
from rofi.cli.protect import protect
from rofi.cli.restore import restore
from rofi.cli.show import WRONG_USE, show_error
from rofi.errors import RofiError

app = typer.Typer(
    help="Share photographs of eye patients without giving away who they are.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(keys.app, name="keys")
app.command()(protect)
app.command()(restore)
app.command()(inspect)
app.add_typer(cohort.app, name="cohort")
app.add_typer(train.app, name="train")
app.command()(evaluate)
app.add_typer(study.app, name="study")
app.command()(model)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rofi {__version__}")
        raise typer.Exit


@app.callback()
def rofi(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the version.")
    ] = False,
) -> None:
    """Share photographs of eye patients without giving away who they are."""


def main() -> None:
    """Run the command line; a named error is one line and the status of wrong use."""
    try:
        app()
    except RofiError as error:
        show_error(str(error))
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        show_error("interrupted")
        sys.exit(1)
