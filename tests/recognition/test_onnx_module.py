from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper

from recognition.onnx_graphs import graph_file, one_operator
from rofi.errors import TrainingError
from rofi.recognition.network_files import find_network
from rofi.recognition.onnx_module import OnnxModule
from rofi.recognition.onnx_operators import UnsupportedOperator
from rofi.recognition.specs import PACKAGED, SPECS

SHARED = Path("../shared/models")


@pytest.fixture
def small_network(tmp_path):
    """Convolution, PReLU, pooling by mean, linear layer: every step of a recogniser, tiny."""
    random = np.random.default_rng(1)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("PRelu", ["a", "slope"], ["b"]),
        helper.make_node("ReduceMean", ["b"], ["c"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["c", "m"], ["y"]),
    ]
    constants = {
        "w": random.standard_normal((8, 3, 3, 3)).astype(np.float32),
        "slope": np.full((8, 1, 1), 0.25, np.float32),
        "m": random.standard_normal((8, 4)).astype(np.float32),
    }
    return graph_file(tmp_path / "small.onnx", nodes, ["n", 3, 6, 6], constants)


def test_gradient_agrees_with_finite_differences(small_network):
    module = OnnxModule(small_network).double()
    x = torch.randn(2, 3, 6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(2), requires_grad=True)
    assert torch.autograd.gradcheck(module, (x,))


def test_weights_are_frozen_and_stay_out_of_checkpoints(small_network):
    module = OnnxModule(small_network)
    assert list(module.parameters()) == []
    assert module.state_dict() == {}
    assert all(buffer.dtype == torch.float32 for buffer in module.buffers())


def test_channels_last_changes_nothing(small_network):
    x = torch.randn(2, 3, 6, 6)
    expected = OnnxModule(small_network)(x)
    module = OnnxModule(small_network).to(memory_format=torch.channels_last)
    torch.testing.assert_close(module(x.to(memory_format=torch.channels_last)), expected)


def test_bf16_autocast_stays_close_and_passes_gradients(small_network):
    x = torch.randn(2, 3, 6, 6, requires_grad=True)
    module = OnnxModule(small_network)
    with torch.autocast("cpu", torch.bfloat16):
        y = module(x)
    y.float().sum().backward()
    torch.testing.assert_close(y.float(), module(x), rtol=0.05, atol=0.1)
    assert x.grad is not None
    assert x.grad.abs().sum() > 0


def test_shapes_and_single_numbers_stay_on_the_cpu(tmp_path):
    """The meta device holds no values: whatever would have to be read back from an accelerator fails there."""
    nodes = [
        helper.make_node("Pad", ["x", "pads", "fill"], ["padded"]),
        helper.make_node("Clip", ["padded", "", "high"], ["clipped"]),
        helper.make_node("Mul", ["clipped", "high"], ["scaled"]),
        helper.make_node("Shape", ["scaled"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["n"], axis=0),
        helper.make_node("Concat", ["n", "rest"], ["target"], axis=0),
        helper.make_node("Reshape", ["scaled", "target"], ["y"]),
    ]
    constants = {
        "pads": np.array([0, 1, 0, 1], np.int64),
        "fill": np.array(0.5, np.float32),
        "high": np.array(2, np.float32),
        "zero": np.array([0], np.int64),
        "rest": np.array([1, -1], np.int64),
    }
    module = OnnxModule(graph_file(tmp_path / "graph.onnx", nodes, ["n", 3], constants)).to("meta")
    assert module(torch.zeros(2, 3, device="meta")).shape == (2, 1, 5)


def test_every_output_is_to_be_had_by_name(tmp_path):
    nodes = [helper.make_node("Relu", ["x"], ["positive"]), helper.make_node("Neg", ["positive"], ["negative"])]
    float_info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "two outputs",
        [float_info("x", TensorProto.FLOAT, [3])],
        [float_info("positive", TensorProto.FLOAT, [3]), float_info("negative", TensorProto.FLOAT, [3])],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), tmp_path / "two.onnx")
    outputs = OnnxModule(tmp_path / "two.onnx").outputs(torch.tensor([-1.0, 0.0, 2.0]))
    assert outputs["positive"].tolist() == [0, 0, 2]
    assert outputs["negative"].tolist() == [0, 0, -2]


def test_an_unknown_operator_is_an_error_that_names_it(tmp_path):
    with pytest.raises(UnsupportedOperator, match="HardSwish"):
        OnnxModule(one_operator(tmp_path / "graph.onnx", "HardSwish", [2, 3]))


def test_an_operator_with_two_outputs_is_an_error(tmp_path):
    nodes = [helper.make_node("Split", ["x"], ["y", "z"], axis=0)]
    with pytest.raises(UnsupportedOperator, match="Split with 2 outputs"):
        OnnxModule(graph_file(tmp_path / "graph.onnx", nodes, [4, 3]))


def test_a_graph_with_two_inputs_is_an_error(tmp_path):
    float_info = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Add", ["a", "b"], ["y"])],
        "two inputs",
        [float_info("a", TensorProto.FLOAT, [3]), float_info("b", TensorProto.FLOAT, [3])],
        [float_info("y", TensorProto.FLOAT, [3])],
    )
    onnx.save(helper.make_model(graph), tmp_path / "two.onnx")
    with pytest.raises(TrainingError, match="2 inputs"):
        OnnxModule(tmp_path / "two.onnx")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(TrainingError, match="absent"):
        OnnxModule(tmp_path / "absent.onnx")


def test_a_file_that_is_no_graph_is_an_error(tmp_path):
    (tmp_path / "noise.onnx").write_bytes(b"\xff\x00 not a graph")
    with pytest.raises(TrainingError, match="not an ONNX file"):
        OnnxModule(tmp_path / "noise.onnx")


@pytest.mark.parametrize(
    "name",
    [
        n if n in PACKAGED else pytest.param(n, marks=pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared"))
        for n in SPECS
    ],
)
def test_recogniser_agrees_with_onnx_runtime(name):
    spec = SPECS[name]
    path = find_network(spec.file, SHARED)
    pixels = np.random.default_rng(3).uniform(0, 255, (2, 3, spec.input_size, spec.input_size)).astype(np.float32)
    x = (pixels - np.float32(spec.mean)) * np.float32(spec.scale)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    expected = session.run(None, {session.get_inputs()[0].name: x})[0]
    with torch.no_grad():
        ours = OnnxModule(path)(torch.from_numpy(x)).numpy()
    assert np.abs(ours - expected).max() <= 1e-4 * np.abs(expected).max()


def test_gradient_of_the_packaged_recogniser_agrees_with_finite_differences():
    module = OnnxModule(find_network("mobilefacenet512.onnx")).double()
    generator = torch.Generator().manual_seed(4)
    x = torch.randn(1, 3, 112, 112, dtype=torch.float64, generator=generator, requires_grad=True)
    weights = torch.randn(1, 512, dtype=torch.float64, generator=generator)
    direction = torch.randn(x.shape, dtype=torch.float64, generator=generator)
    (gradient,) = torch.autograd.grad((module(x) * weights).sum(), x)
    with torch.no_grad():
        step = 1e-8 * direction  # small, for few activations to cross a kink of PReLU
        difference = ((module(x + step) - module(x - step)) * weights).sum() / 2e-8
    torch.testing.assert_close((gradient * direction).sum(), difference, rtol=1e-4, atol=1e-6)
