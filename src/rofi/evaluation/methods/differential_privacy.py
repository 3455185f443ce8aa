"""Differential privacy by pixels and by features, which the paper's Supplementary Table 13 compares with."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.evaluation.methods.person_space import shipped_persons, shipped_persons_digest
from rofi.evaluation.methods.redrawn_face import VIEW, AlignedFace, put_back, to_levels
from rofi.faces.person_placement import PlacedPerson
from rofi.faces.pose import fit_similarity
from rofi.faces.triangle_warp import triangle_warp
from rofi.imaging.encode import encode

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

CHANNELS = 3
MOST_DEVIATIONS = 3.0
"""Coordinates are clipped to so many standard deviations, or one unusual face would need any amount of noise."""
GREY = 128
"""Where nothing is released."""
MARGIN = 48
"""View pixels about the view in which the face may be drawn."""
_RIM = 0.015
"""Softness of the drawn face's edge, in sides of the view."""


@dataclass(frozen=True)
class PixelDp:
    """A mosaic with Laplace noise (Fan 2018): means of cells, epsilon-differentially private for `pixels` pixels.

    Args:
        scale: of the Laplace noise of every channel of every whole cell, in levels; 0 is a mosaic alone.
        cells: across the aligned face.
        pixels: by how many pixels two photographs differ that shall not be told apart (Fan's m).
        seed: of the noise, together with the photograph.

    Raises:
        RofiError: a number out of range.
    """

    scale: float
    cells: int = 48
    pixels: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        _check_scale(self.scale)
        if self.cells < 1 or self.pixels < 1:
            raise RofiError(f"{self.cells} cells, {self.pixels} pixels: pixel-wise privacy needs at least 1 of each")

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`."""
        return MethodFacts(
            name="dp-pixels",
            title="Pixel-wise DP",
            version=f"1-{self.scale:.6g}-{self.cells}-{self.pixels}-{self.seed}",
            reversible=False,
            keyed=False,
            built_in=f"The whole photograph as a mosaic of {self.cells} cells across the aligned face with Laplace "
            f"noise of scale {self.scale:.4g} levels on every cell and channel.",
            is_not=f"Not a guarantee that a person is hidden: epsilon is for photographs that differ in {self.pixels} "
            "pixels, the scale is set by the recognition rate reached, and the noise is repeatable by whoever has the "
            "photograph and the seed, where a real release draws it afresh.",
            reference="Fan, Image pixelization with differential privacy, DBSec 2018",
        )

    def cell(self, photo: Photograph) -> int:
        """Side of a cell in photograph pixels."""
        return max(1, round(VIEW / photo.alignment(VIEW).scale / self.cells))

    def epsilon(self, photo: Photograph) -> float:
        """What the noise amounts to."""
        return math.inf if self.scale == 0 else pixel_sensitivity(self.cell(photo), self.pixels) / self.scale

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`."""
        generator = _generator("pixels", self.seed, photo)
        return encode(noisy_mosaic(photo.pixels, self.cell(photo), self.scale, generator), "png")


@dataclass(frozen=True)
class FeatureDp:
    """Laplace noise on the coordinates of a face, of which it is drawn anew; all else is grey (Xue et al. 2021).

    Args:
        scale: of the Laplace noise, in standard deviations of a coordinate; 0 draws the face's own.
        seed: of the noise, together with the photograph.

    Raises:
        RofiError: the scale is out of range.
    """

    scale: float
    seed: int = 0

    def __post_init__(self) -> None:
        _check_scale(self.scale)

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`."""
        return MethodFacts(
            name="dp-features",
            title="Feature-wise DP",
            version=f"1-{self.scale:.6g}-{self.seed}-{shipped_persons_digest()}",
            reversible=False,
            keyed=False,
            built_in="The face as 512 coordinates of a linear face model, each clipped to "
            f"{MOST_DEVIATIONS:g} standard deviations, with Laplace noise of scale {self.scale:.4g}, brought back to "
            "the spread of faces and drawn, eyes and lids included, in the patient's pose on grey.",
            is_not="Not a guarantee that means much: place, size and pose of the face are released as they are, the "
            "scale is set by the recognition rate reached, which leaves an epsilon of hundreds or thousands, and the "
            "noise is repeatable; the encoder is linear and no deep one, without hair, gaze, lesions and fine detail.",
            reference="Xue et al., DP-Image: differential privacy for image data in feature space, 2021",
        )

    @property
    def epsilon(self) -> float:
        """Of all that is drawn, for any two faces: the L1 sensitivity of the coordinates over the scale."""
        persons = shipped_persons()
        sensitivity = 2 * MOST_DEVIATIONS * (persons.shapes + persons.textures)
        return math.inf if self.scale == 0 else sensitivity / self.scale

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`."""
        persons = shipped_persons()
        face = AlignedFace.of(photo.pixels, photo.alignment(VIEW), photo.landmarks)
        generator = _generator("features", self.seed, photo)
        noisy = noisy_coordinates(persons.encode(face.view, face.points), self.scale, generator)
        canvas = face.alignment.widened(MARGIN)  # chins reach beyond the view
        points = fit_similarity(persons.mean_points, face.points).apply(persons.shape(noisy))[:, :2] + MARGIN
        drawn, covered = triangle_warp(persons.texture(noisy), persons.texture_points, points, canvas.view)
        soft = cv2.GaussianBlur(covered.astype(np.float32), (0, 0), _RIM * VIEW)
        placed = PlacedPerson(drawn, np.clip(2 * soft - 1, 0, 1).astype(np.float32))
        return encode(to_levels(put_back(np.full_like(photo.pixels, GREY), canvas, placed)), "png")


def pixel_sensitivity(cell: int, pixels: int) -> float:
    """How far a cell's three means may lie apart, in the L1 sense, in photographs that differ in `pixels` pixels.

    Fan 2018, section 3: 255 m / b^2 for a grey picture; here the three channels share one epsilon, so three times that.

    Args:
        cell: its side b, in pixels.
        pixels: m; a cell has no more than b^2.
    """
    return CHANNELS * 255 * min(pixels, cell**2) / cell**2


def noisy_mosaic(pixels: Bytes, cell: int, scale: float, generator: np.random.Generator) -> Bytes:
    """A mosaic (H, W, 3) whose cells' means carry Laplace noise.

    Args:
        pixels: (H, W, 3).
        cell: side in pixels; a cell cut off by the border has fewer of them, each weighs more, and it gets more noise.
        scale: of the noise of a whole cell, in levels.
        generator: of the noise.
    """
    height, width = pixels.shape[:2]
    rows, columns = np.arange(0, height, cell), np.arange(0, width, cell)
    sums = np.add.reduceat(np.add.reduceat(pixels.astype(np.float64), rows, 0), columns, 1)
    area = np.outer(np.diff([*rows, height]), np.diff([*columns, width]))[..., None]
    noise = generator.laplace(0.0, 1.0, sums.shape) * scale * (cell**2 / area)
    levels: Bytes = np.clip(np.rint(sums / area + noise), 0, 255).astype(np.uint8)
    mosaic: Bytes = levels[np.arange(height)[:, None] // cell, np.arange(width)[None] // cell]
    return mosaic


def noisy_coordinates(coordinates: Floats, scale: float, generator: np.random.Generator) -> Floats:
    """Coordinates of unit spread, clipped, with Laplace noise, and shrunk to unit spread again.

    Shrinking comes after the noise and knows nothing of the face, so it gives away no more of it.
    """
    clipped = np.clip(coordinates, -MOST_DEVIATIONS, MOST_DEVIATIONS)
    noisy: Floats = clipped + generator.laplace(0.0, 1.0, clipped.shape) * scale
    return noisy / math.sqrt(1 + 2 * scale**2)  # the variance of Laplace noise is twice its scale squared


def _check_scale(scale: float) -> None:
    if not (math.isfinite(scale) and scale >= 0):
        raise RofiError(f"noise of scale {scale}: give a finite one of 0 or more")


def _generator(purpose: str, seed: int, photo: Photograph) -> np.random.Generator:
    """One for every photograph, the same every time."""
    digest = hashlib.sha256(f"evaluation dp {purpose} {seed}".encode() + photo.data).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))
