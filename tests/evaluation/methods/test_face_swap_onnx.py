import pickle
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from skimage.data import astronaut
from skimage.transform import estimate_transform

from evaluation.methods.astronaut_photograph import FIVE_POINTS, astronaut_photograph
from rofi.errors import PhotoError, RofiError
from rofi.evaluation.methods.face_swap_onnx import OnnxFaceSwap, crop_alignment, soft_square
from rofi.evaluation.methods.method import Method
from rofi.faces.alignment import ARCFACE_TEMPLATE
from rofi.faces.detection import Detector
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode

SIMSWAP_POINTS = np.array([[39.730, 51.138], [72.270, 51.138], [56.0, 68.493], [42.463, 87.010], [69.537, 87.010]])
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def save(path: Path, nodes, inputs, constants=None) -> Path:
    """A graph that ends in "y"."""
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def inputs(side):
    return {"target": [1, 3, side, side], "source": [1, 512]}


def echo(path: Path, side: int, scale=1.0, shift=0.0, constants=None) -> Path:
    """A network that gives its target times `scale` plus `shift` back."""
    planes = [np.broadcast_to(np.asarray(v, np.float32), 3).reshape(1, 3, 1, 1) for v in (scale, shift)]
    nodes = [
        helper.make_node("Mul", ["target", "scale"], ["scaled"]),
        helper.make_node("ReduceSum", ["source"], ["sum"], keepdims=0),
        helper.make_node("Mul", ["sum", "nothing"], ["zero"]),
        helper.make_node("Add", ["scaled", "zero"], ["used"]),
        helper.make_node("Add", ["used", "shift"], ["y"]),
    ]
    given = {"scale": planes[0], "shift": planes[1], "nothing": np.float32(0), **(constants or {})}
    return save(path, nodes, inputs(side), given)


def show_source(path: Path, side: int, constants=None) -> Path:
    """A network whose face has one colour, 0.5 plus half the first three numbers of the source."""
    nodes = [
        helper.make_node("Slice", ["source", "from", "to", "axis"], ["three"]),
        helper.make_node("Reshape", ["three", "colour"], ["plane"]),
        helper.make_node("Mul", ["plane", "half"], ["halved"]),
        helper.make_node("Add", ["halved", "half"], ["grey"]),
        helper.make_node("Mul", ["target", "nothing"], ["zero"]),
        helper.make_node("Add", ["zero", "grey"], ["y"]),
    ]
    given = {
        "from": np.array([0]),
        "to": np.array([3]),
        "axis": np.array([1]),
        "colour": np.array([1, 3, 1, 1]),
        "half": np.float32(0.5),
        "nothing": np.float32(0),
        **(constants or {}),
    }
    return save(path, nodes, inputs(side), given)


@pytest.fixture(scope="module")
def photo():
    return astronaut_photograph()


@pytest.fixture(scope="module")
def portrait(tmp_path_factory):
    path = tmp_path_factory.mktemp("portrait") / "source.png"
    path.write_bytes(encode(astronaut()[:300, 60:400], "png"))
    return path


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory):
    """Its embedding is the mean of red, green and blue, and zeros."""
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["mean", "matrix"], ["y"]),
    ]
    path = tmp_path_factory.mktemp("recogniser") / "arcface.onnx"
    return save(path, nodes, {"x": [1, 3, 112, 112]}, {"matrix": np.eye(3, 512, dtype=np.float32)})


@pytest.fixture(scope="module")
def seen(portrait):
    """(512,) what that recogniser sees in the portrait, worked out by scikit-image and OpenCV."""
    pixels = decode(portrait.read_bytes(), "source").pixels
    points = Detector().detect(pixels)[0].points
    matrix = estimate_transform("similarity", points, ARCFACE_TEMPLATE).params[:2]
    crop = cv2.warpAffine(pixels, matrix, (112, 112), flags=cv2.INTER_CUBIC)
    embedding = np.zeros(512)
    embedding[:3] = crop.astype(np.float64).mean((0, 1)) / 127.5 - 1
    return embedding / np.linalg.norm(embedding)


@pytest.mark.parametrize("side", [128, 256])
def test_inswapper_crops_as_insightface_does(side):
    """The ArcFace points 8 to the right in a box of 128, by scikit-image's least squares."""
    target = (ARCFACE_TEMPLATE + np.array([8, 0])) * side / 128
    expected = estimate_transform("similarity", FIVE_POINTS, target).params[:2]
    np.testing.assert_allclose(crop_alignment(FIVE_POINTS, "inswapper", side).matrix, expected, atol=1e-9)


@pytest.mark.parametrize("side", [224, 256, 512])
def test_simswap_crops_by_its_own_points(side):
    expected = estimate_transform("similarity", FIVE_POINTS, SIMSWAP_POINTS * side / 112).params[:2]
    np.testing.assert_allclose(crop_alignment(FIVE_POINTS, "simswap", side).matrix, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("kind", "side", "scale", "shift"),
    [("inswapper", 128, 1.0, 0.0), ("simswap", 512, 1.0, 0.0), ("simswap", 256, DEVIATION, MEAN)],
)
def test_what_goes_in_is_pasted_back_where_it_was(kind, side, scale, shift, photo, recogniser, portrait, tmp_path):
    """A network that gives its target back, after undoing the normalisation, leaves the photograph nearly as it is."""
    constants = {"emap": np.eye(512, dtype=np.float32)} if kind == "inswapper" else None
    network = echo(tmp_path / "echo.onnx", side, scale, shift, constants)
    method = OnnxFaceSwap(network, recogniser, portrait, kind)
    swapped = decode(method.protect(photo), "swapped").pixels
    difference = np.abs(swapped.astype(int) - photo.pixels)
    alignment = crop_alignment(FIVE_POINTS, kind, side)
    beyond = np.ones(photo.pixels.shape[:2], np.uint8)
    cv2.fillConvexPoly(beyond, np.rint(alignment.corners()).astype(np.int32), 0)
    assert (difference[cv2.erode(beyond, np.ones((3, 3))) > 0] == 0).all()
    assert difference[beyond == 0].mean() < 2.5  # resampled twice
    assert difference[beyond == 0].any()


def test_a_swapped_face_covers_the_middle_and_fades_at_the_edge(photo, recogniser, portrait, tmp_path):
    """A network that makes everything white."""
    network = echo(tmp_path / "white.onnx", 128, 0.0, 1.0, {"emap": np.eye(512, dtype=np.float32)})
    swapped = decode(OnnxFaceSwap(network, recogniser, portrait).protect(photo), "swapped").pixels
    alignment = crop_alignment(FIVE_POINTS, "inswapper", 128)
    x, y = np.rint(alignment.to_photo([64, 64])).astype(int)
    assert (swapped[y, x] == 255).all()
    assert soft_square(128)[0].max() == 0
    assert (soft_square(128)[16:112, 16:112] == 1).all()


def test_inswapper_gets_the_projected_unit_embedding(photo, recogniser, portrait, seen, tmp_path):
    emap = np.random.default_rng(0).standard_normal((512, 512)).astype(np.float32)
    emap[:, :3] *= 20  # or the first three of 512 numbers would be too small to be seen in a byte
    network = show_source(tmp_path / "network.onnx", 128, {"other": np.ones(3, np.float32), "emap": emap})
    swapped = decode(OnnxFaceSwap(network, recogniser, portrait).protect(photo), "swapped").pixels
    latent = seen @ emap
    latent /= np.linalg.norm(latent)
    np.testing.assert_allclose(colour(swapped, "inswapper", 128), 0.5 + 0.5 * latent[:3], atol=0.01)


def test_simswap_gets_the_unit_embedding(photo, recogniser, portrait, seen, tmp_path):
    network = show_source(tmp_path / "network.onnx", 256)
    swapped = decode(OnnxFaceSwap(network, recogniser, portrait, "simswap").protect(photo), "swapped").pixels
    np.testing.assert_allclose(colour(swapped, "simswap", 256), 0.5 + 0.5 * seen[:3], atol=0.01)


def colour(swapped, kind, side):
    """(3,) of the pasted face, in 0..1."""
    x, y = np.rint(crop_alignment(FIVE_POINTS, kind, side).to_photo([side / 2, side / 2])).astype(int)
    return swapped[y, x] / 255


def test_facts_tell_every_file(recogniser, portrait, tmp_path):
    one = OnnxFaceSwap(echo(tmp_path / "one.onnx", 256), recogniser, portrait, "simswap")
    other = OnnxFaceSwap(echo(tmp_path / "other.onnx", 256, 2.0), recogniser, portrait, "simswap")
    assert isinstance(one, Method)
    assert one.facts.name == "face-swap-simswap"
    assert one.facts.version.split("-")[2:] == other.facts.version.split("-")[2:]
    assert one.facts.version != other.facts.version
    assert pickle.loads(pickle.dumps(one)).facts == one.facts


def refused(network, recogniser, portrait, match, kind="simswap", photo=None):
    def use():
        method = OnnxFaceSwap(network, recogniser, portrait, kind)
        return method.facts if photo is None else method.protect(photo)

    with pytest.raises(RofiError, match=match) as caught:
        use()
    assert not isinstance(caught.value, PhotoError)  # a wrong setting must not pass for a refused photograph
    assert "\n" not in str(caught.value)


def test_an_unknown_kind_is_refused(recogniser, portrait, tmp_path):
    refused(tmp_path / "any.onnx", recogniser, portrait, "kind 'ghost'", "ghost")


def test_a_missing_network_is_named(recogniser, portrait, tmp_path):
    refused(tmp_path / "away.onnx", recogniser, portrait, r"away\.onnx: cannot be read")


def test_a_file_that_is_no_network_is_named(recogniser, portrait, tmp_path):
    (tmp_path / "text.onnx").write_text("nothing")
    refused(tmp_path / "text.onnx", recogniser, portrait, r"text\.onnx: not a network")


def test_a_network_with_other_inputs_is_refused(recogniser, portrait):
    refused(recogniser, recogniser, portrait, r"takes x, not source and target")


def test_a_network_of_any_size_is_refused(recogniser, portrait, tmp_path):
    shapes = {"target": [1, 3, "h", "w"], "source": [1, 512]}
    network = save(tmp_path / "any.onnx", [helper.make_node("Identity", ["target"], ["y"])], shapes)
    refused(network, recogniser, portrait, "not a square of fixed size")


def test_inswapper_without_its_matrix_is_refused(recogniser, portrait, tmp_path):
    refused(echo(tmp_path / "echo.onnx", 128), recogniser, portrait, r"last initialiser is \(\)", "inswapper")


def test_a_network_that_gives_no_face_is_refused(photo, recogniser, portrait, tmp_path):
    nodes = [helper.make_node("ReduceMean", ["target"], ["y"], axes=[2, 3])]
    network = save(tmp_path / "mean.onnx", nodes, inputs(256))
    refused(network, recogniser, portrait, r"gives \(1, 3, 1, 1\)", photo=photo)


def test_a_network_that_gives_no_numbers_is_refused(photo, recogniser, portrait, tmp_path):
    network = echo(tmp_path / "nan.onnx", 256, shift=np.nan)
    refused(network, recogniser, portrait, "not finite", photo=photo)


def test_a_network_that_fails_is_named(photo, recogniser, portrait, tmp_path):
    shapes = {"target": [1, 3, 256, 256], "source": [1, 128]}
    nodes = [
        helper.make_node("ReduceSum", ["source"], ["s"], keepdims=0),
        helper.make_node("Add", ["target", "s"], ["y"]),
    ]
    network = save(tmp_path / "other.onnx", nodes, shapes)
    refused(network, recogniser, portrait, r"does not take target \(1, 3, 256, 256\), source \(1, 512\)", photo=photo)


def test_a_recogniser_of_another_size_is_refused(portrait, tmp_path):
    nodes = [helper.make_node("ReduceMean", ["x"], ["y"], axes=[2, 3], keepdims=0)]
    other = save(tmp_path / "three.onnx", nodes, {"x": [1, 3, 112, 112]})
    refused(echo(tmp_path / "echo.onnx", 256), other, portrait, r"three\.onnx: gives \(1, 3\)")


def test_a_missing_portrait_is_named(recogniser, tmp_path):
    refused(echo(tmp_path / "echo.onnx", 256), recogniser, tmp_path / "nobody.png", r"nobody\.png: cannot be read")


def test_a_portrait_that_is_no_picture_is_named(recogniser, tmp_path):
    (tmp_path / "text.png").write_text("nothing")
    refused(echo(tmp_path / "echo.onnx", 256), recogniser, tmp_path / "text.png", r"portrait of the source: text\.png")


def test_a_portrait_without_a_face_is_named(recogniser, tmp_path):
    (tmp_path / "grey.png").write_bytes(encode(np.full((200, 200, 3), 128, np.uint8), "png"))
    refused(echo(tmp_path / "echo.onnx", 256), recogniser, tmp_path / "grey.png", r"grey\.png: no face found")
