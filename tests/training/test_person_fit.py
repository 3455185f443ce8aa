import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from rofi.errors import TrainingError
from rofi.model.config import ModelConfig
from rofi.model.person import PersonModel
from rofi.training.faces import TrainingFaces
from rofi.training.person_fit import align_shapes, fit_person, suitable

SIDE = 24
COUNT = 260
CONFIG = ModelConfig(name="fit", view=64, channels=32, heads=2, person_shapes=256, person_textures=256, texture_side=16)


def taken(views, meshes):
    """Aligned faces that are certainly faces."""
    return TrainingFaces(views, meshes.astype(np.float32), np.ones(len(views), np.float32), views.shape[1])


def closed(mesh):
    """The same face with its mouth shut."""
    mesh = mesh.copy()
    mesh[14] = mesh[13] + [0, 0.1, 0]
    return mesh


@pytest.fixture(scope="module")
def population(aligned_astronaut):
    """People who differ along two directions of shape and two of colour, in poses of their own."""
    random = np.random.default_rng(0)
    _, mesh = aligned_astronaut(64)
    mesh = closed(mesh)
    directions = random.standard_normal((2, 468, 3)) * np.array([0.4, 0.2])[:, None, None]
    amounts = random.standard_normal((COUNT, 2))
    shapes = mesh + np.einsum("nk,kij->nij", amounts, directions)
    shapes[:, 14] = shapes[:, 13] + [0, 0.1, 0]
    colours = random.standard_normal((COUNT, 1, 1, 1)) * [20, 10, 0] + random.standard_normal((COUNT, 1, 1, 1)) * 5
    views = np.clip(np.rint(np.array([150, 120, 100]) + colours), 0, 255).astype(np.uint8)
    return np.broadcast_to(views, (COUNT, 64, 64, 3)), shapes, amounts


@pytest.fixture(scope="module")
def fitted(population):
    views, shapes, _ = population
    model = PersonModel(CONFIG)
    assert fit_person(model, taken(views, shapes)) == COUNT
    return model


def test_suitable_faces_are_certain_frontal_and_silent(aligned_astronaut):
    _, mesh = aligned_astronaut(256)
    turned = closed(mesh) @ Rotation.from_euler("y", 35, degrees=True).as_matrix()
    meshes = np.stack([closed(mesh), mesh, turned, closed(mesh)])
    assert suitable(meshes, np.array([0.99, 0.99, 0.99, 0.5])).tolist() == [True, False, False, False]


def test_aligning_takes_out_scale_place_and_turn(aligned_astronaut):
    _, mesh = aligned_astronaut(64)
    random = np.random.default_rng(1)
    turns = Rotation.from_euler("xyz", random.uniform(-5, 5, (6, 3)), degrees=True).as_matrix()
    moved = np.stack([random.uniform(0.9, 1.1) * mesh @ turn + random.normal(0, 3, 3) for turn in turns])
    aligned, mean = align_shapes(moved)
    assert np.abs(aligned - mean).max() < 1e-6
    np.testing.assert_allclose(aligned.mean(0), mean)


def test_the_mean_person_is_the_mean_of_the_population(fitted, population):
    _, shapes, _ = population
    _, expected = align_shapes(shapes)
    person = fitted(torch.zeros(1, 512))
    np.testing.assert_allclose(person.shape[0], expected, atol=1e-3)
    covered = person.texture[0].sum(-1) > 0
    assert 0.4 < covered.float().mean() < 1
    views = population[0][:, 0, 0].astype(float)
    np.testing.assert_allclose(person.texture[0][covered].mean(0), views.mean(0), atol=0.1)


def test_components_are_orthogonal_and_as_long_as_their_standard_deviations(fitted, population):
    _, shapes, _ = population
    aligned, mean = align_shapes(shapes)
    basis = fitted.shape_basis.flatten(1).double().numpy()
    products = basis @ basis.T
    np.testing.assert_allclose(products - np.diag(np.diag(products)), 0, atol=1e-4)
    spread = ((aligned - mean) ** 2).sum() / COUNT
    assert np.trace(products) == pytest.approx(spread, rel=1e-3)
    assert np.diag(products)[:2].sum() > 0.99 * spread  # the population has two directions


def test_members_of_the_population_are_within_the_models_reach(fitted, population):
    _, shapes, _ = population
    aligned, mean = align_shapes(shapes)
    basis = fitted.shape_basis[:4].flatten(1).double().numpy()
    coordinates = (aligned - mean).reshape(COUNT, -1) @ np.linalg.pinv(basis)
    again = coordinates @ basis + mean.ravel()
    assert np.abs(again - aligned.reshape(COUNT, -1)).max() < 0.1
    np.testing.assert_allclose(coordinates[:, :2].std(0), 1, atol=0.02)  # whitened: keys are N(0, I)


def test_random_keys_have_the_populations_colours(fitted, population):
    persons = fitted(torch.randn(300, 512, generator=torch.Generator().manual_seed(0)))
    covered = persons.texture[0].sum(-1) > 0
    made = persons.texture[:, covered].mean(1).numpy()
    real = population[0][:, 0, 0].astype(float)
    np.testing.assert_allclose(np.cov(made.T), np.cov(real.T), atol=0.35 * real.var(0).max())
    np.testing.assert_allclose(made.mean(0), real.mean(0), atol=4)


def test_texels_outside_the_mesh_are_empty(fitted):
    empty = fitted.texture_mean.view(16, 16, 3).sum(-1) == 0
    assert empty[0, 0]
    assert not fitted.texture_basis.view(256, 16, 16, 3)[:, empty].any()


def test_the_texture_is_sampled_where_the_mesh_lies(population):
    """A face painted by place keeps the place: red rises from left to right on the texture as on the view."""
    _, shapes, _ = population
    model = PersonModel(CONFIG)
    ramp = np.broadcast_to(np.arange(64, dtype=np.uint8)[:, None] * 3, (COUNT, 64, 64, 3))
    fit_person(model, taken(ramp, shapes))
    person = model(torch.zeros(1, 512))
    texture, points = person.texture[0, ..., 0].numpy(), person.texture_points.numpy()
    inner = [50, 280, 4, 5, 195]  # cheeks and the ridge of the nose
    columns, rows = points[inner].round().astype(int).T
    expected = 3 * model.shape_mean[inner, 0].numpy()
    assert np.abs(texture[rows, columns] - expected).max() < 3 * 64 / 16  # within a texel


def test_too_few_faces_are_an_error(population):
    views, shapes, _ = population
    with pytest.raises(TrainingError, match="256 frontal faces with closed mouths and no glasses; the person model"):
        fit_person(PersonModel(CONFIG), taken(views[:256], shapes[:256]))


def test_no_more_faces_than_asked_for_are_used(population):
    views, shapes, _ = population
    assert fit_person(PersonModel(CONFIG), taken(views, shapes), most=258) == 258
