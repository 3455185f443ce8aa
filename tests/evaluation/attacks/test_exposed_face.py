import numpy as np
import pytest
import torch

from pipeline.photographs import close_up, pixels_of, protector, saved
from rofi.errors import NotProtected
from rofi.evaluation.attacks.bim import restored_with_key, restored_without_key, unsealed_file
from rofi.evaluation.attacks.coefficient_grid import CoefficientGrid, decoded_photo
from rofi.evaluation.attacks.exposed_face import ExposedFace
from rofi.evaluation.attacks.random_keys import one_bit_off, random_secrets, wrongly_restored
from rofi.faces.blocks import block_pixels
from rofi.imaging.encode import encode
from rofi.imaging.protected_file import pack, unpack
from rofi.keys.derivation import key_vector
from rofi.keys.secret import Secret
from rofi.pipeline.restorer import Restorer

SECRET = Secret(bytes(range(32)))


@pytest.fixture(scope="module")
def data(networks):
    return protector(networks, SECRET).protect(saved(close_up()), "close-up.png").data


@pytest.fixture(scope="module")
def face(networks, data):
    return ExposedFace.read(data, "close-up.png", networks.view)


@pytest.fixture(scope="module")
def restored(networks, data):
    return pixels_of(Restorer(networks, SECRET, "neural").restore(data, "close-up.png").data)


def view_of(made):
    return made[0].permute(1, 2, 0).numpy() * 255


def test_the_right_key_reveals_and_a_wrong_one_does_not(networks, face):
    codec = networks.model.residue
    assert face.reveal(codec, key_vector(SECRET, face.header.salt)).fits
    assert not face.reveal(codec, key_vector(Secret(bytes(32)), face.header.salt)).fits


def test_the_keyed_path_is_what_the_program_restores(networks, face, restored):
    key = key_vector(SECRET, face.header.salt)
    with torch.no_grad():
        made = restored_with_key(networks.model, face, key)(face.pixels() / 255)
    assert np.abs(view_of(made) - face.view(restored)).mean() < 1.0
    assert np.abs(face.view().astype(float) - face.view(restored)).mean() > 5.0


def test_gradients_reach_the_pixels_on_the_keyed_path(networks, face):
    pixels = (face.pixels() / 255).requires_grad_()
    made = restored_with_key(networks.model, face, key_vector(SECRET, face.header.salt))(pixels)
    (gradient,) = torch.autograd.grad(made.mean(), [pixels])
    assert float(gradient.abs().max()) > 0


def test_the_keyless_path_is_what_a_wrong_key_gives(networks, data, face):
    wrong, _ = wrongly_restored(data, "close-up.png", networks, [Secret(bytes(32))])
    with torch.no_grad():
        made = restored_without_key(networks.model, face)(face.pixels() / 255)
    assert np.abs(view_of(made) - face.view(wrong)).mean() < 1.0


def test_all_wrong_keys_give_one_picture(networks, data):
    secrets = [*random_secrets(2, np.random.default_rng(0)), *one_bit_off(SECRET, (0,))]
    assert wrongly_restored(data, "close-up.png", networks, secrets)[1] == 1


def test_other_pixels_go_under_the_same_header_without_a_seal(networks, data, face, restored):
    """Nothing in the file speaks for its pixels: a forged one is accepted and restored."""
    assert unpack(data).sealed is not None
    forged = unsealed_file(face, face.photo)
    assert unpack(forged).sealed is None
    answer = Restorer(networks, SECRET, "auto").restore(forged, "close-up.png")
    assert (answer.tier, answer.key_fits) == ("neural", True)
    assert np.array_equal(pixels_of(answer.data), restored)


def test_a_seal_is_not_touched_by_other_pixels(networks, data):
    file = unpack(data)
    forged = pack(encode(np.zeros_like(pixels_of(data)), "png"), file.header, file.sealed)
    answer = Restorer(networks, SECRET, "auto").restore(forged, "close-up.png")
    assert (answer.tier, answer.data) == ("sealed", saved(close_up()))


def test_a_perfect_decoder_would_give_the_original(face):
    original = close_up()
    grid = CoefficientGrid.read(face, original)
    decoded = decoded_photo(face, grid.original)
    hidden = np.zeros(original.shape[:2], bool)
    hidden[face.window.slices] = block_pixels(face.blocks.numpy(), face.window.shape)
    assert np.abs(decoded[hidden].astype(int) - original[hidden]).max() <= 1
    assert np.array_equal(decoded[~hidden], face.photo[~hidden])


def test_an_unprotected_photograph_is_refused():
    with pytest.raises(NotProtected, match="no protected face"):
        ExposedFace.read(saved(close_up()), "close-up.png", 256)
