"""The readers for machines without a GPU: two heads on a frozen network's view of the eyes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
import torch
from torch import nn

from rofi.evaluation.bench import Bench
from rofi.evaluation.diagnosis.calibration import Calibration, calibrate
from rofi.evaluation.diagnosis.framing import eye_strip
from rofi.evaluation.diagnosis.head_training import Examples, OnFeatures, answer, train_head
from rofi.evaluation.diagnosis.heads import ConvolutionalHead, HybridViT
from rofi.evaluation.diagnosis.partition import Partition
from rofi.evaluation.diagnosis.reader import Bytes, Logits, ReaderFacts
from rofi.evaluation.diagnosis.settings import DiagnosisSettings
from rofi.evaluation.diagnosis.targets import targets_of
from rofi.evaluation.diagnosis.trunk import CHANNELS, VERSION, cells, copies, features_of_originals, look
from rofi.faces.alignment import Alignment

_VERSION = 1
_MANY_CELLS = 200
"""From here on four cells are one token."""


@dataclass(frozen=True)
class HeadFacts:
    """A kind of head.

    Attributes:
        name, title, about: see `ReaderFacts`.
        decay: of weights, as the paper has it for the network that the head stands for.
        build: from the width of the strip.
    """

    name: str
    title: str
    about: str
    decay: float
    build: Callable[[int], nn.Module]


HEADS = (
    HeadFacts(
        "cnn",
        "CNN",
        "residual bottleneck blocks on a frozen EfficientNet-Lite0 (ImageNet), in ResNet-50's stead",
        1e-4,
        lambda side: ConvolutionalHead(CHANNELS, _patch(side)),
    ),
    HeadFacts(
        "vit",
        "Hybrid ViT",
        "a small vision transformer on the cells of a frozen EfficientNet-Lite0 (ImageNet), in ViT's stead",
        1e-2,
        lambda side: HybridViT(CHANNELS, cells(side), _patch(side)),
    ),
)


@dataclass(frozen=True, eq=False)
class HeadDesk:
    """Heads of one size of input; see `Desk`.

    Attributes:
        side: width of the eyes' strip, pixels.
        facts: of the readers.
        heads: by reader's name.
        version: of all that decides the answers.
    """

    side: int
    facts: tuple[ReaderFacts, ...]
    heads: Mapping[str, OnFeatures]
    version: str

    @property
    def name(self) -> str:
        return f"heads-{self.side}"

    def frame(self, pixels: Bytes, alignment: Alignment) -> Bytes:
        return eye_strip(pixels, alignment, self.side)

    def read(self, frames: Bytes) -> Mapping[str, Logits]:
        features = look(frames)
        return {name: answer(head, features) for name, head in self.heads.items()}


def train_head_desk(bench: Bench, partition: Partition, settings: DiagnosisSettings, side: int) -> HeadDesk:
    """Readers trained on originals, from the store where they are there.

    Args:
        bench: with the cohort.
        partition: photographs to learn from and to tune on.
        settings: see `DiagnosisSettings`.
        side: width of the eyes' strip, pixels.

    Raises:
        PhotoError: a photograph to learn from is damaged.
        RofiError: the frozen network is not installed.
    """
    made_of = {
        "cohort": str(bench.cohort.resolve()),
        "learning": [case.row.image for case in partition.learning],
        "tuning": [case.row.image for case in partition.tuning],
        "epochs": settings.epochs,
        "side": side,
        "seed": bench.settings.seed,
        "trunk": VERSION,
        "version": _VERSION,
    }
    facts, heads = [], {}
    digest = hashlib.sha256()
    for kind in HEADS:
        head = OnFeatures(_at_random(kind, side, bench.settings.seed), CHANNELS)

        def make(kind: HeadFacts = kind, head: OnFeatures = head) -> dict[str, npt.NDArray[Any]]:
            learning, tuning = _examples(bench, partition, side)
            bench.progress(f"diagnosis, {side} px: training the {kind.title} on {len(partition.learning)} photographs")
            train_head(head, learning, tuning, settings.epochs, kind.decay, bench.settings.seed)
            found = calibrate(*((answer(head, of.maps[0]), of.targets) for of in (tuning, learning)))
            state = {f"weights.{name}": value.numpy() for name, value in head.state_dict().items()}
            return {**state, **found.as_arrays()}

        arrays = bench.store.arrays(f"diagnosis-{kind.name}-{side}", made_of, make)
        weights = {name.removeprefix("weights."): arrays[name] for name in arrays if name.startswith("weights.")}
        head.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
        for name in sorted(weights):
            digest.update(weights[name].tobytes())
        calibration = Calibration.from_arrays(arrays)
        name, title = f"{kind.name}-{side}", f"{kind.title}, {side} px"
        facts.append(ReaderFacts(name, title, side, kind.about, calibration))
        heads[name] = head.eval()
    return HeadDesk(side, tuple(facts), heads, f"{VERSION}, {digest.hexdigest()[:16]}")


def _examples(bench: Bench, partition: Partition, side: int) -> tuple[Examples, Examples]:
    learning = [features_of_originals(bench, partition.learning, side, copy) for copy in range(copies(side))]
    tuning = features_of_originals(bench, partition.tuning, side, 0)
    return (
        Examples(tuple(learning), targets_of(partition.learning)),
        Examples((tuning,), targets_of(partition.tuning)),
    )


def _patch(side: int) -> int:
    down, across = cells(side)
    return 2 if down * across > _MANY_CELLS else 1


def _at_random(kind: HeadFacts, side: int, seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        return kind.build(side)
