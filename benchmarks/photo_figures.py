"""What is measured on one photograph's round trip without a recogniser: fidelity, wrong keys, geometry."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from rofi.evaluation.face_geometry import found_again, point_shifts
from rofi.evaluation.image_quality import largest_difference, psnr, ssim
from rofi.evaluation.lpips import Lpips
from rofi.faces.detection import Detector
from rofi.faces.landmarks import find_landmarks
from round_trip import NO_KEY, ONE_BIT, ORIGINAL, PROTECTED, RESTORED, RoundTrip

Bytes = npt.NDArray[np.uint8]

POINT_FIGURES = ("eyelids", "irises", "mesh", "five")


class PhotoFigures:
    """Measures one photograph after the other.

    Args:
        detector: looks for the face in the protected photograph.
        networks: folder with LPIPS's weights.
    """

    def __init__(self, detector: Detector, networks: Path) -> None:
        self.detector = detector
        self.lpips = Lpips(networks / "lpips_alex.safetensors")

    def measure(self, trip: RoundTrip) -> dict[str, float | bool | None]:
        """Every figure by name; None where there was nothing to measure."""
        return {**self._fidelity(trip), **_wrong_keys(trip), **self._geometry(trip)}

    @torch.inference_mode()
    def _fidelity(self, trip: RoundTrip) -> dict[str, float | bool | None]:
        """How near the restored aligned face is to the original, and the changed pixels of the photograph."""
        original, restored = (_planes(trip.views[stage]) for stage in (ORIGINAL, RESTORED))
        whole = trip.pixels
        changed = (whole[ORIGINAL] != whole[PROTECTED]).any(-1)
        pair = (_planes(whole[stage][changed][None]) for stage in (RESTORED, ORIGINAL))
        return {
            "psnr_view": float(psnr(restored, original)[0]),
            "psnr_changed_pixels": float(psnr(*pair)[0]) if changed.any() else None,
            "ssim": float(ssim(restored, original)[0]),
            "lpips": float(self.lpips(restored, original)[0]),
        }

    def _geometry(self, trip: RoundTrip) -> dict[str, float | bool | None]:
        """Whether the face is found in the protected photograph, and its points, each time found anew."""
        original, protected = trip.pixels[ORIGINAL], trip.pixels[PROTECTED]
        found = found_again(trip.detection, self.detector.detect(protected))
        if found is None:
            return {"found": False, **dict.fromkeys(POINT_FIGURES)}
        landmarks = find_landmarks(original, trip.detection), find_landmarks(protected, found)
        return {"found": True, **asdict(point_shifts(*landmarks, trip.detection.points, found.points))}


def _wrong_keys(trip: RoundTrip) -> dict[str, float | bool | None]:
    """Whether two wrong keys give one picture, in levels of the whole photograph, and whose key fitted."""
    difference = largest_difference(*(_planes(trip.pixels[stage]) * 255 for stage in (ONE_BIT, NO_KEY)))
    fits: dict[str, float | bool | None] = {f"key fits: {stage}": fits for stage, fits in trip.fits.items()}
    return {"wrong_keys_difference": float(difference[0].round()), **fits}


def _planes(picture: Bytes) -> torch.Tensor:
    """(H, W, 3) bytes as (1, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255
