"""The recogniser that moves the code is MobileFaceNet-512; MobileNet-128 looks on."""

import numpy as np
import pytest
import torch

from rofi.pipeline.face_code import ENOUGH, FaceCoder
from rofi.recognition.specs import SPECS
from rofi.recognition.torch_recogniser import TorchRecogniser

FEW = 130
"""Bytes, as in a face of a hundred pixels."""


@pytest.fixture(scope="module")
def recognisers():
    return {name: TorchRecogniser(SPECS[name]).eval() for name in ("mobilefacenet512", "mobilenet128")}


@pytest.fixture(scope="module")
def codebook(networks):
    return networks.base_layer.codebook


@pytest.fixture(scope="module")
def coder(codebook, recognisers):
    return FaceCoder(codebook, [recognisers["mobilefacenet512"]], 12)


@pytest.fixture(scope="module")
def view(aligned_astronaut):
    return aligned_astronaut(256)[0]


@pytest.fixture(scope="module")
def mask():
    y, x = np.mgrid[-1:1:256j, -1:1:256j]
    return (x**2 + y**2 < 0.5).astype(np.float32)


@pytest.fixture(scope="module")
def few(coder, view, mask):
    return coder.code(view, mask, FEW)


def as_batch(view):
    return torch.from_numpy(view.transpose(2, 0, 1).copy()).float()[None]


def plain(codebook, view, size):
    return codebook.encode(as_batch(view)[0], size)


def seen(codebook, view, mask, code):
    """The face as it comes back: (1, 3, 256, 256)."""
    return torch.lerp(as_batch(view), codebook.decode(code, 256)[None], torch.from_numpy(mask))


@pytest.mark.parametrize("name", ["mobilefacenet512", "mobilenet128"])
def test_a_face_in_few_bytes_is_more_its_persons(codebook, recognisers, view, mask, few, name):
    own, drawn, moved = (
        recognisers[name](face / 255)
        for face in (
            as_batch(view),
            seen(codebook, view, mask, plain(codebook, view, FEW)),
            seen(codebook, view, mask, few),
        )
    )
    assert float((own * moved).sum()) > float((own * drawn).sum()) + 0.02


def test_its_pixels_are_hardly_worse(codebook, view, mask, few):
    errors = [
        float((seen(codebook, view, mask, code) - as_batch(view)).square().mean().sqrt())
        for code in (few, plain(codebook, view, FEW))
    ]
    assert errors[0] < 1.15 * errors[1]


def test_it_has_the_length_asked_for_and_is_the_same_again(coder, view, mask, few):
    assert len(few) == FEW
    with torch.inference_mode():
        assert coder.code(view, mask, FEW) == few


@pytest.mark.parametrize(("steps", "size"), [(0, FEW), (12, ENOUGH)])
def test_without_steps_or_with_bytes_enough_the_pixels_alone_count(codebook, recognisers, view, mask, steps, size):
    coder = FaceCoder(codebook, list(recognisers.values()), steps)
    assert coder.code(view, mask, size) == plain(codebook, view, size)


def test_where_nothing_is_carried_there_is_no_code(coder, view, mask):
    assert coder.code(view, mask, 0) == b""
