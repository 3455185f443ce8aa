"""Faces as coordinates of the shipped person model, and back: the latent space of the small generative rivals.

A linear autoencoder: 160 coordinates of 3-D shape and 352 of shape-free texture, each of unit variance over the faces
that the model was fitted to (`rofi.model.person`). What it gives back is the face but for its finest detail.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial import Delaunay

from rofi.errors import WeightsMismatch
from rofi.faces import topology
from rofi.faces.landmarks import FaceLandmarks, IrisDetector
from rofi.faces.pose import Floats, fit_similarity
from rofi.model.config import COMPACT
from rofi.model.person import PersonModel
from rofi.model.weights import FORMAT, digest_of, packaged_weights, read_tensors

Image = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]

TEXTURE_NOISE = 6.0
"""Levels of a face's texture that the model does not explain; coordinates that say less than that shrink to 0."""
_EYES = (topology.LEFT_EYE, topology.RIGHT_EYE)
_CORNERS = (
    (topology.LEFT_EYE_OUTER, topology.LEFT_EYE_INNER),
    (topology.RIGHT_EYE_INNER, topology.RIGHT_EYE_OUTER),
)
_PREFIX = "person."
_ENLARGED = 4
"""The eyes of the texture are that much too small for the iris network."""
_INNERMOST = 0.8
"""Share of the way from an aperture's middle to its edge that an iris centre may go; beyond it triangles turn over."""
_STEPS_INWARDS = 30
"""Each leaves four fifths of the way; after so many the centre is in the middle."""


class PersonSpace:
    """Encodes and decodes faces.

    Points are the 468 of the mesh and two iris centres, image-left and image-right, so that gaze is geometry too.

    Args:
        model: fitted, see `rofi.model.person`.

    Attributes:
        shapes, textures: how many coordinates there are of each.
        side: of the texture, in texels.
        mean_points: (470, 3) the mean frontal face, in pixels of a 256 px view.
        texture_points: (470, 2) the points on the texture, in texels.
    """

    def __init__(self, model: PersonModel) -> None:
        self.side = model.side
        self.shapes, self.textures = len(model.shape_basis), len(model.texture_basis)
        self._shape_basis = model.shape_basis.double().numpy().reshape(self.shapes, -1)
        self._mean = model.texture_mean.numpy().astype(np.float32)
        self._basis = (model.texture_basis.float() * model.texture_step[:, None]).numpy()
        left, top, width = model.texture_frame.tolist()
        mean = model.shape_mean.double().numpy()
        points = (mean[:, :2] - (left, top)) / width * self.side - 0.5
        irises = _iris_centres(np.clip(self._mean, 0, 255).reshape(self.side, self.side, 3), points)
        self.texture_points: Floats = np.vstack([points, irises])
        depth = [mean[list(eye), 2].mean() for eye in _EYES]
        placed = (irises + 0.5) / self.side * width + (left, top)
        self.mean_points: Floats = np.vstack([mean, np.column_stack([placed, depth])])
        self._lay_texels()
        known = self._basis.reshape(self.textures, -1, 3)[:, self._texels].reshape(self.textures, -1)
        gram = (known @ known.T).astype(np.float64)
        self._known, self._solve = known, cho_factor(gram + TEXTURE_NOISE**2 * np.eye(self.textures))

    def encode(self, view: npt.NDArray[np.generic], points: Floats) -> Vector:
        """(512,) coordinates of a face, shape first; least squares with the model's own spread as prior.

        Args:
            view: (V, V, 3) levels.
            points: (470, 3) in view pixels, see `face_points`.
        """
        frontal = fit_similarity(points[:468], self.mean_points[:468]).apply(points[:468])
        offset = (frontal - self.mean_points[:468]).ravel()
        shape = self._shape_basis @ offset / np.square(self._shape_basis).sum(1)
        seen = self.sample(view, points) - self._mean.reshape(-1, 3)[self._texels]
        return np.concatenate([shape, cho_solve(self._solve, (self._known @ seen.ravel()).astype(np.float64))])

    def shape(self, coordinates: Vector) -> Floats:
        """(470, 3) frontal points in the mean's frame; the irises stay amid their eyes."""
        offset = (coordinates[: self.shapes] @ self._shape_basis).reshape(468, 3)
        irises = [offset[list(eye)].mean(0) for eye in _EYES]
        moved: Floats = self.mean_points + np.vstack([offset, irises])
        return moved

    def texture(self, coordinates: Vector) -> Image:
        """(T, T, 3) levels 0..255."""
        texels = self._mean + coordinates[self.shapes :].astype(np.float32) @ self._basis
        return np.asarray(np.clip(texels, 0, 255), np.float32).reshape(self.side, self.side, 3)

    def sample(self, view: npt.NDArray[np.generic], points: Floats) -> Image:
        """(M, 3) levels of the M texels that the mesh covers, sampled where each lies in the view."""
        places = np.einsum("nij,ni->nj", points[self._corners, :2], self._weights).astype(np.float32)
        picture = view.astype(np.float32)
        texels = cv2.remap(
            picture, places[:, 0, None], places[:, 1, None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(texels[:, 0], np.float32)

    def known_texels(self, view: npt.NDArray[np.generic], points: Floats) -> tuple[Image, Image]:
        """What the eyes' apertures alone tell of a texture: `basis` (K, E) and `seen` (E,), `basis.T @ z` about `seen`.

        Args:
            view, points: as for `encode`.
        """
        inside = np.repeat(self._in_eyes, 3)
        seen = (self.sample(view, points) - self._mean.reshape(-1, 3)[self._texels]).ravel()
        return self._known[:, inside], seen[inside]

    def _lay_texels(self) -> None:
        """Find the triangle of each texel that the mesh covers."""
        triangles = Delaunay(self.texture_points)
        grid = np.stack(np.meshgrid(np.arange(self.side), np.arange(self.side)), -1).reshape(-1, 2).astype(np.float64)
        found = triangles.find_simplex(grid)
        self._texels = np.flatnonzero(found >= 0)
        simplices = found[self._texels]
        transform = triangles.transform[simplices]
        first_two = np.einsum("nij,nj->ni", transform[:, :2], grid[self._texels] - transform[:, 2])
        self._weights = np.column_stack([first_two, 1 - first_two.sum(1)])
        self._corners = triangles.simplices[simplices]
        eyes = np.zeros((self.side, self.side), np.uint8)
        for eye in _EYES:
            cv2.fillPoly(eyes, [np.rint(self.texture_points[list(eye)]).astype(np.int32)], 1)
        self._in_eyes = eyes.ravel()[self._texels].astype(np.bool_)


def face_points(landmarks: FaceLandmarks) -> Floats:
    """(470, 3) mesh and iris centres of a face; an iris behind a lid is moved into its aperture."""
    irises = []
    for eye, iris in zip(_EYES, (landmarks.left_iris[0], landmarks.right_iris[0]), strict=True):
        rim = landmarks.mesh[list(eye)]
        centre = rim[:, :2].mean(0)
        way = iris - centre
        for _ in range(_STEPS_INWARDS):
            outline = rim[:, :2].astype(np.float32)
            x, y = centre + way / _INNERMOST
            if cv2.pointPolygonTest(outline, (float(x), float(y)), False) >= 0:
                break
            way = _INNERMOST * way
        irises.append([*(centre + way), rim[:, 2].mean()])
    return np.vstack([landmarks.mesh, irises])


@lru_cache(maxsize=1)
def shipped_persons() -> PersonSpace:
    """The space of the person model that the package ships.

    Raises:
        WeightsMismatch: the weights have none.
    """
    return PersonSpace(_shipped_model())


@lru_cache(maxsize=1)
def shipped_persons_digest() -> str:
    """Which person model that is; another one makes other faces of the same coordinates."""
    return digest_of(_shipped_model(), {})[:8]


def _shipped_model() -> PersonModel:
    path = packaged_weights(COMPACT.name)
    _, tensors = read_tensors(path, FORMAT)
    model = PersonModel(COMPACT)
    try:
        model.load_state_dict({k.removeprefix(_PREFIX): v for k, v in tensors.items() if k.startswith(_PREFIX)})
    except RuntimeError as error:
        raise WeightsMismatch(f"{path}: no person model in it; use the packaged weights") from error
    return model


def _iris_centres(texture: Image, points: Floats) -> Floats:
    """(2, 2) iris centres of a texture, in texels."""
    side = texture.shape[0] * _ENLARGED
    picture = np.rint(cv2.resize(texture, (side, side), interpolation=cv2.INTER_CUBIC)).clip(0, 255).astype(np.uint8)
    detector = IrisDetector()
    corners = (points + 0.5) * _ENLARGED - 0.5
    found = [
        detector.detect(picture, corners[list(ends)], mirrored=mirrored).iris[0]
        for ends, mirrored in zip(_CORNERS, (False, True), strict=True)
    ]
    centres: Floats = (np.array(found) + 0.5) / _ENLARGED - 0.5
    return centres
