"""Which photographs of a face set are protected, and which stand for the identity card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from archives import SetImage


@dataclass(frozen=True)
class Probe:
    """A photograph to protect, and another of the same person for the gallery; None where the set has one of each."""

    photo: SetImage
    card: SetImage | None


def probes(images: Iterable[SetImage]) -> list[Probe]:
    """The first two photographs of every person by name; in `london` neutral comes before smiling."""
    people: dict[str, list[SetImage]] = defaultdict(list)
    for image in images:
        people[image.identity].append(image)
    groups = (sorted(group, key=lambda image: image.name) for group in people.values())
    return [Probe(group[0], group[1] if len(group) > 1 else None) for group in groups]
