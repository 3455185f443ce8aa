import io

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from skimage.data import astronaut

from rofi.model.coefficient_lattice import JPEG_STEPS, MARGIN, MOST_BITS, ROUNDING, read_bits, write_bits
from rofi.model.dct import to_coefficients

BLOCKS = torch.ones(16, 16, dtype=torch.bool)


@pytest.fixture(scope="module")
def face():
    """Off black and white, as what carries a residue is."""
    return torch.from_numpy(astronaut()[64:192, 160:288].transpose(2, 0, 1).copy()).float().clamp(12, 243)


def random_bits(count, seed=0):
    return torch.rand(256, count, generator=torch.Generator().manual_seed(seed)) < 0.5


def as_jpeg(image, quality, subsampling):
    file = io.BytesIO()
    pixels = image.round().clamp(0, 255).byte().numpy().transpose(1, 2, 0)
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=subsampling)
    return torch.from_numpy(np.asarray(Image.open(file)).transpose(2, 0, 1).copy()).float()


def test_the_steps_are_those_of_jpeg_at_quality_75():
    """Pillow's tables are libjpeg's, rounded to whole numbers, here in rows."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=75)
    rows = np.array(Image.open(file).quantization[0]).reshape(8, 8)
    diagonal = sorted(((r, c) for r in range(8) for c in range(8)), key=lambda p: (sum(p), p[sum(p) % 2 == 0]))
    theirs = [rows[place] for place in diagonal[1 : 1 + MOST_BITS]]
    np.testing.assert_allclose(JPEG_STEPS, theirs, atol=0.51)


@given(st.integers(1, MOST_BITS), st.integers(0, 2**31))
def test_what_is_written_is_read(count, seed):
    generator = torch.Generator().manual_seed(seed)
    image = 255 * torch.rand(3, 16, 24, generator=generator)
    blocks = torch.tensor([[True, False, True], [False, True, True]])
    bits = torch.rand(4, count, generator=generator) < 0.5
    assert torch.equal(read_bits(write_bits(image, blocks, bits), blocks, count), bits)


@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize(("count", "quality", "wrong"), [(3, 75, 0.002), (3, 60, 0.02), (MOST_BITS, 75, 0.02)])
def test_jpeg_leaves_them(face, count, quality, subsampling, wrong):
    bits = random_bits(count)
    read = read_bits(as_jpeg(write_bits(face, BLOCKS, bits), quality, subsampling), BLOCKS, count)
    assert float((read != bits).float().mean()) <= wrong


def test_nothing_but_the_carriers_moves_and_these_little(face):
    before = to_coefficients(face, BLOCKS)
    after = to_coefficients(write_bits(face, BLOCKS, random_bits(5)), BLOCKS)
    moved = (after - before).abs()
    assert float(moved[:, [0, *range(6, 192)]].max()) < 1e-3
    spacing = 2 * (MARGIN[0] * torch.tensor(JPEG_STEPS[:5]) + ROUNDING)
    assert (moved[:, 1:6] <= spacing / 2 + 1e-3).all()


def test_a_plain_block_moves_by_a_quarter_of_the_spacing():
    plain = torch.full((3, 8, 8), 128.0)
    blocks = torch.ones(1, 1, dtype=torch.bool)
    for bit in (False, True):
        after = to_coefficients(write_bits(plain, blocks, torch.tensor([[bit]])), blocks)
        assert abs(float(after[0, 1])) == pytest.approx((MARGIN[0] * JPEG_STEPS[0] + ROUNDING) / 2, rel=1e-4)
