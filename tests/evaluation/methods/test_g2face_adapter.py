import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from evaluation.methods.portrait_photo import portrait, psnr
from rofi.errors import NotProtected, WeightsMismatch
from rofi.evaluation.methods.g2face_adapter import G2FaceExport
from rofi.evaluation.methods.method import ReversibleMethod
from rofi.imaging.decode import decode

SIDE, BITS = 128, 16


class Negative(torch.nn.Module):
    """-image, times the password's first bit: undone by itself with the same password."""

    def forward(self, image: torch.Tensor, password: torch.Tensor) -> torch.Tensor:
        return -image * password[:, :1, None, None]


def onnx_file(path, factor):
    """An ONNX file that multiplies the image by a number and the password's sum of squares over its length."""
    nodes = [
        helper.make_node("ReduceMean", ["squared"], ["one"], keepdims=1),
        helper.make_node("Mul", ["image", "factor"], ["scaled"]),
        helper.make_node("Mul", ["scaled", "one"], ["made"]),
    ]
    nodes.insert(0, helper.make_node("Mul", ["password", "password"], ["squared"]))
    graph = helper.make_graph(
        nodes,
        "test",
        [
            helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE]),
            helper.make_tensor_value_info("password", TensorProto.FLOAT, [1, BITS]),
        ],
        [helper.make_tensor_value_info("made", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.float32(factor).reshape(1, 1, 1, 1), "factor")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.fixture(scope="module")
def negative(tmp_path_factory):
    path = tmp_path_factory.mktemp("torch") / "negative.pt"
    torch.jit.script(Negative()).save(path)
    return path


def export(protect, restore, **settings):
    return G2FaceExport(protect, restore, side=SIDE, bits=BITS, **settings)


def test_torch_script_networks_protect_and_restore(negative):
    method = export(negative, negative)
    assert isinstance(method, ReversibleMethod)
    data = method.protect(portrait())
    shown = decode(data, "a.png").pixels
    middle = portrait().detection.points.mean(0).round().astype(int)
    there = slice(middle[1] - 10, middle[1] + 10), slice(middle[0] - 10, middle[0] + 10)
    expected = portrait().pixels[there].astype(int)
    if method.password[0] > 0:
        expected = 255 - expected
    assert np.abs(shown[there].astype(int) - expected).mean() < 12  # resampled
    assert psnr(portrait().pixels, method.restore(data, "a.png")) > 25


def test_a_wrong_password_reaches_the_network(negative):
    method = export(negative, negative)
    data = method.protect(portrait())
    wrong = method.restore_with(data, "a.png", -method.password)
    assert psnr(portrait().pixels, wrong) < 15


def test_onnx_networks_do_so_too(tmp_path):
    method = export(onnx_file(tmp_path / "p.onnx", -1), onnx_file(tmp_path / "r.onnx", -1))
    data = method.protect(portrait())
    assert psnr(portrait().pixels, decode(data, "a.png").pixels) < 15
    assert psnr(portrait().pixels, method.restore(data, "a.png")) > 25


def test_a_wider_margin_shows_the_network_more(negative):
    points = portrait().detection.points
    narrow, wide = (export(negative, negative, margin=margin)._alignment(points) for margin in (0.06, 0.5))
    assert narrow.matrix == pytest.approx(portrait().alignment(SIDE).matrix)
    assert wide.scale == pytest.approx(narrow.scale * 1.12 / 2)
    centre = narrow.to_photo([SIDE / 2, SIDE / 2])
    assert wide.to_view(centre) == pytest.approx([SIDE / 2, SIDE / 2])


def test_a_file_without_the_place_is_refused(negative):
    with pytest.raises(NotProtected, match=r"b\.png: does not tell where its face is"):
        export(negative, negative).restore(portrait().data, "b.png")


def test_a_missing_network_is_named(tmp_path, negative):
    with pytest.raises(WeightsMismatch, match=r"none\.onnx: cannot be read"):
        _ = export(tmp_path / "none.onnx", negative).facts


def test_a_file_that_is_no_network_is_named(tmp_path):
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"nonsense")
    with pytest.raises(WeightsMismatch, match=r"bad\.onnx: cannot be read as an ONNX or TorchScript file"):
        export(bad, bad).protect(portrait())


def test_a_network_of_another_size_breaks_the_contract(tmp_path):
    path = onnx_file(tmp_path / "p.onnx", 1)
    with pytest.raises(WeightsMismatch, match="does not take an image and a password"):
        G2FaceExport(path, path, side=64, bits=BITS).protect(portrait())


def test_a_network_that_gives_no_numbers_breaks_the_contract(tmp_path):
    path = onnx_file(tmp_path / "p.onnx", np.nan)
    with pytest.raises(WeightsMismatch, match="not finite"):
        export(path, path).protect(portrait())
