"""A face of a protected file as whoever has the file and the software sees it: everything but the key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rofi.errors import NotProtected
from rofi.faces.alignment import Alignment
from rofi.faces.blocks import touched_blocks, whole_blocks
from rofi.faces.compositing import Window
from rofi.imaging.decode import decode
from rofi.imaging.header import Header
from rofi.imaging.protected_file import unpack
from rofi.model.residue import ResidueCodec, Revealed
from rofi.pipeline.networks import planes
from rofi.pipeline.protector import scale_of
from rofi.pipeline.region import unpack_region

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class ExposedFace:
    """The largest face of a protected photograph.

    Attributes:
        photo: (H, W, 3) the protected pixels.
        header: of the file.
        window, alignment: of the face.
        changed: (h, w) of the window's pixels.
        header_bytes: as they stand in the file.
    """

    photo: Bytes
    header: Header
    window: Window
    alignment: Alignment
    changed: npt.NDArray[np.bool_]
    header_bytes: bytes

    @classmethod
    def read(cls, data: bytes, name: str, view: int) -> ExposedFace:
        """From a protected file that nobody resized or cropped.

        Raises:
            NotProtected: there is no header in it, or no face.
        """
        file = unpack(data)
        if file is None or not file.header.faces:
            raise NotProtected(f"{name}: carries no protected face; give a file that ROFI protected")
        record = file.header.faces[0]
        window = Window(*record.region_box)
        a, b, x, c, d, y = record.matrix
        return cls(
            decode(data, name).pixels,
            file.header,
            window,
            Alignment(np.array([[a, b, x], [c, d, y]]), view),
            unpack_region(record.region, window),
            file.header_bytes,
        )

    @property
    def blocks(self) -> Tensor:
        """(h / 8, w / 8) those whose original is hidden."""
        return torch.from_numpy(touched_blocks(self.changed))

    @property
    def carrying(self) -> Tensor:
        """(h / 8, w / 8) those that carry it."""
        return torch.from_numpy(whole_blocks(self.changed))

    @property
    def scale(self) -> float:
        """Photograph pixels per pixel of the reference view."""
        return scale_of(self.alignment.scale, np.empty((self.alignment.view, 0), np.uint8))

    def pixels(self, photo: Bytes | None = None) -> Tensor:
        """(3, h, w) levels of the window, of the protected or another picture of the same photograph."""
        return planes((self.photo if photo is None else photo)[self.window.slices])

    def reveal(self, codec: ResidueCodec, key: npt.NDArray[np.float32], pixels: Tensor | None = None) -> Revealed:
        """What a key reveals in the window's pixels; gradients reach `pixels`."""
        shown = self.pixels() if pixels is None else pixels
        return codec.reveal(shown, self.blocks, torch.from_numpy(key), self.scale, self.carrying)

    def view(self, photo: Bytes | None = None) -> Bytes:
        """(V, V, 3) the aligned face of the protected or another picture of the same photograph."""
        return np.asarray(self.alignment.extract(self.photo if photo is None else photo), np.uint8)
