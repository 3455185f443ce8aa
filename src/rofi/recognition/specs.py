"""The recognisers: what each one eats, and when it says that two faces are one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from rofi.recognition.crops import CropKind, crop_size


@dataclass(frozen=True)
class RecogniserSpec:
    """A face recogniser and its conventions.

    Args:
        name: what it is called in configurations and reports.
        file: ONNX file, input N x 3 x H x W RGB, output N x d.
        crop: box of the aligned face that it sees.
        mean, scale: its input is (x - mean) * scale of pixels x in 0..255.
        metric: how embeddings are compared.
        role: "training" recognisers may serve in losses; "evaluation" ones never do, for a recogniser that a loss has
            seen is no witness.
        threshold: similarity (cosine, or minus the Euclidean distance) above which two faces count as one person, at a
            false accept rate of 1e-3 among 500 LFW identities; the mobilenets' among 300
            (`benchmarks/recognisers.py`).
        strangers: mean similarity of two strangers, measured likewise.
    """

    name: str
    file: str
    role: Literal["training", "evaluation"]
    threshold: float
    strangers: float = 0.0
    mean: float = 0.0
    scale: float = 1.0
    crop: CropKind = "arcface"
    metric: Literal["cosine", "euclidean"] = "cosine"

    @property
    def input_size(self) -> int:
        """Side of its input in pixels."""
        return crop_size(self.crop)

    def likeness(self, similarity: float) -> float:
        """A similarity on a scale that recognisers share: 0 for strangers on average, 1 at the threshold."""
        return (similarity - self.strangers) / (self.threshold - self.strangers)


_ALL = (
    RecogniserSpec("mobilefacenet512", "mobilefacenet512.onnx", "training", 0.340, 0.008, mean=127.0, scale=1 / 128),
    RecogniserSpec("mobilefacenet128_foamliu", "mobilefacenet128_foamliu.onnx", "training", 0.332, 0.010),
    RecogniserSpec("mobilefacenet128_y1", "mobilefacenet128_y1.onnx", "training", 0.317, 0.005),
    RecogniserSpec("mobilenet128", "mobilenet128.onnx", "training", 0.425, 0.068),
    RecogniserSpec("mobilenet1024", "mobilenet1024.onnx", "training", 0.492, 0.155, crop="wide"),
    RecogniserSpec("sface128", "sface128.onnx", "evaluation", 0.365, 0.096),
    RecogniserSpec("mobilefacenet192", "mobilefacenet192.onnx", "evaluation", 0.449, 0.012, mean=127.5, scale=1 / 128),
    RecogniserSpec(
        "dlib_resnet29", "dlib_resnet29.onnx", "evaluation", -0.523, -0.811, crop="dlib", metric="euclidean"
    ),
)

SPECS: Mapping[str, RecogniserSpec] = MappingProxyType({spec.name: spec for spec in _ALL})

HEAD_READERS = ("mobilefacenet512", "mobilenet128")
"""Those that tell what goes with a head (`rofi.model.person_prior`); another would want other weights."""
PACKAGED = (*HEAD_READERS, "mobilenet1024")
"""Those that come with the package, of two families and taught on three sets of people: they refine persons and look at
a face before it is written."""
