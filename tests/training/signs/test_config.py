import math

import pytest

from rofi.errors import TrainingError
from rofi.training.signs.config import SignTrainingConfig


def test_defaults_are_the_papers():
    config = SignTrainingConfig()
    assert (config.pooling, config.batch, config.learning_rate) == ("max", 12, 1e-4)
    assert (config.beta1, config.beta2) == (0.5, 0.999)
    assert config.rate(int(0.9 * config.steps) - 1) == pytest.approx(1e-4)
    assert config.rate(int(0.9 * config.steps)) == pytest.approx(1e-5)


def test_cosine_with_warm_up():
    config = SignTrainingConfig(schedule="cosine", steps=109, warm_up=9, learning_rate=1)
    assert config.rate(0) == pytest.approx(0.1)
    assert config.rate(9) == pytest.approx(1)
    assert config.rate(59) == pytest.approx(0.5)
    assert config.rate(84) == pytest.approx((1 + math.cos(0.75 * math.pi)) / 2)
    assert config.rate(109) == pytest.approx(0)


def test_the_soft_start_is_a_share_of_the_steps():
    config = SignTrainingConfig(steps=100, soft_start=0.4)
    assert [config.begun(step) for step in (0, 10, 40, 100)] == [0, 0.25, 1, 1]
    assert SignTrainingConfig(soft_start=0).begun(0) == 1


def test_json_round_trip():
    config = SignTrainingConfig(pooling="top", crop=(0.7, 0.9), steps=5)
    assert SignTrainingConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"losses": {}}', "unknown settings: losses"),
        ('{"detector_width": 0}', "detector_width is 0"),
        ('{"steps": "many"}', "cannot be read"),
        ('{"weight_decay": -1}', "weight_decay is -1"),
        ('{"warm_up": -1}', "warm_up is -1"),
        ('{"rotation": -1}', "rotation is -1"),
        ('{"view": 100}', "view 100"),
        ('{"pooling": "min"}', "'min': choose from max, top"),
        ('{"schedule": "none"}', "'none': choose from step, cosine"),
        ('{"precision": "fp8"}', "'fp8': choose from"),
        ('{"top_share": 0}', "top_share 0"),
        ('{"sharpness": 0}', "sharpness 0"),
        ('{"erase": 2}', "erase"),
        ('{"beta1": 1}', "beta1"),
        ('{"crop": [1.0, 0.6]}', "crop"),
        ('{"crop": [0.2, 0.6]}', "crop"),
        ('{"crop_height": [0.2, 0.6]}', "crop_height"),
        ('{"crop": 1}', "cannot be read"),
        ('{"learning_rate": NaN}', "learning_rate is nan"),
    ],
)
def test_settings_that_are_none_are_refused(text, message):
    with pytest.raises(TrainingError, match=message):
        SignTrainingConfig.from_json(text)
