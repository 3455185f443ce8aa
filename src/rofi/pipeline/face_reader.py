"""Reads under a key what is hidden of a face in a protected photograph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rofi.errors import HeaderDamaged, RofiError
from rofi.faces.alignment import Alignment
from rofi.faces.blocks import touched_blocks, whole_blocks
from rofi.faces.compositing import Window
from rofi.faces.outline import Outline
from rofi.imaging.header import FaceRecord, Header
from rofi.keys.derivation import key_vector
from rofi.keys.secret import Secret
from rofi.model.residue import Known
from rofi.pipeline.brief_face import BriefFaces
from rofi.pipeline.networks import Networks, planes, to_levels
from rofi.pipeline.protector import scale_of
from rofi.pipeline.region import unpack_region
from rofi.pipeline.revealed_face import RevealedFace

Bytes = npt.NDArray[np.uint8]

LARGEST_ENLARGEMENT = 64.0
"""View pixels per photograph pixel; at more, a whole view shows less than a face can be found in."""
LARGEST_VIEW = 4.0
"""Side of a view over the photograph's longer side; what is larger is no face of that photograph."""


class FaceReader:
    """Reads faces under one secret.

    Args:
        networks: the model that protected them.
        secret: of the key owner.
    """

    def __init__(self, networks: Networks, secret: Secret) -> None:
        self.networks = networks
        self.secret = secret
        self._residue = networks.model.residue
        self._briefs = BriefFaces()

    def read(self, photo: Bytes, header: Header, index: int) -> RevealedFace:
        """What the key reveals of one face; the face in brief is looked for only where reading the rest has suffered.

        Args:
            photo: (H, W, 3) the protected photograph, laid out as the header has it.
            header: of the protected file.
            index: of the face.

        Raises:
            HeaderDamaged: the header's face is impossible.
        """
        face, key = header.faces[index], self._key(header, index)
        window = Window(*face.region_box)  # within the photograph: the header sees to it
        alignment = self._alignment(max(photo.shape), face)
        changed = unpack_region(face.region, window)
        shown, scale = planes(photo[window.slices]), self._scale(alignment)
        blocks, carrying = torch.from_numpy(touched_blocks(changed)), torch.from_numpy(whole_blocks(changed))
        revealed = self._residue.reveal(shown, blocks, key, scale, carrying)
        known = None
        if not revealed.quiet:
            brief = self.networks.base_layer.reveal(shown, carrying, key, self.networks.view)
            if brief is not None:
                carrier = self._residue.without(shown, carrying)
                picture = self._put(brief, carrier, alignment, header, index)
                known = Known(picture, self.networks.base_layer.codebook.error)
                revealed = self._residue.reveal(shown, blocks, key, scale, carrying, known)
        return RevealedFace(window, alignment, changed, revealed, known)

    def pilot(self, header: Header, index: int) -> npt.NDArray[np.float32]:
        """(3, h, w) the pattern by which one face's window is found in a cropped photograph."""
        face = header.faces[index]
        window = Window(*face.region_box)
        changed = unpack_region(face.region, window)
        pilot = self._residue.pilot(
            window.shape,
            torch.from_numpy(touched_blocks(changed)),
            self._key(header, index),
            self._scale(self._alignment(max(header.size), face)),
            torch.from_numpy(whole_blocks(changed)),
        )
        return np.asarray(pilot.numpy(), np.float32)

    def _put(self, brief: Tensor, carrier: Tensor, alignment: Alignment, header: Header, index: int) -> Tensor:
        """(3, h, w) the face in brief where it was, its outline moved back."""
        boxes = [Window(*face.region_box) for face in header.faces]
        window = boxes.pop(index)
        alone = not any(window.overlaps(other) for other in boxes)
        outline = Outline.of_key(self._key(header, index).numpy()) if alone else Outline()
        return planes(self._briefs.put(to_levels(brief), to_levels(carrier), alignment, window, outline))

    def _key(self, header: Header, index: int) -> Tensor:
        return torch.from_numpy(key_vector(self.secret, header.salt, index))

    def _scale(self, alignment: Alignment) -> float:
        return scale_of(alignment.scale, np.empty((self.networks.view, 0), np.uint8))

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
