"""Every operator against ONNX Runtime."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from onnx import helper, numpy_helper

from recognition.onnx_graphs import graph_file, one_operator
from rofi.recognition.onnx_module import OnnxModule
from rofi.recognition.onnx_operators import OPERATORS, UnsupportedOperator

IMAGE = [2, 4, 7, 6]
random = np.random.default_rng(0)


def floats(*shape: int) -> np.ndarray:
    return random.standard_normal(shape).astype(np.float32)


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


CASES: list[tuple[str, list[int], list[np.ndarray | None], dict[str, Any]]] = [
    ("Add", IMAGE, [floats(4, 1, 1)], {}),
    ("AveragePool", IMAGE, [], {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ("AveragePool", IMAGE, [], {"kernel_shape": [3, 2], "pads": [1, 0, 0, 1], "count_include_pad": 1}),
    ("BatchNormalization", IMAGE, [floats(4), floats(4), floats(4), np.abs(floats(4))], {"epsilon": 2e-5}),
    ("BatchNormalization", [3, 4], [floats(4), floats(4), floats(4), np.abs(floats(4))], {}),
    ("Clip", IMAGE, [np.float32(-0.2), np.float32(0.6)], {}),
    ("Clip", IMAGE, [None, np.float32(0.6)], {}),
    ("Clip", IMAGE, [np.float32(0.0)], {}),
    ("Clip", IMAGE, [], {}),
    ("Concat", IMAGE, [floats(2, 3, 7, 6)], {"axis": 1}),
    ("Conv", IMAGE, [floats(5, 4, 3, 3), floats(5)], {"pads": [1, 1, 1, 1], "strides": [2, 2]}),
    ("Conv", IMAGE, [floats(4, 1, 3, 3)], {"group": 4, "pads": [0, 1, 2, 1]}),
    ("Conv", IMAGE, [floats(2, 4, 2, 2)], {"dilations": [2, 3]}),
    ("Div", IMAGE, [floats(1, 1, 1, 6)], {}),
    ("Flatten", IMAGE, [], {"axis": 2}),
    ("Flatten", IMAGE, [], {"axis": -1}),
    ("Flatten", IMAGE, [], {"axis": 0}),
    ("Gather", IMAGE, [ints(2, -1, 0).reshape(3, 1)], {"axis": 1}),
    ("Gather", IMAGE, [np.array(-2, np.int64)], {"axis": -1}),
    ("Gemm", [3, 4], [floats(5, 4), floats(5)], {"transB": 1, "alpha": 0.5, "beta": 2.0}),
    ("Gemm", [3, 4], [floats(3, 5)], {"transA": 1}),
    ("Identity", IMAGE, [], {}),
    ("MatMul", [3, 4], [floats(4, 5)], {}),
    ("MaxPool", IMAGE, [], {"kernel_shape": [3, 3], "strides": [2, 2]}),
    ("MaxPool", IMAGE, [], {"kernel_shape": [2, 2], "pads": [0, 1, 1, 0]}),
    ("Mul", IMAGE, [np.float32(3)], {}),
    ("Neg", IMAGE, [], {}),
    ("PRelu", IMAGE, [floats(4, 1, 1)], {}),
    ("PRelu", IMAGE, [floats(1, 1, 6)], {}),
    ("PRelu", IMAGE, [floats(1)], {}),
    ("PRelu", [3, 4], [floats(4)], {}),
    ("Pad", IMAGE, [ints(0, 1, 2, 0, 0, 0, 1, 3), np.float32(0.5)], {"mode": "constant"}),
    ("Pad", IMAGE, [ints(0, 0, -1, 0, 0, 0, 0, 2)], {}),
    ("ReduceMean", IMAGE, [], {"axes": [2, 3], "keepdims": 0}),
    ("ReduceMean", IMAGE, [], {"axes": [1]}),
    ("Relu", IMAGE, [], {}),
    ("Reshape", IMAGE, [ints(0, -1, 6)], {}),
    ("Slice", IMAGE, [ints(1, -2), ints(3, 100), ints(1, 2)], {}),
    ("Slice", IMAGE, [ints(-1), ints(-(2**62)), ints(3), ints(-1)], {}),
    ("Slice", IMAGE, [ints(5, 0), ints(1, 6), ints(2, 3), ints(-2, 2)], {}),
    ("Slice", IMAGE, [ints(1), ints(2)], {}),
    ("Sub", IMAGE, [floats(7, 1)], {}),
    ("Transpose", IMAGE, [], {"perm": [0, 2, 3, 1]}),
    ("Transpose", [3, 4], [], {}),
    ("Unsqueeze", IMAGE, [ints(-1, 0)], {}),
]


def agree(path: Any, shape: list[int]) -> None:
    x = floats(*shape)
    expected = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    ours = OnnxModule(path)(torch.from_numpy(x)).numpy()
    assert ours.shape == expected.shape
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("operator", "shape", "constants", "attributes"), CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_operator_agrees_with_onnx_runtime(tmp_path, operator, shape, constants, attributes):
    agree(one_operator(tmp_path / "graph.onnx", operator, shape, constants, **attributes), shape)


def test_half_precision_weights_are_cast_to_single(tmp_path):
    nodes = [helper.make_node("Cast", ["half"], ["single"], to=1), helper.make_node("Mul", ["x", "single"], ["y"])]
    agree(graph_file(tmp_path / "graph.onnx", nodes, [2, 3], {"half": floats(3).astype(np.float16)}), [2, 3])


def test_shape_arithmetic_on_the_batch_size_agrees_with_onnx_runtime(tmp_path):
    """(N, 3, 4) -> (N / 2, 24) through Shape, Gather, Cast, Div, ConstantOfShape, Concat and Reshape."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["n"], axis=0),
        helper.make_node("Cast", ["n"], ["n64"], to=7),
        helper.make_node("Div", ["n64", "two"], ["half"]),
        helper.make_node("ConstantOfShape", ["one_long"], ["rest"], value=numpy_helper.from_array(ints(-1))),
        helper.make_node("Unsqueeze", ["half", "zero_axis"], ["half1"]),
        helper.make_node("Concat", ["half1", "rest"], ["target"], axis=0),
        helper.make_node("Reshape", ["x", "target"], ["y"]),
    ]
    constants = {"zero": np.array(0, np.int64), "two": np.array(2, np.int64), "one_long": ints(1), "zero_axis": ints(0)}
    path = graph_file(tmp_path / "graph.onnx", nodes, ["n", 3, 4], constants)
    agree(path, [4, 3, 4])
    agree(path, [6, 3, 4])


def test_integer_division_truncates_towards_zero_as_in_c(tmp_path):
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Div", ["shape", "negative"], ["quotient"]),
        helper.make_node("Cast", ["quotient"], ["y"], to=1),
    ]
    agree(graph_file(tmp_path / "graph.onnx", nodes, ["n", 5], {"negative": ints(-2, -3)}), [7, 5])


def test_constants_in_nodes_agree_with_onnx_runtime(tmp_path):
    nodes = [
        helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(floats(3))),
        helper.make_node("Add", ["x", "c"], ["y"]),
    ]
    agree(graph_file(tmp_path / "graph.onnx", nodes, [2, 3]), [2, 3])


def test_every_operator_of_the_table_is_compared():
    compared = {case[0] for case in CASES} | {"Cast", "Shape", "ConstantOfShape", "Constant"}
    assert compared == set(OPERATORS)


UNTRANSLATED: list[tuple[str, list[int], list[np.ndarray | None], dict[str, Any]]] = [
    ("Conv", IMAGE, [floats(4, 4, 3, 3)], {"auto_pad": "SAME_UPPER"}),
    ("Conv", [1, 4, 9], [floats(4, 4, 3)], {}),
    ("MaxPool", IMAGE, [], {"kernel_shape": [2, 2], "ceil_mode": 1}),
    ("MaxPool", [1, 4, 9], [], {"kernel_shape": [2]}),
    ("AveragePool", IMAGE, [], {"kernel_shape": [2, 2], "ceil_mode": 1}),
    ("AveragePool", IMAGE, [], {"kernel_shape": [2, 2], "pads": [1, 1, 1, 1]}),
    ("BatchNormalization", IMAGE, [floats(4), floats(4), floats(4), floats(4)], {"training_mode": 1}),
    ("Pad", IMAGE, [ints(0, 0, 1, 1, 0, 0, 1, 1)], {"mode": "reflect"}),
    ("ReduceMean", IMAGE, [], {}),
    ("Cast", IMAGE, [], {"to": 14}),
    ("Shape", IMAGE, [], {"start": 1}),
    ("Concat", IMAGE, [None], {"axis": 1}),
]


@pytest.mark.parametrize(
    ("operator", "shape", "constants", "attributes"), UNTRANSLATED, ids=lambda v: v if isinstance(v, str) else ""
)
def test_an_untranslated_form_is_an_error_that_names_the_operator(tmp_path, operator, shape, constants, attributes):
    module = OnnxModule(one_operator(tmp_path / "graph.onnx", operator, shape, constants, **attributes))
    with pytest.raises(UnsupportedOperator, match=operator):
        module(torch.zeros(shape))


def test_a_constant_without_a_tensor_is_an_error(tmp_path):
    nodes = [helper.make_node("Constant", [], ["c"], value_float=1.0), helper.make_node("Add", ["x", "c"], ["y"])]
    with pytest.raises(UnsupportedOperator, match="Constant"):
        OnnxModule(graph_file(tmp_path / "graph.onnx", nodes, [2, 3]))
