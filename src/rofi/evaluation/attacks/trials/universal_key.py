"""One key, or one decoder, for everybody's files: learnt from the attacker's, tried on other people's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rofi.errors import RofiError
from rofi.evaluation.attacks.coefficient_grid import (
    CoefficientGrid,
    decoded_photo,
    explained_share,
    visible_slots,
)
from rofi.evaluation.attacks.scene import AttackedFace, Scene, stacked_views
from rofi.evaluation.attacks.shared_decoder import (
    Decoder,
    Whitening,
    fit_block_network,
    fit_block_operator,
    fit_window_operator,
)
from rofi.evaluation.attacks.surrogate import surrogate
from rofi.evaluation.attacks.universal_key import (
    as_batch,
    find_universal_key,
    forced_restore,
    restore_with_universal_key,
)
from rofi.evaluation.attacks.verdicts import judge_views, view_psnr
from rofi.evaluation.intervals import bootstrap_mean
from rofi.evaluation.report.document import Cell, Table
from rofi.evaluation.store import Arrays
from rofi.model.dct import COEFFICIENTS
from rofi.model.residue import FIT_THRESHOLD

Bytes = npt.NDArray[np.uint8]

_IDENTITY_WEIGHT = 0.1
_DECODERS = ("block", "window", "network")
_TITLES = {
    "block": "linear operator of a block",
    "window": "linear operator of the window",
    "network": "convolutional decoder",
}


def universal_key_table(scene: Scene) -> Table:
    """What one key vector and one shared decoder give back of other people's files.

    Raises:
        RofiError: the attacker has too few files.
    """
    learnt = scene.own_files[: scene.effort.decoder_files]
    if len(learnt) < 5:
        raise RofiError(f"{len(learnt)} files of the attacker's own: a universal key is learnt from 5 or more")
    faces = nearest_in_scale(scene.attacked, learnt, scene.effort.restored)
    tried_on = [one.case.row.image for one in faces]
    protected, originals = stacked_views(faces)
    found = scene.bench.store.arrays(
        "attack-universal-key", scene.made_of(tried_on=tried_on), lambda: _by_key(scene, learnt, faces)
    )
    decoded = scene.bench.store.arrays(
        "attack-shared-decoder", scene.made_of(tried_on=tried_on), lambda: _by_decoders(scene, learnt, faces)
    )
    pictures: list[tuple[str, Bytes, float | None]] = [
        ("protected, nothing done", protected, None),
        ("universal key vector, forced upon the restorer network", found["views"], None),
    ]
    for name in _DECODERS:
        for shown in ("visible", "all"):
            label = f"{_TITLES[name]}, {'visible coefficients alone' if shown == 'visible' else 'all coefficients'}"
            pictures.append((label, decoded[f"{name}_{shown}_views"], float(decoded[f"{name}_{shown}_explained"])))
    rows = [_row(scene, label, views, originals, share) for label, views, share in pictures]
    judges = [judge.spec.name for judge in scene.judges]
    moved = float(np.abs(found["views"].astype(np.float32) - protected).mean())
    fitted = int((found["scores"] > FIT_THRESHOLD).sum())
    return Table(
        "attack-universal-key",
        "One key or decoder for all files, learnt by gradient from the attacker's own",
        (
            "attack",
            "photographs",
            "PSNR of the aligned face (dB)",
            "variance of the hidden coefficients explained",
            *(f"protected from {judge}" for judge in judges),
            *(f"mean similarity, {judge}" for judge in judges),
        ),
        tuple(rows),
        f"Learnt from {len(learnt)} files of {scene.people.source}, tried on other people's whose faces are "
        "nearest in size. The key vector: 512 numbers, optimised by Adam with all weights frozen for L1 and identity "
        f"(a training recogniser) over {scene.effort.key_steps} steps, the network told that the key fits and shown "
        "the protected face as revealed, for the rotation drawn from the key's bits has no gradient. Put to the real "
        f"program the key found fits {fitted} of {len(faces)} files; forced upon the network, it changes the protected "
        f"face by {moved:.2f} levels on average (near 0 the network only passes on what was revealed, and no key "
        "vector can gain anything). The decoders map received to original coefficients and are what any fixed key's "
        "rotation could be learnt as: ridge regression within a block, ridge regression of the 40 x 40 blocks in the "
        "window's middle, and three convolutions over blocks beside the former. What all coefficients explain beyond "
        "the visible ones alone is what hiding leaks. Protected: not over the FAR 1e-3 threshold against the "
        "very original.",
    )


def nearest_in_scale(
    faces: Sequence[AttackedFace], learnt: Sequence[AttackedFace], most: int
) -> tuple[AttackedFace, ...]:
    """The faces whose size in pixels is nearest to the attacker's, for what he learnt holds there best."""
    usual = float(np.median([np.log(one.face.scale) for one in learnt]))
    return tuple(sorted(faces, key=lambda one: abs(np.log(one.face.scale) - usual))[:most])


def _by_key(scene: Scene, learnt: Sequence[AttackedFace], faces: Sequence[AttackedFace]) -> Arrays:
    """The universal key, its pilot's scores (N,) in the real program, and the views (N, V, V, 3) it gives."""
    embed = surrogate(scene.bench.settings.networks)

    def difference(restored: Tensor, originals: Tensor) -> Tensor:
        identity: Tensor = (embed(restored.clamp(0, 1)) * embed(originals)).sum(1).mean()
        return (restored - originals).abs().mean() + _IDENTITY_WEIGHT * (1 - identity)

    protected, originals = stacked_views(learnt)
    restore = forced_restore(scene.networks.model)
    seed = scene.bench.settings.seed
    key = find_universal_key(
        restore,
        difference,
        as_batch(protected),
        as_batch(originals),
        scene.effort.key_steps,
        seed=seed,
        progress=scene.bench.progress,
    )
    with torch.inference_mode():
        scores = [one.face.reveal(scene.networks.model.residue, key).score for one in faces]
    views = restore_with_universal_key(restore, key, stacked_views(faces)[0])
    return {"key": key, "scores": np.array(scores), "views": views}


def _by_decoders(scene: Scene, learnt: Sequence[AttackedFace], faces: Sequence[AttackedFace]) -> Arrays:
    """Of every decoder the views (N, V, V, 3) and the share of the variance that it explains."""
    grids = [CoefficientGrid.read(one.face, one.original) for one in learnt]
    tried = [CoefficientGrid.read(one.face, one.original) for one in faces]
    whitening = Whitening.of(grids)
    arrays: Arrays = {}
    for shown, slots in (("visible", visible_slots()), ("all", torch.ones(COEFFICIENTS, dtype=torch.bool))):
        for name in _DECODERS:
            scene.bench.progress(f"attacks, shared decoder: {_TITLES[name]}, {shown}")
            decode = _decoder(scene, name, grids, slots)
            with torch.no_grad():
                estimates = [decode(grid.received) for grid in tried]
            pictures = [decoded_photo(one.face, estimate) for one, estimate in zip(faces, estimates, strict=True)]
            views = [one.face.view(picture) for one, picture in zip(faces, pictures, strict=True)]
            share = explained_share(estimates, tried, whitening.deviation, whitening.mean)
            arrays |= {f"{name}_{shown}_views": np.stack(views), f"{name}_{shown}_explained": np.array(share)}
    return arrays


def _decoder(scene: Scene, name: str, grids: Sequence[CoefficientGrid], slots: Tensor) -> Decoder:
    if name == "block":
        return fit_block_operator(grids, slots)
    if name == "window":
        return fit_window_operator(grids, slots)
    settings = scene.bench.settings
    return fit_block_network(
        grids, slots, scene.effort.decoder_steps, seed=settings.seed, progress=scene.bench.progress
    )


def _row(scene: Scene, label: str, views: Bytes, originals: Bytes, explained: float | None) -> tuple[Cell, ...]:
    verdicts = judge_views(scene.judges, views, originals)
    psnr = view_psnr(views, originals)
    resamples = scene.bench.settings.resamples
    quality: Cell = bootstrap_mean(psnr, resamples=resamples) if len(psnr) > 1 else float(psnr[0])
    similarities = [verdict.mean_similarity(resamples) for verdict in verdicts]
    return label, len(views), quality, explained, *(verdict.share_protected for verdict in verdicts), *similarities
