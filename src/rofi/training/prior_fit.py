"""Fits what heads lead to expect of a person: ridge regression of training faces' coordinates on their heads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from rofi.faces.landmarks import Landmarks
from rofi.faces.pose import fit_similarity
from rofi.faces.sign_regions import eye_regions
from rofi.model.matched_person import PersonMatcher
from rofi.model.person import PersonModel
from rofi.model.person_prior import PersonPrior
from rofi.training.faces import TrainingFaces
from rofi.training.person_fit import shape_free, taught_by, texture_raster

Floats = NDArray[np.float64]

RIDGE = 1000.0
"""Weight of the squared regression weights, features being of unit variance: of 100, 300, 1,000 and 3,000 the one that
foretold most of faces left out, .11 of their variance and .4 to .9 of each of the first ten coordinates of shape."""
FOLDS = 5
"""Parts of the faces that are foretold from the others, which tells how much the regression leaves."""
FARTHEST = 3.0
"""Standard deviations to which what a face is counts."""


def fit_prior(prior: PersonPrior, persons: PersonModel, faces: TrainingFaces, most: int = 4000) -> int:
    """Fill the prior's buffers; returns how many faces taught it.

    Args:
        prior: changed in place.
        persons: fitted to these or other faces.
        faces, most: as for `fit_person`, which chooses the same faces.

    Raises:
        TrainingError: fewer suitable faces than the model of persons has components.
    """
    chosen = taught_by(persons, faces, most)
    views, meshes = faces.views, faces.meshes
    people = np.clip(np.stack(list(coordinates(persons, views[chosen], meshes[chosen]))), -FARTHEST, FARTHEST)
    matcher = PersonMatcher(persons, prior)
    heads = np.stack([_features(matcher, views[index], meshes[index]) for index in chosen]).astype(np.float64)
    usual, weights = _ridge(heads, people)
    left = people - _foretold(heads, people)
    values, vectors = np.linalg.eigh(left.T @ left / len(left))
    for buffer, fitted in (
        (prior.usual, usual),
        (prior.weights, weights),
        (prior.mean, people.mean(0)),
        (prior.spread, (vectors * np.sqrt(values.clip(min=0))) @ vectors.T),
    ):
        buffer.copy_(torch.from_numpy(fitted))
    return len(chosen)


def coordinates(persons: PersonModel, views: NDArray[np.uint8], meshes: NDArray[np.floating]) -> Iterator[Floats]:
    """(512,) of each face (N, V, V, 3) with its mesh (N, 468, 3): the model's person that is the nearest to it."""
    mean = persons.shape_mean.double().numpy()
    raster = texture_raster(persons.side, mean)
    covered = np.repeat(raster.covered, 3)
    texture = persons.texture_mean.double().numpy()[covered]
    basis = (persons.texture_basis.double() * persons.texture_step.double()[:, None]).numpy()[:, covered]
    inner = np.linalg.inv(basis @ basis.T)
    shapes = np.linalg.pinv(persons.shape_basis.double().numpy().reshape(persons.shapes, -1)).T
    for view, mesh in zip(views, meshes, strict=True):
        points = mesh.astype(np.float64)
        shape = shapes @ (fit_similarity(points, mean).apply(points) - mean).ravel()
        yield np.concatenate([shape, inner @ (basis @ (shape_free(view, points, raster) - texture))])


def _features(matcher: PersonMatcher, view: NDArray[np.uint8], mesh: NDArray[np.floating]) -> NDArray[np.float32]:
    points = mesh.astype(np.float64)
    signs = eye_regions(Landmarks(points, 1.0), (len(view), len(view)))
    return matcher.features(np.ascontiguousarray(view), points, signs)


def _ridge(heads: Floats, people: Floats) -> tuple[Floats, Floats]:
    """Mean features and regression weights (F, K) of what people (N, K) differ by from their mean."""
    usual, deviation = heads.mean(0), heads.std(0) + 1e-9
    scaled = (heads - usual) / deviation
    weights = np.linalg.solve(scaled.T @ scaled + RIDGE * np.eye(heads.shape[1]), scaled.T @ (people - people.mean(0)))
    return usual, weights / deviation[:, None]


def _foretold(heads: Floats, people: Floats) -> Floats:
    """People (N, K) as regressions foretell them that have not seen them."""
    foretold = np.empty_like(people)
    for part in np.array_split(np.random.default_rng(0).permutation(len(heads)), FOLDS):
        seen = np.setdiff1d(np.arange(len(heads)), part)
        usual, weights = _ridge(heads[seen], people[seen])
        foretold[part] = people[seen].mean(0) + (heads[part] - usual) @ weights
    return foretold
