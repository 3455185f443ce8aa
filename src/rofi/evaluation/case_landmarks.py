"""Where the points of a face lie in the cases of a bench, before and after a method, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.face_geometry import found_again
from rofi.evaluation.methods.method import Method
from rofi.faces.detection import Detection, Detector
from rofi.faces.landmarks import FaceLandmarks, find_landmarks

Arrays = dict[str, npt.NDArray[Any]]

_LOOKS = 3  # per face: nine halve what is left of the points' unrest and take twice the time
_MARGIN = 8  # the view's share by which more than the view is looked at, on every side
_NEAR = 0.5  # of the distance between the eyes: detected points that are the table's face


@dataclass(frozen=True, eq=False)
class SeenFace:
    """The points of a face, in pixels of the aligned view; the view itself is always the original's.

    Attributes:
        detection: the face as the detector finds it anew; None where it does not.
        landmarks: mesh and eyes, found anew with the original's five points to start from, so that there is an answer
            where no face is found.
    """

    detection: Detection | None
    landmarks: FaceLandmarks


def landmark_cases(bench: Bench, cases: Sequence[Case], method: Method | None) -> dict[str, SeenFace]:
    """By image, the faces after a method; those that the method refuses are not there.

    A tenth to a fifth of a second an image on one core, then from the store.

    Args:
        bench: with the cases' photographs.
        cases: in any order.
        method: None for the originals.

    Raises:
        PhotoError: an original is missing or damaged.
        OutputError: the store cannot be written.
    """
    after, version = (ORIGINAL, "") if method is None else (method.facts.name, method.facts.version)
    looks = 1 if bench.settings.quick else _LOOKS
    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "images": [case.row.image for case in cases],
        "version": version,
        "view": bench.settings.view,
        "looks": looks,
    }

    def make() -> Arrays:
        originals = None if method is None else landmark_cases(bench, cases, None)
        detector = Detector(looks=looks)
        seen = {}
        for number, case in enumerate(cases):
            pixels = bench.protected(case, method)
            if pixels is None:
                continue
            bench.progress(f"points of the face, {after}: {case.row.image}")
            before = None if originals is None else originals[case.row.image].detection
            seen[number] = _look(bench, case, pixels, detector, before)
        return _to_arrays(seen)

    stored = bench.store.arrays(f"landmarks-{after}", made_of, make)
    return {cases[int(number)].row.image: _face(stored, i) for i, number in enumerate(stored["numbers"])}


def _look(
    bench: Bench, case: Case, pixels: npt.NDArray[np.uint8], detector: Detector, before: Detection | None
) -> SeenFace:
    """A face; `before` is its detection in the original, None for the original itself or if it has none."""
    photo = bench.original(case)
    margin = bench.settings.view // _MARGIN
    aligned = photo.alignment(bench.settings.view).widened(margin)
    canvas = np.asarray(aligned.extract(pixels), np.uint8)
    points = aligned.to_view(photo.detection.points)
    started = Detection(_about(points), points, 1.0)
    detections = detector.detect(canvas)
    found = _nearest(points, detections) if before is None else found_again(_moved(before, margin), detections)
    landmarks = find_landmarks(canvas, started)
    return SeenFace(None if found is None else _moved(found, -margin), _shifted(landmarks, -margin))


def _nearest(points: npt.NDArray[np.float64], detections: Sequence[Detection]) -> Detection | None:
    """The detection with the five points."""
    apart = float(np.linalg.norm(points[0] - points[1]))

    def distance(found: Detection) -> float:
        return float(np.linalg.norm(found.points - points, axis=1).mean())

    best = min(detections, key=distance, default=None)
    return best if best is not None and distance(best) <= _NEAR * apart else None


def _about(points: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    low, high = points.min(0), points.max(0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def _moved(found: Detection, by: float) -> Detection:
    x, y, width, height = found.box
    return Detection((x + by, y + by, width, height), found.points + by, found.score)


def _shifted(face: FaceLandmarks, by: float) -> FaceLandmarks:
    return replace(
        face,
        mesh=face.mesh + np.array([by, by, 0]),
        left_eye=face.left_eye + by,
        right_eye=face.right_eye + by,
        left_iris=face.left_iris + by,
        right_iris=face.right_iris + by,
    )


def _to_arrays(seen: dict[int, SeenFace]) -> Arrays:
    faces = [face.landmarks for face in seen.values()]
    detections = [face.detection for face in seen.values()]
    nowhere, no_points = (np.nan,) * 4, np.full((5, 2), np.nan)
    return {
        "numbers": np.array(list(seen), np.int64),
        "boxes": _stack([nowhere if of is None else of.box for of in detections], (4,)),
        "five": _stack([no_points if of is None else of.points for of in detections], (5, 2)),
        "scores": _stack([np.nan if of is None else of.score for of in detections], ()),
        "meshes": _stack([face.mesh for face in faces], (468, 3)),
        "presences": _stack([face.presence for face in faces], ()),
        "eyes": _stack([np.stack([face.left_eye, face.right_eye]) for face in faces], (2, 71, 2)),
        "irises": _stack([np.stack([face.left_iris, face.right_iris]) for face in faces], (2, 5, 2)),
    }


def _stack(of: Sequence[Any], shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    return np.array(of, np.float32).reshape(len(of), *shape)


def _face(stored: Arrays, i: int) -> SeenFace:
    of = {name: array[i].astype(np.float64) for name, array in stored.items() if name != "numbers"}
    x, y, width, height = of["boxes"].tolist()
    found = None if np.isnan(x) else Detection((x, y, width, height), of["five"], float(of["scores"]))
    (left_eye, right_eye), (left_iris, right_iris) = of["eyes"], of["irises"]
    return SeenFace(
        found, FaceLandmarks(of["meshes"], float(of["presences"]), left_eye, right_eye, left_iris, right_iris)
    )
