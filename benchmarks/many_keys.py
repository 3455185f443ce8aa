"""One photograph under many keys: how different the protected faces are (paper section 2.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from archives import SetImage
from rofi.errors import StillRecognised
from rofi.evaluation.key_diversity import mean_pairwise_cosine_distance, pixel_deviation
from rofi.faces.alignment import Alignment
from rofi.imaging.decode import decode
from rofi.keys.secret import Secret
from rofi.pipeline.networks import Networks
from rofi.pipeline.protector import ProtectOptions, Protector
from rofi.recognition.recogniser import Recogniser


@dataclass(frozen=True)
class ManyKeys:
    """One photograph.

    Attributes:
        photo: its name.
        keys: how many protected it.
        refused: under how many more every person stayed too like the patient.
        distance: by judge, mean pairwise cosine distance of the protected faces.
        pixel_deviation: standard deviation of a view's pixel over the keys, levels.
    """

    photo: str
    keys: int
    refused: int
    distance: Mapping[str, float]
    pixel_deviation: float


def protect_with_many(
    photo: SetImage,
    alignment: Alignment,
    networks: Networks,
    judges: Mapping[str, Recogniser],
    keys: int,
    min_face: float,
) -> ManyKeys | None:
    """The photograph protected under `keys` secrets, as the pipeline does it; None if fewer than two could.

    Raises:
        PhotoError: it cannot be protected whatever the key.
    """
    views: list[npt.NDArray[np.uint8]] = []
    plain = Protector(networks, Secret(bytes(32)), ProtectOptions(min_face=min_face))
    for number in range(keys):
        try:
            protected = plain.under(Secret(number.to_bytes(32, "big"))).protect(photo.data, photo.name)
        except StillRecognised:
            continue
        views.append(np.asarray(alignment.extract(decode(protected.data, photo.name).pixels), np.uint8))
    if len(views) < 2:
        return None
    faces = np.stack(views)
    distance = {name: mean_pairwise_cosine_distance(judge.embed(faces)) for name, judge in judges.items()}
    return ManyKeys(photo.name, len(views), keys - len(views), distance, pixel_deviation(faces))
