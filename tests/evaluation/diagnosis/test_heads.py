import numpy as np
import pytest
import torch

from rofi.evaluation.diagnosis.head_training import Examples, OnFeatures, answer, train_head
from rofi.evaluation.diagnosis.heads import ConvolutionalHead, HybridViT, ResidualBlock
from rofi.evaluation.diagnosis.targets import OUTPUTS, UNTOLD, Scores, Targets
from rofi.evaluation.diagnosis.told_apart import told_apart

CHANNELS, CELLS = 12, (4, 8)
HEADS = {
    "cnn": lambda: ConvolutionalHead(CHANNELS, width=64, blocks=1),
    "vit": lambda: HybridViT(CHANNELS, CELLS, width=32, depth=1),
}


def examples(count, seed):
    """Maps of noise; a disease is a channel that is raised in a square of cells, anywhere."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(-1, 3, count)
    maps = generator.normal(2, 3, (count, CHANNELS, *CELLS)).astype(np.float16)
    for map_, label in zip(maps, labels, strict=True):
        if label >= 0:
            y, x = generator.integers(CELLS[0] - 1), generator.integers(CELLS[1] - 1)
            map_[label, y : y + 2, x : x + 2] += 20
    diseases = np.where(labels < 0, UNTOLD, labels)
    return Examples((maps,), Targets((labels >= 0).astype(int), diseases, np.zeros((count, 4), int)))


def trained(kind, epochs=10):
    torch.manual_seed(1)
    return train_head(
        OnFeatures(HEADS[kind](), CHANNELS), examples(600, 0), examples(60, 1), epochs=epochs, decay=1e-2, seed=0
    )


@pytest.mark.parametrize("kind", HEADS)
def test_a_head_learns_signs_that_may_be_anywhere(kind):
    fresh = examples(100, 2)
    scores = Scores.from_logits(answer(trained(kind), fresh.maps[0]))
    assert told_apart(scores, fresh.targets) > 0.9


def test_training_is_repeatable():
    first, second = (trained("cnn", 1).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_epoch_is_kept_that_tells_the_tuning_images_apart_best():
    learning, tuning = examples(600, 0), examples(60, 1)
    kept = told_apart(Scores.from_logits(answer(trained("cnn", 4), tuning.maps[0])), tuning.targets)
    torch.manual_seed(1)
    head = OnFeatures(HEADS["cnn"](), CHANNELS)
    untrained = told_apart(Scores.from_logits(answer(head, tuning.maps[0])), tuning.targets)
    assert kept > untrained
    assert len(learning.maps) == 1


def test_channels_are_normalised_by_what_is_learnt_from():
    head = OnFeatures(torch.nn.Identity(), CHANNELS)
    maps = examples(200, 0).maps[0]
    head.fit(maps)
    seen = head(torch.from_numpy(maps.astype(np.float32)))
    torch.testing.assert_close(seen.mean((0, 2, 3)), torch.zeros(CHANNELS), atol=1e-3, rtol=0)
    torch.testing.assert_close(seen.std((0, 2, 3)), torch.ones(CHANNELS), atol=1e-3, rtol=0)


@pytest.mark.parametrize("patch", [1, 2])
def test_heads_answer_all_questions(patch):
    maps = torch.zeros(2, CHANNELS, *CELLS)
    assert ConvolutionalHead(CHANNELS, patch).eval()(maps).shape == (2, OUTPUTS)
    assert HybridViT(CHANNELS, CELLS, patch).eval()(maps).shape == (2, OUTPUTS)


def test_a_residual_block_starts_as_the_identity():
    features = torch.rand(2, 16, 4, 4)
    torch.testing.assert_close(ResidualBlock(16, 8).eval()(features), features)


def test_the_hybrid_tells_where_a_cell_is():
    torch.manual_seed(0)
    head = HybridViT(CHANNELS, CELLS).eval()
    maps = torch.rand(1, CHANNELS, *CELLS)
    assert not torch.allclose(head(maps), head(maps.flip(3)))
