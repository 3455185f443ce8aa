"""Disorder of the lacrimal apparatus: a swollen sac beside the nose, tears that overflow, or both."""

from __future__ import annotations

import numpy as np

from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Patch
from rofi.cohort.lacrimal_sac import SacSwelling
from rofi.cohort.optics import luminance
from rofi.cohort.painting import Painted, check_severity
from rofi.cohort.shading import estimate_light
from rofi.cohort.tears import Epiphora

_ONLY_SWELLING, _ONLY_TEARS = 0.2, 0.35
_SCLERA = 0.75  # reflectance of the white of the eye
_DARKEST_LAMP = 0.15


def lacrimal_disorder(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Paint dacryocystitis or a mucocele of the lacrimal sac, epiphora, or both, as the generator draws.

    The sac lies below the medial canthal tendon, so its swelling stays below the level of the inner corner (Kanski,
    Clinical Ophthalmology, chapter on the lacrimal drainage system).

    Args:
        face: to paint on.
        severity: 0..1.
        side: the eye.
        generator: of the form, place, colour and course.

    Returns:
        The face; a mask of swelling, tear meniscus, track and discharge; of "swelling_mm" (longest diameter of the
        swelling) and "meniscus_mm" (height of the tear meniscus) those that the patient has.

    Raises:
        CohortError: severity is not within 0..1.
    """
    severity = check_severity(severity)
    eye, light = face.eye(side), estimate_light(face)
    form, swelling_draws, tear_draws = generator.random(), *generator.spawn(2)
    patch = Patch.around(face.picture, eye.frame, (eye.medial - 14, -9), (eye.lateral + 9, 52))
    pixels, lamp = patch.pixels, _lamp(face, eye)
    mask, relief = np.zeros(patch.x.shape, np.bool_), np.zeros(patch.x.shape, np.float32)
    findings = {}
    if form < _ONLY_SWELLING or form >= _ONLY_SWELLING + _ONLY_TEARS:
        swelling = SacSwelling.draw(severity, swelling_draws)
        pixels, mask, relief = swelling.paint(pixels, patch, eye, light, lamp, swelling_draws)
        findings["swelling_mm"] = swelling.size
    if form >= _ONLY_SWELLING:
        tears = Epiphora.draw(eye, severity, tear_draws)
        pixels, wet = tears.paint(pixels, patch, eye, light, lamp, relief, tear_draws)
        mask = mask | wet
        findings["meniscus_mm"] = tears.meniscus
    return Painted(face.painted(patch.put(face.picture, pixels)), patch.spread(mask, face.picture.shape), findings)


def _lamp(face: Face, eye: Eye) -> float:
    """Linear light that white paper would send back beside the eye, from the white of the eye."""
    patch = eye.patch(face.picture, (16, 8))
    between = eye.opening(patch.x, patch.y) > 0
    if not between.any():
        return 0.5
    return float(np.clip(np.quantile(luminance(patch.pixels)[between], 0.9) / _SCLERA, _DARKEST_LAMP, 1))
