"""How well the sign detector tells the diseased from the healthy, and finds where their signs are.

    python benchmarks/signs.py COHORT --weights sign_detector.safetensors --out signs.json

The weights are those of a detector, or of a whole model. Every split that is asked for gives a table by disease, one by
skin and one by threshold, as the paper's Table 1 has them.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from machine import describe
from rofi.cohort.row import Split
from rofi.errors import WeightsMismatch
from rofi.evaluation.intervals import Interval
from rofi.evaluation.sign_detection import THRESHOLDS
from rofi.evaluation.sign_study import SplitFigures, study_split
from rofi.evaluation.sign_tables import by_skin, by_threshold, summarise
from rofi.model.detector_weights import detector_fingerprint, load_detector
from rofi.model.sign_detector import SignDetector
from rofi.model.weights import load_weights

DEFAULT_SPLITS = (Split.INTERNAL, Split.EXTERNAL_1, Split.EXTERNAL_2)


def detector_of(path: Path) -> SignDetector:
    """From a detector's weights or a model's."""
    try:
        return load_detector(path)
    except WeightsMismatch:
        return load_weights(path).sign_detector


def cell(interval: Interval | None, percent: bool = True) -> str:
    """An estimate with its 95 % interval."""
    if interval is None:
        return "-"
    if percent:
        return f"{100 * interval.estimate:.1f} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"
    return f"{interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def show(split: Split, figures: SplitFigures, threshold: float) -> None:
    """Both tables of a split."""
    print(f"\n### {split}: {len(figures.images)} images, {len(figures.healthy)} healthy\n")
    if figures.no_face:
        print(f"No face found: {', '.join(figures.no_face)}.\n")
    print(f"| disease | n | AUROC against healthy | pointing, % | covered at {threshold}, % | view beyond, % |")
    print("|---|---|---|---|---|---|")
    for row in summarise(figures, threshold):
        places = " | ".join(cell(interval) for interval in (row.pointing, row.covered, row.beyond))
        print(f"| {row.disease} | {row.images} | {cell(row.area, percent=False)} | {places} |")
    print(f"\n| skin | diseased | healthy | AUROC | pointing, % | covered at {threshold}, % | view beyond, % |")
    print("|---|---|---|---|---|---|---|")
    for name, (healthy, row) in by_skin(figures, threshold).items():
        if row is not None:
            places = " | ".join(cell(interval) for interval in (row.pointing, row.covered, row.beyond))
            print(f"| {name} | {row.images} | {healthy} | {cell(row.area, percent=False)} | {places} |")
    columns = "diseased found, % | healthy alarmed, % | sign covered, % | view beyond, % | view of healthy, %"
    print(f"\n| threshold | {columns} |\n|---|---|---|---|---|---|")
    for at in by_threshold(figures):
        intervals = (at.found, at.false_alarms, at.covered, at.beyond, at.healthy_area)
        print(f"| {at.threshold} | {' | '.join(map(cell, intervals))} |")


def main() -> None:
    """Measure, print the tables, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cohort", type=Path)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--splits", nargs="+", type=Split, default=list(DEFAULT_SPLITS))
    parser.add_argument("--view", type=int, default=256)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--reach", type=int, default=0, help="view pixels by which regions are widened")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    detector = detector_of(arguments.weights)
    result: dict[str, object] = {"machine": describe(), "detector": detector_fingerprint(detector)}
    print(
        f"{result['machine']}; detector {result['detector']}, width {detector.width}; regions widened by "
        f"{arguments.reach} px; 95 % intervals in brackets"
    )
    for split in arguments.splits:
        figures = study_split(
            detector,
            arguments.cohort,
            split,
            arguments.view,
            sorted({*THRESHOLDS, arguments.threshold}),
            arguments.reach,
            progress=lambda image: print(f"\r{image}\x1b[K", end="", file=sys.stderr),
        )
        print("\r\x1b[K", end="", file=sys.stderr)
        show(split, figures, arguments.threshold)
        result[split] = asdict(figures)
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
