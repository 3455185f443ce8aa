"""A face drawn anew where it was, in its own pose and light, and put back into its photograph."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rofi.evaluation.methods.person_space import PersonSpace, face_points
from rofi.faces import topology
from rofi.faces.alignment import Alignment
from rofi.faces.compositing import Window, blend, view_to_window
from rofi.faces.grain import match_grain
from rofi.faces.landmarks import FaceLandmarks
from rofi.faces.person_placement import PlacedPerson, place_person
from rofi.faces.pose import Floats, fit_similarity
from rofi.faces.triangle_warp import triangle_warp

Bytes = npt.NDArray[np.uint8]
Image = npt.NDArray[np.float32]

VIEW = 256
"""Side of the aligned face that is drawn; the paper's rivals make 256 to 512."""
_HARDER = 4
"""A face drawn over another one needs a harder rim, or the other one shows."""
_LID_EDGE = 1.5
"""View pixels over which a kept eye goes over into the new lid."""


@dataclass(frozen=True, eq=False)
class AlignedFace:
    """A face to draw into.

    Attributes:
        alignment: photograph to view.
        view: (V, V, 3) uint8.
        points: (470, 3) in view pixels, see `face_points`.
    """

    alignment: Alignment
    view: Bytes
    points: Floats

    @classmethod
    def of(cls, pixels: Bytes, alignment: Alignment, landmarks: FaceLandmarks) -> AlignedFace:
        """From a photograph (H, W, 3), and landmarks in its pixels."""
        points = face_points(landmarks)
        placed = np.column_stack([alignment.to_view(points[:, :2]), points[:, 2] * alignment.scale])
        return cls(alignment, np.asarray(alignment.extract(pixels), np.uint8), placed)

    @property
    def apertures(self) -> Image:
        """(V, V) in [0, 1]: 1 between the lids."""
        mask = np.zeros(self.view.shape[:2], np.uint8)
        for eye in (topology.LEFT_EYE, topology.RIGHT_EYE):
            cv2.fillPoly(mask, [np.rint(self.points[list(eye), :2] * 16).astype(np.int32)], 255, shift=4)
        return np.asarray(cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), _LID_EDGE), np.float32)


def draw(
    face: AlignedFace, persons: PersonSpace, texture: Image, shape: Floats | None = None, keep_eyes: bool = False
) -> PlacedPerson:
    """Draw a texture over the whole face, lids and eyeballs included, in the face's light.

    Args:
        face: where.
        persons: the space that the texture is of.
        texture: (T, T, 3) levels.
        shape: (470, 3) the drawn person's frontal points, held at eyes and contour; None leaves the face its own.
        keep_eyes: leave what lies between the lids as it is.
    """
    placed = place_person(
        face.view,
        face.points,
        np.zeros(face.view.shape[:2], np.bool_),
        shape=_frontal(face.points, persons.mean_points) if shape is None else shape,
        mean_shape=persons.mean_points,
        texture=texture,
        texture_points=persons.texture_points,
    )
    if not keep_eyes:
        return placed
    new = 1 - face.apertures
    view = face.view.astype(np.float32)
    return PlacedPerson(view + new[..., None] * (placed.face - view), placed.mask * new)


def redraw_in_own_light(face: AlignedFace, persons: PersonSpace, texture: Image) -> PlacedPerson:
    """Draw a texture over the face where `draw` does, in the texture's own colours: for one that was taken there.

    Args:
        face: where.
        persons: the space that the texture is of.
        texture: (T, T, 3) levels.
    """
    mask = draw(face, persons, texture).mask
    skin, _ = triangle_warp(texture, persons.texture_points, face.points[:, :2], face.view.shape[0])
    return PlacedPerson(skin, np.minimum(_HARDER * mask, 1))


def put_back(pixels: Bytes, alignment: Alignment, placed: PlacedPerson, grain: int | None = None) -> Image:
    """(H, W, 3) float32: the photograph with the drawn face in it; not rounded, pixels beyond the face untouched.

    Args:
        pixels: (H, W, 3) of the photograph.
        alignment: of the view that was drawn into.
        placed: the drawn face.
        grain: seed of skin texture like the photograph's, see `match_grain`; None leaves the face smooth.
    """
    result = pixels.astype(np.float32)
    window = Window.around(alignment, (pixels.shape[0], pixels.shape[1]))
    if min(window.shape) == 0:
        return result
    mask = np.clip(view_to_window(placed.mask, alignment, window, cv2.BORDER_CONSTANT), 0, 1)
    mask[mask < 1 / 512] = 0
    before = result[window.slices]
    after = view_to_window(placed.face, alignment, window, cv2.BORDER_REPLICATE)
    mixed = blend(before, after, mask)
    if grain is not None:
        mixed = match_grain(mixed, before, mask, 1 / alignment.scale, grain)
    result[window.slices] = np.where(mask[..., None] > 0, mixed, before)
    return result


def to_levels(picture: Image) -> Bytes:
    """Rounded and clipped."""
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _frontal(points: Floats, mean: Floats) -> Floats:
    """(470, 3) the face's own points as seen from the front: what `place_person` turns back into `points`."""
    pose = fit_similarity(mean, points)
    frontal: Floats = (points - pose.shift) / pose.scale @ pose.rotation.T
    return frontal
