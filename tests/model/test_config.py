import pytest

from rofi.errors import WeightsMismatch
from rofi.model.config import COMPACT, CONFIGS, DEFAULT, KEY_SIZE, ModelConfig


def test_default_is_the_papers():
    assert (DEFAULT.view, DEFAULT.channels, DEFAULT.grid, KEY_SIZE) == (256, 512, 32, 512)
    assert (DEFAULT.translator_blocks, DEFAULT.da_former_blocks, DEFAULT.detector_width) == (6, 2, 64)


def test_both_shipped_configurations_go_by_their_names():
    assert CONFIGS == {"default": DEFAULT, "compact": COMPACT}


def test_dict_makes_the_same_configuration_again():
    assert ModelConfig(**COMPACT.to_dict()) == COMPACT


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"view": 100}, "view 100"),
        ({"view": 56}, "view 56"),
        ({"channels": 100}, "channels 100"),
        ({"channels": 64, "heads": 6}, "heads 6"),
        ({"heads": 0}, "at least 1"),
        ({"detector_width": 0}, "at least 1"),
        ({"person_shapes": 100}, "512"),
    ],
)
def test_dimensions_that_do_not_go_together_are_refused(values, message):
    with pytest.raises(WeightsMismatch, match=message):
        ModelConfig(**values)
