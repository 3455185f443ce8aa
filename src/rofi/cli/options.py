"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Photos = Annotated[list[Path], typer.Argument(help="Photographs, or folders of them.", show_default=False)]
KeyFile = Annotated[Path, typer.Option("--key", help="Key file, made by 'rofi keys new'.", show_default=False)]
OutFolder = Annotated[Path, typer.Option("--out", help="Folder for the results.", show_default=False)]
Workers = Annotated[int, typer.Option("--workers", min=1, max=256, help="Processes that work side by side.")]
Weights = Annotated[
    Path | None, typer.Option("--weights", help="Weights file; by default the shipped ones.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of the table.")]
