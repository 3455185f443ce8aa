"""A gallery searched with OpenIris, where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.id_gallery import IdGallery
from rofi.evaluation.identification_trial import search
from rofi.evaluation.iris_code import fuse
from rofi.evaluation.iris_reading import known_eyes
from rofi.evaluation.methods.method import Method
from rofi.evaluation.open_iris import EyeSide, OpenIris, eye_picture

_SIDES: tuple[EyeSide, EyeSide] = ("right", "left")
"""Of the patient, whose right eye lies image-left."""


@dataclass
class OpenIrisSearch:
    """Its templates are not kept from run to run: about a second an eye on a processor.

    Args:
        bench: with the photographs.
        gallery: of ID photographs, or of originals, which are taken again.
        open_iris: the adapter.
    """

    bench: Bench
    gallery: IdGallery
    open_iris: OpenIris
    _known: list[list[Any]] | None = field(default=None, init=False, repr=False)

    def identified(
        self, cases: Sequence[Case], marks: npt.NDArray[np.float64], method: Method | None
    ) -> tuple[npt.NDArray[np.bool_], int]:
        """Whether each case that is not refused is identified, and of how many no eye could be read.

        Args:
            cases: those that the gallery has no photograph of are left out.
            marks: (N, 2, 21, 2) where their eyes are.
            method: None for the originals.
        """
        probes, candidates, searched = [], [], []
        for case, eyes in zip(cases, marks, strict=True):
            chosen = self.gallery.candidates(case)
            pixels = self.bench.protected(case, method) if len(chosen) else None
            if pixels is not None:
                self.bench.progress(f"OpenIris: {case.row.image}")
                probes.append(self._templates(pixels, eyes))
                candidates.append(chosen)
                searched.append(case)
        if not probes:
            return np.zeros(0, np.bool_), 0
        trial = search(-self._distances(probes), candidates, self.gallery.own(searched))
        return trial.identified, sum(all(template is None for template in of) for of in probes)

    def _distances(self, probes: list[list[Any]]) -> npt.NDArray[np.float64]:
        known = self._gallery_templates()
        eyes = np.full((2, len(probes), len(known)), np.nan)
        for eye, row, column in np.ndindex(eyes.shape):
            one, other = probes[row][eye], known[column][eye]
            if one is not None and other is not None:
                eyes[eye, row, column] = self.open_iris.distance(one, other)
        return fuse(list(eyes))

    def _gallery_templates(self) -> list[list[Any]]:
        if self._known is None:
            self._known = []
            for number, entry in enumerate(self.gallery.entries):
                self.bench.progress(f"OpenIris, gallery: {entry.image}")
                self._known.append(self._templates(*known_eyes(self.gallery, number)))
        return self._known

    def _templates(self, pixels: npt.NDArray[np.uint8], eyes: npt.NDArray[np.float64]) -> list[Any]:
        found = []
        for eye, side in zip(eyes, _SIDES, strict=True):
            corners = eye[[0, 8]][np.argsort(eye[[0, 8], 0])]
            found.append(self.open_iris.template(eye_picture(pixels, corners), side))
        return found
