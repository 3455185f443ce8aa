"""A frozen ONNX network as a differentiable torch module."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rofi.errors import TrainingError
from rofi.recognition.onnx_operators import OPERATORS, Node, UnsupportedOperator


class OnnxModule(nn.Module):
    """Runs an ONNX graph in torch, so that gradients reach its input; its weights are frozen.

    Whatever depends on constants alone is worked out once, here. Floating-point constants become float32 buffers that
    follow the module from device to device and are not part of its `state_dict`: a checkpoint of a model trained
    against a recogniser must not carry the recogniser. Integer constants (shapes) and single numbers stay on the CPU,
    where reading them waits for no accelerator. Works under bf16 autocast and in channels_last.

    Args:
        path: ONNX file with one input.

    Shape:
        input: as the graph's input says, float32 -> the graph's first output.

    Raises:
        UnsupportedOperator: the graph uses an operator that is not in the table, or an untranslated form of one.
        TrainingError: the file is missing, not an ONNX graph, or the package `onnx` is not installed.
    """

    def __init__(self, path: Path | str) -> None:
        super().__init__()
        graph = _load_graph(Path(path))
        self.input_name = graph.input_name
        self.output_names = graph.output_names
        self._on_cpu: dict[str, Tensor] = {}
        self._buffer_of: dict[str, str] = {}
        constants = dict(graph.constants)
        steps: list[Node] = []
        for node in graph.nodes:
            if node.operator not in OPERATORS:
                raise UnsupportedOperator(
                    f"ONNX operator {node.operator} in {path} is not supported; export without it"
                )
            if all(name == "" or name in constants for name in node.inputs):
                constants[node.output] = _run(node, constants)
            else:
                steps.append(node)
        self._steps = tuple((node, _last_uses(node, steps[i + 1 :], self.output_names)) for i, node in enumerate(steps))
        self._keep(constants, {name for node in steps for name in node.inputs} | set(self.output_names))

    def _keep(self, constants: Mapping[str, Tensor], used: set[str]) -> None:
        for name, value in constants.items():
            if name not in used:
                continue
            if value.is_floating_point() and value.ndim > 0:
                self._buffer_of[name] = f"constant_{len(self._buffer_of)}"
                self.register_buffer(self._buffer_of[name], value.float().contiguous(), persistent=False)
            else:
                self._on_cpu[name] = value.float() if value.is_floating_point() else value

    def outputs(self, image: Tensor) -> dict[str, Tensor]:
        """Every output of the graph by name."""
        values: dict[str, Tensor] = dict(self._on_cpu)
        values |= {name: self.get_buffer(buffer) for name, buffer in self._buffer_of.items()}
        values[self.input_name] = image
        for node, spent in self._steps:
            values[node.output] = _run(node, values)
            for name in spent:
                del values[name]
        return {name: values[name] for name in self.output_names}

    def forward(self, image: Tensor) -> Tensor:
        return self.outputs(image)[self.output_names[0]]


class _Graph:
    """What is needed of an ONNX graph once the package `onnx` has read it."""

    def __init__(
        self, nodes: Sequence[Node], constants: Mapping[str, Tensor], input_name: str, output_names: Sequence[str]
    ) -> None:
        self.nodes = tuple(nodes)
        self.constants = constants
        self.input_name = input_name
        self.output_names = tuple(output_names)


def _load_graph(path: Path) -> _Graph:
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError as error:
        raise TrainingError(f"{path}: reading it needs the package onnx; pip install onnx") from error
    if not path.is_file():
        raise TrainingError(f"{path}: no such network; put the ONNX file there")
    try:
        graph = onnx.load(path).graph
    except Exception as error:  # protobuf's parser raises its own, undocumented types
        raise TrainingError(f"{path}: not an ONNX file; fetch it again") from error

    def tensor(value: Any) -> Tensor:
        return torch.from_numpy(numpy_helper.to_array(value).copy())

    def attribute(value: Any) -> Any:
        plain = onnx.helper.get_attribute_value(value)
        return tensor(plain) if isinstance(plain, onnx.TensorProto) else plain

    constants = {value.name: tensor(value) for value in graph.initializer}
    inputs = [value.name for value in graph.input if value.name not in constants]
    if len(inputs) != 1:
        raise TrainingError(f"{path}: has {len(inputs)} inputs; only networks with one input can be run")
    nodes = []
    for node in graph.node:
        if len(node.output) != 1:
            raise UnsupportedOperator(f"ONNX operator {node.op_type} with {len(node.output)} outputs is not supported")
        attributes = {a.name: attribute(a) for a in node.attribute}
        nodes.append(Node(node.op_type, attributes, tuple(node.input), node.output[0]))
    return _Graph(nodes, constants, inputs[0], [value.name for value in graph.output])


def _run(node: Node, values: Mapping[str, Tensor]) -> Tensor:
    return OPERATORS[node.operator](node, [values[name] if name else None for name in node.inputs])


def _last_uses(node: Node, later: Sequence[Node], outputs: Sequence[str]) -> tuple[str, ...]:
    """Inputs of `node` that nobody needs after it, to be let go of when no gradient holds them."""
    needed = {name for other in later for name in other.inputs} | set(outputs)
    return tuple({name for name in node.inputs if name and name not in needed})
