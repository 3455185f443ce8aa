"""What became of a batch."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """Of one file."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class FileReport:
    """One file.

    Attributes:
        source: as named on the command line or found in a folder.
        outcome: done, skipped because its result is there and whole, or failed.
        result: path of the result.
        error: name of the error.
        message: one line for the user, of a failed file.
        warning: one line for the user, of one that is done.
        seconds: it took.
        tier: the way back, of a restored file.
        key_fits: whether a neural restoration found the key to be the right one.
        detail: how much of the original came back: "fine", "coarse" or "none".
    """

    source: str
    outcome: Outcome
    result: str | None = None
    error: str | None = None
    message: str | None = None
    warning: str | None = None
    seconds: float = 0.0
    tier: str | None = None
    key_fits: bool | None = None
    detail: str | None = None


@dataclass
class BatchReport:
    """All files of a batch, in the order in which they ended."""

    files: list[FileReport] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many ended in which way."""
        counted = Counter(str(file.outcome) for file in self.files)
        return {str(outcome): counted[str(outcome)] for outcome in Outcome}

    @property
    def exit_code(self) -> int:
        """0 all done, 1 some failed or left undone."""
        return int(self.interrupted or any(file.outcome is Outcome.FAILED for file in self.files))

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "files": [asdict(file) for file in self.files],
            "counts": self.counts,
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
        }
