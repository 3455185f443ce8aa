"""Something that is wrong with a cohort."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What, and where.

    Attributes:
        table: file of the row that it is about; empty if about none.
        line: of that row; in a Parquet file its number, counted from 1.
        image: that it is about; empty if about none, or if the row does not tell.
        problem: what is wrong and what to do.
    """

    table: str
    line: int | None
    image: str
    problem: str

    def __str__(self) -> str:
        place = f"{self.table}, line {self.line}" if self.line is not None else self.table
        return ": ".join(part for part in (place, self.image, self.problem) if part)
