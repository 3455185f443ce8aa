"""G2Face in small: the patient's own geometry, another person's looks, and the patient's looks hidden in the pixels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.errors import FaceTooSmall, NotProtected
from rofi.evaluation.methods.colour_field import NUMBERS, colour_field, fit_field
from rofi.evaluation.methods.face_code import FaceCode
from rofi.evaluation.methods.hidden_bits import capacity, hide_bits, reveal_bits
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.evaluation.methods.person_space import shipped_persons, shipped_persons_digest
from rofi.evaluation.methods.redrawn_face import VIEW, AlignedFace, draw, put_back, redraw_in_own_light, to_levels
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detection
from rofi.faces.landmarks import find_landmarks
from rofi.faces.person_placement import PlacedPerson
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from rofi.keys.derivation import derive, key_vector
from rofi.keys.secret import SALT_BYTES, Secret

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Image = npt.NDArray[np.float32]

LOOKS = 1.1
"""Standard deviations of the stranger's texture."""
SPREAD = 1.5
"""Standard deviations of real faces' coordinates that one unit of the code stands for; the code ends at 2.9 units."""


@dataclass(frozen=True)
class G2Face:
    """Reversible, under a password.

    Args:
        seed: stands for the password.
    """

    seed: int = 0

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`."""
        return MethodFacts(
            name="g2face",
            title="G2Face (small)",
            version=f"1-{self.seed}-{shipped_persons_digest()}",
            reversible=True,
            keyed=True,
            built_in="The patient's own mesh, pose and gaze textured over the whole face, lids and eyeballs included, "
            "with a stranger's 352 texture coordinates; the patient's own coordinates and a coarse colour field lie "
            "encrypted in the pixels' middle DCT coefficients, and draw a lossy face again with the password.",
            is_not="Not the published network: the geometry prior is a face mesh and not a fitted 3DMM, the generator "
            "linear and not StyleGAN2, the bits placed by rule and not learnt; an open mouth, glasses, hair and "
            "lesions it cannot draw, so its faces look smoother and its restored ones lack fine detail.",
            reference="Yang et al., G2Face: high-fidelity reversible face anonymization via generative and geometric "
            "priors, IEEE TIFS 2024",
        )

    @property
    def password(self) -> Secret:
        """What opens its files."""
        return Secret(hashlib.sha256(f"evaluation g2face {self.seed}".encode()).digest())

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`.

        Raises:
            FaceTooSmall: the photograph has too few pixels to hide the code in.
        """
        persons = shipped_persons()
        room, needed = capacity(photo.pixels), FaceCode.bits(persons.textures + NUMBERS)
        if room < needed:
            raise FaceTooSmall(f"{photo.name}: hides {room} bits, the face needs {needed}; use a larger photograph")
        salt = derive(self.password, hashlib.sha256(photo.data).digest()[:SALT_BYTES], "evaluation/salt", SALT_BYTES)
        points = photo.detection.points.astype(np.float32).astype(np.float64)  # as they come back
        face = AlignedFace.of(photo.pixels, photo.alignment(VIEW), photo.landmarks)
        stranger = LOOKS * key_vector(self.password, salt).astype(np.float64)
        placed = draw(face, persons, persons.texture(stranger))
        protected = put_back(photo.pixels, face.alignment, placed, grain=int.from_bytes(salt[:4], "little"))
        looks = persons.encode(face.view, face.points)[persons.shapes :] / SPREAD
        code = FaceCode(salt, points, np.concatenate([looks, np.zeros(NUMBERS)]))
        # The colours that the way back would miss are measured on the way back itself.
        drawn = self._redraw(to_levels(protected), code)
        field = fit_field(face.view - drawn.face, drawn.mask)
        code = FaceCode(salt, points, np.concatenate([looks, field]))
        return encode(hide_bits(protected, code.to_bits(self.password)), "png")

    def restore(self, data: bytes, name: str) -> Bytes:
        """See `ReversibleMethod.restore`.

        Raises:
            NotProtected: the file has no hidden code.
            HeaderDamaged: its code is damaged.
            PhotoError: it cannot be read.
        """
        return self.restore_with(data, name, self.password)

    def restore_with(self, data: bytes, name: str, secret: Secret) -> Bytes:
        """The same with any password; a wrong one gives a third person's face, in colours that do not fit the rest."""
        pixels = decode(data, name).pixels
        needed = FaceCode.bits(shipped_persons().textures + NUMBERS)
        if capacity(pixels) < needed:
            raise NotProtected(f"{name}: too small to hold a hidden face code; give the file as it was written")
        code = FaceCode.from_bits(reveal_bits(pixels, needed), secret, name)
        drawn = self._redraw(pixels, code)
        return to_levels(put_back(pixels, Alignment.from_points(code.points, VIEW), drawn))

    @staticmethod
    def _redraw(pixels: Bytes, code: FaceCode) -> PlacedPerson:
        """The face that a code stands for, on the geometry that the protected photograph shows."""
        persons = shipped_persons()
        detection = Detection((0.0, 0.0, 0.0, 0.0), code.points, 1.0)
        alignment = Alignment.from_points(code.points, VIEW)
        face = AlignedFace.of(pixels, alignment, find_landmarks(pixels, detection))
        looks = np.concatenate([np.zeros(persons.shapes), SPREAD * code.numbers[: persons.textures]])
        drawn = redraw_in_own_light(face, persons, persons.texture(looks))
        colours = colour_field(code.numbers[persons.textures :], face.view.shape[0])
        return PlacedPerson(drawn.face + drawn.mask[..., None] * colours, drawn.mask)
