"""What a model costs: the numbers it holds and the multiply-adds it spends on one face, part by part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from rofi.model.config import KEY_SIZE, ModelConfig
from rofi.model.dct import BLOCK
from rofi.model.network import Rofi
from rofi.model.residue import ResidueCodec


@dataclass(frozen=True)
class PartCost:
    """Cost of one part of the model.

    Attributes:
        name: the part's name in `Rofi`; "sign_detector" includes the projection of its features.
        parameters: numbers that are trained or, for `person` and `residue`, fitted.
        multiply_adds: of matrix products and convolutions, for one aligned face at the configuration's view; `residue`
            both hides and reveals the whole view. Normalisation, activations and additions are not counted.
    """

    name: str
    parameters: int
    multiply_adds: int


def account(config: ModelConfig) -> list[PartCost]:
    """Cost of every part, in the order in which a face passes them; no weights are needed.

    Protecting spends the parts from `person` to `dec_net` and half of `residue`; restoring spends the other half,
    `restorer` and `restorer_dec_net`.
    """
    with torch.device("meta"):  # shapes alone, no numbers
        model = Rofi(config)
        face = torch.empty(1, 3, config.view, config.view)
        key = torch.empty(1, KEY_SIZE)
        fits = torch.empty(1, dtype=torch.bool)
        features = torch.empty(1, config.channels, config.grid, config.grid)

        def detect_signs(face: Tensor) -> None:
            found = model.sign_detector.features(face)
            model.sign_detector.scorer(found)
            model.sign_projection(found)

        signs = _trained(model.sign_detector) + _trained(model.sign_projection)
        return [
            PartCost("person", _fitted(model.person), _multiply_adds(model.person.render, key)),
            PartCost("residue", _fitted(model.residue), _residue_multiply_adds(config.view)),
            PartCost("sign_detector", signs, _multiply_adds(detect_signs, face)),
            PartCost("translator", _trained(model.translator), _multiply_adds(model.translator, face, face, key)),
            PartCost("da_former", _trained(model.da_former), _multiply_adds(model.da_former, features)),
            PartCost("dec_net", _trained(model.dec_net), _multiply_adds(model.dec_net, features)),
            PartCost("restorer", _trained(model.restorer), _multiply_adds(model.restorer, face, face, key, fits)),
            PartCost(
                "restorer_dec_net", _trained(model.restorer_dec_net), _multiply_adds(model.restorer_dec_net, features)
            ),
        ]


def _trained(part: nn.Module) -> int:
    return sum(parameter.numel() for parameter in part.parameters())


def _fitted(part: nn.Module) -> int:
    return sum(buffer.numel() for buffer in part.buffers())


def _multiply_adds(run: Callable[..., object], *inputs: Tensor) -> int:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        run(*inputs)
    return int(counter.get_total_flops()) // 2


def _residue_multiply_adds(view: int) -> int:
    """Counted on real numbers: which blocks are chosen decides the shapes."""
    with torch.device("cpu"):
        codec = ResidueCodec()
        picture = torch.full((3, view, view), 128.0)
        blocks = torch.ones(view // BLOCK, view // BLOCK, dtype=torch.bool)
        key = torch.zeros(KEY_SIZE)

        def there_and_back(picture: Tensor) -> None:
            codec.reveal(codec.hide(picture, picture, blocks, key), blocks, key)

        return _multiply_adds(there_and_back, picture)
