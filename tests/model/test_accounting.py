import dataclasses

import pytest

from rofi.model.accounting import account
from rofi.model.config import COMPACT, DEFAULT
from rofi.model.network import Rofi

NAMES = [
    "person",
    "residue",
    "sign_detector",
    "translator",
    "da_former",
    "dec_net",
    "restorer",
    "restorer_dec_net",
]


@pytest.fixture(scope="module")
def default():
    return {cost.name: cost for cost in account(DEFAULT)}


def test_parts_come_in_the_order_in_which_a_face_passes_them():
    assert [cost.name for cost in account(COMPACT)] == NAMES


def test_transformer_blocks_by_formula(default):
    """A block of C channels and T tokens: 12 T C^2 for its four linear layers, 2 T^2 C for scores and mixing."""
    tokens, channels = 1024, 512
    assert default["da_former"].multiply_adds == 2 * (12 * tokens * channels**2 + 2 * tokens**2 * channels)
    weights = 12 * channels**2 + (3 + 1 + 4 + 1) * channels
    norms = 4 * channels
    assert default["da_former"].parameters == 2 * (weights + norms)


def test_dec_net_by_formula(default):
    """3x3 convolutions cost 9 C^2 per pixel, upsamplings 4 C (C / 2); sides 32, 64, 128, 256."""
    blocks = [(512, 32, 4), (256, 64, 2), (128, 128, 1)]
    ups = [(512, 256, 32), (256, 128, 64), (128, 64, 128)]
    multiply_adds = sum(number * 2 * 9 * c * c * side**2 for c, side, number in blocks)
    multiply_adds += sum(c * 4 * out * side**2 for c, out, side in ups) + 9 * 64 * 3 * 256**2
    parameters = sum(number * 2 * (9 * c * c + c) for c, _, number in blocks)
    parameters += sum((c + 1) * 4 * out for c, out, _ in ups) + 9 * 64 * 3 + 3
    for name in ("dec_net", "restorer_dec_net"):
        assert default[name].multiply_adds == multiply_adds
        assert default[name].parameters == parameters


def test_person_by_formula(default):
    """A number per shape and coordinate, and one per texture and colour value."""
    colours = 160 * 160 * 3
    assert default["person"].multiply_adds == 160 * 468 * 3 + 352 * colours
    assert default["person"].parameters == 161 * 468 * 3 + 353 * colours + 352 + 3


def test_sign_detector_by_formula(default):
    """ResNet-50 to its second stage at 256 pixels, the scorer and the projection at stride 8."""
    stage1 = 64**2 * (64 * 64 + 9 * 64 * 64 + 2 * 64 * 256 + 2 * (256 * 64 + 9 * 64 * 64 + 64 * 256))
    first = 64**2 * 256 * 128 + 32**2 * (9 * 128 * 128 + 128 * 512 + 256 * 512)
    stage2 = first + 3 * 32**2 * (512 * 128 + 9 * 128 * 128 + 128 * 512)
    head = 32**2 * (512 + 512 * 512)
    assert default["sign_detector"].multiply_adds == 128**2 * 49 * 3 * 64 + stage1 + stage2 + head
    assert default["sign_detector"].parameters == 9_408 + 128 + 215_808 + 1_219_584 + 513 + 512 * 513


def test_the_restorer_is_a_translator_and_a_token(default):
    assert default["restorer"].parameters == default["translator"].parameters + 512
    assert default["restorer"].multiply_adds > default["translator"].multiply_adds


def test_parts_add_up_to_the_models_parameters_and_fitted_numbers(tiny):
    model = Rofi(tiny)
    trained = sum(parameter.numel() for parameter in model.parameters())
    fitted = sum(b.numel() for part in (model.person, model.residue) for b in part.buffers())
    assert sum(cost.parameters for cost in account(tiny)) == trained + fitted


def test_residue_counts_both_directions_by_formula(tiny):
    """Per block: five colour conversions of 3x3 and as many DCTs of 64x64 per plane, two Hadamard transforms of 64."""
    blocks = (tiny.view // 8) ** 2
    to, back = 3, 2  # hide: original and carrier in, carrier out; reveal: one of each
    whole_groups = blocks * 152 // 64 * 64
    expected = blocks * (to + back) * (3 * 3 * 64 + 3 * 64 * 64) + 2 * whole_groups * 64
    costs = {cost.name: cost for cost in account(tiny)}
    assert costs["residue"].multiply_adds == expected


def test_a_cost_is_frozen(default):
    with pytest.raises(dataclasses.FrozenInstanceError):
        default["person"].parameters = 0
