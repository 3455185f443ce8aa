import numpy as np
import pytest
import torch
from skimage.data import astronaut

from rofi.model.dct import to_coefficients
from rofi.model.residue import FIT_THRESHOLD, SCALES, Known, ResidueCodec, Revealed, hidden_slots
from rofi.training.residue_fit import fit_residue


def key(seed=0):
    return torch.randn(512, generator=torch.Generator().manual_seed(seed))


def planes(pixels):
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))).float()


def smooth(height, width):
    """A carrier without detail of its own: slow ramps of colour."""
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    return torch.stack([90 + 80 * x, 70 + 60 * y, 100 + 40 * (x * y)])


def written(image):
    """As an 8-bit file holds it."""
    return image.round().clamp(0, 255)


def psnr(a, b, where):
    return float(-10 * torch.log10(((a - b)[:, where] / 255).square().mean()))


def pixels_of(blocks):
    return blocks.repeat_interleave(8, 0).repeat_interleave(8, 1)


@pytest.fixture(scope="module")
def codec(aligned_astronaut):
    codec = ResidueCodec()
    fit_residue(codec, np.stack([aligned_astronaut(256, 1.5, seed)[0] for seed in range(3)]))
    return codec


@pytest.fixture(scope="module")
def face():
    """The astronaut's face, 112 x 96 pixels, and all of its blocks but a border."""
    original = planes(astronaut()[64:176, 176:272])
    blocks = torch.zeros(14, 12, dtype=torch.bool)
    blocks[1:-1, 1:-1] = True
    return original, blocks


@pytest.fixture(scope="module")
def protected(codec, face):
    original, blocks = face
    return written(codec.hide(smooth(112, 96), original, blocks, key(), 0.5))


def test_the_right_key_reveals_the_original(codec, face, protected):
    original, blocks = face
    revealed = codec.reveal(protected, blocks, key(), 0.5)
    assert revealed.fits
    assert revealed.score > 100
    assert psnr(revealed.image, original, pixels_of(blocks)) > 38


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_larger_faces_too(codec, aligned_astronaut, scale):
    side = int(256 * scale)
    original = planes(aligned_astronaut(side)[0])
    blocks = torch.ones(side // 8, side // 8, dtype=torch.bool)
    hidden = written(codec.hide(smooth(side, side), original, blocks, key(), scale))
    assert psnr(codec.reveal(hidden, blocks, key(), scale).image, original, pixels_of(blocks)) > 38


def test_the_protected_face_looks_like_the_carrier(face, protected):
    _, blocks = face
    grain = (protected - smooth(112, 96))[:, pixels_of(blocks)]
    assert float(grain.square().mean().sqrt()) == pytest.approx(3.5, abs=0.5)
    assert abs(float(grain.mean())) < 0.1


def test_a_wrong_key_reveals_nothing(codec, face, protected):
    original, blocks = face
    where = pixels_of(blocks)
    right = psnr(codec.reveal(protected, blocks, key(), 0.5).image, original, where)
    for seed in range(1, 6):
        revealed = codec.reveal(protected, blocks, key(seed), 0.5)
        assert not revealed.fits
        assert psnr(revealed.image, original, where) < right - 20
        for plane in range(3):  # over all three, the mean skin colour of the statistics alone would correlate
            pair = torch.stack([revealed.image[plane, where], original[plane, where]])
            assert abs(float(torch.corrcoef(pair)[0, 1])) < 0.1


def test_wrong_keys_score_as_chance_does(codec, face, protected):
    scores = [codec.reveal(protected, face[1], key(seed), 0.5).score for seed in range(1, 101)]
    assert abs(np.mean(scores)) < 0.4
    assert np.std(scores) == pytest.approx(1, abs=0.3)
    assert max(scores) < FIT_THRESHOLD / 2


def test_a_photograph_with_nothing_hidden_fits_no_key(codec, face):
    original, blocks = face
    for image in (original, smooth(112, 96), torch.zeros(3, 112, 96)):
        assert not codec.reveal(written(image), blocks, key(), 0.5).fits


@pytest.mark.parametrize(("score", "fits"), [(7.99, False), (8.01, True)])
def test_a_key_fits_above_the_threshold(score, fits):
    assert Revealed(torch.zeros(3, 8, 8), score).fits is fits


def test_without_blocks_nothing_changes(codec, face):
    original, _ = face
    none = torch.zeros(14, 12, dtype=torch.bool)
    assert torch.equal(codec.hide(original, original, none, key()), original)
    revealed = codec.reveal(original, none, key())
    assert torch.equal(revealed.image, original)
    assert not revealed.fits


def test_outside_the_blocks_every_bit_stays(codec, face, protected):
    original, blocks = face
    outside = ~pixels_of(blocks)
    carrier = smooth(112, 96)
    assert torch.equal(codec.hide(carrier, original, blocks, key())[:, outside], carrier[:, outside])
    assert torch.equal(codec.reveal(protected, blocks, key(), 0.5).image[:, outside], protected[:, outside])


def test_blocks_that_may_not_carry_are_untouched_and_revealed_all_the_same(codec, face):
    original, blocks = face
    carrying = blocks.clone()
    carrying[:, 3:5] = False
    idle = pixels_of(blocks & ~carrying)
    carrier = smooth(112, 96)
    hidden = codec.hide(carrier, original, blocks, key(), 0.5, carrying)
    assert torch.equal(hidden[:, idle], carrier[:, idle])
    revealed = codec.reveal(written(hidden), blocks, key(), 0.5, carrying)
    assert revealed.fits
    assert psnr(revealed.image, original, idle) > 33
    assert not codec.reveal(written(hidden), blocks, key(1), 0.5, carrying).fits


def test_too_few_carriers_carry_nothing(codec):
    """One block for two hundred has less than a slot for each."""
    carrier, original = smooth(160, 160), smooth(160, 160).flip(1)
    blocks = torch.ones(20, 20, dtype=torch.bool)
    carrying = torch.zeros_like(blocks)
    carrying[4, 4] = carrying[5, 5] = True
    assert torch.equal(codec.hide(carrier, original, blocks, key(), 0.5, carrying), carrier)
    revealed = codec.reveal(carrier, blocks, key(), 0.5, carrying)
    assert torch.equal(revealed.image, carrier)
    assert not revealed.fits


@pytest.mark.parametrize("level", [0.0, 255.0])
def test_black_and_white_carriers_leave_room_for_the_grain(codec, face, level):
    original, blocks = face
    hidden = codec.hide(torch.full((3, 112, 96), level), original, blocks, key(), 0.5)
    inside = hidden[:, pixels_of(blocks)]
    assert float(((inside < 0) | (inside > 255)).float().mean()) < 0.02
    revealed = codec.reveal(written(hidden), blocks, key(), 0.5)
    assert psnr(revealed.image, original, pixels_of(blocks)) > 36


def test_hiding_is_repeatable(codec, face, protected):
    original, blocks = face
    assert torch.equal(written(codec.hide(smooth(112, 96), original, blocks, key(), 0.5)), protected)


def test_flat_originals_survive_as_well_as_busy_ones(codec, face):
    """Loudness: what is hidden always has the grain's energy, and how loud it was travels along."""
    _, blocks = face
    for original in (torch.full((3, 112, 96), 180.0), planes(astronaut()[300:412, 0:96])):
        hidden = written(codec.hide(smooth(112, 96), original, blocks, key(), 0.5))
        assert codec.reveal(hidden, blocks, key(), 0.5).fits
        assert psnr(codec.reveal(hidden, blocks, key(), 0.5).image, original, pixels_of(blocks)) > 30


@pytest.mark.parametrize(("scale", "row"), [(0.3, 0), (0.7, 0), (0.72, 1), (1.3, 1), (1.5, 2), (9, 2)])
def test_the_nearest_scale_by_ratio_is_used(scale, row):
    codec = ResidueCodec()
    codec.mean[row] = 7.0  # only the row in use can be seen in a revealed block
    image = torch.full((3, 64, 64), 128.0)
    revealed = codec.reveal(image, torch.ones(8, 8, dtype=torch.bool), key(), scale).image
    assert not torch.allclose(revealed, image, atol=0.5)
    assert len(SCALES) == 3


def test_hidden_slots_are_the_high_coefficients_of_every_plane():
    slots = hidden_slots().tolist()
    assert len(slots) == 152
    assert slots == [*range(28, 64), *range(70, 128), *range(134, 192)]


def test_gradient_reaches_the_carrier_but_not_the_key(codec, face):
    original, blocks = face
    carrier, secret = smooth(112, 96).requires_grad_(), key().requires_grad_()
    codec.hide(carrier, original, blocks, secret, 0.5).square().sum().backward()
    assert carrier.grad.abs().sum() > 0
    assert secret.grad is None


def test_the_pilot_correlates_with_the_picture_that_was_protected_with_its_key_alone(codec, face, protected):
    _, blocks = face
    right, wrong = (codec.pilot((112, 96), blocks, key(seed), 0.5) for seed in (0, 1))
    shifted = protected.roll(1, dims=2)
    scores = [
        float((pattern * picture).sum())
        for pattern, picture in ((right, protected), (wrong, protected), (right, shifted))
    ]
    assert scores[0] > 4 * max(abs(scores[1]), abs(scores[2]))
    assert scores[0] == pytest.approx(2 * int(blocks.sum()), rel=0.1)  # two pilots of 1 in each block


def soft(image):
    """As something known in brief looks."""
    return torch.nn.functional.interpolate(
        torch.nn.functional.avg_pool2d(image[None], 4), size=image.shape[1:], mode="bicubic"
    )[0]


@pytest.fixture(scope="module")
def known(face):
    original, blocks = face
    image = soft(original)
    error = (to_coefficients(image, blocks) - to_coefficients(original, blocks)).square().mean(0)
    return Known(image, error.expand(len(SCALES), -1))


def noisy(image, deviation):
    return image + deviation * torch.randn(image.shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("deviation", [2.0, 4.0])
def test_what_is_known_besides_helps_against_noise(codec, face, protected, known, deviation):
    """Better than what was read alone, and than what was known alone."""
    original, blocks = face
    where, received = pixels_of(blocks), noisy(protected, deviation)
    alone = codec.reveal(received, blocks, key(), 0.5)
    both = codec.reveal(received, blocks, key(), 0.5, known=known)
    assert alone.fits
    assert not alone.quiet
    assert psnr(both.image, original, where) > psnr(alone.image, original, where) + 0.5
    assert psnr(both.image, original, where) > psnr(known.image, original, where)


def test_noise_is_told(codec, face, protected):
    """Twice the amplitude is four times the noise."""
    quiet = codec.reveal(protected, face[1], key(), 0.5)
    assert quiet.quiet
    assert quiet.noise < 0.05
    noises = [codec.reveal(noisy(protected, deviation), face[1], key(), 0.5).noise for deviation in (1.0, 2.0)]
    assert noises[1] / noises[0] == pytest.approx(4, rel=0.5)


def test_without_its_residue_a_protected_face_is_its_carrier_and_smoother(codec, face, protected):
    _, blocks = face
    where = pixels_of(blocks)
    bare = codec.without(protected, blocks)
    assert psnr(bare, smooth(112, 96), where) > psnr(protected, smooth(112, 96), where) + 8
    assert torch.equal(bare[:, ~where], protected[:, ~where])
