"""Eyelids moved on a photograph: the margins slide over an eyeball that stays, and the skin follows."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from rofi.cohort.eyeball import Eyeball, complete_eyeball, render_eyeball
from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Floats, Image, Patch, Plane, blend, ramp
from rofi.cohort.lashes import part_lashes
from rofi.cohort.lid_motion import LASHES_TURN, LidMotion, Shift, still
from rofi.cohort.optics import shade, to_levels, to_linear
from rofi.faces import topology
from rofi.faces.grain import skin_texture
from rofi.faces.landmarks import FaceLandmarks

REACH = (30.0, 33.0, 24.0)
"""Millimetres to either side, upwards and downwards that a moved lid may change."""
_GAP = 0.3
_DIM = 0.3
_FAINTEST = 0.4
_SMALL = 0.3


def move_lids(
    face: Face,
    eye: Eye,
    upper: Shift = still,
    lower: Shift = still,
    behind: Eyeball | None = None,
    *,
    across: Shift = still,
    brow: Shift = still,
    crease: float = 0.8,
    shadow: float = 0.35,
    seed: int = 0,
) -> Face:
    """Slide the lids of one eye over its eyeball.

    Args:
        face: before.
        eye: of the face as it is.
        upper, lower: downward displacement of the lids' margins, mm, as functions of x in the eye's frame. They are
            held to 0 at the corners (no steeper than 1) and clamped where lids would cross or skin would fold.
        behind: the eyeball, completed in `lid_patch`; completed here where it is None and lids open.
        across: displacement of lids and skin along x, mm, temporal positive, for corners that move; monotone is
            enforced. The eyeball stays.
        brow: by which the brow rises, mm up positive.
        crease: share of the upper margin's movement that its crease follows.
        shadow: share of light that the upper lid takes from the eyeball beside it where it has moved.
        seed: of the texture that is added where skin is stretched.

    Returns:
        The face with its new picture, lid landmarks and mesh points; the irises stay.
    """
    patch = behind.patch if behind else lid_patch(face, eye)
    motion = LidMotion.of(eye, upper, lower, across, crease, brow)
    old_x = motion.source_x(patch.x, patch.y)
    shifts = [motion.shift(old_x, patch.y, is_upper) for is_upper in (True, False)]
    new_top = motion.at(motion.upper + motion.down_upper, old_x)
    new_bottom = motion.at(motion.lower + motion.down_lower, old_x)
    is_upper = patch.y < 0.5 * (new_top + new_bottom)
    gap = np.minimum(patch.y - new_top, new_bottom - patch.y)

    bare, lashes = part_lashes(eye, patch)
    moved_lashes = _moved_lashes(patch, motion, old_x, lashes)
    skin = moved_lashes[..., None] * _skin(patch, bare, old_x, np.where(is_upper, shifts[0], shifts[1]), seed)
    if _uncovers(motion):
        eyeball = _opened(behind or complete_eyeball(face, eye, patch), motion, old_x, new_top, new_bottom, shadow)
    else:
        eyeball = _closed(eye, patch, motion, old_x, new_top, new_bottom, shadow)
    edge = max(_GAP, 0.7 / patch.scale)
    eyeball = eyeball * moved_lashes[..., None]
    between = blend(eyeball, np.minimum(eyeball, skin), 1 - ramp(gap, 0.2, 0.3 + edge))
    # of the upper lid's border only what is darker than the eye moves with it: no rim of white is carried along
    share = np.minimum(
        ramp(patch.y - new_top, -0.8 * edge, 0.2 * edge), ramp(new_bottom - patch.y, -0.5 * edge, 0.5 * edge)
    )
    result = blend(skin, between, share * ramp(new_bottom - new_top, 0, 2 * edge))  # corners stay closed
    movement = np.abs(old_x - patch.x) + np.where(
        gap > 0, np.abs(shifts[0]) + np.abs(shifts[1]), np.abs(np.where(is_upper, shifts[0], shifts[1]))
    )
    result = blend(patch.pixels, result, ramp(movement, 0.0, 0.1))
    picture = patch.put(face.picture, result)
    return Face(picture, _moved_landmarks(face.landmarks, eye, motion))


def sham_lids(face: Face, side: Side, generator: np.random.Generator) -> Face:
    """A healthy eye whose lids were moved by too little to be a sign, so that traces of warping tell nothing.

    Args:
        generator: of the displacements, within 0.3 mm.
    """
    eye = face.eye(side)
    width = eye.lateral - eye.medial
    size, phase = generator.uniform(-1, 1, 2), generator.uniform(-0.3, 0.3, 2)

    def shift(lid: int) -> Shift:
        return lambda x: np.asarray(
            _SMALL * size[lid] * np.cos(np.clip(np.pi * ((x - eye.medial) / width - 0.5 + phase[lid]), -1.5, 1.5)),
            np.float32,
        )

    return move_lids(face, eye, shift(0), shift(1), crease=float(generator.uniform(0.5, 1)), seed=_seed(generator))


def lid_patch(face: Face, eye: Eye) -> Patch:
    """All pixels that `move_lids` may change."""
    side, up, down = REACH
    return Patch.around(face.picture, eye.frame, (-side, -up), (side, down))


def _seed(generator: np.random.Generator) -> int:
    return int(generator.integers(2**31))


def _uncovers(motion: LidMotion) -> bool:
    return bool(motion.down_upper.min() < -0.02 or motion.down_lower.max() > 0.02)


def _skin(patch: Patch, bare: Image, old_x: Plane, shift: Plane, seed: int) -> Image:
    """The skin from where it was, with fine texture added where it is stretched."""
    columns, rows = patch.source(old_x, patch.y - shift)
    skin = cv2.remap(bare, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    area = np.abs(
        np.gradient(columns, axis=1) * np.gradient(rows, axis=0)
        - np.gradient(columns, axis=0) * np.gradient(rows, axis=1)
    )
    lost = np.sqrt(1 - np.clip(area, 0, 1)) * ramp(area, 1, 0.75)
    if lost.max() > 0.01:
        skin = skin + lost[..., None] * skin_texture(bare, max(0.4 * patch.scale, 0.8), seed)
    return np.asarray(skin, np.float32)


def _moved_lashes(patch: Patch, motion: LidMotion, old_x: Plane, lashes: Plane) -> Plane:
    """Light that the moved lashes leave: on the lid shorter the lower it hangs, and some over the eyeball then."""
    if lashes.min() == 1:
        return lashes
    down, margin = motion.at(motion.down_upper, old_x), motion.at(motion.upper, old_x)
    hangs = np.clip(down / 5, 0, 1)
    below = patch.y - down - margin
    old_y = margin + np.where(below < 0, below / (1 - LASHES_TURN * hangs), -1.6 * below)
    columns, rows = patch.source(old_x, np.asarray(old_y, np.float32))
    moved = cv2.remap(lashes, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=1)
    return np.asarray(np.where(below < 0, moved, 1 - hangs * (1 - moved)), np.float32)


def _closed(
    eye: Eye, patch: Patch, motion: LidMotion, old_x: Plane, new_top: Plane, new_bottom: Plane, shadow: float
) -> Image:
    """The eyeball beneath lids that closed a little: its own pixels, in the shadow of where the lids are now."""
    was_open = motion.at(motion.lower - motion.upper, old_x)
    closing = ramp(was_open, 0, 2) * (1 - np.clip((new_bottom - new_top) / np.maximum(was_open, 1), 0, 1))
    before = _shadow(patch.y - eye.upper_lid(patch.x), shadow)
    light = np.minimum(_shadow(patch.y - new_top, shadow) / before, 1) * (1 - _DIM * closing)
    return shade(patch.pixels, np.asarray(light, np.float32))


def _opened(
    eyeball: Eyeball, motion: LidMotion, old_x: Plane, new_top: Plane, new_bottom: Plane, shadow: float
) -> Image:
    """The eyeball beneath lids that opened: what lids and lashes took of its light before, they take where they are.

    What was seen well inside the lids keeps its pixels, freed of the old shadow; the rest is completed.
    """
    eye, patch = eyeball.eye, eyeball.patch
    lower_share = ramp((patch.y - new_top) / np.maximum(new_bottom - new_top, 1e-3), 0, 1)
    down = motion.at(motion.down_upper, old_x) * (1 - lower_share) + motion.at(motion.down_lower, old_x) * lower_share
    columns, rows = patch.source(old_x, np.asarray(patch.y - down, np.float32))
    cover = cv2.remap(eyeball.cover, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = np.clip(0.5 * (cover + cover.mean(-1, keepdims=True)), 0, 1.2)  # of the lids' own colour only half
    cover = np.minimum(cover, _shadow(patch.y - new_top, shadow)[..., None])
    depth = np.minimum(patch.y - eye.upper_lid(patch.x), eye.lower_lid(patch.x) - patch.y)
    bare = np.asarray(to_linear(patch.pixels) / np.clip(eyeball.cover, _FAINTEST, 1.2), np.float32)
    seen = eyeball.seen * ramp(depth, 0.6, 1.8)
    return to_levels(blend(to_linear(render_eyeball(eyeball)), bare, np.asarray(seen, np.float32)) * cover)


def _shadow(below_lid: Plane, shadow: float) -> Plane:
    """Light that reaches the eyeball at distances below the lid's margin."""
    return np.asarray(1 - shadow * np.exp(-((np.clip(below_lid, 0, None) / 1.3) ** 2)), np.float32)


def _moved_landmarks(marks: FaceLandmarks, eye: Eye, motion: LidMotion) -> FaceLandmarks:
    right = eye.side is Side.OD
    mesh = marks.mesh.copy()
    lids = (
        topology.LEFT_EYE + topology.LEFT_EYE_RING_1 + topology.LEFT_EYE_RING_2 + topology.LEFT_BROW
        if right
        else topology.RIGHT_EYE + topology.RIGHT_EYE_RING_1 + topology.RIGHT_EYE_RING_2 + topology.RIGHT_BROW
    )
    places = list(lids)
    mesh[places, :2] = _forward(mesh[places, :2], eye, motion)
    contour = _forward(marks.left_eye if right else marks.right_eye, eye, motion)
    return replace(marks, mesh=mesh, left_eye=contour) if right else replace(marks, mesh=mesh, right_eye=contour)


def _forward(points: Floats, eye: Eye, motion: LidMotion) -> Floats:
    return eye.frame.to_picture(motion.forward(eye.frame.to_local(points)))
