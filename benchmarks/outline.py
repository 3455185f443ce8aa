"""What the moving outline does for privacy: the same photographs protected with it and without it.

Similarity is the cosine; of dlib it is minus the distance.

python benchmarks/outline.py --faces ../shared/faces --networks ../shared/models --people 16
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from archives import read_set
from machine import describe
from rofi.errors import PhotoError
from rofi.evaluation.intervals import exact_binomial
from rofi.imaging.decode import decode
from rofi.keys.secret import Secret
from rofi.pipeline.found_face import FaceFinder, FoundFace
from rofi.pipeline.networks import Networks
from rofi.pipeline.protector import ProtectOptions, Protector
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

JUDGES = tuple(name for name, spec in SPECS.items() if spec.role == "evaluation")


class StillFinder(FaceFinder):
    """Takes every face for one beside others, whose surroundings must stay."""

    def find(self, photo: npt.NDArray[np.uint8], name: str) -> list[FoundFace]:
        return [replace(face, alone=False) for face in super().find(photo, name)]


def main() -> None:
    """Measure and print a row for each way and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--networks", type=Path, default=Path("../shared/models"))
    parser.add_argument("--people", type=int, default=16)
    arguments = parser.parse_args()
    networks = Networks.load()
    images = [image for image in read_set(arguments.faces, "london") if "neutral" in image.name][: arguments.people]
    print(f"{describe()}; weights {networks.fingerprint}; london\n")
    print(
        "| outline | recogniser | photographs | cosine to the original | verified at FAR 1e-3 |\n|---|---|---|---|---|"
    )
    for way, finder in (("moves", FaceFinder), ("stays", StillFinder)):
        protector = Protector(networks, Secret(bytes(32)), ProtectOptions(seal=False))
        protector.finder = finder(networks, protector.options.min_face)
        before, after = [], []
        for image in images:
            try:
                made = protector.protect(image.data, image.name)
            except PhotoError as error:
                print(f"refused: {error}")
                continue
            photo = decode(image.data, image.name).pixels
            alignment = protector.finder.find(photo, image.name)[0].alignment
            before.append(alignment.extract(photo))
            after.append(alignment.extract(decode(made.data, image.name).pixels))
        for name in JUDGES:
            judge = Recogniser(SPECS[name], arguments.networks)
            embeddings = judge.embed(np.stack(after)), judge.embed(np.stack(before))
            share = exact_binomial(int(judge.same_person(*embeddings).sum()), len(after))
            verified = f"{share.estimate:.0%} ({share.low:.0%} to {share.high:.0%})"
            print(f"| {way} | {name} | {len(after)} | {judge.similarity(*embeddings).mean():.3f} | {verified} |")


if __name__ == "__main__":
    main()
