"""A face to paint on: its picture, its landmarks, and its eyes measured in millimetres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from rofi.cohort.frame import Floats, Frame, Image, Patch, Plane
from rofi.errors import NoFaceFound
from rofi.faces import topology
from rofi.faces.detection import Detection, Detector
from rofi.faces.landmarks import FaceLandmarks, IrisDetector, MeshDetector, find_landmarks, outer_corner_distance

IRIS_DIAMETER = 11.7
"""Millimetres, white to white: 11.71 on average, standard deviation 0.42 (Ruefer et al. 2005)."""
_OUTER_CORNERS = 90.0
_PLAUSIBLE = (0.8, 1.25)
_SURELY_A_FACE = 0.5


class Side(StrEnum):
    """The patient's right (OD) or left (OS) eye; OD lies image-left."""

    OD = "OD"
    OS = "OS"

    @property
    def other(self) -> Side:
        """The fellow eye."""
        return Side.OS if self is Side.OD else Side.OD


@dataclass(frozen=True, eq=False)
class Eye:
    """One eye in its own frame: origin amid the corners, x away from the nose, y down the face, millimetres.

    Attributes:
        side: which.
        frame: of the eye.
        upper, lower: (9, 2) lid margins from the medial to the lateral corner, both corners included.
        iris: (2,) centre; iris_radius: millimetres.
        crease: (9, 2) crease of the upper lid, medial to lateral; brow: (5, 2) lower border of the brow, likewise.
        lid_border: (9, 2) lower border of the lower lid, medial to lateral.
    """

    side: Side
    frame: Frame
    upper: Floats
    lower: Floats
    iris: Floats
    iris_radius: float
    crease: Floats
    brow: Floats
    lid_border: Floats

    @property
    def medial(self) -> float:
        """x of the medial corner, below 0."""
        return float(self.upper[0, 0])

    @property
    def lateral(self) -> float:
        """x of the lateral corner, above 0."""
        return float(self.upper[-1, 0])

    @property
    def height(self) -> float:
        """Of the palpebral fissure at the iris, millimetres; a normal one measures 9 to 11."""
        return float(self.lower_lid(self.iris[0]) - self.upper_lid(self.iris[0]))

    def upper_lid(self, x: npt.ArrayLike) -> Plane:
        """y of the upper lid's margin at x; beyond a corner that corner's."""
        return _along(self.upper, x)

    def lower_lid(self, x: npt.ArrayLike) -> Plane:
        """y of the lower lid's margin at x; beyond a corner that corner's."""
        return _along(self.lower, x)

    def brow_line(self, x: npt.ArrayLike) -> Plane:
        """y of the brow's lower border at x."""
        return _along(self.brow, x)

    def crease_line(self, x: npt.ArrayLike) -> Plane:
        """y of the upper lid's crease at x."""
        return _along(self.crease, x)

    def border_line(self, x: npt.ArrayLike) -> Plane:
        """y of the lower border of the lower lid at x."""
        return _along(self.lid_border, x)

    def opening(self, x: Plane, y: Plane) -> Plane:
        """About the distance from the lid margins, millimetres: above 0 between the lids, below 0 on the skin."""
        sides = np.minimum(x - self.medial, self.lateral - x)
        gap = np.minimum(y - self.upper_lid(x), self.lower_lid(x) - y)
        return np.asarray(np.minimum(gap, sides), np.float32)

    def from_limbus(self, x: Plane, y: Plane) -> Plane:
        """Distance from the limbus, millimetres: above 0 outside the iris, below 0 on it."""
        return np.asarray(np.hypot(x - self.iris[0], y - self.iris[1]) - self.iris_radius, np.float32)

    def patch(self, picture: Image, reach: tuple[float, float] = (28, 24)) -> Patch:
        """The pixels within `reach` (x, y) millimetres of the eye's middle."""
        return Patch.around(picture, self.frame, (-reach[0], -reach[1]), (reach[0], reach[1]))


@dataclass(frozen=True, eq=False)
class Face:
    """A face in its picture.

    Attributes:
        picture: (H, W, 3) float32 RGB, 0..255, sRGB.
        landmarks: in pixels of the picture.
    """

    picture: Image
    landmarks: FaceLandmarks

    @cached_property
    def millimetre(self) -> float:
        """Pixels per millimetre, from both irises; held to what the distance of the eye corners makes plausible."""
        irises = self.landmarks.left_iris, self.landmarks.right_iris
        diameter = np.mean([2 * _iris_radius(iris) for iris in irises])
        expected = outer_corner_distance(self.landmarks) / _OUTER_CORNERS
        low, high = _PLAUSIBLE
        return float(np.clip(diameter / IRIS_DIAMETER, low * expected, high * expected))

    def eye(self, side: Side) -> Eye:
        """One eye, measured."""
        marks, right = self.landmarks, side is Side.OD
        contour = (marks.left_eye if right else marks.right_eye)[list(topology.EYE_CONTOUR)]
        iris = marks.left_iris if right else marks.right_iris
        outer, inner = contour[0], contour[8]  # the ring starts at the outer corner and runs below the eye first
        across = (outer - inner) / max(float(np.linalg.norm(outer - inner)), 1e-9)
        down = np.array([-across[1], across[0]]) if across[0] > 0 else np.array([across[1], -across[0]])
        frame = Frame((outer + inner) / 2, across, down, self.millimetre)
        mesh = marks.mesh[:, :2]

        def ring(left: topology.Indices, right_: topology.Indices) -> Floats:
            return frame.to_local(mesh[list(left if right else right_)])

        crease = ring(topology.LEFT_EYE_RING_1, topology.RIGHT_EYE_RING_1)
        border = ring(topology.LEFT_EYE_RING_2, topology.RIGHT_EYE_RING_2)
        local = frame.to_local(contour)
        return Eye(
            side=side,
            frame=frame,
            upper=_increasing(local[8:].tolist() + local[:1].tolist()),
            lower=_increasing(local[8::-1].tolist()),
            iris=frame.to_local(iris[0]),
            iris_radius=_iris_radius(iris) / self.millimetre,
            crease=_increasing(crease[8:].tolist() + crease[:1].tolist()),
            brow=_increasing(ring(topology.LEFT_BROW_LOWER, topology.RIGHT_BROW_LOWER)[::-1].tolist()),
            lid_border=_increasing(border[8::-1].tolist()),
        )

    def painted(self, picture: Image) -> Face:
        """The same face with another picture of the same shape."""
        return replace(self, picture=picture)

    def to_bytes(self) -> npt.NDArray[np.uint8]:
        """The picture rounded to (H, W, 3) uint8."""
        return np.clip(np.rint(self.picture), 0, 255).astype(np.uint8)


class FaceMeasurer:
    """Finds and measures faces; holds the networks, so make one per process."""

    def __init__(self) -> None:
        self._detector = Detector(looks=1)
        self._mesh = MeshDetector()
        self._iris = IrisDetector()

    def measure(self, photo: npt.NDArray[np.uint8], name: str, points: npt.ArrayLike | None = None) -> Face:
        """The largest face of a photograph.

        Args:
            photo: (H, W, 3) uint8 RGB.
            name: for messages.
            points: (5, 2) where its five points are known; otherwise they are detected.

        Raises:
            NoFaceFound: there is none, or the mesh does not lie on it.
        """
        if points is None:
            found = self._detector.detect(photo)
            if not found:
                raise NoFaceFound(f"{name}: no face found; leave the image out")
            detection = found[0]
        else:
            detection = Detection((0.0, 0.0, 0.0, 0.0), np.asarray(points, np.float64), 1.0)
        landmarks = find_landmarks(photo, detection, self._mesh, self._iris)
        if landmarks.presence < _SURELY_A_FACE:
            raise NoFaceFound(f"{name}: its face cannot be measured (turned far or covered); leave the image out")
        return Face(photo.astype(np.float32), landmarks)


def _along(line: Floats, x: npt.ArrayLike) -> Plane:
    held = np.clip(np.asarray(x, np.float64), line[0, 0], line[-1, 0])
    return np.asarray(PchipInterpolator(line[:, 0], line[:, 1])(held), np.float32)


def _increasing(points: list[list[float]]) -> Floats:
    """A line whose x grows from point to point, as interpolation needs; points that turn back are held."""
    line = np.array(points, np.float64)
    steps = 1e-3 * np.arange(len(line))
    line[:, 0] = np.maximum.accumulate(line[:, 0] - steps) + steps
    return line


def _iris_radius(iris: Floats) -> float:
    """Mean distance of the four rim points from the centre, pixels."""
    return float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
