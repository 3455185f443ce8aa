"""The dimensions of a model: frozen, passed in, stored in the weights' metadata."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rofi.errors import WeightsMismatch

KEY_SIZE = 512
"""Numbers of a key vector (section 4.1)."""
STRIDE = 8
"""View pixels per cell of the feature map, each way."""


@dataclass(frozen=True)
class ModelConfig:
    """Dimensions of every part; the defaults are the paper's (section 4.1).

    Args:
        name: "default" and "compact" are the shipped ones; any other name is a configuration of your own.
        view: side of the aligned face in pixels, a multiple of 8.
        channels: width of the feature map and of every token.
        heads: attention heads of every transformer block.
        translator_blocks: transformer blocks of the translator and of the restorer.
        da_former_blocks: transformer blocks that mend the seams.
        detector_width: channels of the sign detector's first convolution; 64 is ResNet-50.
        person_shapes, person_textures: how the key's 512 numbers divide into shape and texture of a person.
        texture_side: side of the person's texture in texels.

    Raises:
        WeightsMismatch: the dimensions do not go together.
    """

    name: str = "default"
    view: int = 256
    channels: int = 512
    heads: int = 8
    translator_blocks: int = 6
    da_former_blocks: int = 2
    detector_width: int = 64
    person_shapes: int = 160
    person_textures: int = 352
    texture_side: int = 160

    def __post_init__(self) -> None:
        if min(self.channels, self.heads, self.detector_width, self.texture_side) < 1:
            raise WeightsMismatch("channels, heads, detector_width and texture_side must be at least 1")
        if self.view % STRIDE or self.view < 64:
            raise WeightsMismatch(f"view {self.view}: must be a multiple of {STRIDE} and at least 64")
        if self.channels % self.heads or self.channels % 8:
            raise WeightsMismatch(f"channels {self.channels}: must be a multiple of 8 and of heads {self.heads}")
        if self.person_shapes + self.person_textures != KEY_SIZE:
            raise WeightsMismatch(f"person_shapes + person_textures must be the key's {KEY_SIZE} numbers")

    @property
    def grid(self) -> int:
        """Side of the feature map: 32 at the default view."""
        return self.view // STRIDE

    def to_dict(self) -> dict[str, Any]:
        """The configuration as plain values, for metadata."""
        return asdict(self)


DEFAULT = ModelConfig()
COMPACT = ModelConfig(name="compact", channels=128, heads=4, translator_blocks=3, detector_width=32)
CONFIGS = {config.name: config for config in (DEFAULT, COMPACT)}
