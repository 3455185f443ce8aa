"""How machine readers are trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rofi.evaluation.bench import BenchSettings


@dataclass(frozen=True)
class DiagnosisSettings:
    """Of all readers.

    Attributes:
        images: most photographs to train on, half of them healthy.
        tuning: most photographs to choose the epoch and the threshold on.
        epochs: of a head on frozen features.
        sides: sizes that readers are trained for: the eyes' strip is as many pixels wide, the face of a whole network
            as many pixels high (the paper has 224, and 512 in Supplementary Table 9).
        weights: folder with ImageNet weights of whole networks, `resnet50*` and `vit*`, as .safetensors or .pth files
            of torchvision or timm; None to do without.
        whole_networks: whether ResNet-50 and ViT themselves are trained; None: those with a file in `weights`, or
            both if there is a GPU.
        iterations: of the training of a whole network (paper section 4.5).
        batch: photographs an iteration of a whole network.
    """

    images: int = 6000
    tuning: int = 240
    epochs: int = 12
    sides: tuple[int, ...] = (224, 512)
    weights: Path | None = None
    whole_networks: bool | None = None
    iterations: int = 3000
    batch: int = 256

    @classmethod
    def of(cls, settings: BenchSettings) -> DiagnosisSettings:
        """A bench's: the same for every chapter with readers, so that one trains them and the others find them done."""
        if settings.quick:
            return cls.rehearsal(settings.diagnosis_weights)
        return cls(weights=settings.diagnosis_weights)

    @classmethod
    def rehearsal(cls, weights: Path | None = None) -> DiagnosisSettings:
        """A quick run's: enough to see that everything works, not enough for figures that mean something."""
        return cls(images=240, tuning=48, epochs=6, sides=(224,), weights=weights, iterations=4, batch=8)
