"""AIGC in small: the face inpainted by a latent diffusion of our own, the eyes left as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from rofi.errors import WeightsMismatch
from rofi.evaluation.methods.latent_diffusion import Denoiser, ddim, load_denoiser
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.evaluation.methods.person_space import PersonSpace, shipped_persons, shipped_persons_digest
from rofi.evaluation.methods.redrawn_face import VIEW, AlignedFace, draw, put_back, to_levels
from rofi.imaging.encode import encode
from rofi.model.weights import digest_of

WEIGHTS = Path(__file__).parent / "weights" / "aigc.safetensors"
"""Made by `tools/train_aigc.py`."""
UNSEEN = 80.0
"""Levels by which the texture behind the eyes may differ from the eyes seen: the model's own error and the light."""


@dataclass(frozen=True)
class LatentDiffusionInpainting:
    """A new face about the old eyes; not reversible.

    Args:
        seed: of the noise, together with the photograph.
        steps: of DDIM.
    """

    seed: int = 0
    steps: int = 50

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`."""
        return MethodFacts(
            name="aigc",
            title="AIGC (small latent diffusion)",
            version=f"1-{self.seed}-{self.steps}-{_weights_digest()}-{shipped_persons_digest()}",
            reversible=False,
            keyed=False,
            built_in="Shape and texture of a new face drawn by a diffusion model of our own over the 512 coordinates "
            "of a linear face model (trained on GAN portraits), guided by the colours between the lids, placed in the "
            "patient's pose and light; lids and skin are new, the eyeballs are the patient's own pixels.",
            is_not="Not Stable Diffusion: the latent is linear and knows frontal faces alone, so there are no invented "
            "hats, hands or double lids, faces are smoother, and the eyeballs do not pass through a decoder; its signs "
            "of disease on the eyeball are kept better, its realism is lower than a large model's.",
            reference="Rombach et al., High-resolution image synthesis with latent diffusion models, CVPR 2022",
        )

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`."""
        persons = shipped_persons()
        face = AlignedFace.of(photo.pixels, photo.alignment(VIEW), photo.landmarks)
        digest = hashlib.sha256(f"evaluation aigc {self.seed}".encode() + photo.data).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
        start = torch.randn(1, persons.shapes + persons.textures, generator=generator)
        drawn = ddim(_shipped_denoiser(), start, self.steps, eye_guide(face, persons))[0].double().numpy()
        placed = draw(face, persons, persons.texture(drawn), persons.shape(drawn), keep_eyes=True)
        grain = int.from_bytes(digest[8:12], "big")
        return encode(to_levels(put_back(photo.pixels, face.alignment, placed, grain)), "png")


def eye_guide(face: AlignedFace, persons: PersonSpace) -> Callable[[Tensor, float], Tensor]:
    """Draws the expected face towards one that has these eyes (pseudo-inverse guidance: Song et al. 2023).

    The model is linear, so the correction is exact: least squares between the eyes seen and what is expected, whose
    variance is the step's sigma squared.
    """
    basis, seen = persons.known_texels(face.view, face.points)
    values, vectors = np.linalg.eigh((basis @ basis.T).astype(np.float64))
    axes = torch.from_numpy(vectors.astype(np.float32))
    wanted = torch.from_numpy((vectors.T @ (basis @ seen)).astype(np.float32))
    energy = torch.from_numpy(values.astype(np.float32)).clamp(min=0)

    def guide(clean: Tensor, sigma: float) -> Tensor:
        along = clean[:, persons.shapes :] @ axes
        step = (wanted - energy * along) / (energy + (UNSEEN / max(sigma, 1e-3)) ** 2)
        return torch.cat([clean[:, : persons.shapes], clean[:, persons.shapes :] + step @ axes.T], 1)

    return guide


@lru_cache(maxsize=1)
def _shipped_denoiser() -> Denoiser:
    """The packaged weights, which know faces by the coordinates of the packaged model of persons and no other."""
    model, notes = load_denoiser(WEIGHTS)
    if notes.get("persons") != shipped_persons_digest():
        raise WeightsMismatch(f"{WEIGHTS.name}: learnt with another model of persons; run tools/train_aigc.py")
    return model


@lru_cache(maxsize=1)
def _weights_digest() -> str:
    model = _shipped_denoiser()
    return digest_of(model, asdict(model.config))[:8]
