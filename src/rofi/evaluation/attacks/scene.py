"""What every attack on a bench works with: the method under attack, its files, and who judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rofi.evaluation.attacks.effort import Effort
from rofi.evaluation.attacks.exposed_face import ExposedFace
from rofi.evaluation.attacks.owned_files import OwnedFile, owned_files
from rofi.evaluation.attacks.people import People
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.methods.rofi import RofiMethod
from rofi.pipeline.networks import Networks
from rofi.recognition.recogniser import Recogniser

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class AttackedFace:
    """A protected face and what it was made of.

    Attributes:
        case: whose.
        data: the protected file.
        face: in it.
        original: (H, W, 3) the photograph.
    """

    case: Case
    data: bytes
    face: ExposedFace
    original: Bytes

    def views(self, side: int | None = None) -> tuple[Bytes, Bytes]:
        """(V, V, 3) the protected and the original aligned face, by the alignment in the header."""
        alignment = self.face.alignment if side is None else self.face.alignment.rescaled(side)
        protected, original = (alignment.extract(photo) for photo in (self.face.photo, self.original))
        return np.asarray(protected, np.uint8), np.asarray(original, np.uint8)


@dataclass(frozen=True, eq=False)
class Scene:
    """A bench as an attacker sees it.

    Attributes:
        bench: with store, seed and progress.
        method: under attack; its software and weights every attacker has, its secret none.
        people: whose photographs he learns from and whose he attacks.
        judges: recognisers that no loss has seen.
        effort: how much work.
    """

    bench: Bench
    method: RofiMethod
    people: People
    judges: Sequence[Recogniser]
    effort: Effort

    @cached_property
    def networks(self) -> Networks:
        """The method's model, on the CPU."""
        loaded = self.method.protector.networks
        return loaded if loaded.device.type == "cpu" else Networks.load(self.method.weights, "cpu")

    @cached_property
    def attacked(self) -> tuple[AttackedFace, ...]:
        """The bench's protected files of the people attacked."""
        found: list[AttackedFace] = []
        for case in self.people.attacked:
            if len(found) == self.effort.attacked:
                break
            data = self.bench.protected_file(case, self.method)
            if data is not None:
                found.append(self._attacked_face(case, data))
        return tuple(found)

    @cached_property
    def own_files(self) -> tuple[AttackedFace, ...]:
        """The attacker's own people, each under several keys; the files of one person follow one another."""
        effort = self.effort
        files = self.protected_for("attacker", self.people.learnt_from, effort.people, effort.keys)
        return tuple(self.read(file) for file in files)

    def protected_for(self, owner: str, cases: Sequence[Case], wanted: int, keys: int = 1) -> list[OwnedFile]:
        """Files under keys that the bench knows; see `owned_files`."""
        return owned_files(self.bench, self.method, cases, owner, wanted, keys)

    def read(self, file: OwnedFile) -> AttackedFace:
        """The face of such a file."""
        return self._attacked_face(file.case, file.data)

    def made_of(self, **more: object) -> Mapping[str, object]:
        """What decides every attack's result, for the store."""
        return {
            "cohort": str(self.bench.cohort.resolve()),
            "method": self.method.facts.version,
            "attacked": [case.row.image for case in self.people.attacked[: self.effort.attacked]],
            "learnt_from": [case.row.image for case in self.people.learnt_from[: self.effort.people]],
            "judges": [asdict(judge.spec) for judge in self.judges],
            "effort": asdict(self.effort),
            "seed": self.bench.settings.seed,
            **more,
        }

    def _attacked_face(self, case: Case, data: bytes) -> AttackedFace:
        face = ExposedFace.read(data, case.row.image, self.networks.view)
        return AttackedFace(case, data, face, self.bench.original(case).pixels)


def stacked_views(faces: Sequence[AttackedFace], side: int | None = None) -> tuple[Bytes, Bytes]:
    """(N, V, V, 3) the protected and the original aligned faces; N at least 1."""
    views = [face.views(side) for face in faces]
    return np.stack([protected for protected, _ in views]), np.stack([original for _, original in views])
