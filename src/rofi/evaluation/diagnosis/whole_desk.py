"""The paper's own readers, ResNet-50 and ViT, where there are weights to start from or a GPU to train on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from rofi.errors import WeightsMismatch
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.diagnosis.calibration import Calibration, calibrate
from rofi.evaluation.diagnosis.framing import whole_face
from rofi.evaluation.diagnosis.network_weights import build_resnet50, build_vit, find_weights
from rofi.evaluation.diagnosis.partition import Partition
from rofi.evaluation.diagnosis.reader import Bytes, Logits, ReaderFacts
from rofi.evaluation.diagnosis.settings import DiagnosisSettings
from rofi.evaluation.diagnosis.targets import targets_of
from rofi.evaluation.diagnosis.whole_training import answer_whole, train_whole
from rofi.faces.alignment import Alignment

_VERSION = 1


@dataclass(frozen=True)
class NetworkFacts:
    """A kind of network.

    Attributes:
        name: what its weights' file name begins with; its reader is "whole-" and that, for a head is called "vit" too.
        title: for people.
        decay: of weights (paper section 4.5).
        build: from its weights' file, or None, and the side of its input.
    """

    name: str
    title: str
    decay: float
    build: Callable[[Path | None, int], nn.Module]


NETWORKS = (
    NetworkFacts("resnet50", "ResNet-50", 1e-4, lambda weights, side: build_resnet50(weights)),
    NetworkFacts("vit", "ViT", 1e-2, build_vit),
)


@dataclass(frozen=True, eq=False)
class WholeDesk:
    """Whole networks of one size of input; see `Desk`.

    Attributes:
        side: of the aligned face, pixels.
        facts: of the readers.
        networks: by reader's name.
        version: of all that decides the answers.
        device: to run on.
    """

    side: int
    facts: tuple[ReaderFacts, ...]
    networks: Mapping[str, nn.Module]
    version: str
    device: torch.device

    @property
    def name(self) -> str:
        return f"networks-{self.side}"

    def frame(self, pixels: Bytes, alignment: Alignment) -> Bytes:
        return whole_face(pixels, alignment, self.side)

    def read(self, frames: Bytes) -> Mapping[str, Logits]:
        return {name: answer_whole(network, frames, self.device) for name, network in self.networks.items()}


def networks_to_train(settings: DiagnosisSettings) -> tuple[NetworkFacts, ...]:
    """Those with weights to start from, or all where there is a GPU, or as the settings have it.

    Raises:
        WeightsMismatch: there is no such folder.
    """
    started = tuple(kind for kind in NETWORKS if find_weights(settings.weights, kind.name) is not None)
    if settings.whole_networks is None:
        return NETWORKS if torch.cuda.is_available() else started
    return NETWORKS if settings.whole_networks else ()


def check_weights(settings: DiagnosisSettings) -> None:
    """Refuse a folder of weights of no use at once: they are wanted only when much else has been done, hours later.

    Seconds, for every network with a file is built from it for every size of input.

    Raises:
        WeightsMismatch: there is no such folder, no file of any network in it, or one that does not fit.
    """
    files = {kind: file for kind in NETWORKS if (file := find_weights(settings.weights, kind.name)) is not None}
    if settings.weights is not None and not files:
        names = " or ".join(f"{kind.name}*.pth" for kind in NETWORKS)
        raise WeightsMismatch(f"{settings.weights}: no ImageNet weights in it; give a folder with {names}, or none")
    for kind, file in files.items():
        for side in settings.sides:
            kind.build(file, side)


def train_whole_desk(bench: Bench, partition: Partition, settings: DiagnosisSettings, side: int) -> WholeDesk:
    """Readers trained on originals, from the store where they are there.

    Args:
        bench: with the cohort.
        partition: photographs to learn from and to tune on.
        settings: see `DiagnosisSettings`.
        side: of the aligned face, pixels.

    Raises:
        PhotoError: a photograph to learn from is damaged.
        WeightsMismatch: a weights file is of another network.
        TrainingError: training fails.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    facts, networks = [], {}
    digest = hashlib.sha256()
    for kind in networks_to_train(settings):
        weights = find_weights(settings.weights, kind.name)
        with torch.random.fork_rng():
            torch.manual_seed(bench.settings.seed)
            network = kind.build(weights, side)

        def make(kind: NetworkFacts = kind, network: nn.Module = network) -> dict[str, npt.NDArray[Any]]:
            learning = _faces(bench, partition.learning, side), targets_of(partition.learning)
            tuning = _faces(bench, partition.tuning, side), targets_of(partition.tuning)
            train_whole(
                network,
                learning,
                tuning,
                iterations=settings.iterations,
                batch=settings.batch,
                decay=kind.decay,
                seed=bench.settings.seed,
                device=device,
                progress=lambda done: bench.progress(f"diagnosis, {side} px: {kind.title}, iteration {done}"),
            )
            found = calibrate(*((answer_whole(network, faces, device), of) for faces, of in (tuning, learning)))
            state = {f"weights.{name}": value.cpu().numpy() for name, value in network.state_dict().items()}
            return {**state, **found.as_arrays()}

        made_of = {
            "cohort": str(bench.cohort.resolve()),
            "learning": [case.row.image for case in partition.learning],
            "tuning": [case.row.image for case in partition.tuning],
            "iterations": settings.iterations,
            "batch": settings.batch,
            "weights": None if weights is None else hashlib.sha256(weights.read_bytes()).hexdigest(),
            "seed": bench.settings.seed,
            "version": _VERSION,
        }
        arrays = bench.store.arrays(f"diagnosis-{kind.name}-{side}", made_of, make)
        state = {name.removeprefix("weights."): arrays[name] for name in arrays if name.startswith("weights.")}
        network.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
        for name in sorted(state):
            digest.update(state[name].tobytes())
        start = "weights from random numbers" if weights is None else f"ImageNet weights {weights.name}"
        about = f"the whole network on the aligned face, trained from {start}"
        calibration = Calibration.from_arrays(arrays)
        name = f"whole-{kind.name}-{side}"
        facts.append(ReaderFacts(name, f"{kind.title}, {side} px", side, about, calibration))
        networks[name] = network.eval()
    return WholeDesk(side, tuple(facts), networks, f"whole, {digest.hexdigest()[:16]}", device)


def _faces(bench: Bench, cases: Sequence[Case], side: int) -> npt.NDArray[np.uint8]:
    bench.progress(f"diagnosis, {side} px: reading {len(cases)} faces")
    photos = (bench.original(case) for case in cases)
    return np.stack([whole_face(photo.pixels, photo.alignment(bench.settings.view), side) for photo in photos])
