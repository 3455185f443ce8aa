import pickle

import numpy as np
import pytest

from evaluation.methods.portrait_photo import portrait, psnr
from rofi.errors import FaceTooSmall, NotProtected
from rofi.evaluation.methods.method import ReversibleMethod
from rofi.evaluation.methods.rofi import RofiMethod
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from rofi.imaging.protected_file import unpack
from rofi.keys.secret import Secret
from rofi.model.weights import packaged_weights

METHOD = RofiMethod(min_face=20.0)


@pytest.fixture(scope="module")
def protected():
    return METHOD.protect(portrait())


def test_the_file_alone_can_be_restored(protected):
    copied = pickle.loads(pickle.dumps(METHOD))
    assert isinstance(copied, ReversibleMethod)
    restored = copied.restore(protected, "a.png")
    assert psnr(portrait().pixels, restored) > 35
    assert psnr(portrait().pixels, decode(protected, "a.png").pixels) < 30


def test_the_way_back_is_through_the_pixels_and_never_the_seal(protected):
    assert unpack(protected).sealed is None
    assert METHOD.answer(protected, "a.png", METHOD.secret).tier == "neural"


def test_a_wrong_secret_gives_a_face_and_not_the_patients(protected):
    wrong = Secret(METHOD.secret.material[:-1] + bytes([METHOD.secret.material[-1] ^ 1]))
    assert not METHOD.answer(protected, "a.png", wrong).key_fits
    assert psnr(portrait().pixels, METHOD.restore_with(protected, "a.png", wrong)) < 30


def test_the_version_tells_weights_and_settings():
    weights = METHOD.protector.networks.fingerprint
    versions = {m.facts.version for m in (METHOD, RofiMethod(seed=1, min_face=20.0), RofiMethod(seal=True))}
    assert len(versions) == 3
    assert all(version.startswith(weights) for version in versions)
    named = RofiMethod(weights=packaged_weights("compact"), min_face=20.0)
    assert named.facts.version == METHOD.facts.version


def test_a_face_under_the_limit_is_refused():
    with pytest.raises(FaceTooSmall, match="Anna Example"):
        RofiMethod(min_face=200.0).protect(portrait())


def test_a_file_without_its_header_is_refused(protected):
    bare = encode(np.ascontiguousarray(decode(protected, "a.png").pixels), "png")
    with pytest.raises(NotProtected, match=r"a\.png"):
        METHOD.restore(bare, "a.png")
