"""Trains the latent diffusion of the evaluation's AIGC method on the coordinates of aligned training faces.

    python tools/train_aigc.py --faces data/train --held-out data/val

The faces are those that `rofi train align` makes. The weights written are those of the step at which faces that were
not trained on are denoised best: few faces are soon learnt by heart.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from rofi.evaluation.methods.aigc import WEIGHTS
from rofi.evaluation.methods.latent_diffusion import Denoiser, DenoiserConfig, denoising_loss, save_denoiser
from rofi.evaluation.methods.person_space import PersonSpace, face_points, shipped_persons, shipped_persons_digest
from rofi.faces.alignment import ARCFACE_SIZE, ARCFACE_TEMPLATE, VIEW_MARGIN
from rofi.faces.detection import Detection
from rofi.faces.landmarks import find_landmarks
from rofi.training.faces import TrainingFaces, load_faces
from rofi.training.person_fit import suitable

BATCH, RATE, DROPOUT, WEIGHT_DECAY = 256, 2e-4, 0.3, 0.05
CHECK_EVERY, CHECKS = 100, 20
LONGEST = 5.0
"""Standard deviations; a coordinate beyond is a mesh gone wrong, or glasses that mirror a window."""


def main() -> None:
    """Encode, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, default=Path("data/train"))
    parser.add_argument("--held-out", type=Path, default=Path("data/val"))
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    start = time.perf_counter()
    persons = shipped_persons()
    taught, held_out = (encode(load_faces(folder), persons) for folder in (arguments.faces, arguments.held_out))
    print(f"{len(taught)} vectors, {len(held_out)} held out; {time.perf_counter() - start:.0f} s", flush=True)
    model, loss, step = train(taught, held_out, arguments.steps)
    notes = {
        "persons": shipped_persons_digest(),
        "vectors": str(len(taught)),
        "deviation": f"{float(taught.std()):.4f}",
        "held_out_loss": f"{loss:.4f}",
        "step": str(step),
        "seed": str(arguments.seed),
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    save_denoiser(model, arguments.out, notes)
    print(f"{(time.perf_counter() - start) / 60:.1f} minutes; {notes}")


def encode(faces: TrainingFaces, persons: PersonSpace) -> Tensor:
    """(N, 512) coordinates of the faces that may teach, as they are and mirrored."""
    side = int(faces.canvases.shape[1])
    points = (ARCFACE_TEMPLATE - ARCFACE_SIZE / 2) * (faces.view / (ARCFACE_SIZE * VIEW_MARGIN)) + side / 2
    there = Detection((0.0, 0.0, float(side), float(side)), points, 1.0)
    vectors = []
    for index in np.flatnonzero(suitable(faces.meshes.astype(np.float64), faces.presence)):
        canvas = np.array(faces.canvases[index])
        for picture in (canvas, np.ascontiguousarray(canvas[:, ::-1])):
            vectors.append(persons.encode(picture, face_points(find_landmarks(picture, there))))
    return torch.from_numpy(np.clip(np.stack(vectors), -LONGEST, LONGEST)).float()


def train(taught: Tensor, held_out: Tensor, steps: int) -> tuple[Denoiser, float, int]:
    """The best denoiser, its loss on what was held out, and the step it was of."""
    model = Denoiser(DenoiserConfig(size=taught.shape[1]), DROPOUT)
    average = copy.deepcopy(model).eval()
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=WEIGHT_DECAY)
    best, best_loss, best_step = copy.deepcopy(average), held_out_loss(average, held_out), 0
    print(f"step 0: held out {best_loss:.4f}", flush=True)
    for step in range(1, steps + 1):
        batch = taught[torch.randint(len(taught), (BATCH,))]
        loss = denoising_loss(model, batch, torch.randn_like(batch), torch.rand(BATCH))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            for kept, new in zip(average.parameters(), model.parameters(), strict=True):
                kept.lerp_(new, max(1 / step, 0.005))
        if step % CHECK_EVERY == 0:
            seen = held_out_loss(average, held_out)
            print(f"step {step}: training {loss.item():.4f}, held out {seen:.4f}", flush=True)
            if seen < best_loss:
                best, best_loss, best_step = copy.deepcopy(average), seen, step
    return best, best_loss, best_step


@torch.no_grad()
def held_out_loss(model: Denoiser, vectors: Tensor) -> float:
    """Mean loss at evenly spaced times, always with the same noise."""
    generator = torch.Generator().manual_seed(1)
    losses = []
    for time_ in (torch.arange(CHECKS) + 0.5) / CHECKS:
        noise = torch.randn(vectors.shape, generator=generator)
        losses.append(float(denoising_loss(model, vectors, noise, time_.expand(len(vectors)))))
    return float(np.mean(losses))


if __name__ == "__main__":
    main()
