"""One patient of a made cohort: from the face that sits to a photograph and what is true of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from rofi.cohort.cameras import ECXHCSU_LIKE, RHWU_LIKE, SNPH_LIKE, Camera
from rofi.cohort.diseases import FACTS, Disease
from rofi.cohort.effects import Effects
from rofi.cohort.face import Face, Side
from rofi.cohort.follow_up import FollowUpPair, Verdict
from rofi.cohort.frame import Mask
from rofi.cohort.plan import draw_severity, draw_side
from rofi.cohort.row import Laterality, Split
from rofi.cohort.truth import Truth
from rofi.errors import CohortError

CAMERAS: Mapping[Split, Camera] = MappingProxyType(
    {
        Split.TRAIN: SNPH_LIKE,
        Split.SELECTION: SNPH_LIKE,
        Split.INTERNAL: SNPH_LIKE,
        Split.EXTERNAL_1: ECXHCSU_LIKE,
        Split.EXTERNAL_2: RHWU_LIKE,
    }
)

GLANCES = 0.25
"""Share of all patients, healthy or ill, whose eyes look aside together: what is no squint must not look like one."""


@dataclass(frozen=True, eq=False)
class Scene:
    """What stands before the camera.

    Attributes:
        face: the patient's.
        mask: (H, W) where the signs are; None of a healthy one.
        truth: all but the names of the image and of the source.
    """

    face: Face
    mask: Mask | None = None
    truth: Truth = field(default_factory=lambda: Truth(""))


def make_patient(
    face: Face,
    disease: Disease | None,
    sham: float,
    effects: Effects,
    generator: np.random.Generator,
    before: bool = False,
) -> Scene:
    """A healthy face made a patient's, or left a healthy one's: shams and signs, then confounders.

    Args:
        face: healthy.
        disease: None is healthy.
        sham: probability of each sham on each eye without a sign.
        effects: what is painted with.
        generator: of everything drawn.
        before: leave out the disease and nothing else: the same eyes are retouched without showing anything.

    Raises:
        CohortError: nobody paints that disease.
    """
    who, shams, sign, others, gaze = generator.spawn(5)
    if effects.glance is not None and gaze.random() < GLANCES:
        face = effects.glance(face, gaze)
    side = None if disease is None else draw_side(disease, who)
    face, retouched = _retouch(face, side, sham, effects, shams, before)
    scene = Scene(face, truth=Truth("", shams=retouched))
    if disease is not None and side is not None and not before:
        scene = _ill(scene, disease, side, draw_severity(who), effects, sign)
    confounded, names = effects.confound(scene.face, others)
    return replace(scene, face=confounded, truth=replace(scene.truth, confounders=names))


def make_visits(
    face: Face, verdict: Verdict, effects: Effects, generator: np.random.Generator
) -> tuple[FollowUpPair, tuple[Scene, Scene]]:
    """A patient with thyroid eye disease before and after treatment."""
    pair = effects.make_pair(face, generator, verdict)
    disease = Disease.THYROID_EYE_DISEASE
    before, after = (
        Scene(
            visit.face,
            visit.mask,
            Truth(
                image="",
                disease=disease,
                signs=FACTS[disease].signs,
                severity=visit.severity,
                side=Laterality.OU,
                findings={str(side): dict(found) for side, found in visit.findings.items()},
            ),
        )
        for visit in (pair.before, pair.after)
    )
    return pair, (before, after)


def _retouch(
    face: Face,
    ill: Laterality | None,
    probability: float,
    effects: Effects,
    generator: np.random.Generator,
    ill_too: bool,
) -> tuple[Face, tuple[str, ...]]:
    """Shams on eyes without a sign, by chance; on those that will be ill never, or (`ill_too`) all of them."""
    done = []
    for side in Side:
        for name, sham in effects.shams.items():
            own = generator.spawn(1)[0]  # so that one eye's shams do not depend on the other's
            spared = ill is not None and side in ill.sides
            if ill_too if spared else own.random() < probability:
                face = sham(face, side, own)
                done.append(f"{side}:{name}")
    return face, tuple(done)


def _ill(
    scene: Scene, disease: Disease, side: Laterality, severity: float, effects: Effects, generator: np.random.Generator
) -> Scene:
    painter = effects.painters.get(disease)
    if painter is None:
        raise CohortError(f"{disease}: nobody paints it; leave it out of the diseases")
    face, findings = scene.face, {}
    mask = np.zeros(face.picture.shape[:2], np.bool_)
    look = int(generator.integers(2**31))  # the same for both eyes: one patient's disease looks alike in both
    for eye in side.sides:
        painted = painter(face, severity, eye, np.random.default_rng(look))
        face, mask = painted.face, mask | painted.mask
        findings[str(eye)] = {name: float(value) for name, value in painted.findings.items()}
    truth = replace(
        scene.truth, disease=disease, signs=FACTS[disease].signs, severity=severity, side=side, findings=findings
    )
    return Scene(face, mask, truth)
