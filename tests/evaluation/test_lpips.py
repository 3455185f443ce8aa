from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from skimage import data

from rofi.errors import RofiError, TrainingError, WeightsMismatch
from rofi.evaluation.lpips import Lpips

WEIGHTS = Path("../shared/models/lpips_alex.safetensors")
needs_weights = pytest.mark.skipif(not WEIGHTS.is_file(), reason="needs ../shared")
SHIFT, SCALE = torch.tensor([-0.030, -0.088, -0.188]), torch.tensor([0.458, 0.448, 0.450])


def miniature(path: Path, **changes: torch.Tensor) -> Path:
    """Three channels everywhere; every convolution hands on the pixel under its centre."""
    weights = {}
    for layer, size in enumerate((11, 5, 3, 3, 3)):
        kernel = torch.zeros(3, 3, size, size)
        kernel[range(3), range(3), size // 2, size // 2] = 1
        weights[f"conv{layer}.weight"] = kernel
        weights[f"conv{layer}.bias"] = torch.zeros(3)
        weights[f"lin{layer}"] = torch.tensor([1.0, 2.0, 3.0]).reshape(1, 3, 1, 1) * 10**layer
    save_file(weights | changes, path)
    return path


def plain(*colour: float) -> torch.Tensor:
    """The image (1, 3, 40, 40) of one colour, given as the network sees it, after its shift and scale."""
    value = (torch.tensor(colour) * SCALE + SHIFT + 1) / 2
    return value.reshape(1, 3, 1, 1).expand(1, 3, 40, 40)


@pytest.fixture(scope="module")
def faces() -> torch.Tensor:
    """(2, 3, 64, 64): a face, and a piece of background."""
    image = torch.from_numpy(data.astronaut()).permute(2, 0, 1) / 255
    return torch.stack([image[:, 80:144, 190:254], image[:, 400:464, 20:84]])


def test_hand_worked_miniature(tmp_path):
    """Unit vectors (0.6, 0.8, 0) and (0, 0, 1) differ by 0.36, 0.64 and 1, weighted 1, 2, 3: 4.64 in each layer."""
    lpips = Lpips(miniature(tmp_path / "mini.safetensors"))
    distance = lpips(plain(0.3, 0.4, 0.0), plain(-1.0, 0.0, 0.5))  # what is below zero falls to ReLU
    assert distance.item() == pytest.approx(4.64 * 11111, rel=1e-4)


def test_gradient_is_finite_where_all_features_are_zero(tmp_path):
    lpips = Lpips(miniature(tmp_path / "mini.safetensors"))
    dark = plain(-1.0, -1.0, -1.0).clone().requires_grad_()
    lpips(dark, plain(0.3, 0.4, 0.0)).sum().backward()
    assert dark.grad is not None
    assert torch.isfinite(dark.grad).all()


def test_weights_are_frozen_and_stay_out_of_checkpoints(tmp_path):
    lpips = Lpips(miniature(tmp_path / "mini.safetensors"))
    assert list(lpips.parameters()) == []
    assert lpips.state_dict() == {}


@needs_weights
def test_the_formula_recomputed(faces):
    from safetensors.torch import load_file

    weights = {name: value.float() for name, value in load_file(WEIGHTS).items()}

    def maps(x: torch.Tensor) -> list[torch.Tensor]:
        x = (2 * x - 1 - SHIFT.reshape(3, 1, 1)) / SCALE.reshape(3, 1, 1)
        c = [(weights[f"conv{i}.weight"], weights[f"conv{i}.bias"]) for i in range(5)]
        m0 = F.conv2d(x, *c[0], stride=4, padding=2).relu()
        m1 = F.conv2d(F.max_pool2d(m0, 3, 2), *c[1], padding=2).relu()
        m2 = F.conv2d(F.max_pool2d(m1, 3, 2), *c[2], padding=1).relu()
        m3 = F.conv2d(m2, *c[3], padding=1).relu()
        return [m0, m1, m2, m3, F.conv2d(m3, *c[4], padding=1).relu()]

    a, b = faces[:1], faces[1:]
    expected = sum(
        F.conv2d((F.normalize(p, dim=1) - F.normalize(q, dim=1)) ** 2, weights[f"lin{i}"]).mean().item()
        for i, (p, q) in enumerate(zip(maps(a), maps(b), strict=True))
    )
    assert Lpips(WEIGHTS)(a, b).item() == pytest.approx(expected, rel=1e-4)


@needs_weights
@pytest.mark.skipif(find_spec("torchmetrics") is None, reason="needs torchmetrics")
def test_channel_weights_are_those_that_torchmetrics_carries():
    import torchmetrics.functional.image as image_metrics
    from safetensors.torch import load_file

    path = Path(image_metrics.__file__).parent / "lpips_models" / "alex.pth"
    theirs = torch.load(path, map_location="cpu", weights_only=True)
    ours = load_file(WEIGHTS)
    for layer in range(5):
        torch.testing.assert_close(ours[f"lin{layer}"], theirs[f"lin{layer}.model.1.weight"])


@needs_weights
def test_equal_images_are_at_no_distance_and_noise_takes_them_apart(faces):
    lpips = Lpips(WEIGHTS)
    noise = torch.randn(faces.shape, generator=torch.Generator().manual_seed(0))
    distances = torch.stack([lpips((faces + s * noise).clamp(0, 1), faces) for s in (0.0, 0.02, 0.1, 0.3)])
    assert (distances[0].abs() < 1e-6).all()
    assert (distances.diff(dim=0) > 0).all()
    torch.testing.assert_close(lpips(faces, faces.flip(0)), lpips(faces.flip(0), faces))


@needs_weights
def test_gradient_agrees_with_finite_differences(faces):
    lpips = Lpips(WEIGHTS).double()
    a, b = faces[:1].double().requires_grad_(), faces[1:].double()
    (gradient,) = torch.autograd.grad(lpips(a, b).sum(), a)
    with torch.no_grad():
        step = 1e-4 * gradient / gradient.norm()
        difference = (lpips(a + step, b) - lpips(a - step, b)) / 2e-4
    assert difference.item() == pytest.approx(gradient.norm().item(), rel=1e-2)


@pytest.mark.parametrize(
    ("a", "b"), [((1, 3, 40, 40), (1, 3, 40, 41)), ((3, 40, 40), (3, 40, 40)), ((1, 1, 40, 40),) * 2]
)
def test_other_shapes_are_an_error(tmp_path, a, b):
    with pytest.raises(RofiError, match=r"\(N, 3, H, W\)"):
        Lpips(miniature(tmp_path / "mini.safetensors"))(torch.zeros(a), torch.zeros(b))


def test_an_image_too_small_for_the_network_is_an_error(tmp_path):
    lpips = Lpips(miniature(tmp_path / "mini.safetensors"))
    assert lpips(torch.zeros(1, 3, 31, 31), torch.zeros(1, 3, 31, 31)).shape == (1,)
    with pytest.raises(RofiError, match="31 pixels"):
        lpips(torch.zeros(1, 3, 30, 31), torch.zeros(1, 3, 30, 31))


def test_a_missing_file_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("ROFI_NETWORKS", str(tmp_path))
    with pytest.raises(TrainingError, match="lpips_alex"):
        Lpips()


def test_a_file_that_is_no_safetensors_is_an_error(tmp_path):
    (tmp_path / "noise.safetensors").write_bytes(b"noise")
    with pytest.raises(WeightsMismatch, match="noise"):
        Lpips(tmp_path / "noise.safetensors")


def test_another_network_is_an_error_that_names_the_difference(tmp_path):
    with pytest.raises(WeightsMismatch, match="surplus"):
        Lpips(miniature(tmp_path / "other.safetensors", surplus=torch.zeros(1)))
