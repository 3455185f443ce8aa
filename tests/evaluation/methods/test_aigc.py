import numpy as np
import pytest
import torch

from evaluation.methods.portrait_photo import portrait, portrait_face
from rofi.errors import WeightsMismatch
from rofi.evaluation.methods import aigc
from rofi.evaluation.methods.aigc import UNSEEN, LatentDiffusionInpainting, eye_guide
from rofi.evaluation.methods.method import Method
from rofi.evaluation.methods.person_space import shipped_persons
from rofi.imaging.decode import decode


def test_weights_that_learnt_with_other_persons_are_refused(monkeypatch):
    monkeypatch.setattr(aigc, "shipped_persons_digest", lambda: "another")
    aigc._shipped_denoiser.cache_clear()
    with pytest.raises(WeightsMismatch, match="another model of persons"):
        aigc._shipped_denoiser()
    aigc._shipped_denoiser.cache_clear()


def test_the_guide_is_ridge_regression_on_the_eyes_seen():
    face, persons = portrait_face(), shipped_persons()
    basis, seen = (part.astype(np.float64) for part in persons.known_texels(face.view, face.points))
    clean, sigma = torch.randn(1, 512, generator=torch.Generator().manual_seed(0)), 0.6
    texture = clean[0, 160:].double().numpy()
    noise = np.eye(352) * (UNSEEN / sigma) ** 2
    expected = texture + np.linalg.solve(basis @ basis.T + noise, basis @ (seen - texture @ basis))
    guided = eye_guide(face, persons)(clean, sigma)[0].numpy()
    assert guided[160:] == pytest.approx(expected, abs=2e-2)
    assert (guided[:160] == clean[0, :160].numpy()).all()


def test_the_face_is_new_and_the_eyes_are_not():
    photo, face, method = portrait(), portrait_face(), LatentDiffusionInpainting(steps=10)
    made = decode(method.protect(photo), "made").pixels
    assert made.shape == photo.pixels.shape
    x, y = face.alignment.to_photo(face.points[468:, :2]).round().astype(int).T
    assert np.abs(made[y, x].astype(int) - photo.pixels[y, x]).max() <= 8
    nose = face.alignment.to_photo(face.points[5, :2]).round().astype(int)
    cheeks = slice(nose[1], nose[1] + 20), slice(nose[0] - 20, nose[0] + 20)
    assert np.abs(made[cheeks].astype(int) - photo.pixels[cheeks]).mean() > 8
    assert (made[:10] == photo.pixels[:10]).all()


def test_the_same_photograph_gives_the_same_file_and_another_seed_another():
    photo = portrait()
    first, again, other = (LatentDiffusionInpainting(seed, 5).protect(photo) for seed in (0, 0, 1))
    assert first == again != other
    assert LatentDiffusionInpainting(0).facts.version != LatentDiffusionInpainting(1).facts.version
    assert isinstance(LatentDiffusionInpainting(), Method)
