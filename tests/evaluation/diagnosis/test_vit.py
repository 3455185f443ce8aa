import re

import pytest
import torch
from torch import nn

from rofi.errors import WeightsMismatch
from rofi.evaluation.diagnosis.vit import EncoderBlock, VisionTransformer, resize_positions, vit_from_weights

SMALL = {"side": 32, "width": 64, "depth": 2, "patch": 8, "classes": 5}


def as_torchvision(state):
    """The same weights under the names of torchvision's vit_b_16."""
    names = (
        (r"^cls_token$", "class_token"),
        (r"^pos_embed$", "encoder.pos_embedding"),
        (r"^patch_embed\.proj\.", "conv_proj."),
        (r"^norm\.", "encoder.ln."),
        (r"^head\.", "heads.head."),
        (r"^blocks\.(\d+)\.", r"encoder.layers.encoder_layer_\1."),
        (r"\.norm([12])\.", r".ln_\1."),
        (r"\.attn\.qkv\.", ".self_attention.in_proj_"),
        (r"\.attn\.proj\.", ".self_attention.out_proj."),
        (r"\.mlp\.fc1\.", ".mlp.0."),
        (r"\.mlp\.fc2\.", ".mlp.3."),
    )
    for ours, theirs in names:
        state = {re.sub(ours, theirs, name): value for name, value in state.items()}
    return state


@pytest.mark.parametrize(("width", "parameters"), [(384, 22_050_664), (768, 86_567_656)])
def test_sizes_are_those_of_timm_and_torchvision(width, parameters):
    with torch.device("meta"):
        network = VisionTransformer(width=width)
    assert sum(value.numel() for value in network.parameters()) == parameters


def test_a_block_is_a_transformer_encoder_layer():
    block = EncoderBlock(64, 4)
    layer = nn.TransformerEncoderLayer(64, 4, 256, 0.0, "gelu", 1e-6, batch_first=True, norm_first=True).eval()
    theirs = layer.state_dict()
    named = {
        "norm1": "norm1",
        "norm2": "norm2",
        "attn.proj": "self_attn.out_proj",
        "mlp.fc1": "linear1",
        "mlp.fc2": "linear2",
    }
    state = {f"{ours}.{kind}": theirs[f"{name}.{kind}"] for ours, name in named.items() for kind in ("weight", "bias")}
    state |= {f"attn.qkv.{kind}": theirs[f"self_attn.in_proj_{kind}"] for kind in ("weight", "bias")}
    block.load_state_dict(state)
    tokens = torch.randn(2, 7, 64)
    torch.testing.assert_close(block(tokens), layer(tokens), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("rename", [dict, as_torchvision])
def test_weights_of_timm_and_of_torchvision_load(rename):
    torch.manual_seed(0)
    source = VisionTransformer(**SMALL)
    loaded = vit_from_weights(rename(source.state_dict()), 32, 5)
    loaded.head.load_state_dict(source.head.state_dict())
    images = torch.randn(2, 3, 32, 32)
    torch.testing.assert_close(loaded(images), source(images))


def test_positions_are_resized_for_larger_images():
    source = VisionTransformer(**SMALL)
    loaded = vit_from_weights(source.state_dict(), 64, 3)
    assert loaded(torch.zeros(1, 3, 64, 64)).shape == (1, 3)
    assert loaded.pos_embed.shape == (1, 65, 64)


def test_a_slope_of_positions_stays_a_slope():
    row = torch.arange(8.0).expand(8, 8)
    positions = torch.cat([torch.full((1, 1, 1), 99.0), row.reshape(1, 64, 1)], 1)
    assert resize_positions(positions, 8) is positions
    resized = resize_positions(positions, 16)
    assert resized[0, 0, 0] == 99
    grid = resized[0, 1:, 0].view(16, 16)
    expected = (torch.arange(16.0) + 0.5) / 2 - 0.5
    torch.testing.assert_close(grid[8, 4:12], expected[4:12], atol=1e-4, rtol=0)


def test_positions_of_no_square_are_refused():
    with pytest.raises(WeightsMismatch, match="no square"):
        resize_positions(torch.zeros(1, 1 + 6, 4), 8)


def test_another_network_is_no_vit():
    with pytest.raises(WeightsMismatch, match="tensors are missing"):
        vit_from_weights({"conv1.weight": torch.zeros(64, 3, 7, 7)}, 32, 5)


def test_patches_must_fit_the_images():
    with pytest.raises(WeightsMismatch, match="multiple"):
        vit_from_weights(VisionTransformer(**SMALL).state_dict(), 36, 5)


def test_a_missing_tensor_is_named():
    state = VisionTransformer(**SMALL).state_dict()
    del state["blocks.1.mlp.fc1.bias"]
    with pytest.raises(WeightsMismatch, match=r"blocks\.1\.mlp\.fc1\.bias"):
        vit_from_weights(state, 32, 5)
