"""Verification: does a recogniser accept that two images show one person?"""

import math

import torch
from torch import Tensor

from rofi.errors import RofiError, TooFewPairs


def threshold_at_far(impostor: Tensor, far: float) -> float:
    """The lowest threshold that at most a share `far` of impostor scores lies above.

    Args:
        impostor: (I,) similarity of pairs of two people; needs I >= 1 / far to say anything.
        far: false accept rate, in (0, 1).

    Returns:
        A score of `impostor`; a pair is accepted when its score is above it, not when equal.

    Raises:
        TooFewPairs: `impostor` is too short for `far`.
        RofiError: `far` is not in (0, 1), or a score is not a number.
    """
    if not 0 < far < 1:
        raise RofiError(f"false accept rate {far} is not in (0, 1); 0.001 is usual")
    needed = math.ceil(1 / far - 1e-9)
    if impostor.numel() < needed:
        raise TooFewPairs(f"{impostor.numel()} impostor pairs: a false accept rate of {far:g} needs at least {needed}")
    _check(impostor, "impostor")
    passing = math.floor(far * impostor.numel() + 1e-9)  # the product may fall just short of a whole number
    return float(impostor.double().flatten().sort(descending=True).values[passing])


def true_accept_rate(genuine: Tensor, impostor: Tensor, far: float) -> float:
    """Share of genuine scores above the threshold that a share `far` of impostor scores passes.

    Args:
        genuine: (G,) similarity of pairs of one person.
        impostor: (I,) similarity of pairs of two people; needs I >= 1 / far to say anything.
        far: false accept rate, in (0, 1).

    Returns:
        A share in [0, 1]; times G it is the number of successes for `exact_binomial`.

    Raises:
        TooFewPairs: `impostor` is too short for `far`, or `genuine` is empty.
        RofiError: `far` is not in (0, 1), or a score is not a number.
    """
    if genuine.numel() == 0:
        raise TooFewPairs("0 genuine pairs: a true accept rate needs at least 1")
    _check(genuine, "genuine")
    threshold = threshold_at_far(impostor, far)
    return float((genuine.double() > threshold).double().mean())


def equal_error_rate(genuine: Tensor, impostor: Tensor) -> float:
    """The error rate at the threshold where as large a share of impostors is accepted as of genuine pairs refused.

    Where no score makes the two rates equal, the mean of the two at the score where they are nearest.

    Args:
        genuine: (G,) similarity of pairs of one person.
        impostor: (I,) similarity of pairs of two people.

    Raises:
        TooFewPairs: either is empty.
        RofiError: a score is not a number.
    """
    if genuine.numel() == 0 or impostor.numel() == 0:
        raise TooFewPairs(
            f"{genuine.numel()} genuine and {impostor.numel()} impostor pairs: "
            "an equal error rate needs at least 1 of each"
        )
    _check(genuine, "genuine")
    _check(impostor, "impostor")
    same, different = genuine.double().flatten().sort().values, impostor.double().flatten().sort().values
    thresholds = torch.cat([same, different])
    # a pair is accepted when its score is above the threshold
    refused = torch.searchsorted(same, thresholds, right=True) / len(same)
    accepted = 1 - torch.searchsorted(different, thresholds, right=True) / len(different)
    nearest = (refused - accepted).abs().argmin()
    return float((refused[nearest] + accepted[nearest]) / 2)


def _check(scores: Tensor, kind: str) -> None:
    if bool(torch.isnan(scores).any()):
        raise RofiError(
            f"{int(torch.isnan(scores).sum())} {kind} scores are not numbers; leave failed pairs out and count them"
        )
