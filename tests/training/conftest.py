"""Training faces without a data set: one face, seen a dozen ways."""

import json

import numpy as np
import pytest

from rofi.training.faces import TrainingFaces


@pytest.fixture(scope="session")
def training_faces(aligned_astronaut):
    """Twelve views of 64 pixels in canvases of 80, each aligned a little differently and in a light of its own."""
    canvases, meshes = [], []
    for seed in range(12):
        canvas, mesh = aligned_astronaut(64, noise=1.0, seed=seed, margin=8)
        canvases.append(np.clip(canvas * np.random.default_rng(seed).uniform(0.7, 1.1, 3), 0, 255).astype(np.uint8))
        meshes.append(mesh)
    return TrainingFaces(np.stack(canvases), np.stack(meshes).astype(np.float32), np.full(12, 0.99, np.float32), 64)


@pytest.fixture(scope="session")
def write_faces():
    """As `align_photos` writes them."""

    def write(faces, folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("canvases", "meshes", "presence"):
            np.save(folder / f"{name}.npy", getattr(faces, name))
        (folder / "names.json").write_text(json.dumps({"view": faces.view, "names": ["a"] * len(faces)}))
        return folder

    return write
