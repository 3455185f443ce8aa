"""A face without licence trouble, its mesh, and a model small enough to run in tests."""

import numpy as np
import pytest
import torch
from hypothesis import settings
from skimage.data import astronaut

from rofi.faces.alignment import Alignment
from rofi.faces.landmarks import MeshDetector
from rofi.model.config import ModelConfig
from rofi.model.network import Rofi
from rofi.model.person import PersonModel
from rofi.pipeline.networks import Networks

# The same examples each time: what fails here fails for everybody. `--hypothesis-profile=default` searches anew.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

FIVE_POINTS = np.array([[203, 101], [246, 105], [221, 127], [201, 140], [241, 144.0]])
"""Eyes, nose tip and mouth corners of skimage's astronaut."""


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def networks():
    """The shipped weights."""
    return Networks.load(device="cpu")


@pytest.fixture(scope="session")
def tiny():
    """Every part of the model, in miniature."""
    return ModelConfig(
        name="tiny",
        view=64,
        channels=32,
        heads=2,
        translator_blocks=1,
        da_former_blocks=1,
        detector_width=8,
        texture_side=32,
    )


@pytest.fixture(scope="session")
def astronaut_mesh():
    """(468, 3) in pixels of the photograph."""
    return MeshDetector().detect(astronaut(), FIVE_POINTS).mesh


@pytest.fixture(scope="session")
def aligned_astronaut(astronaut_mesh):
    """Maker of aligned views (side, how far the five points are off, pixels around it): view, mesh in view pixels."""

    def align(side, noise=0.0, seed=0, margin=0):
        points = FIVE_POINTS + noise * np.random.default_rng(seed).standard_normal((5, 2))
        alignment = Alignment.from_points(points, side)
        mesh = np.column_stack([alignment.to_view(astronaut_mesh[:, :2]), astronaut_mesh[:, 2] * alignment.scale])
        canvas = Alignment(alignment.matrix + np.array([[0, 0, margin]]), side + 2 * margin)
        return canvas.extract(astronaut()), mesh

    return align


@pytest.fixture(scope="session")
def fill_person(aligned_astronaut):
    """Puts small random numbers where a fit would put statistics of faces."""

    def fill(person: PersonModel, view: int) -> PersonModel:
        generator = torch.Generator().manual_seed(0)
        _, mesh = aligned_astronaut(view)
        person.shape_mean.copy_(torch.from_numpy(mesh))
        person.shape_basis.normal_(0, 0.05, generator=generator)
        person.texture_mean.uniform_(60, 200, generator=generator)
        person.texture_basis.random_(-127, 128, generator=generator)
        person.texture_step.fill_(0.01)
        low, high = mesh[:, :2].min(0) - 2, mesh[:, :2].max(0) + 2
        person.texture_frame.copy_(torch.tensor([low[0], low[1], (high - low).max()]))
        return person

    return fill


@pytest.fixture
def tiny_model(tiny, fill_person):
    """Random networks, a person model that is filled."""
    torch.manual_seed(0)
    model = Rofi(tiny)
    fill_person(model.person, tiny.view)
    return model.eval()
