"""Protecting a photograph: bytes in, bytes of the protected file out (paper section 4.1, protection procedure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import torch

from rofi.errors import AlreadyProtected, HeaderDamaged, OutputError, StillRecognised
from rofi.faces.blocks import block_pixels, touched_blocks, whole_blocks
from rofi.faces.compositing import blend, view_to_window
from rofi.faces.grain import match_grain
from rofi.faces.mask_edge import away_from_contour
from rofi.faces.outline import MovedHead, field_in_window, move_photo
from rofi.faces.person_placement import CHANGE_RIM, PlacedPerson
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from rofi.imaging.header import HEADER_VERSION, FaceRecord, Header
from rofi.imaging.protected_file import pack, unpack
from rofi.imaging.seal import seal
from rofi.keys.derivation import key_vector, pseudonym, seal_key
from rofi.keys.secret import Secret
from rofi.model.base_layer import face_bytes
from rofi.model.matched_person import PersonMatcher
from rofi.pipeline.face_code import FaceCoder
from rofi.pipeline.found_face import FaceFinder, FoundFace
from rofi.pipeline.networks import Networks, pixels, planes, to_bytes, to_picture
from rofi.pipeline.person_choice import Drawing, draw_persons, rank_candidates
from rofi.pipeline.person_refinement import PersonRefiner, RefinementSettings
from rofi.pipeline.region import pack_region
from rofi.pipeline.salts import candidate_salts
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import PACKAGED, SPECS
from rofi.recognition.torch_recogniser import TorchRecogniser

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

JPEG_QUALITY = 100
"""The residue lies where JPEG saves first."""
EXTENSIONS = {"png": ".png", "jpeg": ".jpeg", "tiff": ".tiff", "webp": ".webp"}
SALTS = 96
"""Must not fall: files protected by earlier versions have salts among as many."""
CLEARLY_ANOTHER = 0.3
"""Likeness, 1 being the same person, below which the first person tried is taken: what a packaged recogniser finds
half alike after all was done, others may know."""
PATIENCE = 4
"""How many persons are tried for that; then the least alike of them is taken."""
STRETCH = 0.25
"""By how much farther each of them may go in its refinement than the one before, in reaches."""
REFERENCE_VIEW = 256
"""The view that the residue's scales are told in."""


@dataclass(frozen=True)
class ProtectOptions:
    """What a user may choose.

    Args:
        image_format: of the protected file; "same" keeps the photograph's where it can be written, else PNG.
        seal: whether the original travels in the file, encrypted.
        sign_detail: "native" leaves the photograph's own pixels in the sign regions, "network" the decoder's.
        min_face: distance of the outer eye corners, in photograph pixels, below which a face is refused.
        candidates: how many salts are compared; the one whose persons are least like the patients is taken, among
            strangers to them the first. One leaves it to the refinement: of eight, the least alike are alike among
            themselves.
        attempts: how many of them are protected in full before the next `candidates` salts are compared.
        rounds: how often that is done before a photograph is refused.
        refinement: how the persons taken are moved away from the patients.
        refiners: names of the recognisers by which that is done, of those that come with the package.
        code_steps: steps by which the face in brief is made the patient's where its bytes are few; 0 leaves it out.
    """

    image_format: Literal["png", "jpeg", "same"] = "png"
    seal: bool = True
    sign_detail: Literal["native", "network"] = "native"
    min_face: float = 40.0
    candidates: int = 1
    attempts: int = 1
    rounds: int = 12
    refinement: RefinementSettings = field(default_factory=RefinementSettings)
    refiners: tuple[str, ...] = PACKAGED
    code_steps: int = 24

    def format_of(self, source: str | None) -> str:
        """Format of the protected file of a photograph in the format `source`; None is an unknown one."""
        wanted = source if self.image_format == "same" else self.image_format
        return wanted if wanted in EXTENSIONS else "png"

    @property
    def most_salts(self) -> int:
        """How many salts one photograph has; a batch taken up again looks for its files among these."""
        return max(SALTS, self.candidates * self.rounds)


@dataclass(frozen=True)
class ProtectedPhoto:
    """A protected file, what its owner's log needs of it, and what the user should know of it.

    `likeness` is that of the face most like its original, to the packaged recogniser that finds it most so; from 1 on
    that one would take the two for one person.
    """

    data: bytes
    extension: str
    header: Header
    likeness: float
    warning: str | None = None

    @property
    def pseudonym(self) -> str:
        """File name without extension, from the salt."""
        return pseudonym(self.header.salt)


class _Attempt(NamedTuple):
    """One person tried: what came of it, and how like the patient it is; see `ProtectedPhoto`."""

    likeness: float
    salt: bytes
    pixels: Bytes
    records: list[FaceRecord]


class Protector:
    """Protects photographs under one secret.

    The same bytes give the same protected pixels, on one machine with as many threads.

    Args:
        networks: the model.
        secret: of the key owner.
        options: see `ProtectOptions`.
    """

    def __init__(self, networks: Networks, secret: Secret, options: ProtectOptions | None = None) -> None:
        self.networks = networks
        self.secret = secret
        self.options = options or ProtectOptions()
        self.finder = FaceFinder(networks, self.options.min_face)
        self.judges = [Recogniser(SPECS[name], threads=1) for name in PACKAGED]
        self.matcher = PersonMatcher(networks.model.person, networks.model.person_prior)
        recognisers = self._recognisers()
        settings = self.options.refinement
        self.refiner = PersonRefiner(self.matcher, recognisers, networks.view, settings) if settings.steps else None
        self.coder = FaceCoder(networks.base_layer.codebook, recognisers, self.options.code_steps)

    def under(self, secret: Secret) -> Protector:
        """The same program with another secret; nothing is loaded again."""
        other = copy(self)
        other.secret = secret
        return other

    @torch.inference_mode(False)
    def _recognisers(self) -> list[TorchRecogniser]:
        return [TorchRecogniser(SPECS[name]).eval() for name in self.options.refiners]

    def salts(self, original: bytes) -> list[bytes]:
        """Every salt that this photograph may get; see `candidate_salts`."""
        return candidate_salts(self.secret, original, self.options.most_salts)

    @torch.inference_mode()
    def protect(self, original: bytes, name: str) -> ProtectedPhoto:
        """The protected file of a photograph.

        Args:
            original: the file's bytes.
            name: its name, for messages and, inside the seal, for restoring.

        Raises:
            PhotoError: by kind: unreadable, too large, no face, a face too small, already protected, still recognised.
            OutputError: the format cannot hold the photograph or its seal.
        """
        if _is_protected(original, name):
            raise AlreadyProtected(f"{name}: is a protected file already; protect the original instead")
        photo = decode(original, name)
        faces = self.finder.find(photo.pixels, name)
        best: _Attempt | None = None
        for tried, (salt, vectors) in enumerate(self._choices(original, faces), 1):
            stretch = 1 + STRETCH * (min(tried, PATIENCE) - 1)
            drawing = draw_persons(self.matcher, faces, vectors, self.refiner, stretch)
            protected, records = self._protect_faces(photo.pixels, faces, drawing, vectors)
            attempt = _Attempt(self._likeness(protected, faces), salt, protected, records)
            if best is None or attempt.likeness < best.likeness:
                best = attempt
            if best.likeness < (CLEARLY_ANOTHER if tried < PATIENCE else 1):
                break
        if best is None or best.likeness >= 1:
            raise StillRecognised(
                f"{name}: a face stays too like the patient, whichever person replaces it; "
                "take a more frontal photograph"
            )
        packed = self._pack(original, name, photo.format, best.pixels, best.salt, best.records, best.likeness)
        return replace(packed, warning=_warning(name, faces))

    def _choices(
        self, original: bytes, faces: Sequence[FoundFace]
    ) -> Iterator[tuple[bytes, list[npt.NDArray[np.float32]]]]:
        """Salts worth protecting with, the most promising of each round first, and their keys of every face."""
        salts, size = self.salts(original), self.options.candidates
        for start in range(0, size * self.options.rounds, size):
            several = salts[start : start + size]
            keys = [[key_vector(self.secret, salt, index) for index in range(len(faces))] for salt in several]
            stranger = self.options.refinement.stranger[1]
            ranked = rank_candidates(self.matcher, self.judges, faces, keys, stranger)
            for candidate in ranked[: self.options.attempts]:
                yield several[candidate.number], keys[candidate.number]

    def _protect_faces(
        self,
        photo: Bytes,
        faces: Sequence[FoundFace],
        drawing: Drawing,
        keys: Sequence[npt.NDArray[np.float32]],
    ) -> tuple[Bytes, list[FaceRecord]]:
        protected = photo.copy()
        free = np.ones(photo.shape[:2], np.bool_)
        if self.options.sign_detail == "native":
            for face in faces:  # also those signs of one face that lie in another's window
                free[face.window.slices] &= ~face.keep
        records = []
        for face, head, placed, key in zip(faces, *drawing, keys, strict=True):
            changed = self._protect_face(photo, protected, free, face, head, placed, key)
            # Whatever another face would change in a block that carries this one's original would destroy it.
            free[face.window.slices] &= ~block_pixels(touched_blocks(changed), face.window.shape)
            window = face.window
            a, b, x, c, d, y = face.alignment.matrix.ravel().tolist()
            box = (window.left, window.top, window.right, window.bottom)
            records.append(FaceRecord((a, b, x, c, d, y), pack_region(changed), box))
        return protected, records

    def _protect_face(
        self,
        photo: Bytes,
        protected: Bytes,
        free: Mask,
        face: FoundFace,
        head: MovedHead,
        placed: PlacedPerson,
        key: npt.NDArray[np.float32],
    ) -> Mask:
        """Change `protected` in place; returns which pixels of the face's window were changed."""
        window, shrinkage = face.window, 1 / face.alignment.scale
        made = self._carrier(face, head, placed, key)
        mask = placed.mask
        if self.options.sign_detail == "network":
            mask = np.maximum(mask, cv2.GaussianBlur(face.signs.astype(np.float32), (0, 0), mask.shape[0] / 64))
        blend_mask = np.clip(view_to_window(mask, face.alignment, window, cv2.BORDER_CONSTANT), 0, 1)
        blend_mask *= free[window.slices]
        blend_mask[blend_mask < 1 / 512] = 0
        before = photo[window.slices].astype(np.float32)
        moved, moving = move_photo(before, field_in_window(head.field, face.alignment, window), free[window.slices])
        picture = view_to_window(made, face.alignment, window, cv2.BORDER_REPLICATE)
        seed = int.from_bytes(key[:4].tobytes(), "little")
        # the grain of the photograph as it was: skin that the outline stretched is streaked
        carrier = match_grain(blend(moved, picture, blend_mask), before, blend_mask, shrinkage, seed)
        changed: Mask = (blend_mask > 0) | moving
        carrying = torch.from_numpy(whole_blocks(changed))
        hidden = self.networks.model.residue.hide(
            planes(carrier),
            planes(before),
            torch.from_numpy(touched_blocks(changed)),
            torch.from_numpy(key),
            scale_of(face.alignment.scale, face.view),
            carrying,
        )
        code = self.coder.code(face.view, placed.mask, face_bytes(int(carrying.sum())))
        hidden = self.networks.base_layer.hide(hidden, code, carrying, torch.from_numpy(key))
        protected[window.slices][changed] = pixels(hidden)[changed]
        return changed

    def _carrier(
        self, face: FoundFace, head: MovedHead, placed: PlacedPerson, key: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        batch = self.networks.batch
        made = self.networks.model.protect(
            batch(head.view),
            batch(placed.face),
            torch.from_numpy(key)[None].to(self.networks.device),
            batch(face.signs),
        )
        change = to_picture(made) - placed.face
        return np.clip(placed.face + away_from_contour(placed.mask, CHANGE_RIM)[..., None] * change, 0, 255)

    def _likeness(self, protected: Bytes, faces: Sequence[FoundFace]) -> float:
        """The worst face's likeness to its original, as the strictest judge sees it after all is done."""
        after = np.stack([to_bytes(face.alignment.extract(protected)) for face in faces])
        before = np.stack([face.view for face in faces])
        return max(
            judge.spec.likeness(float(judge.similarity(judge.embed(after), judge.embed(before)).max()))
            for judge in self.judges
        )

    def _pack(
        self,
        original: bytes,
        name: str,
        source_format: str,
        protected: Bytes,
        salt: bytes,
        records: Sequence[FaceRecord],
        likeness: float,
    ) -> ProtectedPhoto:
        image_format = self.options.format_of(source_format)
        height, width = protected.shape[:2]
        header = Header(HEADER_VERSION, self.networks.fingerprint, salt, (width, height), tuple(records))
        try:
            sealed = None
            if self.options.seal:
                sealed = seal(original, name, seal_key(self.secret, salt), header.to_bytes())
            data = pack(encode(protected, image_format, JPEG_QUALITY), header, sealed)
        except OutputError as error:
            raise OutputError(f"{name}: {error}") from error
        return ProtectedPhoto(data, EXTENSIONS[image_format], header, likeness)


def _warning(name: str, faces: Sequence[FoundFace]) -> str | None:
    """What to tell where more looked like signs than may be kept."""
    shares = [face.kept.share for face in faces if face.kept.cut]
    if not shares:
        return None
    return (
        f"{name}: more of a face looks like signs of disease than may be kept: beyond the eyes {max(shares):.0%} of it "
        "was kept, the likeliest parts; compare the protected file with the original before you share it"
    )


def _is_protected(file: bytes, name: str) -> bool:
    try:
        return unpack(file) is not None
    except HeaderDamaged as error:
        raise HeaderDamaged(f"{name}: {error}") from error


def scale_of(alignment_scale: float, view: Bytes) -> float:
    """Photograph pixels per pixel of the reference view, which the residue's statistics go by."""
    return float(view.shape[0] / alignment_scale / REFERENCE_VIEW)
