import numpy as np
import pytest
import torch

from rofi.errors import WeightsMismatch
from rofi.model.face_codebook import FaceCodebook, load_codebook, save_codebook
from rofi.model.weights import packaged_weights
from rofi.pipeline.networks import CODEBOOK


@pytest.fixture(scope="module")
def codebook():
    return load_codebook(packaged_weights(CODEBOOK))


@pytest.fixture(scope="module")
def view(aligned_astronaut):
    return torch.from_numpy(aligned_astronaut(256)[0].transpose(2, 0, 1).copy()).float()


def error(codebook, view, size):
    """Weighted squared error a pixel."""
    drawn = codebook.decode(codebook.encode(view, size), 256)
    return float((codebook.measure(drawn) - codebook.measure(view)).square().mean())


def test_a_code_has_the_length_asked_for(codebook, view):
    for size in (1, 10, 60, 333, 1000, 4000):
        assert len(codebook.encode(view, size)) == size


def test_more_bytes_show_more(codebook, view):
    errors = [error(codebook, view, size) for size in (1, 60, 250, 1000)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.02 * errors[0]


def test_a_thousand_bytes_are_about_the_projection_on_the_transform(codebook, view):
    """What no quantisation would leave, reckoned by least squares."""
    basis = codebook.basis.float()
    measured = codebook.measure(view) - codebook.mean
    best = torch.linalg.lstsq(basis.T, measured[:, None]).solution[:, 0]
    least = float((basis.T @ best - measured).square().mean())
    assert error(codebook, view, 1000) < 2 * least + 1


def test_a_face_is_drawn_at_any_size(codebook, view):
    code = codebook.encode(view, 1000)
    large, small = codebook.decode(code, 256), codebook.decode(code, 64)
    assert large.shape == (3, 256, 256)
    assert float((torch.nn.functional.avg_pool2d(large, 4) - small).abs().mean()) < 4
    centre = np.s_[:, 140:220, 60:200]
    assert float((large - view)[centre].abs().mean()) < 8


def test_the_mean_face_takes_no_bytes(codebook):
    assert torch.isfinite(codebook.decode(bytes([255]), 32)).all()


def test_any_bytes_are_some_face(codebook):
    for seed in range(20):
        code = np.random.default_rng(seed).bytes(200)
        drawn = codebook.decode(code, 64)
        assert torch.isfinite(drawn).all()
        assert 0 <= float(drawn.min()) <= float(drawn.max()) <= 255


def test_a_codebook_comes_back_from_its_file(codebook, tmp_path, view):
    save_codebook(codebook, tmp_path / "book.safetensors")
    again = load_codebook(tmp_path / "book.safetensors")
    assert again.digest == codebook.digest
    assert again.encode(view, 300) == codebook.encode(view, 300)


def test_another_codebook_has_another_digest():
    other = FaceCodebook(4)
    other.mean += 1
    assert other.digest != FaceCodebook(4).digest


def test_weights_of_the_model_are_no_codebook():
    with pytest.raises(WeightsMismatch, match="format"):
        load_codebook(packaged_weights("compact"))


def test_a_file_without_its_deviations_is_refused(tmp_path):
    codebook = FaceCodebook(4)
    del codebook.deviation
    save_codebook(codebook, tmp_path / "book.safetensors")
    with pytest.raises(WeightsMismatch, match="tensors"):
        load_codebook(tmp_path / "book.safetensors")


def test_codes_stay_readable():
    """A code written by constriction 0.5.0: another coder's tables would read other numbers, and every file be lost."""
    codebook = FaceCodebook(6)
    codebook.deviation.copy_(torch.tensor([64.0, 32, 16, 8, 4, 2]))
    coordinates = torch.tensor([100.0, -51, 7, 0, -5, 1])
    assert codebook._coded(coordinates, 8).hex() == "089329a7e8"
