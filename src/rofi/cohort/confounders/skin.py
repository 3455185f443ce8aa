"""Where a face shows bare skin, and spots strewn over it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rofi.cohort.face import Face, Side
from rofi.cohort.frame import Floats, Frame, Mask, Patch, Plane
from rofi.cohort.optics import to_linear
from rofi.faces import topology
from rofi.faces.topology import Indices

_CHEEKS: Indices = (50, 205, 425, 280, 101, 330, 36, 266)
_DARKEST, _BRIGHTEST, _OFF_COLOUR = 0.35, 2.2, 0.16
_INSET, _LIP_MARGIN, _NOSE_MARGIN, _BROW_MARGIN = 7.0, 4.0, 3.0, 3.0
_TRIES = 60


@dataclass(frozen=True, eq=False)
class Skin:
    """The bare skin of a face, away from eyes, lips, nostrils, brows, beard and hair.

    Attributes:
        face: whose.
        frame: of the whole face: origin between the eyes, x right and y down along the face, millimetres.
        colour: (3,) linear light of its cheeks, the median.
        from_eyes: least distance from an eye's lid margins, millimetres.
    """

    face: Face
    frame: Frame
    colour: Floats
    from_eyes: float

    @classmethod
    def of(cls, face: Face, from_eyes: float) -> Skin:
        """The skin at least `from_eyes` millimetres away from both eyes."""
        eyes = [face.eye(side).frame for side in Side]
        origin = (eyes[0].origin + eyes[1].origin) / 2
        across = (eyes[1].origin - eyes[0].origin) / np.linalg.norm(eyes[1].origin - eyes[0].origin)
        frame = Frame(origin, across, np.array([-across[1], across[0]]), face.millimetre)
        places = np.rint(face.landmarks.mesh[list(_CHEEKS), :2]).astype(int)
        reach = max(1, round(face.millimetre))
        samples = [face.picture[max(y - reach, 0) : y + reach, max(x - reach, 0) : x + reach] for x, y in places]
        known = [np.median(to_linear(sample).reshape(-1, 3), 0) for sample in samples if sample.size]
        colour = np.median(known, 0) if known else np.full(3, 0.3)
        return cls(face, frame, np.asarray(colour, np.float64), from_eyes)

    def places(self, count: int, generator: np.random.Generator) -> Floats:
        """(up to count, 2) picture pixels of random places on bare skin, evenly spread; fewer if little is bare."""
        oval = self.face.landmarks.mesh[list(topology.FACE_OVAL), :2]
        low, high = oval.min(0), oval.max(0)
        tried = generator.uniform(low, high, (count * _TRIES // 4 + _TRIES, 2))
        found: Floats = tried[self.bare(tried)][:count]
        return found

    def bare(self, places: Floats) -> Mask:
        """(N,) whether (N, 2) picture pixels lie on bare skin."""
        mm = self.face.millimetre
        mesh = self.face.landmarks.mesh[:, :2]
        bare = self._inside(places, topology.FACE_OVAL, mesh) > _INSET * mm
        for ring, margin in (
            (topology.LIPS_OUTER, _LIP_MARGIN),
            (topology.NOSE_BASE, _NOSE_MARGIN),
            (topology.LEFT_BROW, _BROW_MARGIN),
            (topology.RIGHT_BROW, _BROW_MARGIN),
        ):
            bare &= self._inside(places, ring, mesh) < -margin * mm
        marks = self.face.landmarks
        for lids in (marks.left_eye, marks.right_eye):
            bare &= self._inside(places, topology.EYE_CONTOUR, lids) < -self.from_eyes * mm
        return np.asarray(bare & self.bare_colour(places), np.bool_)

    def _inside(self, places: Floats, ring: Indices, points: Floats) -> Floats:
        """(N,) pixels from a closed outline, above 0 within it."""
        outline = np.asarray(points[list(ring)], np.float32)
        signed = [cv2.pointPolygonTest(outline, (float(x), float(y)), True) for x, y in places]
        return np.asarray(signed, np.float64)

    def bare_colour(self, places: Floats) -> Mask:
        """(N,) whether the picture at (N, 2) pixels has the colour of this person's cheeks, in light or shade."""
        smooth = cv2.blur(self.face.picture, (3, 3))
        limit = np.array(smooth.shape[1::-1]) - 1
        columns, rows = np.clip(np.rint(places), 0, limit).astype(int).T
        seen = np.maximum(to_linear(smooth[rows, columns]).astype(np.float64), 1e-4)
        bright = seen.sum(-1) / max(float(self.colour.sum()), 1e-4)
        tint = seen / seen.sum(-1, keepdims=True) - self.colour / max(float(self.colour.sum()), 1e-4)
        fits = (bright > _DARKEST) & (bright < _BRIGHTEST) & (np.abs(tint).max(-1) < _OFF_COLOUR)
        inside = ((places >= 0) & (places <= limit)).all(-1)
        return np.asarray(fits & inside, np.bool_)

    def frame_at(self, place: Floats) -> Frame:
        """Millimetres from a place in the picture, along the face's axes."""
        return Frame(np.asarray(place, np.float64), self.frame.across, self.frame.down, self.frame.scale)


def strewn(patch: Patch, places: Floats, amounts: Floats, radius: float) -> Plane:
    """Soft round spots of one size; where spots are smaller than a pixel they tint it in part.

    Args:
        places: (N, 2) picture pixels; amounts: (N,) at their middle.
        radius: where a spot has fallen to 0.6 of that, millimetres.
    """
    rows, columns = patch.x.shape
    plane = np.zeros((rows, columns), np.float32)
    offset = np.array([patch.slices[1].start, patch.slices[0].start])
    local = np.asarray(places, np.float64) - offset
    whole = np.floor(local).astype(int)
    part = local - whole
    for right in (0, 1):
        for below in (0, 1):
            share = np.abs(1 - right - part[:, 0]) * np.abs(1 - below - part[:, 1]) * amounts
            column, row = whole[:, 0] + right, whole[:, 1] + below
            held = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
            np.add.at(plane, (row[held], column[held]), share[held].astype(np.float32))
    sigma = radius * patch.scale
    softened = max(sigma, 0.3)
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), softened) * (2 * np.pi * sigma**2), np.float32)
