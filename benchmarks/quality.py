"""Protection and restoration after the real round trip through a file, judged by recognisers that were in no loss.

    python benchmarks/quality.py --faces ../shared/faces --networks ../shared/models --out quality.json

Each probe photograph is protected by the pipeline, written, read and restored. A refused photograph counts as failed,
not as protected, and is named.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from archives import SetImage, read_set
from machine import describe
from rofi.errors import PhotoError
from rofi.evaluation.image_quality import psnr, ssim
from rofi.evaluation.intervals import exact_binomial
from rofi.imaging.decode import decode
from rofi.keys.secret import Secret
from rofi.pipeline.found_face import FaceFinder
from rofi.pipeline.networks import Networks
from rofi.pipeline.protector import ProtectOptions, Protector
from rofi.pipeline.restorer import Restorer
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

JUDGES = tuple(name for name, spec in SPECS.items() if spec.role == "evaluation")
STAGES = ("protected", "restored", "wrong key")
Bytes = npt.NDArray[np.uint8]


@dataclass
class Views:
    """Aligned faces of every stage, all cut out by the original's alignment, and what was measured on whole files."""

    original: list[Bytes] = field(default_factory=list)
    stages: dict[str, list[Bytes]] = field(default_factory=lambda: defaultdict(list))
    gallery: list[Bytes] = field(default_factory=list)
    identities: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    psnr_changed: list[float] = field(default_factory=list)
    likeness: list[float] = field(default_factory=list)


def pairs(images: list[SetImage]) -> list[tuple[SetImage, SetImage]]:
    """Probe and gallery photograph of each person: the first two; in `london` neutral comes before smiling."""
    people: dict[str, list[SetImage]] = defaultdict(list)
    for image in images:
        people[image.identity].append(image)
    groups = (sorted(group, key=lambda image: image.name) for group in people.values())
    return [(group[0], group[1]) for group in groups if len(group) > 1]


def round_trips(chosen: list[tuple[SetImage, SetImage]], networks: Networks, min_face: float) -> Views:
    """Protect, write, read and restore every probe, with the right key and with a wrong one."""
    options = ProtectOptions(min_face=min_face)
    protector = Protector(networks, Secret(bytes(32)), options)
    restorers = {
        "restored": Restorer(networks, Secret(bytes(32)), "neural"),
        "wrong key": Restorer(networks, Secret(bytes(31) + b"\1"), "neural"),
    }
    finder = FaceFinder(networks, min_face=0)
    views = Views()
    for number, (probe, identity_photo) in enumerate(chosen):
        print(f"\r{number + 1}/{len(chosen)}", end="", file=sys.stderr)
        try:
            card = decode(identity_photo.data, identity_photo.name).pixels
            gallery = finder.find(card, identity_photo.name)[0].alignment.extract(card)
            file = protector.protect(probe.data, probe.name)
        except PhotoError as error:
            views.refused.append(f"{probe.name}: {type(error).__name__}")
            continue
        views.likeness.append(file.likeness)
        pixels = {"original": decode(probe.data, probe.name).pixels, "protected": decode(file.data, "x.png").pixels}
        for stage, restorer in restorers.items():
            pixels[stage] = decode(restorer.restore(file.data, "x.png").data, "x.png").pixels
        alignment = finder.find(pixels["original"], probe.name)[0].alignment
        views.original.append(alignment.extract(pixels["original"]))
        for stage in STAGES:
            views.stages[stage].append(alignment.extract(pixels[stage]))
        changed = (pixels["original"] != pixels["protected"]).any(-1)
        error = np.square(pixels["original"].astype(float) - pixels["restored"])[changed].mean()
        views.psnr_changed.append(float(10 * np.log10(255**2 / max(error, 1e-9))))
        views.gallery.append(gallery)
        views.identities.append(probe.identity)
    print(file=sys.stderr)
    return views


def recognition(views: Views, judge: Recogniser) -> dict[str, object]:
    """Verification against the very photograph and rank-1 against the gallery, per stage."""
    original = judge.embed(np.stack(views.original))
    gallery = judge.embed(np.stack(views.gallery))
    people = np.array(views.identities)
    figures: dict[str, object] = {}
    for stage in ("original", *STAGES):
        faces = original if stage == "original" else judge.embed(np.stack(views.stages[stage]))
        similarity = judge.similarity(faces, original)
        matched = int(judge.same_person(faces, original).sum())
        best = people[judge.similarity_matrix(faces, gallery).argmax(1)]
        found = int((best == people).sum())
        figures[stage] = {
            "similarity": float(similarity.mean()),
            "verified": list(_share(matched, len(people))),
            "rank1": list(_share(found, len(people))),
        }
    return figures


def _share(successes: int, trials: int) -> tuple[float, float, float]:
    interval = exact_binomial(successes, trials)
    return interval.estimate, interval.low, interval.high


def fidelity(views: Views) -> dict[str, float]:
    """How near the restored aligned face is to the original one, and the changed pixels of the photograph."""

    def tensor(faces: list[Bytes]) -> torch.Tensor:
        return torch.from_numpy(np.stack(faces)).permute(0, 3, 1, 2).float() / 255

    originals, restored = tensor(views.original), tensor(views.stages["restored"])
    return {
        "psnr_view": float(psnr(restored, originals).mean()),
        "psnr_changed_pixels": float(np.mean(views.psnr_changed)),
        "psnr_changed_pixels_worst": float(np.min(views.psnr_changed)),
        "ssim": float(ssim(restored, originals).mean()),
    }


def main() -> None:
    """Measure, print a table, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--networks", type=Path, default=Path("../shared/models"))
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--sets", nargs="+", default=["london", "lfw_eval"])
    parser.add_argument("--people", type=int, default=300, help="at most so many of each set")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    networks = Networks.load(arguments.weights)
    result: dict[str, object] = {"machine": describe(), "weights": networks.fingerprint}
    print(f"{result['machine']}; weights {networks.fingerprint}")
    for name in arguments.sets:
        chosen = pairs(list(read_set(arguments.faces, name)))[: arguments.people]
        views = round_trips(chosen, networks, min_face=30)
        figures = {judge: recognition(views, Recogniser(SPECS[judge], arguments.networks)) for judge in JUDGES}
        result[name] = {"people": len(chosen), "refused": views.refused, **fidelity(views), "recognition": figures}
        print(f"\n{name}: {len(chosen)} people, {len(views.refused)} refused; {fidelity(views)}\n")
        print("| recogniser | stage | similarity | verified | rank-1 |\n|---|---|---|---|---|")
        for judge, stages in figures.items():
            for stage, row in stages.items():
                assert isinstance(row, dict)
                cells = [
                    f"{row[kind][0]:.3f} ({row[kind][1]:.3f}-{row[kind][2]:.3f})" for kind in ("verified", "rank1")
                ]
                print(f"| {judge} | {stage} | {row['similarity']:.3f} | {cells[0]} | {cells[1]} |")
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
