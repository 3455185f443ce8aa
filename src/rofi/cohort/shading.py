"""Light on a face, read from its picture, and relief lit by it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial import cKDTree

from rofi.cohort.face import Face
from rofi.cohort.frame import Floats, Image, Plane
from rofi.cohort.optics import luminance
from rofi.faces import topology

_PROBES = tuple(sorted(set(range(468)) - set(topology.LIPS_OUTER + topology.LIPS_INNER)))
_LEAST_AMBIENT, _MOST_AMBIENT = 0.35, 0.9
_NEIGHBOURS = 8


@dataclass(frozen=True, eq=False)
class Light:
    """One distant lamp and light from everywhere (Lambert's law).

    Attributes:
        towards: (3,) unit vector to the lamp: x right, y down, z towards the viewer, in picture axes.
        ambient: share of the light that has no direction; the lamp gives the rest on a surface that faces it.
    """

    towards: Floats
    ambient: float

    def on(self, normals: Image) -> Plane:
        """Light on surfaces, relative to one that faces the viewer; (H, W, 3) unit normals."""
        facing = self.ambient + (1 - self.ambient) * max(float(self.towards[2]), 0.05)
        lit = self.ambient + (1 - self.ambient) * np.clip(normals @ self.towards.astype(np.float32), 0, None)
        return np.asarray(lit / facing, np.float32)

    def relief(self, height: Plane, scale: float) -> Plane:
        """Factor of the light on a bump, for `optics.shade`.

        Args:
            height: (H, W) millimetres above the skin, towards the viewer.
            scale: pixels per millimetre.
        """
        return self.on(_normals(height, scale))

    def highlight(self, height: Plane, scale: float, gloss: float) -> Plane:
        """Reflex of the lamp on a wet or waxy bump, 0..1 (Blinn's half vector).

        Args:
            gloss: exponent; 20 is waxy skin, 200 a wet surface.
        """
        half = self.towards + np.array([0.0, 0.0, 1.0])
        half /= np.linalg.norm(half)
        return np.asarray(np.clip(_normals(height, scale) @ half.astype(np.float32), 0, 1) ** gloss, np.float32)


def estimate_light(face: Face) -> Light:
    """The lamp that explains best how bright the face is at the points of its mesh.

    Least squares of luminance over (1, normal) at the mesh points (first-order spherical harmonics: Basri and Jacobs
    2003); brows, beard and make-up are noise to it.
    """
    mesh = face.landmarks.mesh[list(_PROBES)]
    normals = _mesh_normals(mesh)
    shrinkage = min(1.0, 1 / face.millimetre)  # a pixel a millimetre shows the light on a face well enough
    reduced = cv2.resize(face.picture, None, fx=shrinkage, fy=shrinkage, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(reduced, (0, 0), max(2.0 * face.millimetre * shrinkage, 1.0))
    height, width = blurred.shape[:2]
    columns = np.clip(np.rint((mesh[:, 0] + 0.5) * shrinkage - 0.5), 0, width - 1).astype(int)
    rows = np.clip(np.rint((mesh[:, 1] + 0.5) * shrinkage - 0.5), 0, height - 1).astype(int)
    brightness = luminance(blurred[rows, columns][None])[0].astype(np.float64)
    design = np.column_stack([np.ones(len(mesh)), normals])
    level, *slope = np.linalg.lstsq(design, brightness, rcond=None)[0]
    vector = np.array(slope) + np.array([0, 0, 1e-3])
    vector[2] = max(vector[2], 0.3 * float(np.linalg.norm(vector)))  # no lamp behind the face
    strength = float(np.linalg.norm(vector))
    ambient = float(np.clip(level / max(level + strength, 1e-6), _LEAST_AMBIENT, _MOST_AMBIENT))
    return Light(vector / strength, ambient)


def _normals(height: Plane, scale: float) -> Image:
    """(H, W, 3) unit normals of a height field."""
    down, right = np.gradient(height.astype(np.float32) * np.float32(scale))
    normals = np.stack([-right, -down, np.ones_like(right)], -1)
    return np.asarray(normals / np.linalg.norm(normals, axis=-1, keepdims=True), np.float32)


def _mesh_normals(mesh: Floats) -> Floats:
    """(P, 3) normals of the plane through each point's nearest neighbours, turned to the viewer."""
    near = mesh[cKDTree(mesh[:, :2]).query(mesh[:, :2], _NEIGHBOURS)[1]]
    centred = near - near.mean(1, keepdims=True)
    normals: Floats = np.linalg.eigh(np.swapaxes(centred, 1, 2) @ centred)[1][..., 0]  # of the smallest variance
    normals[:, 2] *= -1  # the mesh's z grows away from the viewer
    return np.asarray(normals * np.sign(normals[:, 2:] + 1e-12), np.float64)
