"""The whole network: protecting and restoring an aligned face (paper section 4.1, Figure 6a)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rofi.model.config import ModelConfig
from rofi.model.da_former import DAFormer
from rofi.model.dec_net import DecNet
from rofi.model.gaussian_blur import gaussian_blur
from rofi.model.person import PersonModel
from rofi.model.person_prior import PersonPrior
from rofi.model.residue import ResidueCodec
from rofi.model.restorer import IdentityRestorer
from rofi.model.sign_detector import SignDetector
from rofi.model.substitution import substitute
from rofi.model.translator import IdentityTranslator

CHANGE_LIMIT = 5 / 255
"""Most that the translator may change of the drawn person. Unbounded, it draws strokes beside the eyes and over the
brows: few pixels, hence cheap in every mean loss, that fool recognisers and look like wires of spectacles.
"""
CHANGE_REACH = 2 / 256
"""Standard deviation of the smoothing of that change, in view sides: it shades a face and draws no lines on it."""


class Rofi(nn.Module):
    """All parts with their weights.

    `person_prior` gives the person that a key stands for on a head, `person` that person's face, `residue` hides and
    reveals the original in the pixels; they act on photographs of any resolution and are called by the pipeline.
    The rest sees aligned faces of `config.view`.

    Args:
        config: dimensions of every part.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.person = PersonModel(config)
        self.person_prior = PersonPrior()
        self.residue = ResidueCodec()
        self.sign_detector = SignDetector(config.detector_width)
        self.sign_projection = nn.Conv2d(self.sign_detector.channels, config.channels, 1)
        self.translator = IdentityTranslator(config)
        self.da_former = DAFormer(config.channels, config.heads, config.da_former_blocks)
        self.dec_net = DecNet(config.channels)
        self.restorer = IdentityRestorer(config)
        self.restorer_dec_net = DecNet(config.channels)

    def protect(self, face: Tensor, person: Tensor, key: Tensor, sign_regions: Tensor) -> Tensor:
        """The protected face, before anything is hidden in it.

        Args:
            face: (N, 3, V, V) in [0, 1], the patient's aligned face.
            person: (N, 3, V, V) in [0, 1], the key's person placed into that face.
            key: (N, 512) key vectors.
            sign_regions: (N, 1, V, V) in {0, 1}.

        Returns:
            (N, 3, V, V), within `CHANGE_LIMIT` of the person; not clamped to [0, 1], so that gradients pass.
        """
        features = self.translator(face, person, key)
        signs = self.sign_projection(self.sign_detector.features(face))
        features = self.da_former(substitute(features, signs, sign_regions))
        change = CHANGE_LIMIT * torch.tanh(self.dec_net(features) / CHANGE_LIMIT)
        return person + gaussian_blur(change, CHANGE_REACH * person.shape[-1])

    def restore(self, protected: Tensor, revealed: Tensor, key: Tensor, fits: Tensor) -> Tensor:
        """The restored face: the original where the key fits, one fixed virtual face where it does not.

        Args:
            protected: (N, 3, V, V) in [0, 1].
            revealed: (N, 3, V, V) in [0, 1], what the key revealed in the pixels (`residue.reveal`).
            key: (N, 512).
            fits: (N,) bool, whether the reveal found the key's pilot.
        """
        evidence = revealed.where(fits[:, None, None, None], protected)
        out: Tensor = evidence + self.restorer_dec_net(self.restorer(protected, revealed, key, fits))
        return out
