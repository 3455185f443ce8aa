"""The parrot attack: people told apart by a recogniser before and after it has learnt what protecting does."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from rofi.errors import RofiError, TooFewPairs
from rofi.evaluation.attacks.parrot import Adaptation, fine_tune
from rofi.evaluation.attacks.scene import Scene, stacked_views
from rofi.evaluation.attacks.surrogate import SURROGATE
from rofi.evaluation.attacks.verdicts import identified
from rofi.evaluation.intervals import Interval, exact_binomial
from rofi.evaluation.report.document import Cell, Table
from rofi.evaluation.store import Arrays
from rofi.evaluation.tests_of_difference import holm, mcnemar_exact
from rofi.evaluation.verification import equal_error_rate, true_accept_rate
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

Floats = npt.NDArray[np.float32]
Hits = npt.NDArray[np.bool_]

RATES = (1e-3, 1e-2, 1e-1)
"""False accept rates, the first of which enough pairs are there for."""


def parrot_table(scene: Scene) -> tuple[Table, Interval, Interval]:
    """The table, and the rank-1 rate of protected probes among originals before and after fine-tuning.

    Raises:
        RofiError: too few people.
    """
    arrays = _embeddings(scene)
    adaptation = fine_tune(arrays["taught"], arrays["taught_originals"], seed=scene.bench.settings.seed)
    judge = Recogniser(SPECS[SURROGATE], scene.bench.settings.networks, threads=1)
    probes, again = arrays["probes"], arrays["again"]
    both = np.flatnonzero(np.linalg.norm(again, axis=1) > 0)
    comparisons = [("originals", probes, arrays["originals"])]
    if len(both) >= 2:
        comparisons.append(("protected under another key", probes[both], again[both]))
    rows: list[tuple[Cell, ...]] = []
    tests: list[float] = []
    shares: list[Interval] = []
    for gallery, some, known in comparisons:
        hits: list[Hits] = []
        for recogniser, one, other in (
            ("as it was", some, known),
            ("fine-tuned on protected faces", adaptation(some), adaptation(known)),
        ):
            hits.append(identified(judge, one, other))
            shares.append(exact_binomial(int(hits[-1].sum()), len(some)))
            rows.append((gallery, recogniser, len(some), shares[-1], *_verified(one, other)))
        tests.append(mcnemar_exact(*hits).p_value)
    corrected = holm(tests)
    rows = [(*row, corrected[number // 2] if number % 2 else None) for number, row in enumerate(rows)]
    chance = 1 / max(len(probes), 1)
    return _table(scene, tuple(rows), adaptation, arrays["taught"], chance), shares[0], shares[1]


def _table(
    scene: Scene, rows: tuple[tuple[Cell, ...], ...], adaptation: Adaptation, taught: Floats, chance: float
) -> Table:
    people, keys, _ = taught.shape
    learnt = (
        f"step {adaptation.steps} was best for the people held out"
        if adaptation.steps
        else "no step helped the people held out, so it stays as it was"
    )
    return Table(
        "attack-parrot",
        "The parrot attack: a recogniser fine-tuned on protected faces",
        (
            "gallery",
            "recogniser",
            "protected probes",
            "rank-1",
            "accepted",
            "at a false accept rate of",
            "equal error rate",
            "p of the rank-1 difference (McNemar, Holm)",
        ),
        rows,
        f"A linear layer behind {SURROGATE}, learnt on {people} {scene.people.source} under {keys} keys each "
        f"to bring protected and original faces of a person together ({learnt}), "
        "tried on other people; probe and gallery go through it alike. The recogniser was in ROFI's training losses "
        "and chooses among its keys, so that before fine-tuning it is the one deceived most. Gallery of originals: the "
        "very photographs that were protected, which favours the attacker; so does the other gallery, the same "
        "photographs under an attacker's keys, of which background and hair are the same. By chance rank-1 is "
        f"{chance:.1%}. Fine-tuning the whole recogniser on many more people is left out for its cost. "
        "1.5 s a protection, 0.02 s an embedding.",
    )


def _embeddings(scene: Scene) -> Arrays:
    """Unit embeddings of the attacker's people (P, K, d) and their originals, and of the attacked: `again` is another
    protected file of theirs, zeros where there is none."""
    learnt, faces = scene.own_files, scene.attacked
    keys = scene.effort.keys
    people = len(learnt) // keys
    if people < 4 or len(faces) < 2:
        raise RofiError(f"{people} people to learn from, {len(faces)} to attack: a parrot needs 4 and 2")
    cases = [one.case for one in faces]
    second = {
        file.case.row.image: scene.read(file) for file in scene.protected_for("gallery", cases, scene.effort.gallery)
    }

    def make() -> Arrays:
        scene.bench.progress("attacks, parrot: embeddings")
        judge = Recogniser(SPECS[SURROGATE], scene.bench.settings.networks, threads=1)
        taught, taught_originals = (judge.embed(views) for views in stacked_views(learnt))
        probes, originals = (judge.embed(views) for views in stacked_views(faces))
        again = np.zeros_like(probes)
        for number, case in enumerate(cases):
            if case.row.image in second:
                again[number] = judge.embed(second[case.row.image].views()[0][None])[0]
        return {
            "taught": taught.reshape(people, keys, -1),
            "taught_originals": taught_originals[::keys],
            "probes": probes,
            "originals": originals,
            "again": again,
        }

    return scene.bench.store.arrays("attack-parrot", scene.made_of(files=[case.row.image for case in cases]), make)


def _verified(probes: Floats, gallery: Floats) -> tuple[Cell, Cell, Cell]:
    """True accept rate, the false accept rate it is told at, and the equal error rate, over all pairs."""
    scores = torch.from_numpy(probes @ gallery.T)
    genuine = scores.diagonal()
    impostor = scores[~torch.eye(len(scores), dtype=torch.bool)]
    for rate in RATES:
        try:
            accepted = true_accept_rate(genuine, impostor, rate)
        except TooFewPairs:
            continue
        share = exact_binomial(round(accepted * len(genuine)), len(genuine))
        return share, rate, equal_error_rate(genuine, impostor)
    return None, None, equal_error_rate(genuine, impostor)
