"""All quality figures of one face set."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from archives import SetImage
from distributions import FEATURES, Distances, protected_to_real
from estimates import Estimate, mean_of, share_of
from identities import Identities, StageFigures
from many_keys import ManyKeys, protect_with_many
from photo_figures import PhotoFigures
from probes import Probe
from rofi.errors import NoFaceFound, PhotoError
from rofi.faces.detection import Detector
from rofi.imaging.decode import decode
from rofi.pipeline.networks import Networks
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS
from round_trip import ORIGINAL, PROTECTED, Traveller


@dataclass(frozen=True)
class Settings:
    """What does not change from set to set.

    Attributes:
        networks: the model.
        folder: with the judges and LPIPS's weights.
        judges: by name.
        keys: for the diversity of keys; 0 leaves it out.
        key_photographs: how many photographs of each set go through them.
        min_face: see `ProtectOptions`.
    """

    networks: Networks
    folder: Path
    judges: Mapping[str, Recogniser]
    keys: int
    key_photographs: int
    min_face: float


@dataclass(frozen=True)
class SetFigures:
    """A set.

    Attributes:
        people: one photograph of each was sent.
        refused: photographs and why; they count in no other figure.
        without_card: photographs with no second one of the person, or none with a face: left out of rank-1.
        photographs: every figure of every photograph.
        figures: their means and shares.
        recognition: by judge and stage.
        verdicts: of the protected photographs by judge and question, in the photographs' order.
        between_people: by judge, mean pairwise cosine distance of the originals.
        many_keys: by photograph.
        distances: protected to real and real to real.
    """

    people: int
    refused: Sequence[str]
    without_card: Sequence[str]
    photographs: Mapping[str, Mapping[str, float | bool | None]]
    figures: Mapping[str, Estimate | None]
    recognition: Mapping[str, Mapping[str, StageFigures]]
    verdicts: Mapping[str, Mapping[str, Sequence[float | bool | None]]]
    between_people: Mapping[str, float | None]
    many_keys: Sequence[ManyKeys]
    distances: Distances | None


def measure_set(chosen: Sequence[Probe], settings: Settings) -> SetFigures:
    """Send every photograph on its round trip and measure it."""
    detector = Detector()
    traveller = Traveller(settings.networks, detector, settings.min_face)
    instruments = PhotoFigures(detector, settings.folder)
    identities = {name: Identities(judge) for name, judge in settings.judges.items()}
    features = Identities(Recogniser(SPECS[FEATURES]))
    photographs: dict[str, dict[str, float | bool | None]] = {}
    refused, without_card, many_keys = [], [], []
    for number, probe in enumerate(chosen):
        print(f"\r{number + 1}/{len(chosen)}", end="", file=sys.stderr)
        try:
            trip = traveller.send(probe.photo)
        except PhotoError as error:
            refused.append(f"{probe.photo.name}: {type(error).__name__}")
            continue
        photographs[trip.name] = instruments.measure(trip)
        card = _card_view(probe.card, traveller)
        if card is None:
            without_card.append(trip.name)
        views = trip.views
        for judged in identities.values():
            judged.add(probe.photo.identity, views, card)
        features.add(probe.photo.identity, {stage: views[stage] for stage in (ORIGINAL, PROTECTED)}, None)
        if settings.keys > 1 and len(photographs) <= settings.key_photographs:
            many_keys.append(
                protect_with_many(
                    probe.photo,
                    trip.alignment,
                    settings.networks,
                    settings.judges,
                    settings.keys,
                    settings.min_face,
                )
            )
    print(file=sys.stderr)
    if not photographs:
        return SetFigures(len(chosen), refused, [], {}, {}, {}, {}, {}, [], None)
    return SetFigures(
        len(chosen),
        refused,
        without_card,
        photographs,
        _summed_up(list(photographs.values())),
        {name: judged.figures() for name, judged in identities.items()},
        {name: judged.verdicts(PROTECTED) for name, judged in identities.items()},
        {name: judged.between_people() for name, judged in identities.items()},
        [figures for figures in many_keys if figures is not None],
        protected_to_real(features.of(ORIGINAL), features.of(PROTECTED)),
    )


def _card_view(card: SetImage | None, traveller: Traveller) -> npt.NDArray[np.uint8] | None:
    """The aligned face of the gallery's photograph; None where there is none."""
    if card is None:
        return None
    pixels = decode(card.data, card.name).pixels
    try:
        return np.asarray(traveller.face(pixels, card.name)[1].extract(pixels), np.uint8)
    except NoFaceFound:
        return None


def _summed_up(photographs: Sequence[Mapping[str, float | bool | None]]) -> dict[str, Estimate | None]:
    """Means of numbers and shares of verdicts, over the photographs that have them."""
    summary = {}
    for name in photographs[0]:
        values = [value for figures in photographs if (value := figures[name]) is not None]
        verdicts = all(isinstance(value, bool) for value in values)
        summary[name] = share_of(sum(map(bool, values)), len(values)) if verdicts else mean_of(list(map(float, values)))
    return summary
