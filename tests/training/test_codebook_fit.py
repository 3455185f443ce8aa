import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from rofi.errors import TrainingError
from rofi.model.face_codebook import HUE_SIDE, SIDE, FaceCodebook, load_codebook, save_codebook
from rofi.training.codebook_fit import HUE_WEIGHT, fit_codebook


@pytest.fixture(scope="module")
def codebook(training_faces):
    fitted = FaceCodebook(6)
    fit_codebook(fitted, training_faces, training_faces)
    return fitted


def measured(codebook, faces):
    views = torch.from_numpy(faces.views.transpose(0, 3, 1, 2).copy()).float()
    return torch.stack([codebook.measure(view) for both in views for view in (both, both.flip(2))])


def test_the_transform_is_that_of_principal_components(codebook, training_faces):
    """scikit-learn's, of the faces and their mirror images; signs are free."""
    pixels = measured(codebook, training_faces).numpy()
    components = PCA(6, svd_solver="full").fit(pixels)
    np.testing.assert_allclose(codebook.mean, components.mean_, atol=0.06)
    rows = codebook.basis.float() * codebook.unit[:, None]
    alike = np.abs((rows.numpy() * components.components_).sum(1))
    assert (alike[:4] > 0.99).all()
    spread = np.sqrt(components.explained_variance_ * (len(pixels) - 1) / len(pixels))
    np.testing.assert_allclose(codebook.deviation[:4], spread[:4], rtol=0.02)


def test_eyes_weigh_little_and_cheeks_much(codebook):
    light = codebook.weights[: SIDE**2].view(SIDE, SIDE)
    cheek, eye, corner = (float(light[round(y * SIDE), round(x * SIDE)]) for x, y in ((0.3, 0.6), (0.33, 0.44), (0, 0)))
    assert cheek > 0.9
    assert eye < 0.5 * cheek
    assert corner < 0.25
    hues = codebook.weights[SIDE**2 :].view(2, HUE_SIDE, HUE_SIDE)
    assert float(hues.max()) == pytest.approx(np.sqrt(HUE_WEIGHT), rel=0.05)


def test_the_error_is_told_for_every_scale(codebook):
    assert codebook.error.shape == (3, 192)
    assert (codebook.error > 0).all()
    assert torch.isfinite(codebook.error).all()


def test_a_file_of_it_decodes_what_it_encodes(codebook, training_faces, tmp_path):
    view = torch.from_numpy(training_faces.views[0].transpose(2, 0, 1).copy()).float()
    save_codebook(codebook, tmp_path / "book.safetensors")
    code = codebook.encode(view, 60)
    torch.testing.assert_close(load_codebook(tmp_path / "book.safetensors").decode(code, 64), codebook.decode(code, 64))


def test_a_face_has_no_more_coordinates_than_numbers(training_faces):
    with pytest.raises(TrainingError, match="coordinates are more than"):
        fit_codebook(FaceCodebook(20_000), training_faces, training_faces)


def test_faces_must_be_more_than_coordinates(training_faces):
    with pytest.raises(TrainingError, match="12 faces cannot teach 12 coordinates"):
        fit_codebook(FaceCodebook(12), training_faces, training_faces)
