"""A cohort and the methods to compare on it: what every measure works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rofi.cohort.diseases import Disease, Sign
from rofi.cohort.layout import image_path
from rofi.cohort.row import Label, Row, Split
from rofi.errors import PhotoError
from rofi.evaluation.methods.method import Method, Photograph, ReversibleMethod
from rofi.evaluation.store import Store
from rofi.faces.detection import Detection, Detector
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from rofi.imaging.files import read_file

Bytes = npt.NDArray[np.uint8]

ORIGINAL = "original"
"""Stands for no method at all in tables."""
_REFUSED = ".refused"


@dataclass(frozen=True)
class Case:
    """One photograph of the cohort.

    Attributes:
        row: of its table.
        disease: by the table or the truth; None of a healthy patient, and of a diseased one where nobody tells.
        signs: classes of signs, likewise.
        severity: likewise.
        person: whose face it is; several synthetic patients can be painted on one face.
    """

    row: Row
    disease: Disease | None
    signs: tuple[Sign, ...]
    severity: float | None
    person: str

    @property
    def diseased(self) -> bool:
        """Whether the patient is ill."""
        return self.row.label is Label.DISEASED


@dataclass(frozen=True)
class BenchSettings:
    """How thoroughly is measured.

    Attributes:
        quick: few images, few repetitions: a rehearsal whose figures mean little.
        seed: of everything random.
        view: side of the aligned face.
        resamples: of bootstraps.
        networks: folder of the frozen networks; None: see `find_network`.
        diagnosis_weights: folder with ImageNet weights of whole networks for the diagnosis; see `DiagnosisSettings`.
    """

    quick: bool = False
    seed: int = 0
    view: int = 256
    resamples: int = 2000
    networks: Path | None = None
    diagnosis_weights: Path | None = None


@dataclass(frozen=True, eq=False)
class Bench:
    """Cases, methods, and what the methods made of the cases.

    Attributes:
        cohort: its folder.
        cases: those to measure on, each with a face.
        methods: to compare; ROFI is one of them.
        store: of results.
        settings: see `BenchSettings`.
        no_face: names of images left out since no face is found in them.
        progress: called with what is being done now; may be called often.
    """

    cohort: Path
    cases: tuple[Case, ...]
    methods: tuple[Method, ...]
    store: Store
    settings: BenchSettings = BenchSettings()
    no_face: tuple[str, ...] = ()
    progress: Callable[[str], None] = lambda doing: None
    _detector: Detector = field(default_factory=Detector, repr=False)

    def of(self, split: Split) -> tuple[Case, ...]:
        """The cases of a split."""
        return tuple(case for case in self.cases if case.row.split is split)

    @property
    def splits(self) -> tuple[Split, ...]:
        """Those that the cases are of, in the paper's order."""
        found = {case.row.split for case in self.cases}
        return tuple(split for split in Split if split in found)

    def original(self, case: Case) -> Photograph:
        """The photograph itself.

        Raises:
            PhotoError: it is missing or damaged, or its face is not found.
        """
        return read_photograph(self.cohort, case.row, self._detector)

    def protected_file(self, case: Case, method: Method) -> bytes | None:
        """What the method makes of the photograph, from the store where it is there; None if the method refuses it.

        Raises:
            PhotoError: the original is missing or damaged.
            OutputError: the store cannot be written.
        """
        path = self._path(case, method, "protected")
        refusal = path.with_suffix(_REFUSED)
        if path.is_file():
            return path.read_bytes()
        if refusal.is_file():
            return None
        photo = self.original(case)
        self.progress(f"{method.facts.title}: {case.row.image}")
        try:
            data = method.protect(photo)
        except PhotoError as error:
            self.store.write(refusal, f"{type(error).__name__}: {error}".encode())
            return None
        self.store.write(path, data)
        return data

    def protected(self, case: Case, method: Method | None) -> Bytes | None:
        """(H, W, 3) likewise; the original where there is no method."""
        if method is None:
            return self.original(case).pixels
        data = self.protected_file(case, method)
        return None if data is None else decode(data, case.row.image).pixels

    def restored(self, case: Case, method: ReversibleMethod) -> Bytes | None:
        """(H, W, 3) what comes back with the right key, from the store where it is there; None if nothing does."""
        path = self._path(case, method, "restored")
        if path.is_file():
            return decode(path.read_bytes(), case.row.image).pixels
        data = self.protected_file(case, method)
        if data is None:
            return None
        self.progress(f"{method.facts.title}, the way back: {case.row.image}")
        try:
            pixels = method.restore(data, case.row.image)
        except PhotoError:
            return None
        self.store.write(path, encode(pixels, "png"))
        return pixels

    def view(self, case: Case, method: Method | None, side: int | None = None) -> Bytes | None:
        """(V, V, 3) the aligned face after a method, always by the original's five points."""
        pixels = self.protected(case, method)
        return None if pixels is None else self.align(case, pixels, side)

    def align(self, case: Case, pixels: Bytes, side: int | None = None) -> Bytes:
        """(V, V, 3) the aligned face in any picture of the case, by the original's five points."""
        alignment = self.original(case).alignment(side or self.settings.view)
        return np.asarray(alignment.extract(pixels), np.uint8)

    def views(
        self, cases: Sequence[Case], method: Method | None, side: int | None = None
    ) -> tuple[tuple[Case, ...], Bytes]:
        """The cases that the method does not refuse, and their aligned faces (N, V, V, 3)."""
        found = [(case, self.view(case, method, side)) for case in cases]
        kept = [(case, view) for case, view in found if view is not None]
        size = side or self.settings.view
        stacked = np.stack([view for _, view in kept]) if kept else np.zeros((0, size, size, 3), np.uint8)
        return tuple(case for case, _ in kept), stacked

    def refusals(self, method: Method) -> dict[str, str]:
        """By image, why a method refused it, of the cases protected so far."""
        found = {}
        for case in self.cases:
            path = self._path(case, method, "protected").with_suffix(_REFUSED)
            if path.is_file():
                found[case.row.image] = path.read_text()
        return found

    def _path(self, case: Case, method: Method, kind: str) -> Path:
        facts = method.facts
        return self.store.path(kind, f"{facts.name}-{facts.version}", f"{case.row.image}.png")


@lru_cache(maxsize=64)
def read_photograph(cohort: Path, row: Row, detector: Detector) -> Photograph:
    """A cohort's photograph, its face by the table's points or else by detection; the last ones are kept in memory.

    Raises:
        PhotoError: it is missing or damaged, or no face is found.
    """
    data = read_file(image_path(cohort, row))
    if row.points is None:
        return Photograph.read(row.image, data, detector)
    points = np.asarray(row.points, np.float64)
    low, high = points.min(0), points.max(0)
    extent = 2 * (high - low)
    corner = (low + high - extent) / 2
    box = (float(corner[0]), float(corner[1]), float(extent[0]), float(extent[1]))
    return Photograph(row.image, data, decode(data, row.image).pixels, Detection(box, points, 1.0))
