"""Photographs of a face, made from the public-domain portrait that scikit-image ships, and how they are judged."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image
from skimage.data import astronaut

from rofi.faces.compositing import Window
from rofi.imaging.decode import decode
from rofi.pipeline.person_refinement import RefinementSettings
from rofi.pipeline.protector import ProtectOptions, Protector
from rofi.pipeline.region import unpack_region

QUICK = ProtectOptions(candidates=1, attempts=1, rounds=1, refinement=RefinementSettings(steps=0), code_steps=0)


def protector(networks, secret, **options):
    """A protector that tries one person and takes it, however like the patient: no verdict on the weights."""
    made = Protector(networks, secret, replace(QUICK, **options))
    set_thresholds(made, 2.0)
    return made


def set_thresholds(made, threshold):
    """Likeness above which any judge of a protector takes two faces for one person."""
    for judge in made.judges:
        judge.spec = replace(judge.spec, threshold=threshold, strangers=threshold - 1)


def remembering(memory):
    """`Protector.protect` that does equal photographs once: for tests about files, not about pixels."""
    protect = Protector.protect

    def remembered(self, original, name):
        known = original, name, self.options, self.secret
        if known not in memory:
            memory[known] = protect(self, original, name)
        return memory[known]

    return remembered


def portrait(side=512):
    """(side, side, 3): eyes' outer corners about 64 pixels apart at 512."""
    return np.asarray(Image.fromarray(astronaut()).resize((side, side), Image.Resampling.LANCZOS))


def close_up(side=256):
    """(side, side, 3): the face alone, in the portrait's own pixels at 256."""
    return np.asarray(Image.fromarray(astronaut()[:256, 96:352]).resize((side, side), Image.Resampling.LANCZOS))


def saved(pixels, image_format="PNG", **options):
    """The bytes of an image file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, image_format, **options)
    return file.getvalue()


def pixels_of(file):
    """Upright (H, W, 3) of an image file's bytes."""
    return decode(file, "file").pixels


def stripped(file, image_format="PNG", **options):
    """The same pixels in a file without anything else, as programs write it that know nothing of ROFI."""
    return saved(np.asarray(Image.open(io.BytesIO(file)).convert("RGB")), image_format, **options)


def changed(one, other):
    """(H, W) where two pictures differ."""
    return (one != other).any(axis=-1)


def told_changed(protected):
    """(H, W): what the header says was changed."""
    width, height = protected.header.size
    told = np.zeros((height, width), bool)
    for face in protected.header.faces:
        window = Window(*face.region_box)
        told[window.slices] |= unpack_region(face.region, window)
    return told


def psnr(one, other):
    """Peak signal-to-noise ratio in dB, by its definition."""
    return 10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2))
