"""Eye cropping: what a clinic that shares no faces keeps of a photograph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.cohort.face import Side
from rofi.errors import NoFaceFound
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.faces import topology
from rofi.faces.landmarks import FaceLandmarks
from rofi.imaging.encode import encode

Floats = npt.NDArray[np.float64]

GREY = 128
BESIDE, ABOVE, BELOW = 0.35, 0.1, 0.75
"""Margins in widths of the eye: beside the corners, above the brow, below the lower lid's margin."""


@dataclass(frozen=True)
class EyeCrop:
    """Keeps a rectangle about one eye, from brow to cheek, along the line of the eyes; the rest is grey.

    Args:
        side: the patient's eye; the right one (OD) is image-left.
    """

    side: Side

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`."""
        which = {Side.OD: "right", Side.OS: "left"}[self.side]
        return MethodFacts(
            name=f"eye-crop-{which}",
            title=f"Eye crop, {which} eye",
            version="1",
            reversible=False,
            keyed=False,
            built_in=f"The patient's {which} eye ({self.side}) from brow to cheek and {BESIDE:g} eye widths beyond "
            "both corners, unchanged and in its place; the rest of the photograph grey.",
            is_not="The paper does not tell how wide it cropped; who crops wider keeps more signs and gives away more.",
            reference="Eye cropping of the paper's section 2.5",
        )

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`.

        Raises:
            NoFaceFound: the eye lies outside the photograph.
        """
        height, width = photo.pixels.shape[:2]
        inside = eye_rectangle(photo.landmarks, self.side, (height, width))
        if not inside.any():
            raise NoFaceFound(f"{photo.name}: the {self.side} eye lies outside the photograph; leave it out")
        return encode(np.where(inside[..., None], photo.pixels, np.uint8(GREY)), "png")


def eye_rectangle(landmarks: FaceLandmarks, side: Side, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Where the rectangle about an eye is.

    Args:
        landmarks: of the face, in photograph pixels.
        side: which eye.
        shape: (H, W) of the photograph.

    Returns:
        (H, W), true in the rectangle, whose sides run along and across the line of the outer corners.
    """
    mesh: Floats = landmarks.mesh[:, :2]
    across = mesh[topology.RIGHT_EYE_OUTER] - mesh[topology.LEFT_EYE_OUTER]
    across = across / max(float(np.hypot(*across)), 1e-9)
    axes = np.array([across, [-across[1], across[0]]])  # along the line of the eyes, and down the face
    left = side is Side.OD
    lids = mesh[list(topology.LEFT_EYE if left else topology.RIGHT_EYE)] @ axes.T
    brow = mesh[list(topology.LEFT_BROW if left else topology.RIGHT_BROW)] @ axes.T
    width = float(np.ptp(lids[:, 0]))
    low = lids[:, 0].min() - BESIDE * width, brow[:, 1].min() - ABOVE * width
    high = lids[:, 0].max() + BESIDE * width, lids[:, 1].max() + BELOW * width
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    inside = np.ones(shape, np.bool_)
    for (x, y), least, most in zip(axes, low, high, strict=True):
        place = x * columns + y * rows
        inside &= (place >= least) & (place <= most)
    return inside
