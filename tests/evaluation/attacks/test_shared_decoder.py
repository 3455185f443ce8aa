import pytest
import torch

from rofi.errors import RofiError
from rofi.evaluation.attacks.coefficient_grid import CoefficientGrid, centred, explained_share, visible_slots
from rofi.evaluation.attacks.shared_decoder import (
    Whitening,
    fit_block_network,
    fit_block_operator,
    fit_window_operator,
)
from rofi.model.residue import VISIBLE

EVERY = torch.ones(192, dtype=torch.bool)


def orthogonal(size, seed):
    return torch.linalg.qr(torch.randn(size, size, generator=torch.Generator().manual_seed(seed)))[0]


def scrambled(count, side, shared, whole=False, rank=None):
    """Originals rotated: all by one rotation, or each by its own; block by block, or the window as a whole."""
    generator = torch.Generator().manual_seed(5)
    numbers = 192 * side * side if whole else 192
    basis = torch.randn(rank, 192 * side * side, generator=generator) if rank else None
    grids = []
    for number in range(count):
        if basis is None:
            original = torch.randn(192, side, side, generator=generator)
        else:
            original = (torch.randn(rank, generator=generator) @ basis).view(192, side, side)
        rotation = orthogonal(numbers, 0 if shared else 100 + number)
        received = rotation @ (original.flatten() if whole else original.flatten(1))
        grids.append(
            CoefficientGrid(received.view(192, side, side), original, torch.ones(side, side, dtype=torch.bool))
        )
    return grids


def explained(decode, grids, whitening):
    return explained_share([decode(grid.received) for grid in grids], grids, whitening.deviation, whitening.mean)


@pytest.mark.parametrize("fit", [fit_block_operator, lambda grids, shown: fit_block_network(grids, shown, 10, side=6)])
def test_a_rotation_that_all_files_share_is_learnt(fit):
    grids = scrambled(45, 6, shared=True)
    decode = fit(grids[:40], EVERY)
    assert explained(decode, grids[40:], Whitening.of(grids[:40])) > 0.97


@pytest.mark.parametrize("fit", [fit_block_operator, lambda grids, shown: fit_block_network(grids, shown, 10, side=6)])
def test_rotations_of_their_own_are_not(fit):
    grids = scrambled(45, 6, shared=False)
    assert explained(fit(grids[:40], EVERY), grids[40:], Whitening.of(grids[:40])) < 0.02


@pytest.mark.parametrize(("shared", "low", "high"), [(True, 0.9, 1.01), (False, -1.0, 0.05)])
def test_the_window_operator_learns_only_a_shared_rotation_of_whole_windows(shared, low, high):
    """Faces of six dimensions, rotated across blocks: what no operator of a block could undo."""
    grids = scrambled(36, 2, shared, whole=True, rank=6)
    decode = fit_window_operator(grids[:30], EVERY, side=2)
    assert low < explained(decode, grids[30:], Whitening.of(grids[:30])) < high


def test_the_network_learns_from_neighbours_what_no_operator_of_a_block_can():
    """The original of a block is what was received in the block to its right."""
    generator = torch.Generator().manual_seed(0)
    grids = []
    for _ in range(24):
        received = torch.zeros(192, 8, 8)
        received[:4] = torch.randn(4, 8, 8, generator=generator)
        grids.append(CoefficientGrid(received, received.roll(-1, 2), torch.ones(8, 8, dtype=torch.bool)))
    whitening = Whitening.of(grids[:20])
    assert explained(fit_block_operator(grids[:20], EVERY), grids[20:], whitening) < 0.05
    assert explained(fit_block_network(grids[:20], EVERY, 60, side=8, rate=5e-3), grids[20:], whitening) > 0.3


def test_an_operator_of_visible_coefficients_does_not_look_at_hidden_ones():
    grids = scrambled(10, 4, shared=True)
    decode = fit_block_operator(grids, visible_slots())
    other = grids[0].received.clone()
    other[~visible_slots()] += 100
    assert torch.allclose(decode(other), decode(grids[0].received), atol=1e-4)


def test_visible_slots_are_those_that_show_the_face():
    assert int(visible_slots().sum()) == sum(VISIBLE)


@pytest.mark.parametrize(("height", "width"), [(5, 9), (4, 4), (8, 3)])
def test_centring_is_undone_by_the_sizes_swapped(height, width):
    grid = torch.rand(2, height, width)
    larger = centred(grid, 10, 11)
    assert larger.shape == (2, 10, 11)
    assert torch.equal(centred(larger, height, width), grid)


def test_few_files_are_refused():
    with pytest.raises(RofiError, match="5 or more"):
        fit_window_operator(scrambled(4, 2, shared=True), EVERY)
    with pytest.raises(RofiError, match="cannot be learnt"):
        fit_block_operator([], EVERY)
