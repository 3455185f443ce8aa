"""The figures of `quality.py` by group: skin, apparent sex, glasses.

    python benchmarks/groups.py quality.json --faces ../shared/faces

Skin is told by the individual typology angle of the cheeks; sex and glasses as they appear in the photograph, written
down by hand for 91 photographs (`apparent_groups.json`). Others are left out there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from archives import read_set
from estimates import mean_of, share_of
from rofi.errors import NoFaceFound
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detector
from rofi.faces.skin_tone import typology_angles
from rofi.imaging.decode import decode

LABELS = Path(__file__).with_name("apparent_groups.json")
DARK, LIGHT = 10.0, 41.0
"""Degrees of the typology angle up to which skin is dark, and from which it is light (Chardon et al. 1991)."""
GROUPS = ("all", "dark skin", "medium skin", "light skin", "female", "male", "glasses", "no glasses")
VIEW = 256
_PHOTO_COLUMNS = {"psnr_view": "{:.1f} dB", "eyelids": "{:.2f} %", "irises": "{:.2f} %"}


def skin_of(photographs: Sequence[str], faces: Path, name: str) -> dict[str, str]:
    """Which of the three groups of skin each photograph of a set belongs to."""
    detector, wanted, skin = Detector(), set(photographs), {}
    for image in read_set(faces, name):
        if image.name not in wanted:
            continue
        pixels = decode(image.data, image.name).pixels
        found = detector.detect(pixels)
        if not found:
            raise NoFaceFound(f"{image.name}: measured with a face, now without; use the same set")
        view = Alignment.from_points(found[0].points, VIEW).extract(pixels)
        angle = float(typology_angles(np.asarray(view, np.uint8)[None])[0])
        skin[image.name] = "dark skin" if angle < DARK else "light skin" if angle >= LIGHT else "medium skin"
    return skin


def groups(photographs: Sequence[str], skin: Mapping[str, str]) -> dict[str, list[int]]:
    """Positions of each group's photographs, groups that are empty left out."""
    labels = json.loads(LABELS.read_text())
    members: dict[str, list[int]] = {name: [] for name in GROUPS}
    for position, photograph in enumerate(photographs):
        belongs = ["all", skin[photograph]]
        if photograph in labels:
            belongs += [labels[photograph]["sex"], "glasses" if labels[photograph]["glasses"] else "no glasses"]
        for name in belongs:
            members[name].append(position)
    return {name: positions for name, positions in members.items() if positions}


def table(figures: Mapping[str, Any], members: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Rows of markdown: a group each."""
    judges, photographs = figures["verdicts"], list(figures["photographs"].values())
    heads = [f"{judge}: cosine, verified, rank-1" for judge in judges]
    yield f"| group | n | {' | '.join([*heads, 'PSNR', 'eyelids', 'irises'])} |"
    yield "|---" * (len(heads) + 5) + "|"
    for group, positions in members.items():
        cells = [_verdicts(judge, positions) for judge in judges.values()]
        for column, form in _PHOTO_COLUMNS.items():
            values = [value for position in positions if (value := photographs[position][column]) is not None]
            cells.append(form.format(np.mean(values)) if values else "-")
        yield f"| {group} | {len(positions)} | {' | '.join(cells)} |"


def _verdicts(judge: Mapping[str, Sequence[Any]], positions: Sequence[int]) -> str:
    cosine = mean_of([judge["cosine"][position] for position in positions])
    assert cosine is not None
    cells = [f"{cosine.value:.2f}"]
    for question in ("verified", "identified"):
        answers = [answer for position in positions if (answer := judge[question][position]) is not None]
        share = share_of(sum(answers), len(answers))
        cells.append("-" if share is None else f"{share.value:.0%} (to {share.high:.0%})")
    return ", ".join(cells)


def main() -> None:
    """Print a table for every set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path, nargs="+", help="written by quality.py --out")
    parser.add_argument("--faces", type=Path, default=Path("../shared/faces"))
    arguments = parser.parse_args()
    for path in arguments.figures:
        result = json.loads(path.read_text())
        print(f"{result['machine']}; weights {result['weights']}; upper ends of 95 % intervals in brackets")
        for name, figures in result.items():
            if isinstance(figures, dict) and figures.get("verdicts"):
                photographs = list(figures["photographs"])
                members = groups(photographs, skin_of(photographs, arguments.faces, name))
                print(f"\n### {name}\n\n" + "\n".join(table(figures, members)))


if __name__ == "__main__":
    main()
