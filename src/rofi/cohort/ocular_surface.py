"""The surface of an eye between its lids: what of it is seen, how white it would be, and the lamps mirrored in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Floats, Image, Patch, Plane, ramp
from rofi.cohort.optics import add_light, shade, to_levels, to_linear
from rofi.cohort.shading import Light

_REACH = (20.0, 13.0)
_LANDMARK_ERROR = 0.8  # mm by which lid margins and limbus may lie wrong
_OVERLAP = 0.25  # mm by which an edge is passed: a rim of white left over would glare
_LEAST_SEEDS = 12
_SPREAD = 1.6  # mm over which the light on the eye is taken to be even
_MIRROR = 1.3  # brighter than its surroundings by this, a wet surface mirrors a lamp
_SHADE = (0.65, 1.35)
_WET = 120.0
_REFLEX = 0.35  # mm across the reflex of a lamp on a bump
_LIMBUS_WIDTH = 0.95  # mm over which iris turns into sclera in a sharp photograph
_LEAST_BLUR = 0.35  # pixels that one would see
_GAIN_SEEN = (1.0, 3.0)  # separation of white and skin in standard deviations: below nothing is made of it, above all


@dataclass(frozen=True, eq=False)
class OcularSurface:
    """What is seen of an eyeball.

    Attributes:
        patch: the pixels about the eye.
        eye: with its iris put where the limbus is seen.
        opening: (h, w) millimetres from the lid margins, above 0 between them, where colour says that they lie.
        limbus: (h, w) millimetres from the limbus, above 0 on the sclera.
        visible: (h, w) share of the pixel that is eyeball or caruncle, 0..1.
        white: (h, w, 3) linear light: the sclera's own colour in the light of the place, also where there is none.
        mirrored: (h, w, 3) linear light of catch lights.
        blur: of the photograph beyond half a pixel, millimetres (standard deviation), read from the limbus.
    """

    patch: Patch
    eye: Eye
    opening: Plane
    limbus: Plane
    visible: Plane
    white: Image
    mirrored: Image
    blur: float

    @property
    def soft(self) -> float:
        """Half the width of a natural edge, millimetres, at least about a pixel."""
        return softness(self.patch)

    @property
    def sclera(self) -> Plane:
        """(h, w) share of the pixel that is bulbar conjunctiva, 0..1; it reaches a little on to the clear cornea."""
        return self.visible * ramp(self.limbus + _OVERLAP, -self.soft, self.soft)

    @property
    def matte(self) -> Image:
        """(h, w, 3) levels without the catch lights: what pigments lie under."""
        return to_levels(to_linear(self.patch.pixels) - self.mirrored)

    def put(self, face: Face, painted: Image) -> Face:
        """The face with other matter on its eye, under the same catch lights.

        Args:
            painted: (h, w, 3) levels; `matte` where nothing changes.
        """
        matte, sigma = self.matte, self.blur * self.patch.scale
        if sigma > _LEAST_BLUR:  # a sharp lesion in a blurred photograph looks pasted
            painted = matte + cv2.GaussianBlur(painted - matte, (0, 0), sigma)
        return face.painted(self.patch.put(face.picture, add_light(painted, self.mirrored)))

    def raised(self, painted: Image, height: Plane, light: Light, gloss: float) -> Image:
        """A wet swelling: lit as its relief is, with a reflex of the lamp.

        Args:
            painted: (h, w, 3) levels.
            height: (h, w) millimetres above the eye.
            gloss: brightness of the reflex, relative to the eye's white.
        """
        lit = shade(painted, np.clip(light.relief(height, self.patch.scale), *_SHADE))
        reflex = light.highlight(height, self.patch.scale, _WET) * ramp(height, 0.1 * float(height.max()), 0.5)
        seen = min(1.0, _REFLEX * self.patch.scale) ** 2  # of a pixel that the reflex fills
        return add_light(lit, gloss * seen * self.white * reflex[..., None])

    def area(self, share: Plane) -> float:
        """Square millimetres of a share of pixels."""
        return float(share.sum()) / self.patch.scale**2


def softness(patch: Patch) -> float:
    """Half the width of a natural edge, millimetres: at least about a pixel."""
    return max(0.3, 0.6 / patch.scale)


def find_surface(face: Face, side: Side) -> OcularSurface:
    """The visible surface of one eye."""
    rough = face.eye(side)
    patch = rough.patch(face.picture, _REACH)
    eye = _refine_iris(rough, patch)
    limbus = eye.from_limbus(patch.x, patch.y)
    marked = eye.opening(patch.x, patch.y)
    opening = marked + _LANDMARK_ERROR * _likeness_to_white(patch, eye, marked, limbus)
    soft = softness(patch)
    visible = ramp(opening + _OVERLAP, -soft, soft)
    light = to_linear(patch.pixels)
    mirrored = light * _mirror_share(light, opening, limbus, patch.scale)
    white = _white_everywhere(light - mirrored, opening, limbus, patch.scale)
    return OcularSurface(patch, eye, opening, limbus, visible, white, mirrored, _blur(eye, patch))


def _refine_iris(eye: Eye, patch: Patch) -> Eye:
    """The circle near the marked iris along which the picture brightens most (after Daugman 1993)."""
    shifts = np.linspace(-_LANDMARK_ERROR, _LANDMARK_ERROR, 7)
    growth = np.linspace(-0.4, 0.4, 5)
    dx, dy, dr = (each.ravel()[:, None] for each in np.meshgrid(shifts, shifts, growth))
    angles = _seen_limbus(eye)
    if len(angles) < _LEAST_SEEDS / 2:
        return eye
    inside, outside = (_brightness(eye, patch, angles, dr + off, dx, dy) for off in (-0.6, 0.6))
    step = np.clip(outside - inside, -0.1, 0.4).mean(1)
    doubt = 0.015 * (dx**2 + 2 * dy**2 + dr**2)[:, 0]  # lids hide what would tell the height
    best = int(np.argmax(step - doubt))
    centre: Floats = eye.iris + np.array([dx[best, 0], dy[best, 0]])
    return replace(eye, iris=centre, iris_radius=eye.iris_radius + float(dr[best, 0]))


def _blur(eye: Eye, patch: Patch) -> float:
    """Standard deviation of the photograph's blur beyond a limbus's own and half a pixel's, millimetres."""
    step = 0.1
    angles = _seen_limbus(eye)
    if len(angles) < _LEAST_SEEDS / 2:
        return 0.0
    profile = _brightness(eye, patch, angles, np.arange(-2, 2, step)[:, None])
    contrast = np.ptp(profile, axis=0)
    clear = contrast > 0.1
    if clear.sum() < _LEAST_SEEDS / 2:
        return 0.0
    steepest = np.diff(profile[:, clear], axis=0).max(0) / step
    width = float(np.median(contrast[clear] / np.maximum(steepest, 1e-6)))
    spread = max(0.0, width**2 - _LIMBUS_WIDTH**2) / (2 * np.pi)  # a blurred step is sqrt(2 pi) deviations wide
    return float(np.sqrt(max(0.0, spread - (0.5 / patch.scale) ** 2)))


def _seen_limbus(eye: Eye) -> Floats:
    """Angles at which the limbus lies between the lids, radians."""
    angles: Floats = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    rim = eye.iris + (eye.iris_radius + 0.7) * np.stack([np.cos(angles), np.sin(angles)], -1)
    return angles[eye.opening(*rim.T.astype(np.float32)) > _LANDMARK_ERROR / 2]


def _brightness(
    eye: Eye, patch: Patch, angles: Floats, beyond: Floats, dx: Floats | float = 0.0, dy: Floats | float = 0.0
) -> Plane:
    """(N, angles) square root of light on circles `beyond` (N, 1) millimetres outside the limbus, moved by dx, dy."""
    radius = eye.iris_radius + beyond
    x, y = eye.iris[0] + dx + radius * np.cos(angles), eye.iris[1] + dy + radius * np.sin(angles)
    places = patch.source(x.astype(np.float32), y.astype(np.float32))
    brightness = np.sqrt(to_linear(patch.pixels).mean(-1))
    sampled = cv2.remap(brightness, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.float32)


def _likeness_to_white(patch: Patch, eye: Eye, opening: Plane, limbus: Plane) -> Plane:
    """-1 where the colour is skin's, 1 where it is the eye's white; 0 on the cornea and where the two look alike.

    Fisher's discriminant of log levels between pixels that surely are the one or the other.
    """
    features = np.log(patch.pixels + 8)
    beside = (patch.x > eye.medial + 3) & (patch.x < eye.lateral - 1.5) & (limbus > 0.5)
    white = features[(opening > 1) & beside]
    skin = features[(opening > -4) & (opening < -1.3) & (patch.x > eye.medial) & (patch.x < eye.lateral)]
    if len(white) < _LEAST_SEEDS or len(skin) < _LEAST_SEEDS:
        return np.zeros_like(opening)
    scatter = (np.cov(white.T) + np.cov(skin.T)) / 2 + 1e-3 * np.eye(3)
    gap = white.mean(0) - skin.mean(0)
    direction = np.linalg.solve(scatter, gap)
    separation = float(np.sqrt(gap @ direction)) + 1e-6
    score = (features - (white.mean(0) + skin.mean(0)) / 2) @ direction / separation**2 * 3
    off_iris = ramp(limbus, 0, 1) * ramp(patch.x, eye.medial + 1, eye.medial + 4)  # the caruncle is no whiter than skin
    likeness = np.tanh(score) * off_iris * ramp(separation, *_GAIN_SEEN)
    return np.asarray(cv2.GaussianBlur(likeness, (0, 0), max(0.4, 0.25 * patch.scale)), np.float32)


def _mirror_share(light: Image, opening: Plane, limbus: Plane, scale: float) -> Image:
    """(h, w, 1) share of the light that is a lamp's reflex, 0..1."""
    brightness = light.mean(-1)
    share = np.zeros_like(brightness)
    white = ((opening > 0) & (limbus > 0.4)).astype(np.float32)
    cornea = ((opening > 0.5) & (limbus < -0.6)).astype(np.float32)  # well within: any lid is brighter than an iris
    brightest = 1.1 * float(np.quantile(brightness[white > 0], 0.9)) if white.any() else 1.0
    for zone, least in ((white, brightest), (cornea, 0.0)):  # white amid shadows is no reflex
        dull = brightness
        for _ in range(2):  # the second time without the reflexes that the first has found
            around = _average(dull[..., None], zone + 1e-6, _SPREAD * scale)[..., 0]
            dull = np.minimum(brightness, np.maximum(_MIRROR * around, least))
        share = np.where(zone > 0, 1 - dull / np.maximum(brightness, 1e-6), share)
    return np.asarray(share[..., None], np.float32)


def _white_everywhere(light: Image, opening: Plane, limbus: Plane, scale: float) -> Image:
    """The sclera's light carried on smoothly to where no sclera is seen."""
    inner = ramp(opening, 0, 1.2) * ramp(limbus, 0.3, 1.0) + 1e-6
    lit = inner * light.mean(-1) ** 2  # lashes and shadows are not the white's colour
    return _average(light, lit / max(float(lit.max()), 1e-6) + 1e-6, 2.5 * _SPREAD * scale)


def _average(values: Image, weight: Plane, sigma: float) -> Image:
    """Weighted mean of (h, w, c) values about every pixel."""
    total = cv2.GaussianBlur(values * weight[..., None], (0, 0), sigma).reshape(values.shape)
    return np.asarray(total / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-9)[..., None], np.float32)
