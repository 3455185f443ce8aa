import torch
from torch import nn

from rofi.model.transformer import TransformerBlock, from_tokens, to_tokens


def test_block_agrees_with_torchs_pre_norm_encoder_layer():
    torch.manual_seed(0)
    ours = TransformerBlock(32, heads=4).eval()
    theirs = nn.TransformerEncoderLayer(32, 4, 128, 0.0, "gelu", batch_first=True, norm_first=True).eval()
    theirs.self_attn.in_proj_weight.data = ours.query_key_value.weight.data
    theirs.self_attn.in_proj_bias.data = ours.query_key_value.bias.data
    norm, wide, _, narrow = ours.feed_forward
    for mine, other in (
        (ours.attention_norm, theirs.norm1),
        (ours.attention_out, theirs.self_attn.out_proj),
        (norm, theirs.norm2),
        (wide, theirs.linear1),
        (narrow, theirs.linear2),
    ):
        other.load_state_dict(mine.state_dict())
    tokens = torch.randn(2, 7, 32)
    torch.testing.assert_close(ours(tokens), theirs(tokens), atol=1e-5, rtol=0)


def test_tokens_are_the_cells_row_by_row():
    features = torch.arange(2 * 3 * 2 * 4.0).view(2, 3, 2, 4)
    tokens = to_tokens(features)
    assert tokens.shape == (2, 8, 3)
    assert torch.equal(tokens[1, 5], features[1, :, 1, 1])
    assert torch.equal(from_tokens(tokens, (2, 4)), features)
