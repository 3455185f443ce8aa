"""A sign detector's own weights file: it is trained first and alone, and then put into a whole model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from rofi.errors import WeightsMismatch
from rofi.model.network import Rofi
from rofi.model.sign_detector import SignDetector
from rofi.model.weights import check_fit, digest_of, read_tensors, write_tensors

FORMAT = "rofi-sign-detector-1"
_MOST_WIDTH = 1024
"""No detector is wider; a damaged file must not take all memory."""


def save_detector(detector: SignDetector, path: Path, notes: Mapping[str, str] | None = None) -> None:
    """Write the detector in half precision, with its batch-norm statistics, whole or not at all.

    Args:
        detector: any device or precision.
        path: replaced if it is there.
        notes: further metadata, for instance the training configuration.

    Raises:
        OutputError: the file cannot be written; nothing is left of it.
    """
    metadata = {"width": str(detector.width), "fingerprint": detector_fingerprint(detector)}
    write_tensors(detector, path, {**(notes or {}), "format": FORMAT, **metadata})


def load_detector(path: Path) -> SignDetector:
    """The detector of a file, in evaluation mode and float32.

    Raises:
        WeightsMismatch: not such a file, or its tensors do not fit its width; the message names them.
    """
    metadata, tensors = read_tensors(path, FORMAT)
    width = metadata.get("width", "")
    if not width.isdecimal() or not 1 <= int(width) <= _MOST_WIDTH:
        raise WeightsMismatch(f"{path}: width {width!r} cannot be read; train the detector again")
    detector = SignDetector(int(width))
    check_fit(detector, tensors, str(path))
    detector.load_state_dict(tensors)
    return detector.eval()


def with_detector(model: Rofi, path: Path) -> Rofi:
    """A model with a trained detector in the place of its own, everything else as it was.

    The projection of the detector's features must be trained afterwards. A detector of another width has one of another
    shape: it starts anew.

    Args:
        model: left as it is.
        path: of the detector's weights.

    Raises:
        WeightsMismatch: not a detector's file.
    """
    detector = load_detector(path)
    widened = Rofi(replace(model.config, detector_width=detector.width))
    kept = {name: tensor for name, tensor in model.state_dict().items() if not name.startswith("sign_detector.")}
    if detector.width != model.config.detector_width:
        kept = {name: tensor for name, tensor in kept.items() if not name.startswith("sign_projection.")}
    widened.load_state_dict(kept, strict=False)
    widened.sign_detector.load_state_dict(detector.state_dict())
    return widened.train(model.training)


def detector_fingerprint(detector: SignDetector) -> str:
    """Sixteen hexadecimal digits that tell one trained detector from another; saving and loading keeps them."""
    return digest_of(detector, {"width": detector.width})
