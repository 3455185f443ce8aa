"""The eye without its lids: completed from what is seen, turned, and put back under the lids.

Three layers: the sclera; the iris with its pupil, which a turn of the eye moves; the catch light, which stays nearly
where it is (Hirschberg's sign). What lids and lashes take of the light is a fourth one, the cover.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Image, Patch, Plane, blend, ramp
from rofi.cohort.iris import complete_iris
from rofi.cohort.lid_cover import find_caruncle, find_cover, find_opening
from rofi.cohort.ocular_surface import OcularSurface, find_surface
from rofi.cohort.optics import to_levels, to_linear
from rofi.cohort.sclera import grow_sclera

Gaze = tuple[float, float]
STRAIGHT: Gaze = (0.0, 0.0)
GLOBE_RADIUS = 12.0
"""Millimetres; an adult's eye is 24 mm long."""
CORNEAL_RADIUS = 7.8
"""Millimetres, of the cornea's front, whose centre of curvature a catch light follows."""
_MOST_TURNED = 0.8
_SHAM = 0.3
_SHADOW_REACH = 1.5
_PAST_LOWER, _PAST_UPPER = 0.4, 0.8  # mm past the margins that are drawn anew: no sliver of what was there is left
_IRIS_PAST = (0.1, 1.4)  # mm past the lower and the upper margin: lashes cover it there, white would shine through
_IRIS_SHADOW = (0.15, 0.4)  # share of light lost at the lower and the upper margin
_RIM = (0.4, 0.9)


@dataclass(frozen=True, eq=False)
class Eyeball:
    """One eye without lids, in a patch.

    Attributes:
        sclera: (h, w, 3) levels, also behind the iris and the lids.
        iris: (h, w, 3) levels of the iris and pupil, completed; beyond the limbus its rim goes on.
        catch: (h, w, 3) linear light mirrored by the cornea.
        cover, cover_of_iris: (h, w, 3) share of light that lid shadow and lashes leave of the sclera, of the iris.
        seen: (h, w) share of the pixel that is eyeball, 0..1.
    opening: (h, w) millimetres from the lid margins where they are seen.
    upper: (h, w) whether the upper lid's margin is the nearer one.
    rim: half the width of the limbus as it is seen, millimetres.
        patch: its pixels.
        eye: with the iris where the limbus is seen.
    """

    sclera: Image
    iris: Image
    catch: Image
    cover: Image
    cover_of_iris: Image
    seen: Plane
    opening: Plane
    nearer_upper: Plane
    rim: float
    patch: Patch
    eye: Eye


def complete_eyeball(face: Face, eye: Eye, patch: Patch) -> Eyeball:
    """Grow the eyeball of one eye from what is seen of it.

    Args:
        face: the eye's.
        eye: as `face.eye` measures it.
        patch: of the face about the eye; its pixels beyond 20 x 13 mm from the eye's middle repeat the nearest ones.
    """
    surface = find_surface(face, eye.side)
    opening = find_opening(surface)
    caruncle = find_caruncle(surface)
    sclera = grow_sclera(surface, opening, caruncle)
    cover = find_cover(surface, opening, sclera)
    iris = complete_iris(surface, cover.opening, cover.of_iris)
    past = _PAST_LOWER + (_PAST_UPPER - _PAST_LOWER) * ramp(cover.nearer_upper, -1, 1)
    seen = ramp(cover.opening + past, -surface.soft, surface.soft) * (1 - caruncle)
    embed = _Embedding(surface.patch, patch)
    return Eyeball(
        sclera=embed(sclera.whole),
        iris=embed(to_levels(iris.light)),
        catch=embed(iris.catch),
        cover=embed(cover.of_sclera),
        cover_of_iris=embed(cover.of_iris),
        seen=embed(seen),
        opening=embed(cover.opening),
        nearer_upper=embed(cover.nearer_upper),
        rim=_limbus_width(surface, opening),
        patch=patch,
        eye=surface.eye,
    )


def render_eyeball(eyeball: Eyeball, gaze: Gaze = STRAIGHT) -> Image:
    """The eyeball without lids, turned: (h, w, 3) levels.

    Args:
        gaze: mm by which the limbus moves in the picture: x temporal, y down; up to 8 mm.
    """
    iris, on_iris = _turned_iris(eyeball, gaze)
    light = blend(to_linear(eyeball.sclera), iris, on_iris)
    return to_levels(light + _turned_catch(eyeball, gaze))


def under_lids(eyeball: Eyeball, gaze: Gaze = STRAIGHT) -> Image:
    """The patch with the eyeball turned under the lids and lashes it was completed from: (h, w, 3) levels.

    Args:
        gaze: see `render_eyeball`.
    """
    iris, on_iris = _turned_iris(eyeball, gaze)
    sclera = to_linear(eyeball.sclera) * eyeball.cover
    upper = ramp(eyeball.nearer_upper, -1, 1)
    depth = _IRIS_SHADOW[0] + (_IRIS_SHADOW[1] - _IRIS_SHADOW[0]) * upper
    shade = 1 - depth * np.exp(-(np.clip(eyeball.opening, 0, None) ** 2))
    iris = (iris + _turned_catch(eyeball, gaze)) * np.minimum(eyeball.cover_of_iris, shade[..., None])
    past = _IRIS_PAST[0] + (_IRIS_PAST[1] - _IRIS_PAST[0]) * upper
    on_iris = on_iris * ramp(eyeball.opening + past, -0.35, 0.35)
    return blend(eyeball.patch.pixels, to_levels(blend(sclera, iris, on_iris)), eyeball.seen)


def _turned_iris(eyeball: Eyeball, gaze: Gaze) -> tuple[Image, Plane]:
    """Linear light of the iris, narrowed along its turn, and the share of the pixel that it fills."""
    eye, patch = eyeball.eye, eyeball.patch
    length = float(np.hypot(*gaze))
    ahead_x, ahead_y = (gaze[0] / length, gaze[1] / length) if length > 0 else (1.0, 0.0)
    narrowed = float(np.sqrt(1 - min(length / limbus_depth(eye.iris_radius), _MOST_TURNED) ** 2))
    dx, dy = patch.x - eye.iris[0] - gaze[0], patch.y - eye.iris[1] - gaze[1]
    stretch = (dx * ahead_x + dy * ahead_y) * (1 / narrowed - 1)
    dx, dy = dx + stretch * ahead_x, dy + stretch * ahead_y
    columns, rows = patch.source(dx + eye.iris[0], dy + eye.iris[1])
    iris = cv2.remap(to_linear(eyeball.iris), columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    on_iris = ramp(np.hypot(dx, dy) - eye.iris_radius, eyeball.rim, -eyeball.rim)
    return np.clip(iris, 0, None), on_iris


def _turned_catch(eyeball: Eyeball, gaze: Gaze) -> Image:
    """Linear light of the reflex."""
    mirror = hirschberg_share(eyeball.eye.iris_radius)
    patch = eyeball.patch
    columns, rows = patch.source(patch.x - np.float32(mirror * gaze[0]), patch.y - np.float32(mirror * gaze[1]))
    return np.asarray(cv2.remap(eyeball.catch, columns, rows, cv2.INTER_LINEAR), np.float32)


def turn_eye(face: Face, side: Side, gaze: Gaze) -> Face:
    """One eye turned by `gaze` (see `render_eyeball`), its iris landmarks with it."""
    eye = face.eye(side)
    patch = eye.patch(face.picture, (20, 13))
    eyeball = complete_eyeball(face, eye, patch)
    picture = patch.put(face.picture, under_lids(eyeball, gaze))
    moved = eye.frame.to_picture(gaze) - eye.frame.origin
    marks = face.landmarks
    if side is Side.OD:
        return Face(picture, replace(marks, left_iris=marks.left_iris + moved))
    return Face(picture, replace(marks, right_iris=marks.right_iris + moved))


def redraw_eyeball(face: Face, side: Side, generator: np.random.Generator) -> Face:
    """A healthy eye drawn anew, turned by too little to be a sign, so that traces of drawing tell nothing.

    Args:
        generator: of the turn, within 0.3 mm (less than 3 prism dioptres).
    """
    angle, length = generator.uniform(0, 2 * np.pi), _SHAM * generator.uniform(0.3, 1)
    return turn_eye(face, side, (float(length * np.cos(angle)), float(length * np.sin(angle))))


def look_aside(face: Face, generator: np.random.Generator, most: float = 3.0) -> Face:
    """Healthy eyes that look aside together, for whatever must tell a squint from a glance.

    Args:
        generator: of the direction.
        most: mm by which the irises move at most.
    """
    to_right, down = generator.uniform(-most, most), generator.uniform(-0.3, 0.3) * most / 3
    for side in Side:
        face = turn_eye(face, side, (float(-to_right if side is Side.OD else to_right), float(down)))
    return face


def shadowed(pixels: Image, eye: Eye, patch: Patch, depth: float = 0.35) -> Image:
    """The shadow that the upper lid, and less so the lower one, cast on an eyeball.

    Args:
        pixels: (h, w, 3) levels of the eyeball.
        eye: with the lids where they are now.
        patch: of the pixels.
        depth: share of light that is lost at the upper margin.
    """
    below = np.clip(patch.y - eye.upper_lid(patch.x), 0, None)
    above = np.clip(eye.lower_lid(patch.x) - patch.y, 0, None)
    left = 1 - depth * np.exp(-((below / _SHADOW_REACH) ** 2))
    left *= 1 - 0.4 * depth * np.exp(-((above / (0.5 * _SHADOW_REACH)) ** 2))
    return to_levels(to_linear(pixels) * left[..., None])


def limbus_depth(iris_radius: float) -> float:
    """Millimetres from the eye's centre to the plane of its limbus: by what a turn moves the iris, over its sine."""
    return float(np.sqrt(GLOBE_RADIUS**2 - iris_radius**2))


def hirschberg_share(iris_radius: float) -> float:
    """How far a catch light moves when the limbus moves by 1: it follows the cornea's centre of curvature."""
    return (GLOBE_RADIUS - CORNEAL_RADIUS) / limbus_depth(iris_radius)


def _limbus_width(surface: OcularSurface, opening: Plane) -> float:
    """Half the width over which the picture passes from iris to sclera, millimetres: contrast over steepest slope."""
    bright = to_linear(surface.patch.pixels).mean(-1)
    inside = opening > 1.2
    places = np.arange(-2.2, 2.3, 0.2)
    reach = max(0.15, 0.5 / surface.patch.scale)
    least = max(_RIM[0], 0.8 / surface.patch.scale)
    rings = [bright[inside & (np.abs(surface.limbus - place) < reach)] for place in places]
    if not all(len(ring) for ring in rings):
        return least
    profile = np.array([np.median(ring) for ring in rings])
    contrast, slope = float(np.ptp(profile)), float(np.gradient(profile, places).max())
    return float(np.clip(0.6 * contrast / max(slope, 1e-6), least, max(least, _RIM[1])))


@dataclass(frozen=True, eq=False)
class _Embedding:
    """Carries planes of one patch over to another of the same picture; beyond the first its border goes on."""

    source: Patch
    target: Patch

    def __call__(self, values: Plane) -> Plane:
        rows, columns = (
            np.clip(np.arange(to.start, to.stop) - at.start, 0, at.stop - at.start - 1)
            for to, at in zip(self.target.slices, self.source.slices, strict=True)
        )
        return np.ascontiguousarray(values[rows][:, columns])
