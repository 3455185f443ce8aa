"""What each means of hiding the patient does: the same photographs protected with all of them and with one left out.

Similarity is the cosine; of dlib it is minus the distance. Identified: the nearest of a gallery of other photographs is
the patient; place: mean share of the gallery that is less alike than the patient, 0.5 by chance. Keys apart: mean
cosine distance of one photograph's faces under several keys. mobilefacenet512 comes with the program and refines
persons: an attacker's tool, no witness.

python benchmarks/ablation.py --faces ../shared/faces --networks ../shared/models --people 16 --keys 3
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from archives import read_set
from identities import Identities, StageFigures, load_judges
from machine import describe
from probes import Probe, probes
from rofi.errors import NoFaceFound, PhotoError
from rofi.evaluation.key_diversity import mean_pairwise_cosine_distance
from rofi.imaging.decode import decode
from rofi.keys.secret import Secret
from rofi.model.matched_person import PersonMatcher
from rofi.model.person_prior import PersonPrior
from rofi.pipeline.found_face import FaceFinder, FoundFace
from rofi.pipeline.networks import Networks
from rofi.pipeline.person_refinement import RefinementSettings
from rofi.pipeline.protector import ProtectOptions, Protector
from rofi.recognition.specs import PACKAGED
from round_trip import ORIGINAL, PROTECTED

Bytes = npt.NDArray[np.uint8]

SHIPPED = ProtectOptions(seal=False)
KEYED = 6
"""Photographs that go through several keys."""


class StillFinder(FaceFinder):
    """Takes every face for one beside others, whose surroundings must stay."""

    def find(self, photo: Bytes, name: str) -> list[FoundFace]:
        return [replace(face, alone=False) for face in super().find(photo, name)]


def protectors(way: str, networks: Networks, keys: int) -> list[Protector]:
    """Protectors with one thing left out, a key each."""
    options = SHIPPED
    if way == "person not refined":
        options = replace(SHIPPED, refinement=RefinementSettings(steps=0))
    if way == "one recogniser refines":
        options = replace(SHIPPED, refiners=PACKAGED[:1])
    if way == "least alike of eight taken":
        options = replace(SHIPPED, candidates=8)
    if way == "drawing alone, no translator":
        networks = replace(networks, model=deepcopy(networks.model))
        networks.model.dec_net.scale_change(0)
    made = [Protector(networks, Secret(bytes([number]) * 32), options) for number in range(keys)]
    if way == "outline stays":
        for protector in made:
            protector.finder = StillFinder(networks, options.min_face)
    if way == "any person on any head":
        for protector in made:
            protector.matcher = PersonMatcher(networks.model.person, PersonPrior())
            if protector.refiner is not None:
                protector.refiner.matcher = protector.matcher
    return made


WAYS = (
    "all",
    "person not refined",
    "one recogniser refines",
    "any person on any head",
    "least alike of eight taken",
    "drawing alone, no translator",
    "outline stays",
)


def measure(way: str, chosen: Sequence[Probe], networks: Networks, judges: dict[str, Identities], keys: int) -> None:
    """Protect and print a row for each judge."""
    made = protectors(way, networks, keys)
    finder = FaceFinder(networks, SHIPPED.min_face)
    distances: dict[str, list[float]] = {name: [] for name in judges}
    for number, probe in enumerate(chosen):
        photo = decode(probe.photo.data, probe.photo.name).pixels
        try:
            alignment = finder.find(photo, probe.photo.name)[0].alignment
        except PhotoError as error:
            print(f"refused: {error}")
            continue
        views = []
        for protector in made if number < KEYED else made[:1]:
            try:
                file = protector.protect(probe.photo.data, probe.photo.name).data
            except PhotoError as error:
                print(f"refused: {error}")
                break
            views.append(np.asarray(alignment.extract(decode(file, probe.photo.name).pixels), np.uint8))
        if not views:
            continue
        card = _card(probe, finder)
        for name, identities in judges.items():
            identities.add(
                probe.photo.identity, {ORIGINAL: _bytes(alignment.extract(photo)), PROTECTED: views[0]}, card
            )
            if len(views) > 1:
                distances[name].append(mean_pairwise_cosine_distance(identities.judge.embed(np.stack(views))))
    for name, identities in judges.items():
        print(_row(way, name, identities.figures()[PROTECTED], distances[name]), flush=True)


def _row(way: str, name: str, figures: StageFigures, distances: Sequence[float]) -> str:
    shares = [
        "-" if share is None or share.low is None or share.high is None
        else f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})"
        for share in (figures.verified, figures.rank1)
    ]  # fmt: skip
    similarity = "-" if figures.similarity is None else f"{figures.similarity.value:.3f}"
    place = "-" if figures.place is None else f"{figures.place.value:.2f}"
    apart = f"{np.mean(distances):.3f}" if distances else "-"
    count = 0 if figures.verified is None else figures.verified.count
    return f"| {way} | {name} | {count} | {similarity} | {' | '.join(shares)} | {place} | {apart} |"


def _card(probe: Probe, finder: FaceFinder) -> Bytes | None:
    if probe.card is None:
        return None
    pixels = decode(probe.card.data, probe.card.name).pixels
    try:
        return _bytes(finder.find(pixels, probe.card.name)[0].alignment.extract(pixels))
    except NoFaceFound:
        return None


def _bytes(view: npt.NDArray[np.generic]) -> Bytes:
    return np.asarray(view, np.uint8)


def main() -> None:
    """Measure and print every way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--networks", type=Path, default=Path("../shared/models"))
    parser.add_argument("--set", default="london", help="of faces: london, canada or lfw_eval")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--keys", type=int, default=3)
    parser.add_argument("--weights", type=Path, help="of the model; the packaged ones if left out")
    arguments = parser.parse_args()
    networks = Networks.load(arguments.weights)
    chosen = probes(read_set(arguments.faces, arguments.set))[: arguments.people]
    recognisers = load_judges(arguments.networks)
    print(f"{describe()}; weights {networks.fingerprint}; {arguments.set}, {len(chosen)} photographs\n")
    print("| way | recogniser | photographs | similarity | verified at FAR 1e-3 | identified | place | keys apart |")
    print("|---|---|---|---|---|---|---|---|")
    for way in arguments.ways:
        judges = {name: Identities(judge) for name, judge in recognisers.items()}
        measure(way, chosen, networks, judges, arguments.keys)


if __name__ == "__main__":
    main()
