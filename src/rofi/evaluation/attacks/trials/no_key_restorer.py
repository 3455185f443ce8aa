"""The network that restores without a key, against doing nothing."""

from __future__ import annotations

from rofi.errors import RofiError
from rofi.evaluation.attacks.no_key_restorer import restore_without_key, train_restorer
from rofi.evaluation.attacks.scene import Scene, stacked_views
from rofi.evaluation.attacks.surrogate import SURROGATE, surrogate
from rofi.evaluation.attacks.verdicts import judge_views, view_psnr
from rofi.evaluation.intervals import Interval, bootstrap_mean
from rofi.evaluation.report.document import Cell, Table
from rofi.evaluation.store import Arrays
from rofi.evaluation.tests_of_difference import holm, mcnemar_exact, paired_difference

SIDE = 128
"""Of the aligned views that the network sees, in pixels."""


def no_key_table(scene: Scene) -> tuple[Table, Interval]:
    """The table, and the share that is recognised after the attack by the recogniser that knows most.

    Raises:
        RofiError: too few people.
    """
    learnt, faces = scene.own_files, scene.attacked
    if len(learnt) < 2 or len(faces) < 2:
        raise RofiError(f"{len(learnt)} files to learn from, {len(faces)} to attack: a restorer needs 2 of each")
    protected, originals = stacked_views(faces, SIDE)

    def make() -> Arrays:
        network = train_restorer(
            *stacked_views(learnt, SIDE),
            scene.effort.restorer_steps,
            surrogate(scene.bench.settings.networks),
            seed=scene.bench.settings.seed,
            progress=scene.bench.progress,
        )
        return {"views": restore_without_key(network, protected)}

    files = [one.case.row.image for one in faces]
    restored = scene.bench.store.arrays("attack-no-key", scene.made_of(files=files, side=SIDE), make)["views"]
    before = judge_views(scene.judges, protected, originals)
    after = judge_views(scene.judges, restored, originals)
    differences = [
        mcnemar_exact(one.identified, other.identified).p_value for one, other in zip(before, after, strict=True)
    ]
    resamples = scene.bench.settings.resamples
    corrected = holm(differences)
    rows: list[tuple[Cell, ...]] = []
    for one, other, p_value in zip(before, after, corrected, strict=True):
        for picture, verdict, test in (
            ("protected, nothing done", one, None),
            ("restored without a key", other, p_value),
        ):
            rows.append(
                (
                    verdict.judge,
                    picture,
                    len(faces),
                    verdict.mean_similarity(resamples),
                    verdict.share_accepted,
                    verdict.share_identified,
                    test,
                )
            )
    quality = [view_psnr(views, originals) for views in (protected, restored)]
    means = [bootstrap_mean(values, resamples=resamples) for values in quality]
    gained = paired_difference(quality[1], quality[0], resamples=resamples)
    table = Table(
        "attack-no-key-restorer",
        "A network trained to restore without a key",
        (
            "recogniser",
            "picture",
            "photographs",
            "mean similarity to the original",
            "share over the FAR 1e-3 threshold",
            "rank-1 among the originals",
            "p of the rank-1 difference (McNemar, Holm)",
        ),
        tuple(rows),
        f"PSNR of the aligned face: nothing done {_told(means[0])} dB, restored without a key {_told(means[1])} dB, "
        f"gained {_told(gained)} dB. "
        f"A residual U-Net of 0.4 million parameters, learnt on {len(learnt)} pairs of {scene.people.source} "
        f"under other keys ({scene.effort.restorer_steps} steps of 8, L1 and the identity to {SURROGATE}), tried on "
        f"other people at {SIDE} px, where the hidden numbers are averaged away; the shared decoders look at those. "
        "Gallery: the very originals of all those attacked, which favours the attacker. A larger network on more pairs "
        "may find more. 1.5 s a pair and 1 s a step.",
    )
    most = max((verdict.share_accepted for verdict in after), key=lambda share: share.estimate)
    return table, most


def _told(interval: Interval) -> str:
    return f"{interval.estimate:.2f} ({interval.low:.2f} to {interval.high:.2f})"
