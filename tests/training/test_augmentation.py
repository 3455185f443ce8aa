import pytest
import torch

from rofi.training.augmentation import augment


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def faces():
    return torch.rand(3, 3, 32, 32, generator=generator(9))


def test_shape_and_type_stay(faces):
    out = augment(faces, generator())
    assert out.shape == faces.shape
    assert out.dtype == faces.dtype


def test_the_same_generator_gives_the_same_and_another_something_else(faces):
    assert torch.equal(augment(faces, generator()), augment(faces, generator()))
    assert not torch.equal(augment(faces, generator()), augment(faces, generator(1)))


def test_faces_are_moved_and_recoloured_within_limits(faces):
    moved = set()
    for seed in range(30):
        flat = torch.full((1, 3, 32, 32), 0.5)
        flat[..., 16, 16] = 0.9
        out = augment(flat, generator(seed))
        assert abs(float(out.median()) - 0.5) <= 0.15 + 1e-6  # brightness alone moves a grey face
        row, column = divmod(int(out[0, 0].argmax()), 32)
        moved.add((row - 16, column - 16))
    assert all(abs(down) <= 2 and abs(across) <= 2 for down, across in moved)
    assert len(moved) > 8


def test_every_pixel_gets_its_gradient(faces):
    faces.requires_grad_()
    augment(faces, generator()).square().sum().backward()
    assert torch.isfinite(faces.grad).all()
    assert faces.grad.ne(0).float().mean() > 0.99
