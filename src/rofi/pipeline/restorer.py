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

from rofi.errors import HeaderDamaged, NoSeal, NotProtected, PhotoError, SealDamaged, WeightsMismatch
from rofi.faces.compositing import view_to_window
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from rofi.imaging.header import Header
from rofi.imaging.protected_file import ProtectedFile, unpack
from rofi.imaging.seal import open_seal
from rofi.keys.derivation import key_vector, seal_key
from rofi.keys.secret import Secret
from rofi.pipeline.face_reader import FaceReader
from rofi.pipeline.networks import Networks, to_bytes, to_picture
from rofi.pipeline.relocation import Layout, find_offset
from rofi.pipeline.revealed_face import Detail, faded_in

Bytes = npt.NDArray[np.uint8]
Tier = Literal["auto", "sealed", "neural"]

MOST_PIXELS = 200_000_000
"""As for decoding: a header that tells of a larger photograph is a decompression bomb."""


@dataclass(frozen=True)
class RestoredPhoto:
    """What came back.

    Attributes:
        name: file name for it: the original's by the seal, `<stem>.png` by the pixels.
        data: the file's bytes.
        tier: the way it came.
        detail: of the face that has least; a wrong key gives strangers.
    """

    name: str
    data: bytes
    tier: Literal["sealed", "neural"]
    detail: Detail

    @property
    def key_fits(self) -> bool:
        """Whether the key is the right one for every face."""
        return self.detail is not Detail.NONE


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
        self._reader = FaceReader(networks, secret)

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
        return RestoredPhoto(opened.name, opened.data, "sealed", Detail.FINE)

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
                if self._reader.read(laid_out, header, 0).detail is not Detail.NONE:
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
        details = set()
        try:
            layout = self._layout(pixels, header)
            photo = layout.lay_out(pixels)
            restored = photo.copy()
            for index in range(len(header.faces)):
                details.add(self._restore_face(photo, restored, header, index))
        except HeaderDamaged as error:
            raise HeaderDamaged(f"{name}: {error}") from error
        data = encode(layout.take_back(restored, pixels), "png")
        least = next((detail for detail in (Detail.NONE, Detail.COARSE) if detail in details), Detail.FINE)
        return RestoredPhoto(f"{PurePath(name).stem}.png", data, "neural", least)

    def _layout(self, pixels: Bytes, header: Header) -> Layout:
        """How the file's pixels lie in the photograph: as they are, resized, or cropped and found by the pilot."""
        file_size = (pixels.shape[1], pixels.shape[0])
        if file_size == header.size or not header.faces:
            return Layout(header.size, file_size)
        for index, record in enumerate(header.faces):
            corner = record.region_box[:2]
            offset = find_offset(pixels, self._reader.pilot(header, index), corner)
            if offset is not None:
                cropped = Layout(header.size, file_size, offset)
                if self._reader.read(cropped.lay_out(pixels), header, index).revealed.fits:  # or it was chance
                    return cropped
        return Layout(header.size, file_size, resized=True)

    def _restore_face(self, photo: Bytes, restored: Bytes, header: Header, index: int) -> Detail:
        """Change `restored` in place; returns what the key gives."""
        face = self._reader.read(photo, header, index)
        evidence = photo.copy()
        before = photo[face.window.slices].astype(np.float32)
        base = face.evidence(before)
        evidence[face.window.slices] = to_bytes(base)
        batch, device = self.networks.batch, self.networks.device
        shown = batch(face.alignment.extract(evidence))
        made = self.networks.model.restore(
            batch(face.alignment.extract(photo)),
            shown,
            torch.from_numpy(key_vector(self.secret, header.salt, index))[None].to(device),
            torch.tensor([face.detail is not Detail.NONE], device=device),
        )
        change = view_to_window(to_picture(made - shown), face.alignment, face.window, cv2.BORDER_CONSTANT)
        # a stranger's face has a rim, and so has a coarse one; the original's pixels have none
        share = 1.0 if face.detail is Detail.FINE else faded_in(face.changed)[..., None]
        result = to_bytes(base + share * change)
        restored[face.window.slices] = np.where(face.changed[..., None], result, restored[face.window.slices])
        return face.detail
