"""Tears that overflow: raised meniscus, wet track on the cheek, reddened lids, discharge at the inner corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from scipy.interpolate import PchipInterpolator

from rofi.cohort.face import Eye
from rofi.cohort.frame import Floats, Image, Mask, Patch, Plane, blend, ramp
from rofi.cohort.optics import HAEMOGLOBIN, absorb, add_light, luminance, shade
from rofi.cohort.shading import Light
from rofi.cohort.texture import noise

_LEAST_MENISCUS, _MOST_MENISCUS = 0.45, 1.5
_WET: tuple[float, float, float] = (0.9, 0.97, 1.0)
_MUCUS = (0.90, 0.76, 0.54)


@dataclass(frozen=True, eq=False)
class Epiphora:
    """One patient's tears.

    Attributes:
        meniscus: height along the lower lid, millimetres; a healthy one measures about 0.2.
        course: (K, 2) millimetres in the eye's frame, downwards: the way the tears take.
        length: of the track, millimetres; width: of it.
        redness: absorbance of blood in the lids' skin.
        discharge: how much mucus lies at the inner corner, 0..1.
    """

    meniscus: float
    course: Floats
    length: float
    width: float
    redness: float
    discharge: float

    @classmethod
    def draw(cls, eye: Eye, severity: float, generator: np.random.Generator) -> Self:
        """A patient's tears at one severity, 0..1."""
        extent, reach, broad, red = generator.uniform(size=4)
        mucus = generator.random() < 0.6
        return cls(
            meniscus=float(_LEAST_MENISCUS + (_MOST_MENISCUS - _LEAST_MENISCUS) * severity * (0.75 + 0.25 * extent)),
            course=_course(eye, generator),
            length=float(5 + 36 * severity * (0.65 + 0.35 * reach)),
            width=float((1.2 + 1.6 * severity) * (0.8 + 0.4 * broad)),
            redness=float((0.03 + 0.11 * severity) * (0.7 + 0.6 * red)),
            discharge=float(mucus) * float(ramp(severity, 0.35, 1.0)),
        )

    def paint(
        self,
        pixels: Image,
        patch: Patch,
        eye: Eye,
        light: Light,
        lamp: float,
        relief: Plane,
        generator: np.random.Generator,
    ) -> tuple[Image, Mask]:
        """Wet a patch that reaches from the eye to the cheek.

        Args:
            pixels: (h, w, 3) levels of the patch.
            lamp: linear light that a white surface would send back there, 0..1.
            relief: (h, w) millimetres by which the skin is raised already.

        Returns:
            The pixels, and where tears stand or run.
        """
        pixels = self._redden(pixels, patch, eye, generator)
        pixels, track = self._track(pixels, patch, eye, light, lamp, relief, generator)
        pixels, meniscus = self._meniscus(pixels, patch, eye, lamp, generator)
        pixels, mucus = self._mucus(pixels, patch, eye, light, lamp, generator)
        return pixels, track | meniscus | mucus

    def _redden(self, pixels: Image, patch: Patch, eye: Eye, generator: np.random.Generator) -> Image:
        """Skin that is wiped all day: along the margin, most at the inner corner, and a little under the track."""
        opening = eye.opening(patch.x, patch.y)
        below = patch.y - eye.lower_lid(patch.x)
        lid = ramp(opening, 0.4, -0.6) * ramp(below, 6.0, 0.5) * ramp(below, -1.5, 0.0)
        lid *= ramp(patch.x, eye.medial - 4, eye.medial) * ramp(patch.x, eye.lateral + 4, eye.lateral)
        lid *= 0.6 + 0.4 * ramp(patch.x, eye.lateral, eye.medial)
        corner = ramp(np.hypot(patch.x - eye.medial + 1, patch.y - 1), 5.0, 1.0) * ramp(opening, 0.4, -0.6)
        skin = np.maximum(lid, 0.8 * corner) + 0.15 * ramp(self._off_course(patch), 1.6 * self.width, 0)
        mottle = np.clip(1 + 0.25 * noise(patch, 3.0, generator), 0, None)
        return absorb(pixels, HAEMOGLOBIN, np.asarray(self.redness * skin * mottle, np.float32))

    def _track(
        self,
        pixels: Image,
        patch: Patch,
        eye: Eye,
        light: Light,
        lamp: float,
        relief: Plane,
        generator: np.random.Generator,
    ) -> tuple[Image, Mask]:
        start = float(self.course[0, 1])
        down = patch.y - start
        uneven = 1 + 0.3 * noise(patch, 4.0, generator, octaves=2)
        narrowing = 1 - 0.35 * ramp(down, 0.2 * self.length, self.length)
        half = np.maximum(0.5 * self.width * narrowing * uneven, max(0.4, 0.6 / patch.scale))
        distance = self._off_course(patch) / half
        ends = np.clip(down / 0.8, 0, 1) * np.clip((self.length - down) / 0.8, 0, 1)
        on_skin = ramp(eye.opening(patch.x, patch.y), 0.3, -0.3)
        film = np.clip(1 - distance**2, 0, None) ** 0.6 * ends * on_skin
        within = (ends > 0) & (on_skin > 0.5)
        drop = self._drop(patch)
        film = np.maximum(film, drop)
        film = cv2.GaussianBlur(np.asarray(film, np.float32), (0, 0), max(0.12 * patch.scale, 0.45))

        height = np.asarray(relief + (0.16 * self.width) * film + 0.25 * self.width * drop, np.float32)
        pixels = absorb(pixels, _WET, np.asarray(0.055 * film, np.float32))
        lit = light.relief(height, patch.scale) / light.relief(relief, patch.scale)
        pixels = shade(pixels, np.asarray(1 + 0.9 * (lit - 1), np.float32))
        # water lies in the skin's furrows and stands on its ridges, so that its reflex is broken
        rough = height + 0.05 * noise(patch, 1.6, generator, octaves=2)
        broken = ramp(noise(patch, 3.0, generator) + 0.5 * noise(patch, 1.0, generator), -0.9, 1.1)
        glints = light.highlight(np.asarray(rough, np.float32), patch.scale, 45)
        shine = lamp * film * (0.05 + 0.18 * broken + 0.5 * glints * (0.2 + 0.8 * broken))
        pixels = add_light(pixels, np.asarray(shine, np.float32))
        return pixels, np.asarray(((distance < 1) & within) | (drop > 0.2), np.bool_)

    def _drop(self, patch: Patch) -> Plane:
        """The bead at the track's end, 0..1."""
        end = float(self.course[0, 1]) + self.length
        x = float(PchipInterpolator(self.course[:, 1], self.course[:, 0])(min(end, self.course[-1, 1])))
        radius = 0.55 * self.width
        away = np.hypot(patch.x - x, (patch.y - end + 0.6 * radius) * 0.8) / radius
        return np.asarray(np.clip(1 - away**2, 0, None) ** 0.6, np.float32)

    def _off_course(self, patch: Patch) -> Plane:
        """Millimetres from the way of the tears; large above its start."""
        down = np.clip(patch.y, self.course[0, 1], self.course[-1, 1])
        way = PchipInterpolator(self.course[:, 1], self.course[:, 0])
        slope = way.derivative()(down)
        away = np.abs(patch.x - way(down)) / np.hypot(1, slope)
        above = np.clip(self.course[0, 1] - patch.y, 0, None)
        beyond = np.clip(patch.y - self.course[0, 1] - self.length, 0, None)
        return np.asarray(np.hypot(away, above + beyond), np.float32)

    def _meniscus(
        self, pixels: Image, patch: Patch, eye: Eye, lamp: float, generator: np.random.Generator
    ) -> tuple[Image, Mask]:
        """A concave strip of tears on the lower lid: it mirrors the lamp in a line and dims what lies behind."""
        margin = eye.lower_lid(patch.x) + _margin_error(patch, eye)
        up = (margin - patch.y) / self.meniscus  # 0 at the lid, 1 at the upper edge
        within = ramp(patch.x, eye.medial - 0.2, eye.medial + 1.5) * ramp(patch.x, eye.lateral - 0.3, eye.lateral - 2.5)
        least = 0.4 / patch.scale / self.meniscus  # half a pixel, so that a thin line is a dim line
        body = within * ramp(up, 1 + least, 1 - least) * ramp(up, -0.2 - least, -0.2 + least)
        edge = within * np.exp(-(((up - 1) / (0.22 + least)) ** 2))
        pixels = shade(pixels, np.asarray(1 - 0.12 * body - 0.2 * edge, np.float32))

        line_width = np.hypot(0.16, least)
        line = np.exp(-(((up - 0.32) / line_width) ** 2)) * 0.16 / line_width
        second = 0.5 * np.exp(-(((up + 0.1) / line_width) ** 2)) * 0.16 / line_width
        streaks = ramp(noise(patch, 4.5, generator), -0.9, 1.2)
        under_lamp = np.exp(-(((patch.x - eye.iris[0]) / 5.0) ** 2))
        glint = within * (line + second * streaks) * (0.12 + 0.68 * streaks + 0.25 * under_lamp)
        lake_distance = np.hypot(patch.x - eye.medial - 1.6, (patch.y - 0.2 - 0.2 * self.meniscus) * 1.4)
        lake = ramp(lake_distance, 0.5 + 0.8 * self.meniscus, 0.0) * ramp(streaks + 0.3, 0.2, 1.1)
        gain = 0.5 + 0.5 * self.meniscus / _MOST_MENISCUS
        pixels = add_light(pixels, np.asarray(lamp * gain * (0.75 * glint + 0.25 * lake), np.float32))
        half = max(0.6 * self.meniscus, 0.6 / patch.scale)
        where = np.abs(patch.y - margin + 0.45 * self.meniscus) < half
        return pixels, np.asarray(where & (within > 0.2), np.bool_)

    def _mucus(
        self, pixels: Image, patch: Patch, eye: Eye, light: Light, lamp: float, generator: np.random.Generator
    ) -> tuple[Image, Mask]:
        """A yellowish lump at the inner corner, and crusts among the lower lashes beside it."""
        size = (0.5 + 1.2 * self.discharge) * float(generator.uniform(0.8, 1.3))
        lumps = [(eye.medial + float(generator.uniform(-0.3, 1.0)), float(generator.uniform(0.2, 1.0)), size)]
        for _ in range(int(generator.integers(3, 9))):
            x = eye.medial + float(generator.uniform(0.5, 0.5 * (eye.lateral - eye.medial)))
            y = float(eye.lower_lid(x)) + float(generator.uniform(0.3, 1.4))
            lumps.append((x, y, float(generator.uniform(0.25, 0.5)) * (0.4 + 0.6 * self.discharge)))
        ragged = np.clip(1 + 0.25 * noise(patch, 1.2, generator), 0.5, 1.6)
        if self.discharge == 0:
            return pixels, np.zeros(patch.x.shape, np.bool_)
        least = 0.4 / patch.scale
        cover: Plane = np.zeros(patch.x.shape, np.float32)
        for x, y, radius in lumps:
            away = np.hypot(patch.x - x, (patch.y - y) * 1.25) * ragged
            wide = radius + least
            cover = np.maximum(cover, np.clip(1.25 - (away / wide) ** 2, 0, 1) * min(1.0, (radius / wide) ** 2 * 1.6))
        cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), max(0.12 * patch.scale, 0.4)), np.float32)
        height = np.asarray(0.5 * size * cover, np.float32)
        white = float(np.quantile(luminance(pixels), 0.9))
        cream = np.clip(np.array(_MUCUS) * max(0.85 * lamp, white), 0, 1)
        flat = np.asarray(255 * np.power(cream, 1 / 2.2), np.float32)
        textured = shade(np.broadcast_to(flat, pixels.shape), light.relief(height, patch.scale))
        pixels = blend(pixels, textured, np.asarray((0.35 + 0.45 * self.discharge) * cover, np.float32))
        glint = light.highlight(height, patch.scale, 60) * cover
        return add_light(pixels, np.asarray(0.15 * lamp * glint, np.float32)), np.asarray(cover > 0.4, np.bool_)


def _course(eye: Eye, generator: np.random.Generator) -> Floats:
    """The way of the tears: mostly beside the nose, often from the outer corner, seldom down the middle."""
    where = generator.choice(["medial", "lateral", "middle"], p=[0.55, 0.3, 0.15])
    bends = np.cumsum(generator.normal(0, 0.6, 7))
    downwards = np.array([0.0, 3.0, 8.0, 15.0, 24.0, 34.0, 46.0])
    if where == "medial":
        x = eye.medial + float(generator.uniform(1.5, 5.0))
        drift = np.interp(downwards, [0, 8, 46], [0, float(generator.uniform(-2.5, 0.5)), generator.uniform(0, 6)])
    elif where == "lateral":
        x = eye.lateral - float(generator.uniform(0.5, 3.0))
        drift = np.interp(downwards, [0, 8, 46], [0, float(generator.uniform(0, 1.5)), generator.uniform(-3, 4)])
    else:
        x = float(eye.iris[0] + generator.uniform(-4, 4))
        drift = np.interp(downwards, [0, 46], [0, generator.uniform(-3, 3)])
    start = float(eye.lower_lid(x)) - 0.3
    course: Floats = np.column_stack([x + drift + bends - bends[0], start + downwards])
    return course


def _margin_error(patch: Patch, eye: Eye) -> float:
    """How far below its landmarks the lower lid's margin lies, millimetres: where most light changes across it."""
    middle = (patch.x > eye.medial + 4) & (patch.x < eye.lateral - 3)
    step = np.abs(np.gradient(cv2.GaussianBlur(luminance(patch.pixels), (0, 0), max(0.2 * patch.scale, 0.5)), axis=0))
    below = patch.y - eye.lower_lid(patch.x)
    offsets = np.linspace(-0.9, 0.9, 13)
    width = max(0.25, 0.5 / patch.scale)
    scores = []
    for offset in offsets:
        near = middle * np.exp(-(((below - offset) / width) ** 2))
        scores.append(float((near * step).sum() / max(float(near.sum()), 1e-6)) * np.exp(-(offset**2)))
    return float(offsets[int(np.argmax(scores))])
