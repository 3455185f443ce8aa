import numpy as np
import pytest
import torch
from onnx import helper
from skimage import data

from recognition.onnx_graphs import graph_file
from rofi.errors import RofiError, TrainingError
from rofi.recognition.crops import CropJitter, crop_view
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS, RecogniserSpec
from rofi.recognition.torch_recogniser import TorchRecogniser


@pytest.fixture(scope="module")
def face() -> np.ndarray:
    """(1, 144, 144, 3), a face roughly where a view has it."""
    return np.ascontiguousarray(data.astronaut()[40:184, 152:296][None])


@pytest.fixture(scope="module")
def recogniser() -> TorchRecogniser:
    return TorchRecogniser(SPECS["mobilefacenet512"])


def as_views(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2) / 255


def test_it_agrees_with_onnx_runtime(face, recogniser):
    expected = Recogniser(SPECS["mobilefacenet512"]).embed(face)
    np.testing.assert_allclose(recogniser(as_views(face)).detach().numpy(), expected, atol=1e-5)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_embedding_is_of_unit_length_for_cosine_and_as_it_is_otherwise(tmp_path, metric):
    """A network that sums each channel of (x - 10) / 2 over the crop, on views of one colour each."""
    nodes = [helper.make_node("ReduceMean", ["x"], ["y"], axes=[2, 3], keepdims=0)]
    graph_file(tmp_path / "mean.onnx", nodes, ["n", 3, 112, 112])
    spec = RecogniserSpec("mean", "mean.onnx", "training", 0.0, mean=10.0, scale=0.5, metric=metric)
    views = torch.tensor([[16.0, 10.0, 18.0]]).reshape(1, 3, 1, 1).expand(1, 3, 64, 64) / 255
    expected = torch.tensor([[3.0, 0.0, 4.0]])
    if metric == "cosine":
        expected = expected / 5
    torch.testing.assert_close(TorchRecogniser(spec, tmp_path)(views), expected, atol=1e-4, rtol=0)


def test_gradient_reaches_the_views_and_nothing_else(face, recogniser):
    views = as_views(face).requires_grad_()
    other = torch.nn.functional.normalize(torch.ones(1, 512), dim=1)
    (recogniser(views) * other).sum().backward()
    assert views.grad is not None
    assert torch.isfinite(views.grad).all()
    stepped = (views + 1e-3 * views.grad / views.grad.abs().max()).detach()
    assert (recogniser(stepped) * other).sum() > (recogniser(views) * other).sum()


def test_a_generator_draws_the_jitter_that_could_be_passed(face, recogniser):
    views = as_views(face)
    drawn = recogniser(views, torch.Generator().manual_seed(5))
    passed = recogniser(views, CropJitter().draw(1, torch.Generator().manual_seed(5)))
    torch.testing.assert_close(drawn, passed)
    assert not torch.allclose(drawn, recogniser(views), atol=1e-3)


def test_autocast_keeps_the_embedding(face, recogniser):
    with torch.autocast("cpu", torch.bfloat16):
        coarse = recogniser(as_views(face))
    assert coarse.dtype == torch.float32
    assert torch.cosine_similarity(coarse, recogniser(as_views(face))).item() > 0.98


def test_crop_is_the_one_of_the_spec(tmp_path):
    """A network that passes its crop through shows which crop it was given."""
    graph_file(tmp_path / "flat.onnx", [helper.make_node("Flatten", ["x"], ["y"])], ["n", 3, 150, 150])
    spec = RecogniserSpec("flat", "flat.onnx", "evaluation", 0.0, crop="dlib", metric="euclidean")
    views = torch.rand(1, 3, 100, 100, generator=torch.Generator().manual_seed(6))
    expected = crop_view(views, "dlib").flatten(1) * 255
    torch.testing.assert_close(TorchRecogniser(spec, tmp_path)(views), expected)


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 1, 64, 64), (1, 3, 64, 48)])
def test_views_of_another_shape_are_an_error(recogniser, shape):
    with pytest.raises(RofiError, match=r"\(N, 3, V, V\)"):
        recogniser(torch.zeros(shape))


def test_a_missing_network_is_an_error(tmp_path):
    with pytest.raises(TrainingError, match="sface128"):
        TorchRecogniser(SPECS["sface128"], tmp_path)
