"""Pictures that readers see: cut alike for all methods, without metadata."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.methods.method import Method, Photograph
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode

Bytes = npt.NDArray[np.uint8]

QUALITY = 93
_MARGIN = 0.35
"""Around the face's box, in its longer side: forehead, chin and temples, where a tumour may reach."""
_GAP = 16


class StudyPictures:
    """The pictures of a study, as JPEG files; each is made once.

    Args:
        bench: that the patients are of.
        cases: the patients.
        methods: None for the originals.
        faces_only: shows the aligned face, without clothes and with little hair; else the face with forehead and chin,
            cut by the original's face for all methods alike and made smaller where it has more than `side` pixels.
        side: pixels.
        other_faces: (side, side, 3) in another photograph, by patient; the candidates, if there are any.
    """

    def __init__(
        self,
        bench: Bench,
        cases: Sequence[Case],
        methods: Sequence[Method | None],
        faces_only: bool,
        side: int,
        other_faces: Mapping[str, Bytes],
    ) -> None:
        self.bench, self.cases, self.methods = bench, cases, methods
        self.faces_only, self.side, self.other_faces = faces_only, side, other_faces
        self._files: dict[tuple[int, int], bytes | None] = {}
        self._candidates: dict[int, bytes] = {}

    def after(self, patient: int, method: int) -> bytes | None:
        """A patient after a method, by their numbers; None if the method refuses the photograph."""
        if (patient, method) not in self._files:
            case, by = self.cases[patient], self.methods[method]
            if self.faces_only:
                pixels = self.bench.view(case, by, self.side)
            else:
                pixels = self.bench.protected(case, by)
                if pixels is not None:
                    pixels = _cut(pixels, self.bench.original(case), self.side)
            self._files[patient, method] = None if pixels is None else encode(pixels, "jpeg", QUALITY)
        return self._files[patient, method]

    def candidate(self, patient: int) -> bytes:
        """A patient as one of several to choose among."""
        if patient not in self._candidates:
            case = self.cases[patient]
            face = self.other_faces[case.row.patient] if self.other_faces else self.bench.view(case, None, self.side)
            assert face is not None, "nobody refuses an original"
            self._candidates[patient] = encode(face, "jpeg", QUALITY)
        return self._candidates[patient]


def sheet_of_people(probe_file: bytes, candidate_files: Sequence[bytes]) -> bytes:
    """One picture to print: the face in question above, the candidates with their letters below.

    Args:
        probe_file: JPEG of (S, S, 3).
        candidate_files: two to ten of the same size.
    """
    probe, *candidates = (decode(data, "picture").pixels for data in (probe_file, *candidate_files))
    side = len(probe)
    columns = min(len(candidates), 5)
    rows = -(-len(candidates) // columns)
    label = side // 6
    width = columns * side + (columns + 1) * _GAP
    sheet = np.full((2 * _GAP + side + rows * (side + label + _GAP) + _GAP, width, 3), 255, np.uint8)
    left = (width - side) // 2
    sheet[_GAP : _GAP + side, left : left + side] = probe
    for number, picture in enumerate(candidates):
        row, column = divmod(number, columns)
        x = _GAP + column * (side + _GAP)
        y = 2 * _GAP + side + row * (side + label + _GAP) + label
        sheet[y : y + side, x : x + side] = picture
        letter = string.ascii_uppercase[number]
        cv2.putText(sheet, letter, (x, y - label // 4), cv2.FONT_HERSHEY_SIMPLEX, label / 40, (0, 0, 0), 2, cv2.LINE_AA)
    return encode(sheet, "jpeg", QUALITY)


def _cut(pixels: Bytes, photo: Photograph, side: int) -> Bytes:
    x, y, width, height = photo.detection.box
    reach = max(width, height) * (0.5 + _MARGIN)
    middle_x, middle_y = x + width / 2, y + height / 2
    left, top = max(0, round(middle_x - reach)), max(0, round(middle_y - reach))
    cut = pixels[top : round(middle_y + reach), left : round(middle_x + reach)]
    ratio = side / max(cut.shape[:2])
    if ratio >= 1:
        return np.ascontiguousarray(cut)
    size = (max(1, round(cut.shape[1] * ratio)), max(1, round(cut.shape[0] * ratio)))
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.uint8)
