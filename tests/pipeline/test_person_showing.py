"""What the refinement foresees is what drawing the person anew shows."""

import numpy as np
import pytest
import torch

from pipeline.photographs import close_up, protector
from rofi.faces.person_geometry import person_points, shape_moves
from rofi.faces.person_placement import place_person, view_texture
from rofi.pipeline.person_showing import ShapeShowing, TextureShowing, as_planes

KEY = np.random.default_rng(5).standard_normal(512).astype(np.float32)


@pytest.fixture(scope="module")
def face(networks, secret):
    (found,) = protector(networks, secret).finder.find(close_up(), "a")
    return found


def draw(networks, face, key):
    return place_person(face.view, face.mesh, face.signs, **arrays(networks, key))


def arrays(networks, key):
    return networks.model.person(torch.from_numpy(key[None])).arrays(0)


def pixels(planes):
    return planes[0].permute(1, 2, 0).numpy() * 255


@pytest.fixture(scope="module")
def shaped(networks, face):
    persons, person = networks.model.person, arrays(networks, KEY)
    changes = persons.shape_basis.double().numpy()
    points = person_points(face.mesh, person["shape"], person["mean_shape"])
    return ShapeShowing(points, shape_moves(face.mesh, person["mean_shape"], changes), len(face.view))


def moved_shape():
    key = KEY.copy()
    key[:8] += np.random.default_rng(1).choice([-1, 1], 8).astype(np.float32)
    return key


def test_a_shape_that_does_not_move_leaves_the_view(shaped, networks, face):
    view = as_planes(draw(networks, face, KEY).face)
    torch.testing.assert_close(shaped(view, torch.zeros(1, 160)), view, atol=2e-3, rtol=0)


def test_a_moved_shape_shows_as_it_is_drawn(shaped, networks, face):
    before, after = draw(networks, face, KEY), draw(networks, face, moved_shape())
    change = torch.from_numpy((moved_shape() - KEY)[None, :160])
    foreseen = pixels(shaped(as_planes(before.face), change)) - before.face
    core = before.mask > 0.9
    drawn = (after.face - before.face)[core]
    assert np.abs(drawn).mean() > 2
    assert np.corrcoef(foreseen[core].ravel(), drawn.ravel())[0, 1] > 0.6


def test_a_changed_texture_shows_as_it_is_drawn(networks, face):
    key = KEY.copy()
    key[160:190] += np.random.default_rng(2).choice([-0.5, 0.5], 30).astype(np.float32)
    before, after = draw(networks, face, KEY), draw(networks, face, key)
    seen = view_texture(face.view, face.mesh, before.mask, **arrays(networks, KEY))
    change = networks.model.person.texture_change(
        torch.from_numpy(KEY[None]), torch.from_numpy((key - KEY)[None, 160:])
    )
    foreseen = pixels(TextureShowing(before, seen)(change)) - before.face
    core = before.mask > 0.9
    assert np.corrcoef(foreseen[core].ravel(), (after.face - before.face)[core].ravel())[0, 1] > 0.8


def test_gradients_reach_shape_and_texture(shaped, networks, face):
    placed = draw(networks, face, KEY)
    seen = view_texture(face.view, face.mesh, placed.mask, **arrays(networks, KEY))
    move = torch.zeros(1, 512, requires_grad=True)
    change = networks.model.person.texture_change(torch.from_numpy(KEY[None]), move[:, 160:])
    shown = shaped(TextureShowing(placed, seen)(change), move[:, :160])
    torch.autograd.backward((shown * torch.from_numpy(face.view.copy()).permute(2, 0, 1) / 255).mean())
    assert (move.grad[:, :160] != 0).all()
    assert (move.grad[:, 160:] != 0).float().mean() > 0.9


def test_nothing_of_a_texture_shows_on_the_signs(networks, face):
    placed = draw(networks, face, KEY)
    seen = view_texture(face.view, face.mesh, placed.mask, **arrays(networks, KEY))
    change = networks.model.person.texture_change(torch.from_numpy(KEY[None]), torch.ones(1, 352))
    after = pixels(TextureShowing(placed, seen)(change))
    hidden = placed.mask == 0
    assert hidden[face.signs].all()
    np.testing.assert_allclose(after[hidden], placed.face[hidden], atol=1e-3)
