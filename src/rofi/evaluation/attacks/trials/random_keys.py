"""Keys guessed at random and keys one bit off, on the bench's protected files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rofi.evaluation.attacks.random_keys import (
    Guessing,
    Tries,
    affordable_tries,
    guess,
    one_bit_off,
    random_secrets,
    wrongly_restored,
)
from rofi.evaluation.attacks.scene import AttackedFace, Scene
from rofi.evaluation.attacks.verdicts import judge_views
from rofi.evaluation.intervals import exact_binomial
from rofi.evaluation.report.document import Cell, Table
from rofi.evaluation.store import Arrays
from rofi.imaging.seal import seal
from rofi.keys.derivation import seal_key
from rofi.model.residue import FIT_THRESHOLD

_KINDS = ("random", "secret_bit", "vector_bit", "right")


def random_key_table(scene: Scene) -> tuple[Table, int, int]:
    """What guessing gave, the number of wrong keys tried, and how many of them claimed to fit."""
    faces = sorted(scene.attacked, key=lambda attacked: int(attacked.face.carrying.sum()))[: scene.effort.guessed]
    tries = affordable_tries([one.face for one in faces], scene.effort.guessing_seconds, scene.effort.guesses)
    bits = min(scene.effort.bits, tries)
    counts = [_guessed(scene, attacked, tries, bits) for attacked in faces]
    rows = [
        _row("random secret", counts, "random"),
        _row("right secret, one of 256 bits turned", counts, "secret_bit"),
        _row("right key vector, one of 16,384 bits turned", counts, "vector_bit"),
        _row("right key", counts, "right"),
    ]
    sealed = [sum(int(count[f"{kind}_tried"]) for kind in ("random", "secret_bit")) for count in counts]
    opened = sum(int(count["seals_opened"]) for count in counts)
    rows.append(("sealed original: the wrong secrets", len(faces), sum(sealed), _share(opened, sum(sealed)), None))
    right = sum(int(count["right_opens"]) for count in counts)
    rows.append(("sealed original: the right secret", len(faces), len(faces), _share(right, len(faces)), None))
    wrong = [kind for kind in _KINDS if kind != "right"]
    tried = sum(int(count[f"{kind}_tried"]) for count in counts for kind in wrong)
    fitted = sum(int(count[f"{kind}_fitted"]) for count in counts for kind in wrong)
    table = Table(
        "attack-random-keys",
        "Guessed keys",
        ("key", "photographs", "keys tried", "share that claims to fit", "highest pilot score (standard deviations)"),
        tuple(rows),
        f"On {len(faces)} of the attacked photographs, those with the smallest faces, {tries} random keys each: as "
        f"many as {scene.effort.guessing_seconds:.0f} s on one core allow, at most {scene.effort.guesses}. Only "
        "whether a key fits was worked out for all of them (0.04 s a key and 320 x 320 pixels); a key fits above "
        f"a score of {FIT_THRESHOLD:g}, the right one's is in the hundreds. The intervals' upper ends are what these "
        "tries can say; that none of 2^256 secrets is found by chance follows from the key's length, not from them. "
        "The sealed original is made as the program makes it (AES-256-GCM).",
        decimals=5,
    )
    return table, tried, fitted


def wrong_key_table(scene: Scene) -> Table:
    """The one face that all keys give that do not fit."""
    faces = scene.attacked[: scene.effort.wrong_pictures]
    arrays = scene.bench.store.arrays("attack-wrong-key", scene.made_of(), lambda: _wrong_pictures(scene, faces))
    wrong = arrays["views"]
    protected, originals = (np.stack(views) for views in zip(*(one.views() for one in faces), strict=True))
    rows: list[tuple[Cell, ...]] = []
    resamples = scene.bench.settings.resamples
    for before, after in zip(
        judge_views(scene.judges, protected, originals), judge_views(scene.judges, wrong, originals), strict=True
    ):
        for picture, verdict in (("protected, nothing done", before), ("restored with a wrong key", after)):
            rows.append(
                (verdict.judge, picture, len(faces), verdict.share_accepted, verdict.mean_similarity(resamples))
            )
    compared = int((arrays["different"] > 0).sum())
    most = int(arrays["different"].max(initial=0))
    same = (
        f"Four wrong keys each (two random, two with one bit turned), tried on {compared} photographs, gave "
        f"{'one and the same picture' if most <= 1 else f'up to {most} pictures'} for each"
    )
    return Table(
        "attack-wrong-key-face",
        "The face that a wrong key gives, against the original",
        ("recogniser", "picture", "photographs", "share over the FAR 1e-3 threshold", "mean similarity"),
        tuple(rows),
        f"{same}: where a key does not fit, the restorer network sees neither key nor anything revealed, so that every "
        "wrong key gives this face and further tries gain nothing. Where it is over the threshold, protection itself "
        "has failed on that photograph; compare the rows above. 0.15 s a photograph of 320 x 320 pixels.",
    )


def _wrong_pictures(scene: Scene, faces: Sequence[AttackedFace]) -> Arrays:
    views, different = [], []
    generator = np.random.default_rng(scene.bench.settings.seed)
    for number, attacked in enumerate(faces):
        scene.bench.progress(f"attacks, wrong keys: {attacked.case.row.image}")
        secrets = list(random_secrets(1, generator))
        if number < scene.effort.identical:
            secrets += [*random_secrets(1, generator), *one_bit_off(scene.method.secret, (0, 255))]
        picture, count = wrongly_restored(attacked.data, attacked.case.row.image, scene.networks, secrets)
        views.append(attacked.face.view(picture))
        different.append(count if len(secrets) > 1 else 0)
    return {"views": np.stack(views), "different": np.array(different)}


def _guessed(scene: Scene, attacked: AttackedFace, tries: int, bits: int) -> Arrays:
    def make() -> Arrays:
        image = attacked.case.row.image
        scene.bench.progress(f"attacks, guessed keys: {image}, {tries} random ones")
        face, secret = attacked.face, scene.method.secret
        sealed = seal(
            scene.bench.original(attacked.case).data, image, seal_key(secret, face.header.salt), face.header_bytes
        )
        generator = np.random.default_rng([scene.bench.settings.seed, *face.header.salt])
        return _to_arrays(guess(face, sealed, secret, scene.networks.model.residue, tries, bits, generator))

    made_of = {"image": attacked.case.row.image, "tries": tries, "bits": bits}
    return scene.bench.store.arrays("attack-random-keys", scene.made_of(**made_of), make)


def _to_arrays(guessing: Guessing) -> Arrays:
    arrays: Arrays = {
        "seals_opened": np.array(guessing.seals_opened),
        "right_opens": np.array(guessing.right_opens),
    }
    for kind in _KINDS:
        tries: Tries = getattr(guessing, kind)
        arrays |= {
            f"{kind}_tried": np.array(tries.tried),
            f"{kind}_fitted": np.array(tries.fitted),
            f"{kind}_highest": np.array(tries.highest),
        }
    return arrays


def _row(title: str, counts: Sequence[Arrays], kind: str) -> tuple[Cell, ...]:
    tried = sum(int(count[f"{kind}_tried"]) for count in counts)
    fitted = sum(int(count[f"{kind}_fitted"]) for count in counts)
    return title, len(counts), tried, _share(fitted, tried), max(float(count[f"{kind}_highest"]) for count in counts)


def _share(successes: int, trials: int) -> Cell:
    return exact_binomial(successes, trials) if trials else None
