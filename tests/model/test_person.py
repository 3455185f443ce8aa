import numpy as np
import pytest
import torch

from rofi.errors import WeightsMismatch
from rofi.model.person import KEY_LIMIT, PersonModel


@pytest.fixture(scope="module")
def person(tiny, fill_person):
    return fill_person(PersonModel(tiny), tiny.view)


def keys(count=3):
    return torch.randn(count, 512, generator=torch.Generator().manual_seed(3))


def test_an_empty_model_is_refused(tiny):
    with pytest.raises(WeightsMismatch, match="person model is empty"):
        PersonModel(tiny)(keys())


def test_shapes(person):
    made = person(keys())
    assert made.shape.shape == (3, 468, 3)
    assert made.texture.shape == (3, 32, 32, 3)
    assert made.texture_points.shape == (468, 2)
    assert made.mean_shape.shape == (468, 3)


def test_a_person_is_the_mean_and_the_sum_of_its_components(person):
    key = keys(1).clamp(-KEY_LIMIT, KEY_LIMIT)
    made = person(key)
    coordinates = key[0].numpy().astype(float)
    moved = np.einsum("s,sij->ij", coordinates[:160], person.shape_basis.numpy())
    shape = person.shape_mean.numpy() + moved
    np.testing.assert_allclose(made.shape[0], shape, atol=1e-3)
    scaled = person.texture_basis.numpy().astype(float) * person.texture_step.numpy()[:, None]
    texture = np.clip(person.texture_mean.numpy() + coordinates[160:] @ scaled, 0, 255)
    np.testing.assert_allclose(made.texture[0].flatten(), texture, atol=1e-2)


def test_the_zero_key_is_the_mean_person(person):
    made = person(torch.zeros(1, 512))
    torch.testing.assert_close(made.shape[0], person.shape_mean)
    torch.testing.assert_close(made.texture[0].flatten(), person.texture_mean)


def test_different_keys_are_different_persons(person):
    a, b, _ = person(keys()).shape
    assert (a - b).abs().mean() > 0.1
    a, b, _ = person(keys()).texture
    assert (a - b).abs().mean() > 1


def test_a_batch_is_the_same_as_one_by_one(person):
    together = person(keys())
    for index, key in enumerate(keys()):
        alone = person(key[None])
        torch.testing.assert_close(alone.shape[0], together.shape[index], atol=1e-4, rtol=0)
        torch.testing.assert_close(alone.texture[0], together.texture[index], atol=1e-3, rtol=0)


def test_numbers_beyond_the_limit_count_as_the_limit(person):
    far, limit = torch.full((1, 512), 9.0), torch.full((1, 512), KEY_LIMIT)
    assert torch.equal(person(far).shape, person(limit).shape)
    assert torch.equal(person(-far).texture, person(-limit).texture)


def test_texture_stays_in_range(person):
    texture = person(100 * keys()).texture
    assert 0 <= texture.min() <= texture.max() <= 255


def test_texture_points_lie_on_the_texture_where_the_frame_says(person):
    """The frame is the mesh and 2 pixels about it, so its first column of points lies 2 pixels in."""
    points = person(keys(1)).texture_points
    low = (2 / float(person.texture_frame[2])) * 32 - 0.5
    assert float(points[:, 0].min()) == pytest.approx(low, abs=1e-3)
    assert float(points[:, 1].min()) == pytest.approx(low, abs=1e-3)
    assert points.max() < 31.5
