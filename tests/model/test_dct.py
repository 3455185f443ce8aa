import io

import numpy as np
import pytest
import scipy.fft
import torch
from PIL import Image
from skimage.data import astronaut

from rofi.model.dct import COEFFICIENTS, correlator, to_coefficients, with_coefficients, zigzag


def picture(height=48, width=64, dtype=torch.float32):
    crop = astronaut()[80 : 80 + height, 180 : 180 + width]
    return torch.from_numpy(crop.transpose(2, 0, 1).copy()).to(dtype)


def test_zigzag_is_the_order_in_which_libjpeg_writes_a_quantisation_table():
    table = list(range(1, 65))
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "JPEG", qtables=[table])
    data = file.getvalue()
    start = data.index(b"\xff\xdb") + 5  # marker, length (2 bytes), precision and number
    assert list(data[start : start + 64]) == [table[place] for place in zigzag()]


def test_grey_blocks_agree_with_scipy():
    grey = np.random.default_rng(0).uniform(0, 255, (24, 16)).astype(np.float32)
    image = torch.from_numpy(np.stack([grey] * 3))
    coefficients = to_coefficients(image, torch.ones(3, 2, dtype=torch.bool)).numpy()
    blocks = [grey[y : y + 8, x : x + 8] - 128 for y in (0, 8, 16) for x in (0, 8)]
    expected = [scipy.fft.dctn(block, norm="ortho").ravel()[zigzag()] for block in blocks]
    np.testing.assert_allclose(coefficients[:, :64], expected, atol=2e-3)
    np.testing.assert_allclose(coefficients[:, 64:], 0, atol=2e-3)


def test_colour_agrees_with_pillows_conversion_to_its_rounding():
    image = picture()
    planes = np.asarray(Image.fromarray(image.numpy().transpose(1, 2, 0).astype(np.uint8)).convert("YCbCr"), float)
    blocks = torch.zeros(6, 8, dtype=torch.bool)
    blocks[2, 5] = True
    tile = planes[16:24, 40:48] - 128
    expected = [scipy.fft.dctn(tile[..., plane], norm="ortho").ravel()[zigzag()] for plane in range(3)]
    off = np.abs(to_coefficients(image, blocks).reshape(3, 64).numpy() - expected)
    assert off[:, 0].max() < 8  # Pillow cuts fractions off: less than a level, which is 8 in the block's mean
    assert off[:, 1:].max() < 2  # and their spread, 0.29 levels, is that of a coefficient


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-3), (torch.float64, 1e-3)])
def test_coefficients_give_the_blocks_again(dtype, tolerance):
    image, blocks = picture(dtype=dtype), torch.ones(6, 8, dtype=torch.bool)
    again = with_coefficients(image, blocks, to_coefficients(image, blocks))
    assert (again - image).abs().max() < tolerance


def test_blocks_that_were_not_chosen_are_untouched_bit_for_bit():
    image, blocks = picture(), torch.zeros(6, 8, dtype=torch.bool)
    blocks[1, 2] = blocks[4, 7] = True
    changed = with_coefficients(image, blocks, torch.zeros(2, COEFFICIENTS)) != image
    touched = blocks.repeat_interleave(8, 0).repeat_interleave(8, 1)
    assert not changed[:, ~touched].any()
    assert changed[:, touched].float().mean() > 0.9


def test_no_coefficient_at_all_is_mid_grey():
    image, blocks = picture(8, 8), torch.ones(1, 1, dtype=torch.bool)
    torch.testing.assert_close(
        with_coefficients(image, blocks, torch.zeros(1, COEFFICIENTS)), torch.full((3, 8, 8), 128.0)
    )


def test_coefficients_have_the_energy_of_the_planes():
    image, blocks = picture(), torch.ones(6, 8, dtype=torch.bool)
    red, green, blue = image.double().numpy()
    luma = 0.299 * red + 0.587 * green + 0.114 * blue - 128
    energy = to_coefficients(image, blocks)[:, :64].double().square().sum()
    assert float(energy) == pytest.approx((luma**2).sum(), rel=1e-4)


def test_gradient_passes_through_both_directions():
    image = picture(16, 16, torch.float64).requires_grad_()
    blocks = torch.ones(2, 2, dtype=torch.bool)
    with_coefficients(image, blocks, to_coefficients(image, blocks)).sum().backward()
    torch.testing.assert_close(image.grad, torch.ones_like(image), atol=1e-4, rtol=0)


def test_the_correlator_is_the_transpose_of_the_coefficients():
    """<correlator(w), image> = <w, coefficients(image)>, but for the level shift of the mean."""
    generator = torch.Generator().manual_seed(0)
    image = picture(dtype=torch.float64)
    blocks = torch.rand(6, 8, generator=generator) < 0.5
    weights = torch.randn(int(blocks.sum()), COEFFICIENTS, generator=generator, dtype=torch.float64)
    weights[:, 0] = 0
    pattern = correlator((48, 64), blocks, weights)
    assert float((pattern * image).sum()) == pytest.approx(float((weights * to_coefficients(image, blocks)).sum()))
    outside = ~blocks.repeat_interleave(8, 0).repeat_interleave(8, 1)
    assert not pattern[:, outside].any()
