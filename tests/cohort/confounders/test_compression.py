import cv2
import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from rofi.cohort.confounders.compression import jpeg


def test_it_loses_as_much_as_another_encoder_does(face):
    original = face.to_bytes()

    def loss(quality):
        stored = cv2.imencode(".jpg", original[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return peak_signal_noise_ratio(original, cv2.imdecode(stored, cv2.IMREAD_COLOR)[..., ::-1])

    for seed in range(6):
        quality = int(np.random.default_rng(seed).integers(40, 96))
        decoded = jpeg(face, np.random.default_rng(seed)).to_bytes()
        assert peak_signal_noise_ratio(original, decoded) == pytest.approx(loss(quality), abs=2.5)


def test_the_result_is_what_a_file_holds(face):
    picture = jpeg(face, np.random.default_rng(0)).picture
    np.testing.assert_array_equal(picture, np.rint(picture))
