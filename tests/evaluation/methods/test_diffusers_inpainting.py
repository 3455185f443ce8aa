import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from evaluation.methods.portrait_photo import portrait, portrait_face
from rofi.errors import RofiError, WeightsMismatch
from rofi.evaluation.methods import diffusers_inpainting
from rofi.evaluation.methods.diffusers_inpainting import INDEX, DiffusersInpainting, inpainted
from rofi.imaging.decode import decode

SIDE = 256


class Pipeline:
    """Paints everything green and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def to(self, device):
        self.device = device
        return self

    def set_progress_bar_config(self, disable):
        self.quiet = disable

    def __call__(self, **given):
        self.asked.append(given)
        return SimpleNamespace(images=[Image.new("RGB", given["image"].size, (0, 200, 0))])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / INDEX).write_text("{}")
    diffusers_inpainting._pipeline.cache_clear()
    yield tmp_path / "tiny"
    diffusers_inpainting._pipeline.cache_clear()


@pytest.fixture
def pipeline(monkeypatch):
    made = Pipeline()

    def from_pretrained(path, safety_checker):
        if not path.endswith("tiny"):
            raise OSError("no such pipeline")
        return made

    opener = SimpleNamespace(from_pretrained=from_pretrained)
    monkeypatch.setitem(sys.modules, "diffusers", SimpleNamespace(AutoPipelineForInpainting=opener))
    return made


def test_the_pipeline_gets_the_aligned_face_and_what_to_paint(folder, pipeline):
    method = DiffusersInpainting(folder, prompt="a face", strength=0.8, steps=7, side=SIDE)
    made = decode(method.protect(portrait()), "made").pixels
    (asked,) = pipeline.asked
    assert (asked["prompt"], asked["strength"], asked["num_inference_steps"]) == ("a face", 0.8, 7)
    assert (np.asarray(asked["image"]) == portrait_face().view).all()
    assert asked["mask_image"].size == (SIDE, SIDE)
    assert "negative_prompt" not in asked
    assert pipeline.quiet
    nose = portrait_face().alignment.to_photo(portrait_face().points[5, :2]).round().astype(int)
    assert made[nose[1], nose[0]].tolist() == [0, 200, 0]
    eye = portrait_face().alignment.to_photo(portrait_face().points[468, :2]).round().astype(int)
    assert np.abs(made[eye[1], eye[0]].astype(int) - portrait().pixels[eye[1], eye[0]]).max() < 10
    assert (made[0] == portrait().pixels[0]).all()


def test_the_same_photograph_gets_the_same_noise(folder, pipeline):
    for seed in (0, 0, 1):
        DiffusersInpainting(folder, side=SIDE, seed=seed).protect(portrait())
    first, again, other = (asked["generator"].initial_seed() for asked in pipeline.asked)
    assert first == again != other


def test_the_mask_covers_the_lids_and_leaves_the_eyes():
    mask = inpainted(portrait_face())
    face = portrait_face()
    assert mask[face.apertures > 0.99].max() < 0.02
    lid = face.points[27, :2].round().astype(int)  # the crease above the image-left eye
    assert mask[lid[1], lid[0]] > 0.9
    assert not mask[0].any()


def test_the_version_changes_with_settings_and_files(folder, pipeline):
    before = DiffusersInpainting(folder).facts.version
    assert DiffusersInpainting(folder, prompt="other").facts.version != before
    (folder / "weights.bin").write_bytes(b"123")
    assert DiffusersInpainting(folder).facts.version != before


def test_without_diffusers_the_user_is_told_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(RofiError, match="pip install diffusers transformers"):
        DiffusersInpainting(folder, side=SIDE).protect(portrait())


def test_a_folder_without_a_pipeline_is_named(tmp_path, pipeline):
    with pytest.raises(WeightsMismatch, match="no model_index"):
        _ = DiffusersInpainting(tmp_path).facts


def test_a_pipeline_that_does_not_load_is_named(tmp_path, pipeline):
    (tmp_path / "broken").mkdir()
    with pytest.raises(WeightsMismatch, match=r"broken: holds no inpainting pipeline \(no such pipeline\)"):
        DiffusersInpainting(tmp_path / "broken", side=SIDE).protect(portrait())
