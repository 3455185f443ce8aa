import pytest
import safetensors.torch
import torch

from rofi.errors import WeightsMismatch
from rofi.evaluation.diagnosis.network_weights import build_resnet50, build_vit, find_weights, read_weights
from rofi.evaluation.diagnosis.resnet50 import ResNet50
from rofi.evaluation.diagnosis.targets import OUTPUTS
from rofi.evaluation.diagnosis.vit import VisionTransformer


@pytest.fixture(scope="module")
def resnet():
    torch.manual_seed(0)
    return ResNet50().state_dict()


def test_imagenet_weights_load_but_for_the_last_layer(tmp_path, resnet):
    torch.save(resnet, tmp_path / "resnet50-0676ba61.pth")
    network = build_resnet50(find_weights(tmp_path, "resnet50"))
    state = network.state_dict()
    assert all(torch.equal(state[name], resnet[name]) for name in resnet if not name.startswith("fc."))
    assert state["fc.weight"].shape == (OUTPUTS, 2048)


def test_a_vit_loads_for_another_size_of_image(tmp_path):
    source = VisionTransformer(32, 64, 2, 8).state_dict()
    safetensors.torch.save_file(source, tmp_path / "vit_tiny.safetensors")
    network = build_vit(find_weights(tmp_path, "vit"), 64)
    assert network(torch.zeros(1, 3, 64, 64)).shape == (1, OUTPUTS)


def test_weights_may_lie_one_level_down(tmp_path):
    torch.save({"state_dict": {"a": torch.ones(2)}, "epoch": 3}, tmp_path / "a.pth")
    assert read_weights(tmp_path / "a.pth")["a"].tolist() == [1, 1]


def test_without_a_file_there_are_no_weights(tmp_path):
    (tmp_path / "resnet50.txt").write_text("")
    assert find_weights(tmp_path, "resnet50") is None
    assert find_weights(None, "vit") is None


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(WeightsMismatch, match="no such folder"):
        find_weights(tmp_path / "weights", "vit")


def test_a_damaged_file_is_an_error(tmp_path):
    (tmp_path / "vit.pth").write_bytes(b"\x80\x02nonsense")
    with pytest.raises(WeightsMismatch, match="cannot be read"):
        read_weights(tmp_path / "vit.pth")


def test_a_file_never_runs_code(tmp_path):
    class Harm:
        def __reduce__(self):
            return (open, (str(tmp_path / "harm"), "w"))

    torch.save({"a": Harm()}, tmp_path / "vit.pth")
    with pytest.raises(WeightsMismatch, match="cannot be read"):
        read_weights(tmp_path / "vit.pth")
    assert not (tmp_path / "harm").exists()


def test_a_file_without_tensors_is_an_error(tmp_path):
    torch.save([1, 2], tmp_path / "vit.pth")
    with pytest.raises(WeightsMismatch, match="no state dictionary"):
        read_weights(tmp_path / "vit.pth")


def test_weights_of_another_network_are_an_error(tmp_path, resnet):
    torch.save({"features.0.weight": torch.zeros(3)}, tmp_path / "resnet50.pth")
    with pytest.raises(WeightsMismatch, match="do not fit ResNet-50"):
        build_resnet50(tmp_path / "resnet50.pth")


def test_tensors_of_another_shape_are_an_error(tmp_path, resnet):
    torch.save({**resnet, "conv1.weight": torch.zeros(64, 1, 7, 7)}, tmp_path / "resnet50.pth")
    with pytest.raises(WeightsMismatch, match="other shapes"):
        build_resnet50(tmp_path / "resnet50.pth")
