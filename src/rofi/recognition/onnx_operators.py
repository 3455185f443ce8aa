"""The ONNX operators that the recognisers and landmark networks need, each as a differentiable torch function."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from rofi.errors import TrainingError


class UnsupportedOperator(TrainingError):
    """The ONNX graph uses an operator, or a form of one, that is not translated to torch."""


@dataclass(frozen=True)
class Node:
    """One operator of a graph: its ONNX type, attributes by name, names of its inputs ("" when left out) and output."""

    operator: str
    attributes: Mapping[str, Any]
    inputs: tuple[str, ...]
    output: str

    def unsupported(self, form: str) -> UnsupportedOperator:
        """The error that names this operator and the form of it that is not translated."""
        return UnsupportedOperator(
            f"ONNX operator {self.operator} {form} is not supported; export the network without it"
        )


Operands = Sequence[Tensor | None]
Operator = Callable[[Node, Operands], Tensor]

# TensorProto.DataType, ONNX IR specification
_DTYPES = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 10: torch.float16, 11: torch.float64}


def _given(node: Node, operands: Operands, index: int) -> Tensor:
    operand = operands[index] if index < len(operands) else None
    if operand is None:
        raise node.unsupported(f"without input {index}")
    return operand


def _optional(operands: Operands, index: int) -> Tensor | None:
    return operands[index] if index < len(operands) else None


def _integers(tensor: Tensor) -> list[int]:
    return [int(value) for value in tensor.reshape(-1).tolist()]


def _spatial_padding(node: Node) -> list[int]:
    """ONNX pads (top, left, bottom, right) in the order of F.pad (left, right, top, bottom)."""
    if node.attributes.get("auto_pad", b"NOTSET") not in (b"NOTSET", "NOTSET"):
        raise node.unsupported("with auto_pad")
    top, left, bottom, right = node.attributes.get("pads", [0, 0, 0, 0])
    return [left, right, top, bottom]


def _kernel(node: Node) -> list[int]:
    kernel = list(node.attributes["kernel_shape"])
    if len(kernel) != 2:
        raise node.unsupported(f"over {len(kernel)} spatial dimensions")
    return kernel


def _conv(node: Node, operands: Operands) -> Tensor:
    x, weight, bias = _given(node, operands, 0), _given(node, operands, 1), _optional(operands, 2)
    if weight.ndim != 4:
        raise node.unsupported(f"over {weight.ndim - 2} spatial dimensions")
    left, right, top, bottom = _spatial_padding(node)
    stride = node.attributes.get("strides", [1, 1])
    dilation = node.attributes.get("dilations", [1, 1])
    group = node.attributes.get("group", 1)
    if (left, top) == (right, bottom):
        return F.conv2d(x, weight, bias, stride, (top, left), dilation, group)
    return F.conv2d(F.pad(x, (left, right, top, bottom)), weight, bias, stride, 0, dilation, group)


def _max_pool(node: Node, operands: Operands) -> Tensor:
    kernel = _kernel(node)
    if node.attributes.get("ceil_mode", 0):
        raise node.unsupported("with ceil_mode")
    padding = _spatial_padding(node)
    x = _given(node, operands, 0)
    if any(padding):
        x = F.pad(x, padding, value=-math.inf)
    return F.max_pool2d(
        x, kernel, node.attributes.get("strides", [1, 1]), dilation=node.attributes.get("dilations", [1, 1])
    )


def _average_pool(node: Node, operands: Operands) -> Tensor:
    kernel = _kernel(node)
    if node.attributes.get("ceil_mode", 0) or any(size != 1 for size in node.attributes.get("dilations", [1, 1])):
        raise node.unsupported("with ceil_mode or dilations")
    padding = _spatial_padding(node)
    if any(padding) and not node.attributes.get("count_include_pad", 0):
        raise node.unsupported("with padding that is not counted")
    return F.avg_pool2d(F.pad(_given(node, operands, 0), padding), kernel, node.attributes.get("strides", [1, 1]))


def _batch_normalization(node: Node, operands: Operands) -> Tensor:
    if node.attributes.get("training_mode", 0):
        raise node.unsupported("in training mode")
    x, scale, shift, mean, variance = (_given(node, operands, index) for index in range(5))
    return F.batch_norm(x, mean, variance, scale, shift, training=False, eps=node.attributes.get("epsilon", 1e-5))


def _prelu(node: Node, operands: Operands) -> Tensor:
    x, slope = _given(node, operands, 0), _given(node, operands, 1)
    slope = slope.to(x.dtype)  # autocast leaves the slope in float32
    if x.ndim > 1 and slope.ndim == x.ndim - 1 and slope.numel() == slope.shape[0] == x.shape[1]:
        return F.prelu(x, slope.reshape(-1))
    return torch.where(x < 0, x * slope, x)


def _clip(node: Node, operands: Operands) -> Tensor:
    low, high = _optional(operands, 1), _optional(operands, 2)
    x = _given(node, operands, 0)
    if low is None and high is None:
        return x
    return torch.clamp(x, None if low is None else float(low), None if high is None else float(high))


def _gemm(node: Node, operands: Operands) -> Tensor:
    a, b, c = _given(node, operands, 0), _given(node, operands, 1), _optional(operands, 2)
    a = a.T if node.attributes.get("transA", 0) else a
    b = b.T if node.attributes.get("transB", 0) else b
    product = float(node.attributes.get("alpha", 1.0)) * (a @ b)
    return product if c is None else product + float(node.attributes.get("beta", 1.0)) * c


def _divide(node: Node, operands: Operands) -> Tensor:
    a, b = _given(node, operands, 0), _given(node, operands, 1)
    if a.is_floating_point() or b.is_floating_point():
        return a / b
    return torch.div(a, b, rounding_mode="trunc")


def _pad(node: Node, operands: Operands) -> Tensor:
    mode = node.attributes.get("mode", b"constant")
    if mode not in (b"constant", "constant"):
        raise node.unsupported(f"with mode {mode!r}")
    if _optional(operands, 3) is not None:
        raise node.unsupported("with axes")
    x, pads, value = _given(node, operands, 0), _integers(_given(node, operands, 1)), _optional(operands, 2)
    starts, ends = pads[: x.ndim], pads[x.ndim :]
    # F.pad wants (start, end) of the last dimension first
    order = [amount for start, end in zip(reversed(starts), reversed(ends), strict=True) for amount in (start, end)]
    return F.pad(x, order, value=0.0 if value is None else float(value))


def _reduce_mean(node: Node, operands: Operands) -> Tensor:
    x, axes = _given(node, operands, 0), _optional(operands, 1)
    dimensions = node.attributes.get("axes") if axes is None else _integers(axes)
    if not dimensions:
        raise node.unsupported("without axes")
    return x.mean(dim=list(dimensions), keepdim=bool(node.attributes.get("keepdims", 1)))


def _reshape(node: Node, operands: Operands) -> Tensor:
    x, shape = _given(node, operands, 0), _integers(_given(node, operands, 1))
    if not node.attributes.get("allowzero", 0):
        shape = [x.shape[i] if size == 0 else size for i, size in enumerate(shape)]
    return x.reshape(shape)


def _flatten(node: Node, operands: Operands) -> Tensor:
    x, axis = _given(node, operands, 0), node.attributes.get("axis", 1)
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape(math.prod(x.shape[:axis]), -1)


def _transpose(node: Node, operands: Operands) -> Tensor:
    x = _given(node, operands, 0)
    return x.permute(node.attributes.get("perm", list(reversed(range(x.ndim)))))


def _unsqueeze(node: Node, operands: Operands) -> Tensor:
    x, axes = _given(node, operands, 0), _integers(_given(node, operands, 1))
    rank = x.ndim + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        x = x.unsqueeze(axis)
    return x


def _gather(node: Node, operands: Operands) -> Tensor:
    x, indices = _given(node, operands, 0), _given(node, operands, 1)
    axis = node.attributes.get("axis", 0) % x.ndim
    wrapped = torch.where(indices < 0, indices + x.shape[axis], indices).to(x.device)
    picked = x.index_select(axis, wrapped.reshape(-1))
    return picked.reshape([*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]])


def _slice(node: Node, operands: Operands) -> Tensor:
    x, starts, ends = _given(node, operands, 0), _given(node, operands, 1), _given(node, operands, 2)
    axes, steps = _optional(operands, 3), _optional(operands, 4)
    begin, stop = _integers(starts), _integers(ends)
    along = list(range(len(begin))) if axes is None else _integers(axes)
    stride = [1] * len(begin) if steps is None else _integers(steps)
    for first, last, axis, step in zip(begin, stop, along, stride, strict=True):
        size = x.shape[axis]
        # ONNX clamps an end far below zero to "before the first", which a Python slice spells None
        end = None if step < 0 and last < -size else last
        kept = list(range(size))[slice(first, end, step)]
        if step > 0:
            index = [slice(None)] * x.ndim
            index[axis] = slice(first, last, step)
            x = x[tuple(index)]
        else:
            x = x.index_select(axis, torch.tensor(kept, dtype=torch.int64, device=x.device))
    return x


def _cast(node: Node, operands: Operands) -> Tensor:
    target = node.attributes["to"]
    if target not in _DTYPES:
        raise node.unsupported(f"to data type {target}")
    return _given(node, operands, 0).to(_DTYPES[target])


def _constant(node: Node, operands: Operands) -> Tensor:
    if not isinstance(node.attributes.get("value"), Tensor):
        raise node.unsupported("without a tensor value")
    value: Tensor = node.attributes["value"]
    return value


def _constant_of_shape(node: Node, operands: Operands) -> Tensor:
    value: Tensor = node.attributes.get("value", torch.zeros(1))
    return value.reshape(()).expand(_integers(_given(node, operands, 0))).clone()


def _shape(node: Node, operands: Operands) -> Tensor:
    if "start" in node.attributes or "end" in node.attributes:
        raise node.unsupported("with start or end")
    return torch.tensor(_given(node, operands, 0).shape, dtype=torch.int64)


def _concat(node: Node, operands: Operands) -> Tensor:
    return torch.cat([_given(node, operands, i) for i in range(len(operands))], dim=node.attributes["axis"])


def _unary(function: Callable[[Tensor], Tensor]) -> Operator:
    return lambda node, operands: function(_given(node, operands, 0))


def _binary(function: Callable[[Tensor, Tensor], Tensor]) -> Operator:
    return lambda node, operands: function(_given(node, operands, 0), _given(node, operands, 1))


OPERATORS: Mapping[str, Operator] = {
    "Add": _binary(torch.add),
    "AveragePool": _average_pool,
    "BatchNormalization": _batch_normalization,
    "Cast": _cast,
    "Clip": _clip,
    "Concat": _concat,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Conv": _conv,
    "Div": _divide,
    "Flatten": _flatten,
    "Gather": _gather,
    "Gemm": _gemm,
    "Identity": _unary(lambda x: x),
    "MatMul": _binary(torch.matmul),
    "MaxPool": _max_pool,
    "Mul": _binary(torch.mul),
    "Neg": _unary(torch.neg),
    "PRelu": _prelu,
    "Pad": _pad,
    "ReduceMean": _reduce_mean,
    "Relu": _unary(F.relu),
    "Reshape": _reshape,
    "Shape": _shape,
    "Slice": _slice,
    "Sub": _binary(torch.sub),
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
