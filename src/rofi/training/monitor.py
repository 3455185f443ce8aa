"""What a run shows of itself: TensorBoard scalars and picture grids, and one line per step in a JSON Lines log."""

from __future__ import annotations

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from rofi.training.dataset import Sample
from rofi.training.round_trip import Trip

MOST_PICTURES = 6


class Monitor:
    """Writes into `folder`: TensorBoard's event file and `log.jsonl`.

    Args:
        folder: of the run.
        step: where the run stands; what an interrupted run noted beyond it is forgotten, for it will happen again.
    """

    def __init__(self, folder: Path, step: int = 0) -> None:
        self.board = SummaryWriter(str(folder), purge_step=step + 1 if step else None)
        path = folder / "log.jsonl"
        kept = _lines_up_to(path, step)
        self.log = path.open("w", encoding="utf-8")
        self.log.writelines(kept)

    def scalars(self, group: str, step: int, values: dict[str, float]) -> None:
        """Log values of one step."""
        for name, value in values.items():
            self.board.add_scalar(f"{group}/{name}", value, step)
        rounded = {name: float(f"{value:.5g}") for name, value in values.items()}
        self.log.write(json.dumps({"group": group, "step": step, **rounded}) + "\n")
        self.log.flush()

    def pictures(self, step: int, batch: Sample, trip: Trip) -> None:
        """A grid: a column per face; rows original, person, protected, restored, restored with a wrong key."""
        self.picture("faces", step, grid(batch, trip))

    def picture(self, name: str, step: int, image: Tensor) -> None:
        """Show (3, H, W) in [0, 1]."""
        self.board.add_image(name, image, step)

    def close(self) -> None:
        """Flush and close the files."""
        self.board.close()
        self.log.close()


def _lines_up_to(log: Path, step: int) -> list[str]:
    """Lines of an earlier log; one that a crash has cut short is left out."""
    if not log.is_file():
        return []
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if line.endswith("\n") and json.loads(line)["step"] <= step]


def grid(batch: Sample, trip: Trip) -> Tensor:
    """(3, rows * V, columns * V) in [0, 1]."""
    rows = [batch["face"], batch["person"], trip.protected, trip.restored, trip.wrong]
    shown = [torch.cat(list(row[:MOST_PICTURES].detach().float().cpu()), dim=2) for row in rows if row is not None]
    width = max(row.shape[2] for row in shown)
    return torch.cat([F.pad(row, (0, width - row.shape[2])) for row in shown], dim=1).clamp(0, 1)
