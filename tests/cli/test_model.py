import json

import pytest

from rofi.model.config import CONFIGS
from rofi.model.network import Rofi
from rofi.model.weights import fingerprint, load_weights, packaged_weights

COMPACT = packaged_weights("compact")


@pytest.mark.parametrize("config", list(CONFIGS))
def test_every_part_is_told_with_its_parameters(rofi, config):
    ended = rofi("model", "--config", config, "--json")
    assert ended.status == 0
    told = json.loads(ended.out)
    expected = {
        name: sum(p.numel() for p in part.parameters()) for name, part in Rofi(CONFIGS[config]).named_children()
    }
    parameters = {name: part["parameters"] for name, part in told["parts"].items()}
    assert sum(parameters.values()) >= sum(expected.values())
    for name in ("translator", "restorer", "dec_net"):
        assert expected[name] in parameters.values()
    assert told["fingerprint"] is None


def test_people_get_a_table(rofi):
    ended = rofi("model")
    assert ended.status == 0
    assert "multiply-adds" in ended.out
    assert "256 px" in ended.out


def test_the_fingerprint_of_a_weights_file_is_told(rofi):
    told = json.loads(rofi("model", "--weights", COMPACT, "--json").out)
    assert told["config"]["name"] == "compact"
    assert told["fingerprint"] == fingerprint(load_weights(COMPACT))


def test_an_unknown_configuration_is_wrong_use(rofi):
    ended = rofi("model", "--config", "enormous")
    assert ended.status == 2
    assert ended.err == "rofi: no configuration 'enormous'; choose one of default, compact\n"


def test_weights_that_are_none_are_wrong_use(rofi, tmp_path, photos, key):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"none")
    for arguments in (("model",), ("protect", photos, "--key", key, "--out", tmp_path / "out")):
        ended = rofi(*arguments, "--weights", path)
        assert ended.status == 2
        assert ended.err.strip().splitlines()[-1].startswith(f"rofi: {path}: cannot be read as weights")
        assert "Traceback" not in ended.err
