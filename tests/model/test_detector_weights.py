import pytest
import torch
from safetensors import safe_open

from rofi.errors import OutputError, WeightsMismatch
from rofi.model.detector_weights import FORMAT, detector_fingerprint, load_detector, save_detector, with_detector
from rofi.model.sign_detector import SignDetector
from rofi.model.weights import save_weights, write_tensors


@pytest.fixture
def detector():
    """One that has seen pictures, so that its batch norms have statistics."""
    torch.manual_seed(1)
    detector = SignDetector(8).train()
    detector(torch.rand(4, 3, 64, 64))
    return detector.eval()


@pytest.fixture
def file(detector, tmp_path):
    path = tmp_path / "sign_detector.safetensors"
    save_detector(detector, path, {"step": "7"})
    return path


def test_a_loaded_detector_scores_as_the_saved_one(detector, file):
    face = torch.rand(1, 3, 64, 64)
    loaded = load_detector(file)
    assert not loaded.training
    torch.testing.assert_close(loaded(face), detector(face), atol=2e-3, rtol=0)


def test_every_tensor_is_kept_in_half_precision_the_statistics_too(detector, file):
    kept = load_detector(file).state_dict()
    assert any("running_var" in name and not torch.all(tensor == 1) for name, tensor in kept.items())
    for name, tensor in detector.state_dict().items():
        assert torch.equal(kept[name], tensor.half().float() if tensor.is_floating_point() else tensor), name


def test_a_file_tells_width_fingerprint_and_notes(detector, file):
    with safe_open(file, framework="pt") as opened:
        metadata = opened.metadata()
    expected = {"format": FORMAT, "width": "8", "step": "7", "fingerprint": detector_fingerprint(detector)}
    assert metadata == expected


def test_the_fingerprint_survives_a_file_and_no_change(detector, file):
    assert detector_fingerprint(load_detector(file)) == detector_fingerprint(detector)
    with torch.no_grad():
        detector.scorer.bias += 0.1
    assert detector_fingerprint(load_detector(file)) != detector_fingerprint(detector)


def test_the_detector_is_replaced_and_nothing_else(detector, file, tiny_model):
    before = {name: tensor.clone() for name, tensor in tiny_model.state_dict().items()}
    made = with_detector(tiny_model, file)
    loaded = load_detector(file).state_dict()
    for name, tensor in made.state_dict().items():
        part, _, inner = name.partition(".")
        assert torch.equal(tensor, loaded[inner] if part == "sign_detector" else before[name]), name
    assert all(torch.equal(tensor, before[name]) for name, tensor in tiny_model.state_dict().items())
    assert made.training == tiny_model.training


def test_a_detector_of_another_width_comes_with_a_new_projection(tiny_model, tmp_path):
    save_detector(SignDetector(16), tmp_path / "wide.safetensors")
    made = with_detector(tiny_model, tmp_path / "wide.safetensors")
    assert made.config.detector_width == made.sign_detector.width == 16
    assert made.sign_projection.weight.shape[1] == made.sign_detector.channels
    before = tiny_model.state_dict()
    for name, tensor in made.state_dict().items():
        if not name.startswith(("sign_detector.", "sign_projection.")):
            assert torch.equal(tensor, before[name]), name


def test_a_whole_models_weights_are_no_detectors(tiny_model, tmp_path):
    save_weights(tiny_model, tmp_path / "model.safetensors")
    with pytest.raises(WeightsMismatch, match="format 'rofi-weights-1', expected 'rofi-sign-detector-1'"):
        load_detector(tmp_path / "model.safetensors")


@pytest.mark.parametrize("width", ["", "8.0", "0", "9999999", "-8"])
def test_a_width_that_is_none_is_refused(detector, tmp_path, width):
    write_tensors(detector, tmp_path / "x.safetensors", {"format": FORMAT, "width": width})
    with pytest.raises(WeightsMismatch, match="cannot be read"):
        load_detector(tmp_path / "x.safetensors")


def test_a_width_that_its_tensors_have_not_is_refused(detector, tmp_path):
    write_tensors(detector, tmp_path / "x.safetensors", {"format": FORMAT, "width": "16"})
    with pytest.raises(WeightsMismatch, match="misshapen"):
        load_detector(tmp_path / "x.safetensors")


def test_half_a_file_is_refused(file):
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(WeightsMismatch, match="cannot be read as weights"):
        load_detector(file)


def test_a_folder_that_is_not_there_is_an_error(detector, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        save_detector(detector, tmp_path / "none" / "x.safetensors")
