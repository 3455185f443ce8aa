import io
import pickle

import numpy as np
import pytest
from PIL import Image

from evaluation.methods.portrait_photo import psnr
from evaluation.methods.portrait_photo import whole_portrait as portrait
from rofi.errors import FaceTooSmall, HeaderDamaged, NotProtected, UnreadablePhoto
from rofi.evaluation.methods.g2face import G2Face
from rofi.evaluation.methods.hidden_bits import STEP
from rofi.evaluation.methods.method import Photograph, ReversibleMethod
from rofi.faces.detection import Detection
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from rofi.keys.secret import Secret
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS

METHOD = G2Face()


@pytest.fixture(scope="module")
def protected():
    return METHOD.protect(portrait())


@pytest.fixture(scope="module")
def likeness():
    judge = Recogniser(SPECS["mobilefacenet512"], threads=1)
    alignment = portrait().alignment(256)

    def compare(pixels):
        views = np.stack([alignment.extract(picture) for picture in (portrait().pixels, pixels)])
        embeddings = judge.embed(views)
        return float(judge.similarity(embeddings[:1], embeddings[1:])[0])

    return compare


def test_the_protected_face_is_less_the_patients_than_the_restored_one(protected, likeness):
    shown, restored = decode(protected, "a.png").pixels, METHOD.restore(protected, "a.png")
    assert shown.shape == restored.shape == portrait().pixels.shape
    assert likeness(shown) < 0.5 < 0.65 < likeness(restored)
    assert psnr(portrait().pixels, restored) > 26
    assert psnr(portrait().pixels, shown) < psnr(portrait().pixels, restored) - 3


def test_it_pickles_and_does_the_same_afterwards(protected):
    copied = pickle.loads(pickle.dumps(METHOD))
    assert isinstance(copied, ReversibleMethod)
    assert copied.protect(portrait()) == protected


def test_another_password_makes_another_face_and_opens_none(protected, likeness):
    other = G2Face(seed=1)
    assert other.protect(portrait()) != protected
    wrong = METHOD.restore_with(protected, "a.png", Secret(bytes(32)))
    assert likeness(wrong) < 0.6 < likeness(METHOD.restore(protected, "a.png"))


def test_a_few_spoilt_pixels_do_no_harm(protected):
    pixels = decode(protected, "a.png").pixels.copy()
    pixels[:8, :40] = 0
    assert psnr(portrait().pixels, METHOD.restore(encode(pixels, "png"), "a.png")) > 20


def test_a_file_spoilt_too_far_is_refused_by_name(protected):
    pixels = decode(protected, "a.png").pixels.astype(int)
    noise = np.random.default_rng(0).normal(0, STEP, pixels.shape)
    spoilt = encode(np.clip(pixels + noise, 0, 255).astype(np.uint8), "png")
    with pytest.raises((NotProtected, HeaderDamaged), match=r"a\.png: "):
        METHOD.restore(spoilt, "a.png")


def test_a_jpeg_is_refused_by_name(protected):
    file = io.BytesIO()
    Image.fromarray(decode(protected, "a.png").pixels).save(file, "jpeg", quality=60)
    with pytest.raises((NotProtected, HeaderDamaged), match=r"a\.jpeg: "):
        METHOD.restore(file.getvalue(), "a.jpeg")


def test_a_photograph_that_was_never_protected_is_refused():
    with pytest.raises(NotProtected, match=r"b\.png: no hidden face code"):
        METHOD.restore(portrait().data, "b.png")


def test_a_truncated_file_is_refused(protected):
    with pytest.raises(UnreadablePhoto, match=r"a\.png"):
        METHOD.restore(protected[:2000], "a.png")


def test_a_photograph_too_small_for_the_code_is_refused_both_ways():
    pixels = np.zeros((96, 96, 3), np.uint8)
    data = encode(pixels, "png")
    with pytest.raises(FaceTooSmall, match="larger photograph"):
        METHOD.protect(Photograph("c.png", data, pixels, Detection((0, 0, 9, 9), np.zeros((5, 2)), 1.0)))
    with pytest.raises(NotProtected, match="too small"):
        METHOD.restore(data, "c.png")
