"""Face swap by mesh: one fixed person's face, warped onto every patient's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.evaluation.methods.person_space import shipped_persons, shipped_persons_digest
from rofi.evaluation.methods.redrawn_face import VIEW, AlignedFace, draw, put_back, to_levels
from rofi.imaging.encode import encode
from rofi.keys.derivation import key_vector
from rofi.keys.secret import SALT_BYTES, Secret

SHAPE_STRENGTH, TEXTURE_STRENGTH, LIMIT = 1.4, 1.1, 2.5
"""How far a person lies from the mean face, and the largest coordinate."""


@dataclass(frozen=True)
class FaceSwap:
    """Puts the donor's face in the patient's place, lids, eyeballs and all; pose, gaze, outline and light stay.

    Args:
        donor: number of the donor, a person of the shipped person model, who does not exist.
    """

    donor: int = 13

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`."""
        return MethodFacts(
            name="face-swap",
            title="Face swap (mesh)",
            version=f"1-{self.donor}-{shipped_persons_digest()}",
            reversible=False,
            keyed=False,
            built_in="One fixed, made-up person's shape and skin, lids, lashes and eyeballs included, warped onto the "
            "patient's face by the 470 points of face mesh and irises, in the patient's colours and light, blended at "
            "the rim.",
            is_not="Not SimSwap: no network; lids and irises stay where the mesh has them and only what is seen there "
            "is the donor's, so key points move less than a generator moves them; the donor's mouth is closed, and "
            "hair, glasses and the face's outline stay the patient's.",
            reference="SimSwap of the paper's comparison: Chen et al., SimSwap: an efficient framework for high "
            "fidelity face swapping, ACM Multimedia 2020",
        )

    @property
    def coordinates(self) -> npt.NDArray[np.float64]:
        """(512,) the donor among the persons of the model, shape first."""
        secret = Secret(hashlib.sha256(f"evaluation face swap {self.donor}".encode()).digest())
        persons = shipped_persons()
        vector = np.clip(key_vector(secret, bytes(SALT_BYTES)).astype(np.float64), -LIMIT, LIMIT)
        strengths = np.where(np.arange(len(vector)) < persons.shapes, SHAPE_STRENGTH, TEXTURE_STRENGTH)
        return vector * strengths

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`."""
        persons, coordinates = shipped_persons(), self.coordinates
        face = AlignedFace.of(photo.pixels, photo.alignment(VIEW), photo.landmarks)
        drawn = draw(face, persons, persons.texture(coordinates), persons.shape(coordinates))
        return encode(to_levels(put_back(photo.pixels, face.alignment, drawn)), "png")
