"""What makes healthy and diseased faces differ from day to day without being a sign: make-up, glasses, skin, camera."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np

from rofi.cohort.confounders.acne import acne
from rofi.cohort.confounders.blur import defocus, motion_blur
from rofi.cohort.confounders.compression import jpeg
from rofi.cohort.confounders.eye_make_up import eye_shadow, eyeliner, mascara
from rofi.cohort.confounders.face_make_up import blush, lipstick
from rofi.cohort.confounders.freckles import freckles
from rofi.cohort.confounders.glasses import glasses
from rofi.cohort.confounders.lighting import colour_temperature, exposure, lamp
from rofi.cohort.confounders.moles import moles
from rofi.cohort.confounders.scars import scars
from rofi.cohort.confounders.sensor_noise import sensor_noise
from rofi.cohort.confounders.tired_eyes import tired_eyes
from rofi.cohort.face import Face
from rofi.errors import CohortError


class Confounder(Protocol):
    """Changes a face in a way that says nothing about eye disease; landmarks stay where they are."""

    def __call__(self, face: Face, generator: np.random.Generator) -> Face: ...


APPEARANCE: Mapping[str, Confounder] = MappingProxyType(
    {
        "tired_eyes": tired_eyes,
        "freckles": freckles,
        "moles": moles,
        "scars": scars,
        "acne": acne,
        "blush": blush,
        "lipstick": lipstick,
        "eye_shadow": eye_shadow,
        "eyeliner": eyeliner,
        "mascara": mascara,
        "glasses": glasses,
    }
)
"""What is on the face, in the order in which it comes to lie there."""
CAMERA: Mapping[str, Confounder] = MappingProxyType(
    {
        "lamp": lamp,
        "colour_temperature": colour_temperature,
        "exposure": exposure,
        "defocus": defocus,
        "motion_blur": motion_blur,
        "sensor_noise": sensor_noise,
        "jpeg": jpeg,
    }
)
"""What light and camera do, in the order in which they do it."""
CONFOUNDERS: Mapping[str, Confounder] = MappingProxyType({**APPEARANCE, **CAMERA})

PROBABILITIES: Mapping[str, float] = MappingProxyType(
    {
        "tired_eyes": 0.15,
        "freckles": 0.08,
        "moles": 0.2,
        "scars": 0.05,
        "acne": 0.1,
        "blush": 0.1,
        "lipstick": 0.12,
        "eye_shadow": 0.1,
        "eyeliner": 0.1,
        "mascara": 0.12,
        "glasses": 0.12,
        "lamp": 0.25,
        "colour_temperature": 0.3,
        "exposure": 0.3,
        "defocus": 0.12,
        "motion_blur": 0.06,
        "sensor_noise": 0.3,
        "jpeg": 0.35,
    }
)
"""About one change of the face and two of the camera to a picture."""


def confound(
    face: Face, generator: np.random.Generator, probabilities: Mapping[str, float] = PROBABILITIES
) -> tuple[Face, tuple[str, ...]]:
    """Put a random few confounders on a face: first those of the face, then those of the camera.

    Each is drawn by itself, whatever the face shows, so that none tells the healthy from the diseased.

    Args:
        face: healthy or diseased.
        generator: of which and of each one's look.
        probabilities: of each by name; one not named never comes.

    Returns:
        The face and the names of what was put on it, in order.

    Raises:
        CohortError: an unknown name, or a probability outside 0..1.
    """
    for name, probability in probabilities.items():
        if name not in CONFOUNDERS:
            raise CohortError(f"confounder {name!r}: unknown; choose from {', '.join(CONFOUNDERS)}")
        if not 0 <= probability <= 1:
            raise CohortError(f"confounder {name!r}: its probability {probability} must lie between 0 and 1")
    drawn = []
    for name, confounder in CONFOUNDERS.items():
        seed, chance = generator.integers(2**63), generator.random()  # drawn even if unused: each has its own look
        if chance < probabilities.get(name, 0.0):
            face = confounder(face, np.random.default_rng(seed))
            drawn.append(name)
    return face, tuple(drawn)
