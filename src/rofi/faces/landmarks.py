"""Dense facial landmarks: the MediaPipe face mesh, and the finer contour of each eye and its iris."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from rofi.faces import topology
from rofi.faces.alignment import Alignment, FloatArray, ImageArray, check_image

if TYPE_CHECKING:
    from rofi.faces.detection import Detection

_MESH_INPUT = 192
_MESH_BOX = 1.5  # side of the crop over the longer side of the mesh
_IRIS_INPUT = 64
_IRIS_BOX = 2.3  # side of the crop over the distance of the eye's corners
_POINT_VIEW = 112  # any size serves: only the proportions of the first crop come from it


@dataclass(frozen=True, eq=False)
class Landmarks:
    """The face mesh of one face.

    Attributes:
        mesh: (468, 3) x, y in photograph pixels; z in the same unit, negative towards the camera.
        presence: probability that the crop shows a face.
    """

    mesh: FloatArray
    presence: float


@dataclass(frozen=True, eq=False)
class EyeLandmarks:
    """One eye, in photograph pixels.

    Attributes:
        eye: (71, 2) eyelid contour (the first 16, see `topology.EYE_CONTOUR`), then the rings about it and the brow.
        iris: (5, 2) centre and four rim points.
    """

    eye: FloatArray
    iris: FloatArray


@dataclass(frozen=True, eq=False)
class FaceLandmarks:
    """Mesh and eyes of one face, in photograph pixels; left and right are the image's.

    Attributes:
        mesh: (468, 3), see `Landmarks`.
        presence: probability that there is a face.
        left_eye, right_eye: (71, 2), see `EyeLandmarks`.
        left_iris, right_iris: (5, 2) centre and four rim points.
    """

    mesh: FloatArray
    presence: float
    left_eye: FloatArray
    right_eye: FloatArray
    left_iris: FloatArray
    right_iris: FloatArray


class MeshDetector:
    """MediaPipe face mesh of 468 points (Kartynnik et al. 2019).

    Args:
        intra_op_num_threads: threads that one inference may use.
    """

    def __init__(self, intra_op_num_threads: int = 1) -> None:
        self._session = _load_session("face_mesh.onnx", intra_op_num_threads)

    def detect(self, photo: ImageArray, points: npt.ArrayLike) -> Landmarks:
        """The mesh of the face that has the five detected points.

        The network runs twice: on a crop placed by the five points, then on one placed by the mesh it found.

        Args:
            photo: (H, W, 3) RGB, uint8 0..255 or floating point 0..1.
            points: (5, 2) photograph pixels, in the order of the ArcFace template.

        Raises:
            PhotoError: `photo` is no such image or the points coincide.
        """
        check_image(photo)
        first = self._run(photo, _first_crop(points))
        return self._run(photo, _crop_about(first.mesh))

    def _run(self, photo: ImageArray, crop: Alignment) -> Landmarks:
        landmarks, presence = self._session.run(["landmarks", "presence"], {"image": _network_input(photo, crop)})
        mesh = np.asarray(landmarks, dtype=np.float64).reshape(468, 3)
        xy = crop.to_photo(mesh[:, :2])
        logit = float(np.asarray(presence).reshape(-1)[0])
        return Landmarks(np.column_stack([xy, mesh[:, 2] / crop.scale]), 1 / (1 + math.exp(-logit)))


class IrisDetector:
    """MediaPipe iris network (Ablavatski et al. 2020): eyelid contour and iris of one eye.

    Args:
        intra_op_num_threads: threads that one inference may use.
    """

    def __init__(self, intra_op_num_threads: int = 1) -> None:
        self._session = _load_session("iris_landmark.onnx", intra_op_num_threads)

    def detect(self, photo: ImageArray, corners: npt.ArrayLike, *, mirrored: bool) -> EyeLandmarks:
        """The eye between two corners.

        Args:
            photo: (H, W, 3) RGB, uint8 0..255 or floating point 0..1.
            corners: (2, 2) the image-left and the image-right corner of the eye, photograph pixels.
            mirrored: the eye is the image-right one; the network knows image-left eyes only.

        Raises:
            PhotoError: `photo` is no such image or the corners coincide.
        """
        check_image(photo)
        left, right = np.asarray(corners, dtype=np.float64)
        across = right - left
        side = _IRIS_BOX * float(np.hypot(*across))
        crop = Alignment.from_square((left + right) / 2, side, math.atan2(across[1], across[0]), _IRIS_INPUT)
        image = _network_input(photo, crop)
        if mirrored:
            image = np.ascontiguousarray(image[..., ::-1])
        outputs = self._session.run(["eye", "iris"], {"image": image})
        eye, iris = (np.array(o, dtype=np.float64).reshape(-1, 3)[:, :2] for o in outputs)
        if mirrored:
            eye[:, 0], iris[:, 0] = _IRIS_INPUT - 1 - eye[:, 0], _IRIS_INPUT - 1 - iris[:, 0]
        return EyeLandmarks(crop.to_photo(eye), crop.to_photo(iris))


def find_landmarks(
    photo: ImageArray,
    detection: Detection,
    mesh_detector: MeshDetector | None = None,
    iris_detector: IrisDetector | None = None,
) -> FaceLandmarks:
    """Mesh and eyes of a detected face.

    Args:
        photo: (H, W, 3) RGB, uint8 0..255 or floating point 0..1.
        detection: the face; only its five points are used.
        mesh_detector, iris_detector: the networks; by default single-threaded ones, loaded once.

    Raises:
        PhotoError: `photo` is no such image.
    """
    face = (mesh_detector or _default_mesh_detector()).detect(photo, detection.points)
    iris_detector = iris_detector or _default_iris_detector()
    xy = face.mesh[:, :2]
    left = iris_detector.detect(photo, xy[[topology.LEFT_EYE_OUTER, topology.LEFT_EYE_INNER]], mirrored=False)
    right = iris_detector.detect(photo, xy[[topology.RIGHT_EYE_INNER, topology.RIGHT_EYE_OUTER]], mirrored=True)
    return FaceLandmarks(face.mesh, face.presence, left.eye, right.eye, left.iris, right.iris)


def outer_corner_distance(landmarks: Landmarks | FaceLandmarks) -> float:
    """Distance of the two outer eye corners in the image, in photograph pixels."""
    corners = landmarks.mesh[[topology.LEFT_EYE_OUTER, topology.RIGHT_EYE_OUTER], :2]
    return float(np.hypot(*(corners[1] - corners[0])))


@functools.cache
def _default_mesh_detector() -> MeshDetector:
    return MeshDetector()


@functools.cache
def _default_iris_detector() -> IrisDetector:
    return IrisDetector()


def _load_session(name: str, intra_op_num_threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = intra_op_num_threads
    options.log_severity_level = 3  # the files' unused initialisers are no news to the user
    network = resources.files("rofi.faces").joinpath("networks", name).read_bytes()
    return ort.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def _network_input(photo: ImageArray, crop: Alignment) -> npt.NDArray[np.float32]:
    """(1, 3, S, S) in 0..1."""
    view = crop.extract(photo)
    scale = 255 if view.dtype == np.uint8 else 1
    return np.ascontiguousarray(view.transpose(2, 0, 1)[None], dtype=np.float32) / np.float32(scale)


def _first_crop(points: npt.ArrayLike) -> Alignment:
    """Square about the whole face, placed by the five points and upright along the line of the eyes."""
    five = np.asarray(points, dtype=np.float64)
    alignment = Alignment.from_points(five, _POINT_VIEW)
    across = five[1] - five[0]
    # Where the mesh of a typical face lies in the view: its middle and its longer side.
    centre = alignment.to_photo([0.50 * _POINT_VIEW, 0.61 * _POINT_VIEW])
    side = 0.80 * _POINT_VIEW / alignment.scale
    return Alignment.from_square(centre, _MESH_BOX * side, math.atan2(across[1], across[0]), _MESH_INPUT)


def _crop_about(mesh: FloatArray) -> Alignment:
    """Square about a mesh, upright along the line of its outer eye corners."""
    xy = mesh[:, :2]
    across = xy[topology.RIGHT_EYE_OUTER] - xy[topology.LEFT_EYE_OUTER]
    angle = math.atan2(across[1], across[0])
    axes = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    upright = xy @ axes.T
    low, high = upright.min(0), upright.max(0)
    return Alignment.from_square((low + high) / 2 @ axes, _MESH_BOX * float((high - low).max()), angle, _MESH_INPUT)
