"""Where on the face a growth sits: on a lid, at a corner of the eye, on the cheek or the temple."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from scipy.spatial.distance import pdist

from rofi.cohort.bare_skin import likely_skin, skin_tone
from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Floats, Patch, Plane
from rofi.cohort.lesion_outline import Outline
from rofi.faces import topology

_CHEEK = {Side.OD: (118, 123, 187, 205, 101), Side.OS: (347, 352, 411, 425, 330)}
_TEMPLE = {Side.OD: (104, 69, 68, 71, 108), Side.OS: (333, 299, 298, 301, 337)}
_BROW = {Side.OD: topology.LEFT_BROW, Side.OS: topology.RIGHT_BROW}
_LEAST_ROOM, _MOST_ROOM = 6.0, 12.0
_MARGIN = 2.0  # mm of free skin about a growth
_LEAST_SKIN = 0.9  # share of the growth's place that must look like skin, not hair
_TRIES = 6


class Lid(StrEnum):
    """A lid of one eye."""

    UPPER = "upper"
    LOWER = "lower"


@dataclass(frozen=True, eq=False)
class Site:
    """A place for a growth, in the eye's frame, millimetres.

    Attributes:
        anchor: (2,) where it began.
        drift: (2,) by which share of its radius its middle moves off as it grows.
        room: greatest radius that fits.
        lid: the only lid that it may grow on; None beside the lids.
    """

    anchor: Floats
    drift: Floats
    room: float
    lid: Lid | None = None

    def centre(self, radius: float) -> Floats:
        """(2,) middle of a growth of `radius` millimetres."""
        place: Floats = self.anchor + radius * self.drift
        return place

    def past_margin(self, eye: Eye, x: Plane, y: Plane) -> Plane:
        """How far beyond the margin of its lid, on the eyeball and past it, a place lies, millimetres; below 0 off it.

        Beside the corners of the eye the margin bends away, so that a growth may reach around them a little.
        """
        around = np.maximum(np.maximum(x - eye.lateral, eye.medial - x), 0)
        if self.lid is Lid.LOWER:
            return np.asarray(eye.lower_lid(x) - y - around, np.float32)
        if self.lid is Lid.UPPER:
            return np.asarray(y - eye.upper_lid(x) - around, np.float32)
        return eye.opening(x, y)

    def diameter(self, outline: Outline, radius: float, eye: Eye, overhang: float) -> float:
        """Greatest diameter of what of a growth of `radius` is on the skin or overhangs the margin, millimetres."""
        border = outline.border(self.centre(radius), radius)
        past = self.past_margin(eye, *border.T.astype(np.float32))
        return float(pdist(border[past <= overhang]).max())


def on_lower_lid(eye: Eye, generator: np.random.Generator, room: float, aspect: float, at_margin: bool) -> Site:
    """At the margin of the lower lid, growing down from it, or on the skin below.

    Args:
        aspect: height by width of the growth.
    """
    x, below, part = generator.uniform((0.6 * eye.medial, 3.5, 0.55), (0.7 * eye.lateral, 5.5, 0.85))
    margin = float(eye.lower_lid(x))
    if at_margin:
        return Site(np.array([x, margin]), np.array([0.0, part * aspect]), room, Lid.LOWER)
    return Site(np.array([x, margin + below]), np.array([0.0, 0.35]), room, Lid.LOWER)


def on_upper_lid(eye: Eye, generator: np.random.Generator, room: float, aspect: float) -> Site:
    """At the margin of the upper lid, growing up from it."""
    x, part = generator.uniform((0.5 * eye.medial, 0.6), (0.7 * eye.lateral, 0.9))
    return Site(np.array([x, float(eye.upper_lid(x))]), np.array([0.0, -part * aspect]), room, Lid.UPPER)


def at_medial_canthus(eye: Eye, generator: np.random.Generator, room: float) -> Site:
    """Between the inner corner and the nose."""
    inwards, below = generator.uniform((2.0, 0.0), (3.5, 3.5))
    return Site(eye.upper[0] + np.array([-inwards, below]), np.array([-0.25, 0.15]), room)


def at_lateral_canthus(face: Face, eye: Eye, generator: np.random.Generator, room: float) -> Site | None:
    """Beside the outer corner; None where the face is turned so far that its outline is too near."""
    outwards, below = generator.uniform((1.0, -0.5), (3.0, 2.5))
    anchor, drift = eye.upper[-1] + np.array([outwards, below]), np.array([0.5, 0.1])
    outline = eye.frame.to_local(face.landmarks.mesh[list(topology.FACE_OVAL), :2])
    fits = (_inside(outline, anchor) - _MARGIN) / (1 + float(drift[0]))
    return Site(anchor, drift, min(room, fits)) if fits >= _LEAST_ROOM else None


def on_cheek(face: Face, eye: Eye, generator: np.random.Generator) -> Site | None:
    """On the free skin of the same cheek; None where there is none, as under a beard."""
    return _free_skin(face, eye, _CHEEK[eye.side], generator)


def on_temple(face: Face, eye: Eye, generator: np.random.Generator) -> Site | None:
    """On the same side of the forehead or the temple; None where hair covers both."""
    return _free_skin(face, eye, _TEMPLE[eye.side], generator)


def _free_skin(face: Face, eye: Eye, region: tuple[int, ...], generator: np.random.Generator) -> Site | None:
    """The roomiest of some random places amid points of the mesh."""
    mesh = eye.frame.to_local(face.landmarks.mesh[:, :2])
    keep_off = [
        mesh[list(ring)]
        for ring in (topology.NOSE_OUTLINE, topology.LIPS_OUTER, _BROW[eye.side], topology.FACE_OVAL, _lid_ring(eye))
    ]
    tone = skin_tone(face)
    best: Site | None = None
    for place in generator.dirichlet(np.ones(len(region)), _TRIES) @ mesh[list(region)]:
        away = min(abs(_inside(ring, place)) for ring in keep_off)
        room = min(away - _MARGIN, _MOST_ROOM)
        if room < (best.room if best else _LEAST_ROOM) or _inside(mesh[list(topology.FACE_OVAL)], place) < 0:
            continue
        reach = room + 1
        low, high = place - reach, place + reach
        patch = Patch.around(face.picture, eye.frame, (low[0], low[1]), (high[0], high[1]))
        if min(patch.x.shape) < 2 * reach * patch.scale - 2:  # cut off by the picture's border
            continue
        if likely_skin(patch, eye, tone).mean() > _LEAST_SKIN:
            best = Site(place, np.zeros(2), room)
    return best


def _lid_ring(eye: Eye) -> tuple[int, ...]:
    return topology.LEFT_EYE_RING_2 if eye.side is Side.OD else topology.RIGHT_EYE_RING_2


def _inside(ring: Floats, place: Floats) -> float:
    """Distance from a closed line, millimetres: above 0 within it."""
    polygon = np.ascontiguousarray(ring, np.float32)[:, None]
    return float(cv2.pointPolygonTest(polygon, (float(place[0]), float(place[1])), True))
