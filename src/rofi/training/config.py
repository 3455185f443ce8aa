"""What a training run is made of: frozen, stored beside its checkpoints and in the weights' metadata."""

from __future__ import annotations

from dataclasses import dataclass

from rofi.errors import TrainingError
from rofi.training.settings import PRECISIONS, Settings

DISCRIMINATORS = ("patch", "projected")
_AT_LEAST_ONE = (
    "steps",
    "batch",
    "restore_every",
    "evaluate_every",
    "save_every",
    "picture_every",
    "selection_images",
)


@dataclass(frozen=True)
class LossWeights:
    """Factors of the paper's losses, equations (2) to (6), and of staying near the key's person.

    `wrong_identity` is joined by `person_l1` times the wrongly restored face's distance from the protected one, for a
    wrong key must change nothing. `person_colour` is that of a change of hue beside that of lightness. Where both LPIPS
    factors are 0, its network is not needed. `person_identity` draws towards whom the key stands for, as recognisers
    see its portrait. `identity_floor` is no factor but the cosine below which equation (2) asks for no more.
    """

    protected_identity: float = 2.0
    restored_identity: float = 1.0
    restored_l1: float = 10.0
    restored_lpips: float = 1.0
    wrong_identity: float = 1.0
    adversarial: float = 0.1
    person_l1: float = 2.0
    person_lpips: float = 1.0
    person_roughness: float = 10.0
    person_colour: float = 0.0
    identity_floor: float = 0.0
    person_identity: float = 1.0


@dataclass(frozen=True)
class TrainingConfig(Settings):
    """A run; the defaults are the paper's section 4.4 where it gives them.

    Args:
        model: name of the model configuration.
        steps: generator updates in all.
        seconds: wall-clock limit of one call, after which it saves and ends; 0 for none.
        batch: images per step and process.
        learning_rate, discriminator_rate: AdamW; two rates (TTUR).
        decay_at: share of the steps after which both rates fall to a tenth.
        restore_every: the way back is trained in every n-th step.
        keep_change: share that weights to start from keep of what they change of the drawn person; all else stays. Less
            than 1 goes back towards the drawing; at 0 nothing before the last layer would have a gradient.
        refit_person: the person model of weights to start from, and its prior, are fitted anew to the training faces.
        refit_prior: which persons go with which heads is fitted anew, the persons are not; weights of earlier versions,
            which do not know it, want this.
        recognisers: those in the losses; an evaluation recogniser here would make every figure worthless.
        perceptual_side: pixels at which LPIPS compares.
        discriminator: "patch", the paper's, or "projected", on a frozen network's features, for short runs.
        discriminator_width: channels of its first convolution.
        precision: "bf16-mixed" (autocast) or "32-true".
        compile: whether to compile the networks (`torch.compile`).
        evaluate_every, save_every, picture_every: steps.
        selection_images: faces of the selection set that an evaluation looks at.
        workers: processes that prepare images; 0 prepares them in the training process.
        jitter: largest shift (share of the view), rotation (degrees) and log2 of the scale of augmented views.
        seed: of everything that is random.

    Raises:
        TrainingError: a setting is out of its range.
    """

    model: str = "default"
    steps: int = 1_000_000
    seconds: float = 0
    batch: int = 12
    learning_rate: float = 1e-4
    discriminator_rate: float = 4e-4
    beta1: float = 0.5
    beta2: float = 0.999
    weight_decay: float = 1e-8
    decay_at: float = 0.9
    restore_every: int = 1
    keep_change: float = 1.0
    refit_person: bool = False
    refit_prior: bool = False
    recognisers: tuple[str, ...] = ("mobilefacenet512", "mobilefacenet128_foamliu", "mobilefacenet128_y1")
    losses: LossWeights = LossWeights()
    perceptual_side: int = 256
    discriminator: str = "patch"
    discriminator_width: int = 64
    precision: str = "bf16-mixed"
    compile: bool = False
    evaluate_every: int = 20_000
    save_every: int = 1_000
    picture_every: int = 1_000
    selection_images: int = 64
    workers: int = 8
    jitter: tuple[float, float, float] = (0.02, 5.0, 0.06)
    seed: int = 0

    def __post_init__(self) -> None:
        self.at_least(1, *_AT_LEAST_ONE)
        self.at_least(0, "workers", "seed", "keep_change")
        self.one_of("precision", PRECISIONS)
        self.one_of("discriminator", DISCRIMINATORS)
        if not self.recognisers:
            raise TrainingError("recognisers: name at least one, or no loss hides who the patient is")
        if len(self.jitter) != 3:
            raise TrainingError(f"jitter {self.jitter}: must be shift, degrees and octaves")
