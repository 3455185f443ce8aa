"""Small ONNX files for the tests, built with onnx.helper."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def graph_file(
    path: Path, nodes: list[onnx.NodeProto], shape: list[int | str], constants: dict[str, np.ndarray] | None = None
) -> Path:
    """An ONNX file with input "x" of `shape` and output "y"."""
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


def one_operator(
    path: Path, operator: str, shape: list[int], constants: list[np.ndarray | None] | None = None, **attributes: Any
) -> Path:
    """An ONNX file that applies one operator to "x" and constants (None: an input left out)."""
    given = {f"c{i}": value for i, value in enumerate(constants or []) if value is not None}
    names = ["x", *(f"c{i}" if value is not None else "" for i, value in enumerate(constants or []))]
    return graph_file(path, [helper.make_node(operator, names, ["y"], **attributes)], list(shape), given)
