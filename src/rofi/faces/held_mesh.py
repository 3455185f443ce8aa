"""A mesh that goes over into another at some of its points, and else keeps its own proportions.

Screened Poisson editing of meshes: the move that the held points ask for spreads over the mesh, ever less the farther,
and evenly along stiff edges, so that skin gives way before brows and lips do (Botsch and Sorkine 2008; Chuang and
Kazhdan 2011).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import splu

from rofi.faces.pose import Floats

STIFFNESS = 30.0
"""Weight of the edges within a stiff part over others'."""


class HeldMesh:
    """Spreads the moves of held points over a mesh.

    Args:
        points: (P, 2) of the mesh.
        triangles: (T, 3) of its points.
        held: (P,) which points are held.
        stiff: parts, each of points, that keep their proportions.
        reach: distance over which a move fades, in the points' unit.
    """

    def __init__(
        self,
        points: Floats,
        triangles: npt.NDArray[np.integer],
        held: npt.NDArray[np.bool_],
        stiff: Sequence[Sequence[int]],
        reach: float,
    ) -> None:
        self.held = held
        edges = np.unique(np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
        one, other = edges.T
        weights = np.square(reach / np.maximum(np.linalg.norm(points[one] - points[other], axis=1), reach / 100))
        for part in stiff:
            weights[np.isin(edges, list(part)).all(1)] *= STIFFNESS
        joined = sparse.coo_matrix((weights, (one, other)), (len(points), len(points)))
        joined = (joined + joined.T).tocsr()
        degrees = np.asarray(joined.sum(1)).ravel()
        whole = (sparse.diags(degrees + 1) - joined).tocsr()
        self._solve = splu(whole[~held][:, ~held].tocsc()).solve
        self._pull = joined[~held][:, held]

    def spread(self, moves: Floats) -> Floats:
        """(P, C) moves of all points, from those (P, C) of which the held points' count."""
        spread = moves.astype(np.float64)
        spread[~self.held] = self._solve(self._pull @ moves[self.held])
        return spread


def signed_area(points: Floats, triangles: npt.NDArray[np.integer]) -> Floats:
    """(T,) twice the area of triangles (T, 3) of points (P, 2); its sign tells which side is up."""
    first, second, third = (points[triangles[:, corner]] for corner in range(3))
    a, b = second - first, third - first
    area: Floats = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return area
