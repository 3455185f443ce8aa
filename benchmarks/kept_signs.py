"""How much of every sign `rofi protect` leaves untouched: by the landmarks alone, and with the sign detector.

    python benchmarks/kept_signs.py COHORT --splits internal external_1 external_2

The truth is the cohort's masks; the faces are found by the pipeline, in the photographs as they are.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from machine import describe
from rofi.cohort.layout import image_path, mask_path
from rofi.cohort.row import Label, Row, Split
from rofi.cohort.table import read_table
from rofi.errors import PhotoError
from rofi.evaluation.intervals import bootstrap_mean
from rofi.faces.landmarks import Landmarks
from rofi.faces.sign_regions import eye_regions
from rofi.imaging.decode import decode
from rofi.imaging.files import read_file
from rofi.pipeline.found_face import FaceFinder
from rofi.pipeline.networks import Networks

LEAST_FACE = 30


@dataclass(frozen=True)
class Kept:
    """Of one photograph: shares of the sign's pixels kept, and of the face's oval kept beyond the eyes."""

    by_landmarks: float
    by_both: float
    beyond: float
    cut: bool


def keep(finder: FaceFinder, cohort: Path, row: Row) -> Kept:
    """Of one image; the largest face is the patient's.

    Raises:
        PhotoError: no face, or one that cannot be measured.
    """
    photo = decode(read_file(image_path(cohort, row)), row.image).pixels
    face = finder.find(photo, row.image)[0]
    beyond = Kept(np.nan, np.nan, face.kept.share, face.kept.cut)
    if row.label is Label.HEALTHY:
        return beyond
    sign = decode(read_file(mask_path(cohort, row)), row.image).pixels[..., 0] > 127
    kept = np.zeros_like(sign)
    kept[face.window.slices] = face.keep
    detection = finder.detector.detect(photo)[0]
    mesh = finder.mesh_detector.detect(photo, detection.points).mesh
    eyes = eye_regions(Landmarks(mesh, 1.0), sign.shape)
    return Kept(float(eyes[sign].mean()), float(kept[sign].mean()), beyond.beyond, beyond.cut)


def main() -> None:
    """Measure and print a table a split."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cohort", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--splits", nargs="+", type=Split, default=[Split.INTERNAL, Split.EXTERNAL_1, Split.EXTERNAL_2])
    arguments = parser.parse_args()
    networks = Networks.load(arguments.weights)
    finder = FaceFinder(networks, LEAST_FACE)
    rows = read_table(arguments.cohort)
    print(f"{describe()}; weights {networks.fingerprint}")
    for split in arguments.splits:
        groups: dict[str, list[Kept]] = defaultdict(list)
        refused = []
        for row in (row for row in rows if row.split is split):
            print(f"\r{row.image}\x1b[K", end="", file=sys.stderr)
            try:
                kept = keep(finder, arguments.cohort, row)
            except PhotoError as error:
                refused.append(f"{row.image} ({type(error).__name__})")
                continue
            groups[str(row.disease or row.label)].append(kept)
        print("\r\x1b[K", end="", file=sys.stderr)
        print(f"\n### {split}; refused: {', '.join(refused) or 'none'}\n")
        print(
            "| | n | sign kept by the landmarks, % | with the detector, % | of the face kept beyond the eyes, % | cut |"
        )
        print("|---|---|---|---|---|---|")
        for name in sorted(groups):
            found = groups[name]
            cells = []
            for values in ([k.by_landmarks for k in found], [k.by_both for k in found], [k.beyond for k in found]):
                interval = bootstrap_mean(values) if len(values) > 1 and not np.isnan(values).any() else None
                text = (
                    "-"
                    if interval is None
                    else "{:.1f} ({:.1f} to {:.1f})".format(
                        *(100 * v for v in (interval.estimate, interval.low, interval.high))
                    )
                )
                cells.append(text)
            print(f"| {name} | {len(found)} | {' | '.join(cells)} | {sum(k.cut for k in found)} |")


if __name__ == "__main__":
    main()
