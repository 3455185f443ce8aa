import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from rofi.model.gaussian_blur import gaussian_blur


def test_it_agrees_with_scipy():
    planes = np.random.default_rng(0).standard_normal((2, 3, 40, 50))
    expected = gaussian_filter(planes, (0, 0, 2.5, 2.5), mode="constant", radius=(0, 0, 8, 8))
    np.testing.assert_allclose(gaussian_blur(torch.from_numpy(planes), 2.5).numpy(), expected, atol=1e-6)


def test_gradients_pass():
    planes = torch.randn(1, 2, 9, 9, requires_grad=True)
    gaussian_blur(planes, 1.0)[0, 0, 4, 4].backward()
    assert planes.grad[0, 0].sum() > 0.98
    assert not planes.grad[0, 1].any()
