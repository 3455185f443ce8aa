"""A photograph protected, written, read and restored: with the right key, with wrong ones, and after JPEG."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from archives import SetImage
from jpeg_curve import re_encoded
from rofi.errors import NoFaceFound
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detection, Detector
from rofi.imaging.decode import decode
from rofi.imaging.header import Header
from rofi.keys.secret import Secret
from rofi.pipeline.networks import Networks
from rofi.pipeline.protector import ProtectOptions, Protector
from rofi.pipeline.restorer import Restorer

Bytes = npt.NDArray[np.uint8]

ORIGINAL, PROTECTED, RESTORED = "original", "protected", "restored"
ONE_BIT, NO_KEY = "key one bit off", "no key"
WRONG_KEYS = {
    ONE_BIT: "the owner's secret with its last bit turned over",
    NO_KEY: "an outsider has the software, the weights and the file with its header, but no secret: restored under one "
    "drawn at random for every photograph",
}


@dataclass(frozen=True)
class RoundTrip:
    """One photograph at every stage.

    Attributes:
        name: of its file.
        pixels: (H, W, 3) by stage.
        fits: whether the key fitted, by restored stage.
        detection: the face in the original, the largest.
        alignment: of that face; every stage is seen by it.
    """

    name: str
    pixels: Mapping[str, Bytes]
    fits: Mapping[str, bool]
    detection: Detection
    alignment: Alignment

    @property
    def views(self) -> dict[str, Bytes]:
        """(V, V, 3) the aligned face by stage."""
        return {stage: np.asarray(self.alignment.extract(pixels), np.uint8) for stage, pixels in self.pixels.items()}


class Traveller:
    """Sends photographs on their round trip by the pixels; the seal gives back the file's own bytes anyway.

    Args:
        networks: the model.
        detector: finds the face in the original.
        min_face: see `ProtectOptions`.
    """

    def __init__(self, networks: Networks, detector: Detector, min_face: float) -> None:
        self.networks, self.detector = networks, detector
        self.protector = Protector(networks, Secret(bytes(32)), ProtectOptions(min_face=min_face))

    def send(self, photo: SetImage) -> RoundTrip:
        """The whole way of one photograph.

        Raises:
            PhotoError: it is refused.
        """
        pixels, fits = {ORIGINAL: decode(photo.data, photo.name).pixels}, {}
        file = self.protector.protect(photo.data, photo.name)
        with TemporaryDirectory() as folder:
            path = Path(folder) / (file.pseudonym + file.extension)
            path.write_bytes(file.data)
            data = path.read_bytes()
        pixels[PROTECTED] = decode(data, path.name).pixels
        secrets = {
            RESTORED: self.protector.secret,
            ONE_BIT: Secret(bytes(31) + b"\1"),
            NO_KEY: Secret(hashlib.sha256(b"outsider" + photo.data).digest()),  # at random, and repeatable
        }
        for stage, secret in secrets.items():
            pixels[stage], fits[stage] = self._restore(secret, data, path.name)
        for stage, jpeg in re_encoded(pixels[PROTECTED]).items():
            pixels[stage], fits[stage] = self._restore(self.protector.secret, jpeg, "stripped.jpeg", file.header)
        detection, alignment = self.face(pixels[ORIGINAL], photo.name)
        return RoundTrip(photo.name, pixels, fits, detection, alignment)

    def face(self, pixels: Bytes, name: str) -> tuple[Detection, Alignment]:
        """The largest face of a photograph, as the pipeline sees it.

        Raises:
            NoFaceFound: there is none.
        """
        found = self.detector.detect(pixels)
        if not found:
            raise NoFaceFound(f"{name}: no face found; leave it out")
        return found[0], Alignment.from_points(found[0].points, self.networks.view)

    def _restore(self, secret: Secret, data: bytes, name: str, logged: Header | None = None) -> tuple[Bytes, bool]:
        restored = Restorer(self.networks, secret, "neural").restore(data, name, logged)
        return decode(restored.data, restored.name).pixels, restored.key_fits
