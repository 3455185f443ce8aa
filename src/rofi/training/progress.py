"""How far a run has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Progress:
    """Where a run stands; part of the checkpoint.

    Attributes:
        step: updates of the trained model so far.
        best: smallest loss on the selection set; what that loss is the run says.
        history: every evaluation on it, with its step.
    """

    step: int = 0
    best: float = float("inf")
    history: list[dict[str, float]] = field(default_factory=list)

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"step": self.step, "best": self.best, "history": self.history}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.step, self.best, self.history = state["step"], state["best"], state["history"]
