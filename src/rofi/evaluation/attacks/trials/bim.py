"""Spoofing by the Basic Iterative Method, by who has the key and who lacks it, with and without the noise defence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rofi.errors import RofiError
from rofi.evaluation.attacks.bim import (
    Similarity,
    restored_with_key,
    restored_without_key,
    spoof,
    unsealed_file,
    with_noise,
)
from rofi.evaluation.attacks.scene import AttackedFace, Scene
from rofi.evaluation.attacks.surrogate import SURROGATE, surrogates
from rofi.evaluation.attacks.universal_key import as_batch
from rofi.evaluation.intervals import Interval, exact_binomial
from rofi.evaluation.report.document import Cell, Table
from rofi.evaluation.store import Arrays
from rofi.imaging.decode import decode
from rofi.keys.derivation import key_vector
from rofi.pipeline.restorer import Restorer
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS
from rofi.recognition.torch_recogniser import TorchRecogniser

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Condition:
    """How a file is attacked.

    Attributes:
        norm: largest change of a pixel, as a share of its range; 0 for a file left alone.
        keyed: whether the attacker has the right key.
    """

    norm: float
    keyed: bool

    @property
    def attacker(self) -> str:
        """For the table."""
        return "none" if not self.norm else "has the right key" if self.keyed else "has no key"


def bim_table(scene: Scene) -> tuple[Table, Interval, Interval]:
    """The table, and how often an attacker without and one with the key comes through at the greatest norm without
    defence, by the judge whom he fools most.

    Raises:
        RofiError: fewer than two people are attacked, so that nobody is there to be spoofed.
    """
    faces = scene.attacked
    if len(faces) < 2:
        raise RofiError(f"{len(faces)} photographs: spoofing takes two people or more")
    attacked = faces[: scene.effort.spoofed]
    conditions = [Condition(0, False), *(Condition(norm, True) for norm in scene.effort.norms)]
    conditions.append(Condition(max(scene.effort.norms), False))
    judges = [*scene.judges, Recogniser(SPECS[SURROGATE], scene.bench.settings.networks, threads=1)]
    seen_by = surrogates(scene.bench.settings.networks)
    spoofed = [_target(faces, number, judges) for number in range(len(attacked))]
    measured = [
        _measured(scene, one, other, conditions, judges, seen_by) for one, other in zip(attacked, spoofed, strict=True)
    ]
    rows: list[tuple[Cell, ...]] = []
    keyless: list[Interval] = []
    keyed: list[Interval] = []
    for number, condition in enumerate(conditions):
        for defended in (0, 1):
            shares = [_share(measured, "target", number, defended, place) for place in range(len(judges))]
            own = [_share(measured, "own", number, defended, place) for place in range(len(scene.judges))]
            fits = sum(bool(one["fits"][number, defended]) for one in measured)
            defence = f"noise of {scene.effort.noise:g} levels" if defended else "none"
            fitting = exact_binomial(fits, len(measured))
            rows.append((condition.attacker, condition.norm, defence, len(measured), fitting, *shares, *own))
            if condition.norm == max(scene.effort.norms) and not defended:
                judged = shares[: len(scene.judges)]
                keyless, keyed = (keyless, judged) if condition.keyed else (judged, keyed)
    table = Table(
        "attack-bim",
        "Spoofing a restored face by the Basic Iterative Method: restored with the right key by the real program",
        (
            "attacker",
            "norm (share of a pixel's range)",
            "defence",
            "photographs",
            "key fits",
            *(f"taken for the target, {judge.spec.name}" for judge in scene.judges),
            f"taken for the target, {SURROGATE} (the attacker's own)",
            *(f"taken for the patient, {judge.spec.name}" for judge in scene.judges),
        ),
        tuple(rows),
        f"{scene.effort.spoof_steps} steps of half a level or less, the best of them taken; the target is another "
        f"patient, if possible one whom no judge takes for this one as it is. The size of the steps was tuned "
        f"on attacked photographs themselves (of a made cohort's internal split), and which of them is best is chosen "
        f"on the one attacked, by the attacker's recognisers: both make him the stronger, not the weaker. He takes "
        f"gradients through "
        f"{', '.join(one.spec.name for one in seen_by)}, which are in the training losses; the others judge. "
        "With the right key he sees through revealing and restoring by the residue, and leaves the base layer, which "
        "the program reads where the residue is noisy, as it is; rounding, "
        "the decision that the key fits and laying the change back into the photograph are passed straight through "
        "(BPDA). Without it he sees what the network makes of a wrong key. The paper's attack seems to be the former "
        "(below 5 % at 0.05, none with noise), though whoever has the key can read the original and forge a whole file "
        "besides. Here the original lies in small numbers in the pixels, and who knows their rotation writes others. "
        "The rows without an attacker say what noise costs. Neither header nor checksum says anything of the pixels, "
        "so a changed file is accepted where the original is restored from pixels alone; a keyed digest of the pixels "
        "in the header would end that. The sealed original is authenticated (AES-GCM, the header with it), and no "
        "change of pixels touches it: with a seal and the right key this attack is without effect unless the seal is "
        "cut out. 7 s a photograph, norm and attacker.",
    )
    return table, _worst(keyless), _worst(keyed)


def _target(faces: Sequence[AttackedFace], attacked: int, judges: Sequence[Recogniser]) -> AttackedFace:
    """The next person whom no judge takes for the one attacked as it is; the next one where there is none."""
    others = [faces[(attacked + offset) % len(faces)] for offset in range(1, len(faces))]
    own = faces[attacked].views()[1]
    unlike = (other for other in others if not _passes(judges, other.views()[1][None, None], own).any())
    return next(unlike, others[0])


def _measured(
    scene: Scene,
    attacked: AttackedFace,
    target: AttackedFace,
    conditions: Sequence[Condition],
    judges: Sequence[Recogniser],
    seen_by: Sequence[TorchRecogniser],
) -> Arrays:
    """By condition, defence and judge, whether the restored face passes for the target and for the patient."""

    def make() -> Arrays:
        face, model, secret = attacked.face, scene.networks.model, scene.method.secret
        generator = np.random.default_rng([scene.bench.settings.seed, *face.header.salt])
        wanted = target.views()[1]
        likeness = _likeness(seen_by, wanted)
        fits = np.zeros((len(conditions), 2), np.bool_)
        views = np.zeros((len(conditions), 2, *wanted.shape), np.uint8)
        for number, condition in enumerate(conditions):
            scene.bench.progress(f"attacks, BIM at {condition.norm:g}: {attacked.case.row.image}")
            photo = face.photo
            if condition.norm:
                key = key_vector(secret, face.header.salt)
                seen = restored_with_key(model, face, key) if condition.keyed else restored_without_key(model, face)
                photo = spoof(face, seen, likeness, condition.norm, scene.effort.spoof_steps)
            for defended in (0, 1):
                given = with_noise(photo, scene.effort.noise, generator) if defended else photo
                restored = Restorer(scene.networks, secret, "neural").restore(
                    unsealed_file(face, given), attacked.case.row.image
                )
                fits[number, defended] = restored.key_fits
                views[number, defended] = face.view(decode(restored.data, restored.name).pixels)
        return {
            "fits": fits,
            "target": _passes(judges, views, wanted),
            "own": _passes(judges, views, attacked.views()[1]),
        }

    made_of = {
        "image": attacked.case.row.image,
        "target": target.case.row.image,
        "by": [one.spec.name for one in judges] + [one.spec.name for one in seen_by],
    }
    return scene.bench.store.arrays("attack-bim", scene.made_of(**made_of), make)


def _worst(shares: Sequence[Interval]) -> Interval:
    return max(shares, key=lambda share: share.estimate)


def _likeness(seen_by: Sequence[TorchRecogniser], wanted: Bytes) -> Similarity:
    """Mean cosine of a view to the wanted one (V, V, 3) over several recognisers."""
    with torch.no_grad():
        targets = [recogniser(as_batch(wanted[None]))[0] for recogniser in seen_by]

    def likeness(view: Tensor) -> Tensor:
        cosines = [recogniser(view)[0] @ target for recogniser, target in zip(seen_by, targets, strict=True)]
        return torch.stack(cosines).mean()

    return likeness


def _passes(judges: Sequence[Recogniser], views: Bytes, reference: Bytes) -> npt.NDArray[np.bool_]:
    """(conditions, 2, judges) whether views (conditions, 2, V, V, 3) and the reference (V, V, 3) are one person."""
    flat = views.reshape(-1, *views.shape[2:])
    passed = []
    for judge in judges:
        embeddings = judge.embed(flat)
        same = judge.same_person(embeddings, np.repeat(judge.embed(reference[None]), len(flat), 0))
        passed.append(same.reshape(views.shape[:2]))
    return np.stack(passed, -1)


def _share(measured: Sequence[Arrays], of: str, condition: int, defended: int, judge: int) -> Interval:
    passed = sum(bool(one[of][condition, defended, judge]) for one in measured)
    return exact_binomial(passed, len(measured))
