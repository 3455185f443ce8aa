"""How far the eyelids and irises that the networks find lie from those set by hand.

    python benchmarks/templates.py --faces ../shared/faces

Every image of the two sets that has a hand-set template (see `rofi.evaluation.template_check`); means over people with
95 % intervals (BCa bootstrap), in per cent of the distance between the hand-set pupils. What eyelid and iris key-point
errors of a method (`rofi evaluate`) mean is read off against these.
"""

from __future__ import annotations

import argparse
import json
import tarfile
from pathlib import Path

import numpy as np

from machine import describe
from rofi.evaluation.intervals import bootstrap_mean
from rofi.evaluation.template_check import TemplateErrors, template_errors
from rofi.faces.detection import Detection
from rofi.faces.landmarks import find_landmarks
from rofi.imaging.decode import decode

SETS = ("london", "canada")
COLUMNS = ("eyelids", "corners", "irises", "pupils")


def errors_of(folder: Path, name: str) -> list[TemplateErrors]:
    """Of every image of a set that has a template."""
    entries = json.loads((folder / f"{name}.json").read_text())
    found = []
    with tarfile.open(folder / f"{name}.tar") as archive:
        for entry in entries:
            content = archive.extractfile(entry["file"]) if "template" in entry else None
            if content is None:
                continue
            points = np.asarray(entry["points"], np.float64)
            face = Detection((*points.min(0), *np.ptp(points, axis=0)), points, 1.0)
            landmarks = find_landmarks(decode(content.read(), entry["file"]).pixels, face)
            found.append(template_errors(landmarks, entry["template"]))
    return found


def row(title: str, errors: list[TemplateErrors]) -> str:
    """Of the table."""
    cells = []
    for column in COLUMNS:
        values = np.array([getattr(error, column) for error in errors])
        mean = bootstrap_mean(values)
        cells.append(f"{mean.estimate:.2f} ({mean.low:.2f} to {mean.high:.2f}), worst {values.max():.1f}")
    return f"| {title} | {len(errors)} | {' | '.join(cells)} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, default=Path("../shared/faces"))
    arguments = parser.parse_args()
    print(
        f"{describe()}\n\n| set | images | eyelids, % | corners, % | irises, % | pupils, % |\n|---|---|---|---|---|---|"
    )
    everything = []
    for name in SETS:
        errors = errors_of(arguments.faces, name)
        everything += errors
        print(row(name, errors))
    print(row("both", everything))


if __name__ == "__main__":
    main()
