"""AIGC as a user has it: any inpainting pipeline of the Diffusers library, on the face but for the eyes."""

from __future__ import annotations

import hashlib
import importlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from rofi.errors import RofiError, WeightsMismatch
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.evaluation.methods.redrawn_face import AlignedFace, put_back, to_levels
from rofi.faces import topology
from rofi.faces.person_placement import PlacedPerson
from rofi.imaging.encode import encode

Mask = npt.NDArray[np.float32]

INDEX = "model_index.json"
"""What every pipeline's folder has."""
_RIM = 0.02
"""Width, in sides of the view, over which the new face goes over into the photograph."""


@dataclass(frozen=True)
class DiffusersInpainting:
    """The face's oval without the eyes' apertures inpainted; not reversible. Needs diffusers and transformers.

    Args:
        folder: of a pipeline, as `save_pretrained` writes it; one that `AutoPipelineForInpainting` opens.
        prompt: what to draw.
        negative_prompt: what not to draw; left out where empty, since not every pipeline takes one.
        strength: 0 to 1, how much of the face is noised before it is drawn.
        steps: of denoising.
        guidance: how closely the prompt is followed.
        side: of the aligned face that the pipeline sees, in pixels; a multiple of 8.
        seed: of the noise, together with the photograph.
        device: where it runs.
    """

    folder: Path
    prompt: str = "a clinical photograph of a face, frontal, neutral expression, natural skin"
    negative_prompt: str = ""
    strength: float = 1.0
    steps: int = 50
    guidance: float = 7.5
    side: int = 512
    seed: int = 0
    device: str = "cpu"

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`.

        Raises:
            WeightsMismatch: the folder holds no pipeline.
        """
        return MethodFacts(
            name="aigc-diffusers",
            title=f"AIGC ({self.folder.name})",
            version=self._version(),
            reversible=False,
            keyed=False,
            built_in=f"The pipeline in {self.folder.name} inpaints the face's oval, lids included, in the aligned view "
            f"of {self.side} pixels at strength {self.strength:g}; the eyeballs keep the photograph's own pixels.",
            is_not="Not the paper's model, which it does not name; forehead above the face mesh, hair, ears and neck "
            "stay, and prompt and strength decide much of the figures.",
            reference="Rombach et al., High-resolution image synthesis with latent diffusion models, CVPR 2022; "
            "the Diffusers library",
        )

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`.

        Raises:
            RofiError: diffusers is not installed.
            WeightsMismatch: the folder holds no inpainting pipeline.
        """
        face = AlignedFace.of(photo.pixels, photo.alignment(self.side), photo.landmarks)
        mask = inpainted(face)
        digest = hashlib.sha256(f"evaluation diffusers {self.seed}".encode() + photo.data).digest()
        given: dict[str, Any] = {
            "prompt": self.prompt,
            "image": Image.fromarray(face.view),
            "mask_image": Image.fromarray(np.rint(mask * 255).astype(np.uint8)),
            "strength": self.strength,
            "num_inference_steps": self.steps,
            "guidance_scale": self.guidance,
            "height": self.side,
            "width": self.side,
            "generator": torch.Generator().manual_seed(int.from_bytes(digest[:7], "big")),
        }
        if self.negative_prompt:
            given["negative_prompt"] = self.negative_prompt
        drawn = _pipeline(self.folder, self.device)(**given).images[0].convert("RGB").resize((self.side, self.side))
        placed = PlacedPerson(np.asarray(drawn, np.float32), mask)
        return encode(to_levels(put_back(photo.pixels, face.alignment, placed)), "png")

    def _version(self) -> str:
        settings = (self.prompt, self.negative_prompt, self.strength, self.steps, self.guidance, self.side, self.seed)
        # Weights are gigabytes: names and sizes of the files tell pipelines apart well enough.
        files = sorted(
            (str(p.relative_to(self.folder)), p.stat().st_size) for p in self.folder.rglob("*") if p.is_file()
        )
        if not any(name == INDEX for name, _ in files):
            raise WeightsMismatch(f"{self.folder}: no {INDEX}; name a folder that a pipeline was saved to")
        return hashlib.sha256(json.dumps([settings, files]).encode()).hexdigest()[:16]


def inpainted(face: AlignedFace) -> Mask:
    """(V, V) in [0, 1]: 1 within the face's oval, 0 outside and between the lids."""
    side = face.view.shape[0]
    oval = np.zeros((side, side), np.uint8)
    cv2.fillPoly(oval, [np.rint(face.points[list(topology.FACE_OVAL), :2] * 16).astype(np.int32)], 1, shift=4)
    inside = cv2.distanceTransform(np.pad(oval, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    return np.asarray(np.clip(inside / (_RIM * side), 0, 1) * (1 - face.apertures), np.float32)


@lru_cache(maxsize=1)
def _pipeline(folder: Path, device: str) -> Any:
    """The pipeline, loaded once per process."""
    try:
        diffusers = importlib.import_module("diffusers")
    except ImportError as error:
        raise RofiError("the Diffusers library is not installed: pip install diffusers transformers") from error
    try:
        pipeline = diffusers.AutoPipelineForInpainting.from_pretrained(str(folder), safety_checker=None).to(device)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise WeightsMismatch(f"{folder}: holds no inpainting pipeline ({reason}); name another folder") from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
