"""What is known of the images of a made cohort, apart from its table: truth/truth.csv."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rofi.cohort import cells
from rofi.cohort.csv_file import Scanned, all_good, read_lines, scan, write_lines
from rofi.cohort.diseases import Disease, Sign
from rofi.cohort.layout import TRUTH
from rofi.cohort.row import Laterality

REQUIRED = ("image", "disease", "signs", "severity", "side", "findings", "confounders")
OPTIONAL = ("shams", "source")


@dataclass(frozen=True)
class Truth:
    """What an image shows.

    Attributes:
        image: as in the table.
        disease, signs, severity, side: as in `Row`, and told for every split; None and empty of a healthy image.
        findings: what a clinician would measure: per eye ("OD", "OS"), by name with its unit, such as "mrd1_mm".
        confounders: what it shows that is no disease, such as glasses.
        shams: retouching that shows nothing, so that the traces of painting do not tell the diseased: "OD:lids".
        source: name of the face that it was made of.
    """

    image: str
    disease: Disease | None = None
    signs: tuple[Sign, ...] = ()
    severity: float | None = None
    side: Laterality | None = None
    findings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    confounders: tuple[str, ...] = ()
    shams: tuple[str, ...] = ()
    source: str = ""


def read_truth(folder: Path, name: str = TRUTH) -> list[Truth]:
    """The truth of every image of the table, or with the name `TRUTH_FOLLOW_UP` of every image of a pair.

    Raises:
        CohortError: there is none, its columns are others, or a row is bad; names file and line.
    """
    return all_good(folder / name, scan_truth(folder, name))


def scan_truth(folder: Path, name: str = TRUTH) -> Scanned[Truth]:
    """The good rows by line, and the bad ones.

    Raises:
        CohortError: there is no such file, it has no rows, or its columns are others.
    """
    path = folder / name
    return scan(path, read_lines(path, REQUIRED, OPTIONAL), parse_truth, "image")


def write_truth(folder: Path, truths: Iterable[Truth], name: str = TRUTH) -> None:
    """Write truth/truth.csv, or another of the kind, whole.

    Raises:
        OutputError: full disk, read-only folder.
    """
    write_lines(folder / name, (*REQUIRED, *OPTIONAL), map(format_truth, truths))


def parse_truth(row: Mapping[str, str]) -> Truth:
    """A row from its cells.

    Raises:
        ValueError: a cell is bad.
    """
    return Truth(
        image=cells.parse_image(row["image"]),
        disease=cells.parse_optional(row["disease"], Disease, "disease"),
        signs=cells.parse_signs(row["signs"]),
        severity=cells.parse_severity(row["severity"]),
        side=cells.parse_optional(row["side"], Laterality, "side"),
        findings=_parse_findings(row["findings"]),
        confounders=cells.split(row["confounders"]),
        shams=cells.split(row["shams"]),
        source=row["source"],
    )


def _parse_findings(cell: str) -> dict[str, dict[str, float]]:
    try:
        found = json.loads(cell or "{}")
        return {str(side): {str(name): float(value) for name, value in of.items()} for side, of in found.items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise ValueError(f"findings {cell!r}: must be a JSON object of numbers by name, for each eye") from None


def format_truth(truth: Truth) -> dict[str, str]:
    """The cells of one row."""
    return {
        "image": truth.image,
        "disease": truth.disease or "",
        "signs": cells.join(truth.signs),
        "severity": cells.format_severity(truth.severity),
        "side": truth.side or "",
        "findings": json.dumps(truth.findings),
        "confounders": cells.join(truth.confounders),
        "shams": cells.join(truth.shams),
        "source": truth.source,
    }
