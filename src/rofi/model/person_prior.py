"""Which persons go with a head: linear regression of a person's coordinates on what recognisers see of the head.

A key knows nothing of the head that its person's face is put on, and a man's jaw under a girl's hair, or a face far
wider than its skull, is seen to be drawn in. Hair, eyes, outline and light stay in the protected photograph, for
everybody to see, and tell much of what face would go with them. So a key is not told from the mean of all persons but
from what these lead to expect, and varies as persons with such heads do.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rofi.model.config import KEY_SIZE
from rofi.model.person import KEY_LIMIT

FEATURES = 640
"""Numbers that the packaged recognisers tell of a head: 512 and 128."""
EXPECTED_LIMIT = 2.0
"""Standard deviations beyond which what a head leads to expect is a mask, a shadow or glare."""


VARIETY = 1.5
"""Standard deviations of persons with one head for one unit of a key: persons of different keys shall be different
people, and what recognisers see is not what is seen first."""


class PersonPrior(nn.Module):
    """Expected coordinates of the model of persons, and how persons differ from these.

    Buffers, filled by `rofi.training.prior_fit` or from weights: `usual` (640,) mean features; `weights` (640, 512) and
    `mean` (512,) of the regression; `spread` (512, 512), the symmetric root of the covariance of what the regression
    leaves. Unfitted, it expects the mean person of every head and spreads as all persons do, `VARIETY` times as far.
    """

    usual: Tensor
    weights: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("usual", torch.zeros(FEATURES))
        self.register_buffer("weights", torch.zeros(FEATURES, KEY_SIZE))
        self.register_buffer("mean", torch.zeros(KEY_SIZE))
        self.register_buffer("spread", torch.eye(KEY_SIZE))

    def forward(self, features: Tensor, key: Tensor) -> Tensor:
        """Coordinates (N, 512) of the keys' (N, 512) persons for heads of some features (N, 640)."""
        expected = (self.mean + (features - self.usual) @ self.weights).clamp(-EXPECTED_LIMIT, EXPECTED_LIMIT)
        return expected + VARIETY * key.clamp(-KEY_LIMIT, KEY_LIMIT) @ self.spread
