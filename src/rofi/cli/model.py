"""rofi model: the parts of a model, their parameters and multiply-adds."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from rofi.cli.options import Json, Weights
from rofi.cli.show import print_json
from rofi.errors import WeightsMismatch
from rofi.model.accounting import account
from rofi.model.config import CONFIGS
from rofi.model.weights import fingerprint, load_weights


def model(
    config: Annotated[str, typer.Option("--config", help=f"One of {', '.join(CONFIGS)}.")] = "default",
    weights: Weights = None,
    as_json: Json = False,
) -> None:
    """Parameters and multiply-adds of every part; with --weights, of that file's model, and its fingerprint."""
    loaded = load_weights(weights) if weights else None
    if config not in CONFIGS:
        raise WeightsMismatch(f"no configuration {config!r}; choose one of {', '.join(CONFIGS)}")
    chosen = loaded.config if loaded else CONFIGS[config]
    costs = account(chosen)
    if as_json:
        parts = {cost.name: {"parameters": cost.parameters, "multiply_adds": cost.multiply_adds} for cost in costs}
        print_json({"config": chosen.to_dict(), "parts": parts, "fingerprint": fingerprint(loaded) if loaded else None})
        return
    table = Table("part", "parameters", "multiply-adds", title=f"{chosen.name}, {chosen.view} px")
    for cost in costs:
        table.add_row(cost.name, f"{cost.parameters / 1e6:.2f} M", f"{cost.multiply_adds / 1e9:.2f} G")
    total = sum(cost.parameters for cost in costs) / 1e6, sum(cost.multiply_adds for cost in costs) / 1e9
    table.add_row("all", f"{total[0]:.2f} M", f"{total[1]:.2f} G")
    console = Console(highlight=False)
    console.print(table)
    if loaded:
        console.print(f"fingerprint {fingerprint(loaded)}")
