"""rofi keys: make a key file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rofi.keys.secret import Secret
from rofi.keys.store import load_secret, save_secret

app = typer.Typer(help="Key files.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Key files: whoever has one can restore every photograph protected with it; without it nobody can."""


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="The key file to make; one that exists is never overwritten.")],
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Encrypt it with a passphrase (Argon2id).")] = False,
) -> None:
    """Make a new secret key."""
    words = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True) if passphrase else None
    save_secret(Secret.new(), file, words)
    typer.echo(f"{file}: keep it safe and keep a copy; without it the originals cannot come back")


def unlock(file: Path) -> Secret:
    """The secret of a key file; asks for the passphrase if it is encrypted."""
    return load_secret(file, lambda: str(typer.prompt(f"Passphrase of {file.name}", hide_input=True, err=True)))
