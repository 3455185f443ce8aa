"""ROFI itself, as the pipeline runs it, with the way back through the pixels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.imaging.decode import decode
from rofi.imaging.protected_file import unpack
from rofi.keys.secret import Secret
from rofi.pipeline.networks import Networks
from rofi.pipeline.protector import ProtectOptions, Protector
from rofi.pipeline.restorer import RestoredPhoto, Restorer

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class RofiMethod:
    """The product under one secret; what it makes carries its header, so the file alone can be restored.

    Args:
        weights: of the model; None: the shipped ones.
        seal: whether the sealed original travels in the file; the bench measures the way back through the pixels.
        min_face: least distance of the outer eye corners in pixels; a cohort's images are smaller than a clinic's.
        seed: of the secret.
    """

    weights: Path | None = None
    seal: bool = False
    min_face: float = 30.0
    seed: int = 0

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`."""
        networks = self.protector.networks
        chosen = f"{self.protector.options!r} {networks.base_layer.codebook.digest}"
        program = hashlib.sha256(chosen.encode()).hexdigest()[:8]
        settings = f"{self.seed}{'-sealed' if self.seal else ''}-{program}"
        return MethodFacts(
            name="rofi",
            title="ROFI",
            version=f"{networks.fingerprint}-{settings}",
            reversible=True,
            keyed=True,
            built_in="The program as it is shipped, every check and refusal included; restored from the pixels alone "
            "and never from the seal, which gives back the file bit for bit.",
            is_not="Not the paper's trained network: the architecture is the paper's, the weights and the faces that "
            "they were trained on are this project's.",
            reference="ROFI: a deep learning-based ophthalmic sign-preserving and reversible patient face anonymizer",
        )

    @property
    def secret(self) -> Secret:
        """The right one."""
        return Secret(hashlib.sha256(f"evaluation rofi {self.seed}".encode()).digest())

    @property
    def protector(self) -> Protector:
        """Made once per process."""
        return _protector(self)

    @property
    def restorer(self) -> Restorer:
        """By the pixels, with the right secret."""
        return self._restorer(self.secret)

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`."""
        return self.protector.protect(photo.data, photo.name).data

    def restore(self, data: bytes, name: str) -> Bytes:
        """See `ReversibleMethod.restore`."""
        return self.restore_with(data, name, self.secret)

    def restore_with(self, data: bytes, name: str, secret: Secret) -> Bytes:
        """The same with any secret; a wrong one gives a face that is nobody's.

        Raises:
            PhotoError: the file cannot be restored.
        """
        restored = self.answer(data, name, secret)
        return decode(restored.data, restored.name).pixels

    def restore_re_encoded(self, data: bytes, name: str, protected: bytes) -> Bytes:
        """See `ReEncodable.restore_re_encoded`; the header comes from the owner's log."""
        file = unpack(protected)
        restored = self.restorer.restore(data, name, None if file is None else file.header)
        return decode(restored.data, restored.name).pixels

    def answer(self, data: bytes, name: str, secret: Secret) -> RestoredPhoto:
        """All that restoring with any secret says, whether it fits among it.

        Raises:
            PhotoError: the file cannot be restored.
        """
        return self._restorer(secret).restore(data, name)

    def _restorer(self, secret: Secret) -> Restorer:
        return Restorer(self.protector.networks, secret, "neural")


@lru_cache(maxsize=2)
def _networks(weights: Path | None) -> Networks:
    return Networks.load(weights)


@lru_cache(maxsize=4)
def _protector(method: RofiMethod) -> Protector:
    options = ProtectOptions(image_format="png", seal=method.seal, min_face=method.min_face)
    return Protector(_networks(method.weights), method.secret, options)
