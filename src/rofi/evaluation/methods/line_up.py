"""Which methods are compared: those built in, and a user's own networks behind an adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rofi.cohort.face import Side
from rofi.errors import RofiError
from rofi.evaluation.methods.aigc import LatentDiffusionInpainting
from rofi.evaluation.methods.diffusers_inpainting import DiffusersInpainting
from rofi.evaluation.methods.digital_mask import DigitalMask
from rofi.evaluation.methods.eye_crop import EyeCrop
from rofi.evaluation.methods.face_swap import FaceSwap
from rofi.evaluation.methods.face_swap_onnx import OnnxFaceSwap
from rofi.evaluation.methods.g2face import G2Face
from rofi.evaluation.methods.g2face_adapter import G2FaceExport
from rofi.evaluation.methods.gaussian_blur import GaussianBlur
from rofi.evaluation.methods.method import Method
from rofi.evaluation.methods.mosaic import Mosaic
from rofi.evaluation.methods.rofi import RofiMethod

_BUILT_IN: Mapping[str, Callable[[], Method]] = {
    "mosaic": Mosaic,
    "gaussian-blur": GaussianBlur,
    "eye-crop-right": lambda: EyeCrop(Side.OD),
    "eye-crop-left": lambda: EyeCrop(Side.OS),
    "aigc": LatentDiffusionInpainting,
    "face-swap": FaceSwap,
    "digital-mask": DigitalMask,
    "g2face": G2Face,
}
ADAPTERS: Mapping[str, str] = {
    "diffusers": "diffusers:FOLDER of an inpainting pipeline",
    "inswapper": "inswapper:NETWORK.onnx,RECOGNISER.onnx,PHOTOGRAPH of the donor",
    "simswap": "simswap:NETWORK.onnx,RECOGNISER.onnx,PHOTOGRAPH of the donor",
    "g2face-export": "g2face-export:PROTECT,RESTORE (ONNX or TorchScript)",
}
"""How a user's own networks are named."""

METHODS = ("rofi", *_BUILT_IN)
"""Names of the built-in methods, in the report's order."""


def line_up(names: Sequence[str] | None = None, weights: Path | None = None) -> tuple[Method, ...]:
    """The methods of these names, in the order given.

    Args:
        names: of `METHODS`, or a user's own as `ADAPTERS` says; None for all that are built in.
        weights: of ROFI; None for the shipped ones.

    Raises:
        RofiError: an unknown or double name, or an adapter without its files.
        WeightsMismatch: weights that cannot be read.
    """
    chosen = METHODS if names is None else tuple(names)
    if len(set(chosen)) < len(chosen):
        raise RofiError(f"{', '.join(chosen)}: a method is named twice; name each once")
    return tuple(_method(name, weights) for name in chosen)


def _method(name: str, weights: Path | None) -> Method:
    kind, _, files = name.partition(":")
    if name == "rofi":
        return RofiMethod(weights)
    if name in _BUILT_IN:
        return _BUILT_IN[name]()
    if kind not in ADAPTERS:
        known = ", ".join((*METHODS, *ADAPTERS.values()))
        raise RofiError(f"{name}: no such method; choose from {known}")
    paths = [Path(part) for part in files.split(",") if part]
    if len(paths) != ADAPTERS[kind].count(",") + 1:
        raise RofiError(f"{name}: the files are missing; write {ADAPTERS[kind]}")
    match kind:
        case "diffusers":
            return DiffusersInpainting(paths[0])
        case "g2face-export":
            return G2FaceExport(paths[0], paths[1])
        case _:
            network, recogniser, donor = paths
            return OnnxFaceSwap(network, recogniser, donor, "simswap" if kind == "simswap" else "inswapper")
