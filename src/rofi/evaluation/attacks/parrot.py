"""The parrot attack: a recogniser re-trained on protected faces (Newton, Sweeney and Malin 2005).

A protection that fools a recogniser trained on real faces may not fool one that has learnt what the protection does.
The attacker protects his own people under many keys and learns a linear map behind a frozen recogniser that brings each
person's protected and original faces together. Probe and gallery then go through it alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from rofi.errors import RofiError

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Adaptation:
    """A linear map of embeddings.

    Attributes:
        operator: (d, d).
        steps: of training that were best for people held out; 0 where no step helped.
    """

    operator: Floats
    steps: int

    def __call__(self, embeddings: Floats) -> Floats:
        """Unit embeddings (N, d) of unit embeddings (N, d)."""
        adapted = embeddings @ self.operator.T
        lengths = np.linalg.norm(adapted, axis=1, keepdims=True)
        return np.asarray(adapted / np.maximum(lengths, 1e-12), np.float32)


def fine_tune(
    protected: Floats,
    originals: Floats,
    steps: int = 300,
    temperature: float = 0.1,
    rate: float = 1e-3,
    decay: float = 1e-3,
    seed: int = 0,
) -> Adaptation:
    """Learn the map: each protected face picks its person's original among all people's, and the other way round, and
    picks its person's face under another key likewise (InfoNCE, van den Oord et al. 2018).

    A fifth of the people is held out, and the step at which they are told apart best is taken.

    Args:
        protected: (P, K, d) unit embeddings of P people, each under K keys.
        originals: (P, d).
        steps: of Adam on all people.
        temperature: that similarities are divided by.
        rate, decay: of Adam; the decay pulls towards doing nothing.
        seed: of who is held out.

    Raises:
        RofiError: fewer than four people, or shapes that do not go together.
    """
    if protected.ndim != 3 or originals.shape != (len(protected), protected.shape[-1]) or len(protected) < 4:
        raise RofiError(f"embeddings {protected.shape} and {originals.shape}: give (P, K, d) and (P, d), P at least 4")
    people = torch.from_numpy(np.random.default_rng(seed).permutation(len(protected)))
    held, taught = people[: max(2, len(people) // 5)], people[max(2, len(people) // 5) :]
    hidden, shown = torch.from_numpy(protected).float(), torch.from_numpy(originals).float()
    nothing = torch.eye(protected.shape[-1])
    operator = nothing.clone().requires_grad_()
    optimiser = torch.optim.Adam([operator], rate)
    best, best_loss, best_step = nothing, float("inf"), 0
    for step in range(steps + 1):
        with torch.no_grad():
            unseen = float(_confusion(operator, hidden[held], shown[held], temperature))
        if unseen < best_loss:
            best, best_loss, best_step = operator.detach().clone(), unseen, step
        loss = _confusion(operator, hidden[taught], shown[taught], temperature)
        loss = loss + decay * (operator - nothing).square().sum()
        (operator.grad,) = torch.autograd.grad(loss, [operator])
        optimiser.step()
    return Adaptation(np.asarray(best.numpy(), np.float32), best_step)


def _confusion(operator: Tensor, protected: Tensor, originals: Tensor, temperature: float) -> Tensor:
    """Mean cross entropy of picking the right person."""
    keys = F.normalize(protected @ operator.T, dim=-1)
    faces = F.normalize(originals @ operator.T, dim=-1)
    right = torch.arange(len(faces))
    terms = []
    for number in range(keys.shape[1]):
        under = keys[:, number]
        others = [keys[:, other] for other in range(keys.shape[1]) if other != number]
        for gallery in (faces, *others):
            scores = under @ gallery.T / temperature
            terms += [F.cross_entropy(scores, right), F.cross_entropy(scores.T, right)]
    return torch.stack(terms).mean()
