"""The faces that patients are made of: found in folders and archives, and divided among the splits."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rofi.cohort.plan import CohortPlan
from rofi.cohort.row import Points, Split
from rofi.errors import CohortError
from rofi.imaging.photo_source import PhotoPlace, find_places

_HELD_OUT = 0.2
"""Share of the faces that the small splits may take together, each as many as it has patients: a test on few faces says
little, and training has enough of them left."""
_EXTERNAL = (Split.EXTERNAL_1, Split.EXTERNAL_2)
_HELD_OUT_SPLITS = (Split.SELECTION, Split.INTERNAL)


@dataclass(frozen=True)
class SourceFace:
    """An image of a face.

    Attributes:
        place: where it lies.
        name: of its source and of the image in it, without the way to it.
        person: the same for images of one person.
        points: its five points, where a list tells them.
    """

    place: PhotoPlace
    name: str
    person: str
    points: Points | None


def find_faces(sources: Iterable[Path]) -> list[SourceFace]:
    """Every image of folders and archives, none twice.

    A list beside a source, NAME.json beside NAME or NAME.tar or for all of NAME-00.tar, NAME-01.tar ..., is a JSON
    array of objects with `file` and optionally `points` (five pairs, pixels), `identity` (the same for images of one
    person) and `shard` (the archive's name, where several share the list). Files of the same bytes are of one person.

    Raises:
        UnreadablePhoto: a source does not exist, is of no known kind, or is a damaged or compressed archive.
        CohortError: a list is damaged.
    """
    found: dict[object, SourceFace] = {}
    for source in sources:
        called = source.resolve().name
        group, listed = _listed(source.resolve())
        for place in find_places(source):
            entry = listed.get(place.name, {})
            name = called if place.path == source and place.start is None else f"{called}/{place.name}"
            person = f"{group}: {entry['identity']}" if "identity" in entry else name
            points = tuple((float(x), float(y)) for x, y in entry["points"]) if "points" in entry else None
            found.setdefault(_whereabouts(place), SourceFace(place, name, person, points))
    return _joined(list(found.values()))


def divide_faces(
    plan: CohortPlan,
    internal: Sequence[SourceFace],
    external_1: Sequence[SourceFace] | None = None,
    external_2: Sequence[SourceFace] | None = None,
    held_out: Sequence[SourceFace] | None = None,
) -> dict[Split, list[SourceFace]]:
    """Which faces each split's patients are made of; no person is in two splits.

    Args:
        plan: how many patients each split has.
        internal: faces for the splits that have none of their own.
        external_1, external_2: faces of these splits; None takes them from `internal`.
        held_out: faces of the selection and the internal split; None takes them from `internal`.

    Raises:
        CohortError: a person is in two of them, or there are fewer persons than splits.
    """
    own = {split: faces for split, faces in zip(_EXTERNAL, (external_1, external_2), strict=True) if faces is not None}
    apart = {f"--{split.replace('_', '-')}": faces for split, faces in own.items()}
    _check_apart({"SOURCES": internal, "--held-out": held_out or (), **apart})
    needed = {split: size for split, size in plan.sizes.items() if split not in own}
    needed[Split.INTERNAL] += plan.follow_up
    pools = [(internal, needed)]
    if held_out is not None:
        kept = {split: needed.pop(split) for split in _HELD_OUT_SPLITS}
        pools.append((held_out, kept))
    divided = {split: list(own.get(split, ())) for split in Split}
    for faces, sizes in pools:
        divided |= _deal(faces, sizes, plan.seed)
    for split, size in plan.sizes.items():
        if size and not divided[split]:
            raise CohortError(f"no faces for {split}; give its source an image")
    return divided


def _deal(faces: Sequence[SourceFace], sizes: Mapping[Split, int], seed: int) -> dict[Split, list[SourceFace]]:
    """Faces of one pool to its splits, whole persons in an order drawn by the seed."""
    persons: dict[str, list[SourceFace]] = {}
    for face in faces:
        persons.setdefault(face.person, []).append(face)
    names = sorted(persons)
    order = [names[index] for index in np.random.default_rng([seed, len(Split)]).permutation(len(names))]
    dealt: dict[Split, list[SourceFace]] = {}
    start = 0
    for split, count in _shares(len(order), sizes).items():
        dealt[split] = [face for name in order[start : start + count] for face in persons[name]]
        start += count
    return dealt


def fingerprint(faces: Iterable[SourceFace]) -> str:
    """SHA-256 of names, sizes and points: changes when other faces are given."""
    listed = [[face.name, face.place.size, face.points] for face in faces]
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def _shares(persons: int, needed: Mapping[Split, int]) -> dict[Split, int]:
    """How many persons each split gets."""
    train = needed.get(Split.TRAIN, 0) > 0
    small = {split: size for split, size in needed.items() if size}
    small.pop(Split.TRAIN, None)
    if persons < len(small) + train:
        raise CohortError(f"{persons} faces for {len(small) + train} splits; give more, or leave splits out with 0")
    most = int(persons * _HELD_OUT / len(small)) if train and small else persons // max(1, len(small))
    shares = {split: min(size, max(1, most)) for split, size in small.items()}
    return {**shares, Split.TRAIN: persons - sum(shares.values())} if train else shares


def _check_apart(groups: Mapping[str, Sequence[SourceFace]]) -> None:
    seen: dict[object, str] = {}
    for group, faces in groups.items():
        for face in faces:
            for mark in (face.person, _whereabouts(face.place)):
                other = seen.setdefault(mark, group)
                if other != group:
                    raise CohortError(f"{face.name}: given under {other} and {group}; a person must be in one split")


def _whereabouts(place: PhotoPlace) -> tuple[Path, int | None]:
    """The same for one image however it is named."""
    return place.path.resolve(), place.start


def _joined(faces: list[SourceFace]) -> list[SourceFace]:
    """Files of the same bytes made one person; only those of the same size can be."""
    sizes = Counter(face.place.size for face in faces)
    first: dict[bytes, str] = {}
    joined = []
    for face in faces:
        if sizes[face.place.size] > 1:
            person = first.setdefault(hashlib.sha256(face.place.read()).digest(), face.person)
            joined.append(SourceFace(face.place, face.name, person, face.points))
        else:
            joined.append(face)
    return joined


def _listed(source: Path) -> tuple[str, dict[str, dict[str, Any]]]:
    """Name of the list beside a source, and its entries by file."""
    stem = source.name if source.is_dir() else source.stem
    for name in (stem, re.sub(r"-\d+$", "", stem)):
        path = source.with_name(f"{name}.json")
        if path.is_file():
            return path.name, _read_list(path, source.name)
    return "", {}


def _read_list(path: Path, shard: str) -> dict[str, dict[str, Any]]:
    try:
        entries = json.loads(path.read_bytes())
        of_source = [entry for entry in entries if entry.get("shard", shard) == shard]
        listed = {str(entry["file"]): entry for entry in of_source}
        for entry in of_source:
            points = entry.get("points")
            if points is not None and not (len(points) == 5 and all(math.isfinite(x + y) for x, y in points)):
                raise ValueError(f"points of {entry['file']}")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CohortError(f"{path}: no list of faces ({type(error).__name__}: {error}); mend or remove it") from error
    return {file: {k: v for k, v in entry.items() if v is not None} for file, entry in listed.items()}
