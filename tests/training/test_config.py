import json

import pytest

from rofi.errors import TrainingError
from rofi.training.config import LossWeights, TrainingConfig


def test_defaults_are_the_papers_section_4_4():
    config = TrainingConfig()
    assert (config.beta1, config.beta2, config.weight_decay, config.learning_rate) == (0.5, 0.999, 1e-8, 1e-4)
    assert (config.batch, config.steps, config.decay_at * config.steps, config.evaluate_every) == (
        12,
        1_000_000,
        900_000,
        20_000,
    )


def test_json_round_trip():
    config = TrainingConfig(model="compact", steps=7, losses=LossWeights(adversarial=0.05), jitter=(0.1, 2, 0))
    assert TrainingConfig.from_json(config.to_json()) == config


def test_what_a_file_leaves_out_keeps_its_default(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"steps": 5, "losses": {"restored_l1": 3}}')
    assert TrainingConfig.load(path) == TrainingConfig(steps=5, losses=LossWeights(restored_l1=3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[1]", "cannot be read"),
        ("null", "cannot be read"),
        ('{"step": 5}', "unknown settings: step"),
        ('{"losses": {"beauty": 1}}', "beauty"),
        ('{"losses": 3}', "cannot be read"),
        ('{"steps": "many"}', "cannot be read"),
        ('{"steps": 0}', "steps is 0"),
        ('{"batch": -1}', "batch is -1"),
        ('{"restore_every": 0}', "restore_every is 0"),
        ('{"selection_images": 0}', "selection_images is 0"),
        ('{"workers": -1}', "workers is -1"),
        ('{"seed": -1}', "seed is -1"),
        ('{"precision": "fp8"}', "'fp8': choose from bf16-mixed"),
        ('{"recognisers": []}', "at least one"),
        ('{"jitter": [1, 2]}', "jitter"),
        ('{"jitter": 1}', "cannot be read"),
    ],
)
def test_settings_that_are_none_are_refused(text, message, tmp_path):
    with pytest.raises(TrainingError, match=message):
        TrainingConfig.from_json(text)
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(TrainingError, match=r"config\.json"):
        TrainingConfig.load(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["missing", "not text"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path, content):
    path = tmp_path / "config.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"config\.json: cannot be read"):
        TrainingConfig.load(path)


def test_json_is_plain():
    assert json.loads(TrainingConfig().to_json())["losses"]["adversarial"] == 0.1
