"""Restoring a photograph by either way back: the seal, bit for bit, or the pixels alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import torch

from rofi.errors import HeaderDamaged, NoSeal, NotProtected, PhotoError, RofiError, SealDamaged, WeightsMismatch
from rofi.faces.alignment import Alignment
from rofi.faces.blocks import BLOCK, touched_blocks, whole_blocks
from rofi.faces.compositing import Window, view_to_window
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from rofi.imaging.header import FaceRecord, Header
from rofi.imaging.protected_file import ProtectedFile, unpack
from rofi.imaging.seal import open_seal
from rofi.keys.derivation import key_vector, seal_key
from rofi.keys.secret import Secret
from rofi.model.residue import Revealed
from rofi.pipeline.networks import Networks, planes, to_bytes, to_picture
from rofi.pipeline.protector import scale_of
from rofi.pipeline.region import unpack_region
from rofi.pipeline.relocation import Layout, find_offset

Bytes = npt.NDArray[np.uint8]
Tier = Literal["auto", "sealed", "neural"]

LARGEST_ENLARGEMENT = 64.0
"""View pixels per photograph pixel; at more, a whole view shows less than a face can be found in."""
LARGEST_VIEW = 4.0
"""Side of a view over the photograph's longer side; what is larger is no face of that photograph."""
MOST_PIXELS = 200_000_000
"""As for decoding: a header that tells of a larger photograph is a decompression bomb."""


@dataclass(frozen=True)
class RestoredPhoto:
    """What came back.

    Attributes:
        name: file name for it: the original's by the seal, `<stem>.png` by the pixels.
        data: the file's bytes.
        tier: the way it came.
        key_fits: whether the key is the right one for every face; a wrong key gives strangers.
    """

    name: str
    data: bytes
    tier: Literal["sealed", "neural"]
    key_fits: bool


class Restorer:
    """Restores photographs under one secret.

    Args:
        networks: the model that protected them.
        secret: of the key owner.
        tier: "sealed" or "neural"; "auto" takes the seal, and the pixels where it is missing or broken.
    """

    def __init__(self, networks: Networks, secret: Secret, tier: Tier = "auto") -> None:
        self.networks = networks
        self.secret = secret
        self.tier = tier

    def restore(self, protected: bytes, name: str, logged: Header | None = None) -> RestoredPhoto:
        """The original of a protected file.

        Args:
            protected: the file's bytes.
            name: its name.
            logged: the header from the owner's log, for a file that lost its metadata.

        Raises:
            NotProtected: no header, and none was given.
            HeaderDamaged: the header cannot be read, and none was given.
            NoSeal: the tier is "sealed" and the file carries none.
            SealDamaged: a wrong key, or a changed byte and pixels that do not answer to the key either.
            WeightsMismatch: the pixels need other weights than these.
        """
        file, header = self._header(protected, name, logged)
        sealed = None if file is None else file.sealed
        if self.tier == "neural" or (self.tier == "auto" and sealed is None):
            return self._restore_pixels(protected, name, header)
        if file is None or sealed is None:
            raise NoSeal(f"{name}: carries no sealed original; restore it with --tier neural")
        try:
            opened = open_seal(sealed, seal_key(self.secret, header.salt), file.header_bytes)
        except SealDamaged as error:
            restored = self._pixels_if_they_fit(protected, name, header) if self.tier == "auto" else None
            if restored is None:
                raise SealDamaged(f"{name}: {error}") from error
            return restored
        return RestoredPhoto(opened.name, opened.data, "sealed", True)

    def first_that_fits(self, protected: bytes, name: str, headers: Iterable[Header]) -> Header | None:
        """The header under which the pixels answer to the key: how a nameless file finds its line in the log.

        Raises:
            PhotoError: the file cannot be read.
        """
        photo = decode(protected, name).pixels
        file_size = (photo.shape[1], photo.shape[0])
        for header in sorted(headers, key=lambda header: header.size != file_size):  # a crop takes long to find
            if not header.faces:
                continue
            try:
                laid_out = self._layout(photo, header).lay_out(photo)
                if self._reveal(laid_out, header.faces[0], key_vector(self.secret, header.salt)).revealed.fits:
                    return header
            except HeaderDamaged:
                continue
        return None

    def _pixels_if_they_fit(self, protected: bytes, name: str, header: Header) -> RestoredPhoto | None:
        """What a broken seal leaves: the original by the pixels, or nothing where these fail too."""
        try:
            restored = self._restore_pixels(protected, name, header)
        except (PhotoError, WeightsMismatch):
            return None
        return restored if restored.key_fits else None

    def _header(self, protected: bytes, name: str, logged: Header | None) -> tuple[ProtectedFile | None, Header]:
        try:
            file = unpack(protected)
        except HeaderDamaged as error:
            if logged is None:
                raise HeaderDamaged(f"{name}: {error}") from error
            return None, logged
        if file is not None:
            return file, file.header
        if logged is None:
            raise NotProtected(
                f"{name}: not a protected file, or its metadata was stripped; "
                "for the latter give the owner's log with --log"
            )
        return None, logged

    @torch.inference_mode()
    def _restore_pixels(self, protected: bytes, name: str, header: Header) -> RestoredPhoto:
        if header.model != self.networks.fingerprint:
            raise WeightsMismatch(
                f"{name}: was protected with model {header.model}, these weights are {self.networks.fingerprint}; "
                "give the file of those weights with --weights"
            )
        pixels = decode(protected, name).pixels
        if header.size[0] * header.size[1] > MOST_PIXELS:
            raise HeaderDamaged(f"{name}: header: a photograph of impossible size; use an intact copy of the file")
        fits = True
        try:
            layout = self._layout(pixels, header)
            photo = layout.lay_out(pixels)
            restored = photo.copy()
            for index, face in enumerate(header.faces):
                fits &= self._restore_face(photo, restored, face, key_vector(self.secret, header.salt, index))
        except HeaderDamaged as error:
            raise HeaderDamaged(f"{name}: {error}") from error
        data = encode(layout.take_back(restored, pixels), "png")
        return RestoredPhoto(f"{PurePath(name).stem}.png", data, "neural", fits)

    def _layout(self, pixels: Bytes, header: Header) -> Layout:
        """How the file's pixels lie in the photograph: as they are, resized, or cropped and found by the pilot."""
        file_size = (pixels.shape[1], pixels.shape[0])
        if file_size == header.size or not header.faces:
            return Layout(header.size, file_size)
        for index, record in enumerate(header.faces):
            corner = record.region_box[:2]
            key = key_vector(self.secret, header.salt, index)
            pilot = self._pilot(record, key, max(header.size))
            offset = find_offset(pixels, pilot, corner)
            if offset is not None:
                cropped = Layout(header.size, file_size, offset)
                if self._reveal(cropped.lay_out(pixels), record, key).revealed.fits:  # or it was chance
                    return cropped
        return Layout(header.size, file_size, resized=True)

    def _pilot(self, record: FaceRecord, key: npt.NDArray[np.float32], longest: int) -> npt.NDArray[np.float32]:
        window = Window(*record.region_box)
        changed = unpack_region(record.region, window)
        scale = self._scale(self._alignment(longest, record))
        pilot = self.networks.model.residue.to("cpu").pilot(
            window.shape,
            torch.from_numpy(touched_blocks(changed)),
            torch.from_numpy(key),
            scale,
            torch.from_numpy(whole_blocks(changed)),
        )
        return pilot.numpy()

    def _scale(self, alignment: Alignment) -> float:
        return scale_of(alignment.scale, np.empty((self.networks.view, 0), np.uint8))

    def _reveal(self, photo: Bytes, face: FaceRecord, key: npt.NDArray[np.float32]) -> RevealedFace:
        window = Window(*face.region_box)  # within the photograph: the header sees to it
        alignment = self._alignment(max(photo.shape), face)
        changed = unpack_region(face.region, window)
        residue = self.networks.model.residue.to("cpu")
        scale = self._scale(alignment)
        revealed = residue.reveal(
            planes(photo[window.slices]),
            torch.from_numpy(touched_blocks(changed)),
            torch.from_numpy(key),
            scale,
            torch.from_numpy(whole_blocks(changed)),
        )
        return RevealedFace(window, alignment, changed, revealed)

    def _alignment(self, longest: int, face: FaceRecord) -> Alignment:
        """The record's alignment, refused where extracting its view would take any amount of memory or time."""
        (a, b, x, c, d, y), view = face.matrix, self.networks.view
        try:
            alignment = Alignment(np.array([[a, b, x], [c, d, y]]), view)
        except RofiError as error:
            raise HeaderDamaged(f"header: {error}") from error
        if alignment.scale > LARGEST_ENLARGEMENT or view / alignment.scale > LARGEST_VIEW * longest:
            raise HeaderDamaged("header: a face has an impossible size; use an intact copy of the file")
        return alignment

    def _restore_face(self, photo: Bytes, restored: Bytes, record: FaceRecord, key: npt.NDArray[np.float32]) -> bool:
        """Change `restored` in place; returns whether the key fits."""
        face = self._reveal(photo, record, key)
        evidence = photo.copy()
        if face.revealed.fits:
            evidence[face.window.slices] = to_bytes(face.revealed.image.numpy().transpose(1, 2, 0))
        batch, device = self.networks.batch, self.networks.device
        shown = batch(face.alignment.extract(evidence))
        made = self.networks.model.restore(
            batch(face.alignment.extract(photo)),
            shown,
            torch.from_numpy(key)[None].to(device),
            torch.tensor([face.revealed.fits], device=device),
        )
        change = view_to_window(to_picture(made - shown), face.alignment, face.window, cv2.BORDER_CONSTANT)
        changed = face.changed
        soft = changed.astype(np.float32)
        if not face.revealed.fits:  # a stranger's face has a rim; the original's pixels have none
            inner = cv2.erode(soft, np.ones((BLOCK + 1, BLOCK + 1)), borderValue=1.0)
            soft = np.minimum(cv2.GaussianBlur(inner, (0, 0), BLOCK / 2), soft)
        before = evidence[face.window.slices]
        base = face.revealed.image.numpy().transpose(1, 2, 0) if face.revealed.fits else before.astype(np.float32)
        result = to_bytes(base + soft[..., None] * change)
        restored[face.window.slices] = np.where(changed[..., None], result, restored[face.window.slices])
        return face.revealed.fits


@dataclass(frozen=True)
class RevealedFace:
    """A face of a protected photograph and what the key revealed in it."""

    window: Window
    alignment: Alignment
    changed: npt.NDArray[np.bool_]
    revealed: Revealed
