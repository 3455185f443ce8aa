"""What the recognisers are worth on photographs as they are; `rofi.recognition.specs` has thresholds of this kind.

True accept rate and threshold at a false accept rate of 1e-3, over all pairs of lfw_eval's photographs; rank-1 of every
other photograph in a gallery of each person's first.

python benchmarks/recognisers.py --faces ../shared/faces --networks ../shared/models
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from archives import read_set
from machine import describe
from rofi.errors import TrainingError
from rofi.evaluation.verification import threshold_at_far, true_accept_rate
from rofi.recognition.gallery import rank1
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

VIEW = 144
"""Side of the aligned view in pixels of lfw_eval's canvases."""
FAR = 1e-3


def main() -> None:
    """Measure and print a row for each recogniser that is at hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--networks", type=Path, default=Path("../shared/models"))
    arguments = parser.parse_args()
    images = list(read_set(arguments.faces, "lfw_eval"))
    faces = np.stack([np.asarray(Image.open(io.BytesIO(image.data)).convert("RGB")) for image in images])
    people = np.array([image.identity for image in images])
    firsts = np.unique(people, return_index=True)[1]
    others = np.setdiff1d(np.arange(len(people)), firsts)
    rows, columns = np.triu_indices(len(people), 1)
    same = people[rows] == people[columns]
    print(f"{describe()}; lfw_eval, {len(people)} photographs of {len(firsts)} people\n")
    print("| recogniser | true accept rate at FAR 1e-3 | rank-1 | threshold | mean of strangers |")
    print("|---|---|---|---|---|")
    for name, spec in SPECS.items():
        try:
            recogniser = Recogniser(spec, arguments.networks)
        except TrainingError:
            continue
        embeddings = recogniser.embed(faces, VIEW)
        scores = torch.from_numpy(recogniser.similarity_matrix(embeddings, embeddings)[rows, columns])
        genuine, impostor = scores[same], scores[~same]
        first = rank1(
            embeddings[others],
            people[others].tolist(),
            embeddings[firsts],
            people[firsts].tolist(),
            recogniser.similarity_matrix,
        )
        rate, threshold = true_accept_rate(genuine, impostor, FAR), threshold_at_far(impostor, FAR)
        print(f"| {name} | {rate:.3f} | {first:.3f} | {threshold:.3f} | {float(impostor.mean()):.3f} |", flush=True)


if __name__ == "__main__":
    main()
