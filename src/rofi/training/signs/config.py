"""What a sign detector's training run is made of; paper section 4.4 where it says, otherwise this project's choice."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rofi.errors import TrainingError
from rofi.model.config import STRIDE
from rofi.training.settings import PRECISIONS, Settings
from rofi.training.signs.pooling import POOLINGS

SCHEDULES = ("step", "cosine")
LEAST_CROP = (0.5, 0.3)
"""Width and height of the smallest crop that both eyes fit into."""
MOST_CROP = 1.2
"""A canvas is a quarter larger than the view."""


@dataclass(frozen=True)
class SignTrainingConfig(Settings):
    """A run; optimiser, batch and rate are the paper's, which are those of the whole model's training.

    Args:
        detector_width: channels of the detector's first convolution; must be that of the model it is meant for.
        view: side of the aligned face in pixels.
        steps: updates in all.
        seconds: wall-clock limit of one call, after which it saves and ends; 0 for none.
        batch: images per step and process, as many healthy as diseased on average.
        learning_rate, beta1, beta2, weight_decay: AdamW; the decay is against leaning on the most salient regions.
        warm_up: steps over which the rate rises from 0.
        schedule: "step" divides the rate by 10 after `decay_at` of the steps (the paper's), "cosine" lowers it to 0.
        pooling: how the regions' scores become the image's: "max" (region-score-max, equation 1), or softer, so that
            more of a sign is covered: "top" (mean of the highest `top_share`), "log-sum-exp" (with `sharpness`).
        soft_start: share of the steps in which a soft maximum, sharper and sharper, takes the pooling's place, and the
            crops grow from the eyes to their full range; without it an untrained detector hardly learns.
        top_share: share of the regions; at least one region counts.
        sharpness: the higher, the nearer to the maximum.
        crop, crop_height: smallest and largest width and height of a random crop, as shares of the view; both eyes are
            mostly inside. Crops keep the face's scale; those of one batch are of one size.
        zoom: largest change of the scale, octaves either way.
        rotation: largest turn, degrees either way.
        brightness, contrast, colour: largest change of the light's level, of the curve (gamma) and of each channel, in
            octaves either way.
        erase: probability that a rectangle of an image is wiped out.
        degrade: probability that an image is softened, made noisy and compressed, as other cameras would.
        balance_skin: dark and light skin are drawn equally often.
        precision: "bf16-mixed" (autocast) or "32-true".
        evaluate_every, save_every, picture_every: steps.
        workers: processes that prepare images; 0 prepares them in the training process.
        seed: of everything that is random.

    Raises:
        TrainingError: a setting is out of its range.
    """

    detector_width: int = 64
    view: int = 256
    steps: int = 20_000
    seconds: float = 0
    batch: int = 12
    learning_rate: float = 1e-4
    beta1: float = 0.5
    beta2: float = 0.999
    weight_decay: float = 1e-2
    warm_up: int = 0
    schedule: str = "step"
    decay_at: float = 0.9
    pooling: str = "max"
    soft_start: float = 0.4
    top_share: float = 0.01
    sharpness: float = 5.0
    crop: tuple[float, float] = (0.6, 1.0)
    crop_height: tuple[float, float] = (0.4, 1.0)
    zoom: float = 0.1
    rotation: float = 8.0
    brightness: float = 0.25
    contrast: float = 0.15
    colour: float = 0.05
    erase: float = 0.0
    degrade: float = 0.0
    balance_skin: bool = True
    precision: str = "bf16-mixed"
    evaluate_every: int = 500
    save_every: int = 200
    picture_every: int = 500
    workers: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        self.at_least(1, "detector_width", "steps", "batch", "evaluate_every", "save_every", "picture_every")
        self.at_least(0, "seconds", "learning_rate", "weight_decay", "warm_up", "workers", "seed")
        self.at_least(
            0,
            "rotation",
            "zoom",
            "brightness",
            "contrast",
            "colour",
            "erase",
            "degrade",
            "beta1",
            "beta2",
            "decay_at",
            "soft_start",
        )
        self.one_of("precision", PRECISIONS)
        self.one_of("schedule", SCHEDULES)
        self.one_of("pooling", POOLINGS)
        if self.view % STRIDE or self.view < 64:
            raise TrainingError(f"view {self.view}: must be a multiple of {STRIDE} and at least 64")
        for name, least in (("crop", LEAST_CROP[0]), ("crop_height", LEAST_CROP[1])):
            crop = getattr(self, name)
            if len(crop) != 2 or not least <= crop[0] <= crop[1] <= MOST_CROP:
                raise TrainingError(
                    f"{name} {crop}: must be two shares of the view, {least} to {MOST_CROP}, the smaller first"
                )
        if not 0 < self.top_share <= 1 or not self.sharpness > 0:
            raise TrainingError(
                f"top_share {self.top_share}, sharpness {self.sharpness}: must be in (0, 1] and above 0"
            )
        if max(self.beta1, self.beta2) >= 1 or max(self.erase, self.degrade) > 1:
            raise TrainingError("beta1 and beta2 must be below 1, erase and degrade, probabilities, at most 1")

    def rate(self, step: int) -> float:
        """The learning rate of the update after `step` others."""
        warmth = min(1.0, (step + 1) / (self.warm_up + 1))
        if self.schedule == "cosine":
            done = max(0.0, step - self.warm_up) / max(1, self.steps - self.warm_up)
            return self.learning_rate * warmth * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        return self.learning_rate * warmth * (0.1 if step >= self.decay_at * self.steps else 1.0)

    def begun(self, step: int) -> float:
        """How much of the soft start is behind after `step` updates, 0 to 1."""
        return min(1.0, step / (self.soft_start * self.steps)) if self.soft_start else 1.0
