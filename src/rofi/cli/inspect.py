"""rofi inspect: what a file is, told without the key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from rofi.cli.options import Json
from rofi.cli.show import print_json, show_error
from rofi.errors import HeaderDamaged
from rofi.imaging.files import read_file
from rofi.imaging.formats import sniff
from rofi.imaging.protected_file import unpack
from rofi.keys.derivation import pseudonym


def inspect(
    file: Annotated[Path, typer.Argument(help="Any file.")],
    as_json: Json = False,
) -> None:
    """Tell what FILE is, without the key."""
    try:
        values = describe(file)
    except HeaderDamaged as error:
        show_error(f"{file}: {error}")
        raise typer.Exit(1) from error
    if as_json:
        print_json(values)
        return
    table = Table(show_header=False, box=None)
    for name, value in values.items():
        table.add_row(name, str(value))
    Console(highlight=False).print(table)


def describe(file: Path) -> dict[str, Any]:
    """What can be told of a file.

    Raises:
        UnreadablePhoto: it cannot be read.
        HeaderDamaged: it is a protected file with a damaged header.
    """
    data = read_file(file)
    image_format = sniff(data)
    protected = unpack(data)
    values: dict[str, Any] = {
        "file": str(file),
        "format": str(image_format) if image_format else "not an image",
        "protected": protected is not None,
    }
    if protected is not None:
        header = protected.header
        values |= {
            "version": header.version,
            "model": header.model,
            "salt": header.salt.hex(),
            "pseudonym": pseudonym(header.salt),
            "size": list(header.size),
            "faces": len(header.faces),
            "sealed original": f"{len(protected.sealed)} bytes" if protected.sealed else "none",
        }
    return values
