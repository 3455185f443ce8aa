import io

import numpy as np
import pytest
import torch
from PIL import Image

from rofi.model.base_layer import LEAST, BaseLayer, face_bytes
from rofi.model.coefficient_lattice import MOST_BITS, read_bits
from rofi.model.dct import to_coefficients
from rofi.model.face_codebook import FaceCodebook
from rofi.model.residue import hidden_slots


def key(seed=0):
    return torch.randn(512, generator=torch.Generator().manual_seed(seed))


def hide(layer, image, view, blocks):
    size = face_bytes(int(blocks.sum()))
    return layer.hide(image, layer.codebook.encode(view, size), blocks, key())


def as_jpeg(image, quality=75):
    file = io.BytesIO()
    pixels = image.round().clamp(0, 255).byte().numpy().transpose(1, 2, 0)
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return torch.from_numpy(np.asarray(Image.open(file)).transpose(2, 0, 1).copy()).float()


@pytest.fixture(scope="module")
def layer(networks):
    return networks.base_layer


@pytest.fixture(scope="module")
def view(aligned_astronaut):
    return torch.from_numpy(aligned_astronaut(256)[0].transpose(2, 0, 1).copy()).float()


@pytest.fixture(scope="module")
def blocks():
    return torch.ones(32, 32, dtype=torch.bool)


@pytest.fixture(scope="module")
def carrier():
    y, x = torch.meshgrid(torch.linspace(0, 1, 256), torch.linspace(0, 1, 256), indexing="ij")
    return torch.stack([90 + 80 * x, 70 + 60 * y, 100 + 40 * (x * y)])


@pytest.fixture(scope="module")
def hidden(layer, carrier, view, blocks):
    return hide(layer, carrier, view, blocks)


@pytest.fixture(scope="module")
def brief(layer, view, blocks):
    """What comes back when nothing goes wrong."""
    return layer.codebook.decode(layer.codebook.encode(view, face_bytes(int(blocks.sum()))), 256)


@pytest.mark.parametrize("travel", [torch.round, as_jpeg], ids=["as it is", "JPEG 75"])
def test_the_right_key_reveals_the_face(layer, hidden, blocks, brief, travel):
    torch.testing.assert_close(layer.reveal(travel(hidden), blocks, key(), 256), brief)


def test_a_wrong_key_reveals_nothing(layer, hidden, blocks):
    for seed in range(1, 6):
        assert layer.reveal(hidden, blocks, key(seed), 256) is None


def test_one_bit_of_the_key_is_enough(layer, hidden, blocks):
    near = key().numpy().copy()
    near.view(np.uint32)[7] ^= 1
    assert layer.reveal(hidden, blocks, torch.from_numpy(near), 256) is None


def test_damage_in_one_place_is_mended(layer, hidden, blocks, brief):
    scratched = hidden.round()
    scratched[:, 100:108, 40:120] = 255
    torch.testing.assert_close(layer.reveal(scratched, blocks, key(), 256), brief)


def test_too_much_damage_is_noticed(layer, hidden, blocks):
    assert layer.reveal(as_jpeg(hidden, 10), blocks, key(), 256) is None
    halved = hidden.clone()
    halved[:, :128] = 128
    assert layer.reveal(halved, blocks, key(), 256) is None


def test_a_photograph_with_nothing_hidden_reveals_nothing(layer, carrier, view, blocks):
    assert layer.reveal(carrier, blocks, key(), 256) is None
    assert layer.reveal(view, blocks, key(), 256) is None


def test_the_residue_has_room_of_its_own(carrier, hidden, blocks):
    """No coefficient that carries the residue moves."""
    moved = (to_coefficients(hidden, blocks) - to_coefficients(carrier, blocks)).abs()
    assert float(moved[:, hidden_slots()].max()) < 1e-3
    assert float((hidden - carrier).square().mean().sqrt()) < 2.5


def test_small_faces_carry_less_and_the_smallest_nothing(layer, view):
    fewest = -(-8 * LEAST // MOST_BITS)
    assert face_bytes(fewest - 1) == 0
    sizes = [face_bytes(count) for count in (fewest, 100, 200, 400, 3000, 100_000)]
    assert sizes == sorted(sizes)
    assert sizes[0] > 40
    assert sizes[-1] == sizes[-2] > 950
    small = torch.full((3, 32, 32), 128.0)
    few = torch.ones(4, 4, dtype=torch.bool)
    assert torch.equal(hide(layer, small, view, few), small)
    assert layer.reveal(small, few, key(), 256) is None


@pytest.mark.parametrize("count", [80, 111, 255, 400, 777])
def test_any_number_of_blocks_carries(layer, view, count):
    blocks = torch.zeros(28, 28, dtype=torch.bool)
    blocks.view(-1)[torch.randperm(784, generator=torch.Generator().manual_seed(count))[:count]] = True
    hidden = hide(layer, torch.full((3, 224, 224), 128.0), view, blocks)
    assert layer.reveal(as_jpeg(hidden), blocks, key(), 64) is not None


def test_a_code_of_another_length_is_refused(layer, carrier, blocks):
    with pytest.raises(ValueError, match="10 bytes"):
        layer.hide(carrier, bytes(10), blocks, key())


def test_with_another_codebook_nothing_is_revealed(hidden, blocks):
    assert BaseLayer(FaceCodebook(8)).reveal(hidden, blocks, key(), 256) is None


def test_two_faces_under_one_key_share_no_bits(layer, carrier, view, blocks):
    """AES-SIV: the key stream depends on what is hidden (RFC 5297), so their difference tells nothing."""
    one, other = (hide(layer, carrier, face, blocks) for face in (view, view.flip(2)))
    assert torch.equal(one, hide(layer, carrier, view, blocks))
    bits = [read_bits(image, blocks, 11) for image in (one, other)]
    assert 0.45 < float((bits[0] != bits[1]).float().mean()) < 0.55
