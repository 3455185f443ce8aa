"""A stand-in for a recogniser: it knows a photograph by its mean colour."""

import numpy as np

from rofi.recognition.recogniser import Recogniser


class ByColour:
    """As `Recogniser`; grey of level 100 is nobody."""

    similarity_matrix = Recogniser.similarity_matrix

    def __init__(self, spec, folder=None, threads=0):
        self.spec = spec

    def embed(self, views):
        means = views.reshape(len(views), views.shape[1] * views.shape[2], 3).mean(1) - 100
        return (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)
