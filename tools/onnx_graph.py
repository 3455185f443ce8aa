"""What converting a network of another format to ONNX takes: a graph under construction, weights in half precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]

OPSET = 13
SMALLEST_HALVED = 64
"""Numbers of a constant from which it is stored in half precision."""


class OnnxGraph:
    """Nodes and constants of a network whose pictures are channels first."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> None:
        """A node."""
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))

    def store(self, array: npt.ArrayLike) -> str:
        """A constant; returns its name. Stored in half precision if it is large, and cast in the graph."""
        name = f"c{len(self.constants)}"
        numbers = np.asarray(array, np.float32)
        if numbers.size < SMALLEST_HALVED:
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(numbers).reshape(numbers.shape), name))
            return name
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(numbers.astype(np.float16)), f"{name}_half"))
        self.add("Cast", [f"{name}_half"], name, to=TensorProto.FLOAT)
        return name

    def model(self, name: str, image: tuple[str, int, int], embedding: tuple[str, int]) -> onnx.ModelProto:
        """The whole network: `image` is its name, height and width, `embedding` its name and size."""
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info(image[0], TensorProto.FLOAT, ["n", 3, *image[1:]])],
            [helper.make_tensor_value_info(embedding[0], TensorProto.FLOAT, ["n", embedding[1]])],
            self.constants,
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(made)
        return made


def same_padding(sizes: Sequence[int], kernel: Sequence[int], strides: Sequence[int]) -> list[int]:
    """Pads (top, left, bottom, right) of TensorFlow's SAME: the odd pixel goes to the end."""
    before, after = [], []
    for size, wide, stride in zip(sizes, kernel, strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + wide - size, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return before + after
