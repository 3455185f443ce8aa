"""Digital mask: shape and movement of a face without its skin."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from rofi.errors import WeightsMismatch
from rofi.evaluation.methods.face_box import FaceBox, face_box
from rofi.evaluation.methods.mesh_shading import mesh_triangles, shade
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.faces import topology
from rofi.faces.landmarks import FaceLandmarks
from rofi.imaging.encode import encode
from rofi.model.config import COMPACT
from rofi.model.weights import FORMAT, packaged_weights, read_tensors

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Colour = tuple[int, int, int]

BACKGROUND: Colour = (128, 128, 128)
SURFACE: Colour = (176, 190, 206)
SCLERA: Colour = (238, 238, 236)
IRIS: Colour = (92, 76, 64)
LINE: Colour = (58, 62, 70)
"""Pupils, lid margins and the gap between the lips."""
PUPIL = 0.38
"""Radius of every pupil, in radii of the iris; it is not measured."""
LID_WIDTH = 0.035
"""Of the line along the lid margins, in widths of the eye."""
_SMOOTH = 1200
"""Longest side of the face's box, in pixels, up to which it is drawn at twice its size and reduced."""
_FRACTION_BITS = 4


@dataclass(frozen=True)
class DigitalMask:
    """Draws the face mesh and both irises, without any texture, on a grey ground."""

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`.

        Raises:
            WeightsMismatch: the shipped weights cannot be read.
        """
        return MethodFacts(
            name="digital-mask",
            title="Digital mask (mesh)",
            version=f"1-{hashlib.sha256(face_triangles().tobytes()).hexdigest()[:8]}",
            reversible=False,
            keyed=False,
            built_in="The 468 points of the face mesh as a smooth, evenly coloured surface under one lamp; lid margins "
            "and irises as discs where the iris network finds them, pupils of one size, no brows; all else grey.",
            is_not="Not the published 3-D reconstruction, which fits face, eyes and their movement over a video: here "
            "one photograph's landmarks are drawn, so lids and irises are as right or wrong as these are, and a mesh "
            "fitted to the patient keeps the patient's proportions.",
            reference="Yang et al., A digital mask to safeguard patient privacy, Nature Medicine 28, 2022",
        )

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`."""
        box = face_box(photo)
        protected = np.empty_like(photo.pixels)
        protected[:] = BACKGROUND
        protected[box.slices] = draw_mask(photo.landmarks, box)
        return encode(protected, "png")


def draw_mask(face: FaceLandmarks, box: FaceBox) -> Bytes:
    """The mask in a part of the photograph, (h, w, 3).

    Args:
        face: landmarks in photograph pixels; nothing else of the patient decides the picture.
        box: the part to draw.
    """
    height, width = box.bottom - box.top, box.width
    times = 2 if max(height, width) <= _SMOOTH else 1
    drawn = _draw(_enlarged(face, box, times), (height * times, width * times))
    return np.asarray(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


@lru_cache(maxsize=1)
def face_triangles() -> npt.NDArray[np.int32]:
    """(T, 3) triangles of the face mesh, laid on the mean face of the shipped person model.

    Raises:
        WeightsMismatch: the shipped weights cannot be read.
    """
    path = packaged_weights(COMPACT.name)
    _, tensors = read_tensors(path, FORMAT)
    if "person.shape_mean" not in tensors:
        raise WeightsMismatch(f"{path}: no mean face in it; use the packaged weights")
    return mesh_triangles(tensors["person.shape_mean"].double().numpy())


def _enlarged(face: FaceLandmarks, box: FaceBox, times: int) -> FaceLandmarks:
    """The landmarks in pixels of the box, drawn so many times as large; pixel centres are at whole numbers."""

    def moved(points: Floats) -> Floats:
        placed: Floats = (points - (box.left, box.top) + 0.5) * times - 0.5
        return placed

    return replace(
        face,
        mesh=np.column_stack([moved(face.mesh[:, :2]), face.mesh[:, 2] * times]),
        left_eye=moved(face.left_eye),
        right_eye=moved(face.right_eye),
        left_iris=moved(face.left_iris),
        right_iris=moved(face.right_iris),
    )


def _draw(face: FaceLandmarks, shape: tuple[int, int]) -> Bytes:
    surface = shade(face.mesh, face_triangles(), shape)
    picture = np.where(surface.covered[..., None], surface.light[..., None] * SURFACE, BACKGROUND)
    picture = np.ascontiguousarray(np.rint(picture), np.uint8)
    cv2.fillPoly(picture, [_fixed(face.mesh[list(topology.LIPS_INNER), :2])], LINE, cv2.LINE_8, _FRACTION_BITS)
    for lids, iris in ((face.left_eye, face.left_iris), (face.right_eye, face.right_iris)):
        _draw_eye(picture, lids[list(topology.EYE_CONTOUR)], iris)
    return picture


def _draw_eye(picture: Bytes, lids: Floats, iris: Floats) -> None:
    """Draw what the lids leave of the eyeball, in place.

    Args:
        picture: to draw on.
        lids: (16, 2) margins, closed; iris: (5, 2) centre and four rim points.
    """
    height, width = picture.shape[:2]
    aperture = np.zeros((height, width), np.uint8)
    cv2.fillPoly(aperture, [_fixed(lids)], 1, cv2.LINE_8, _FRACTION_BITS)
    eyeball = np.empty_like(picture)
    eyeball[:] = SCLERA
    radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
    for share, colour in ((1.0, IRIS), (PUPIL, LINE)):
        centre = tuple(_fixed(iris[0]).tolist())
        cv2.circle(
            eyeball, centre, round(share * radius * (1 << _FRACTION_BITS)), colour, -1, cv2.LINE_8, _FRACTION_BITS
        )
    picture[aperture > 0] = eyeball[aperture > 0]
    line = max(1, round(LID_WIDTH * float(np.ptp(lids, axis=0).max())))
    cv2.polylines(picture, [_fixed(lids)], True, LINE, line, cv2.LINE_8, _FRACTION_BITS)


def _fixed(points: Floats) -> npt.NDArray[np.int32]:
    """As OpenCV draws them."""
    return np.rint(points * (1 << _FRACTION_BITS)).astype(np.int32)
