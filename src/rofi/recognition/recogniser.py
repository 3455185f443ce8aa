"""A recogniser as it is used to judge: images in, embeddings, similarities and verdicts out."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from rofi.errors import RofiError, TrainingError
from rofi.recognition.crops import crop_view
from rofi.recognition.network_files import find_network
from rofi.recognition.specs import RecogniserSpec

Embeddings = NDArray[np.float32]


class Recogniser:
    """A face recogniser on ONNX Runtime.

    Args:
        spec: which recogniser.
        folder: where its file lies, see `find_network`.
        batch: faces that go through the network at a time.
        threads: threads that the network may use; 0 leaves it to ONNX Runtime.

    Raises:
        TrainingError: the network's file is missing or damaged.
    """

    def __init__(
        self, spec: RecogniserSpec, folder: Path | str | None = None, batch: int = 32, threads: int = 0
    ) -> None:
        self.spec = spec
        self._batch = batch
        path = find_network(spec.file, folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime raises types of its own that share no base
            raise TrainingError(f"{path}: not a network that ONNX Runtime reads; fetch it again") from error
        self._input = self._session.get_inputs()[0].name

    def embed(self, views: NDArray[np.uint8], view: int | None = None) -> Embeddings:
        """Embeddings of aligned faces.

        Args:
            views: (N, V, V, 3) RGB in 0..255, the aligned views, or canvases around them.
            view: side of the view in pixels when `views` are canvases; V when left out.

        Returns:
            (N, d); of unit length if the recogniser compares by cosine.

        Raises:
            RofiError: `views` has another shape or type.
        """
        if views.ndim != 4 or views.shape[3] != 3 or views.shape[1] != views.shape[2] or views.dtype != np.uint8:
            raise RofiError(f"views are {views.dtype} {views.shape}; a recogniser takes uint8 (N, V, V, 3)")
        parts = [self._embed_batch(views[i : i + self._batch], view) for i in range(0, len(views), self._batch)]
        if not parts:
            return np.zeros((0, self._session.get_outputs()[0].shape[1]), np.float32)
        return np.concatenate(parts)

    def _embed_batch(self, views: NDArray[np.uint8], view: int | None) -> Embeddings:
        with torch.no_grad():
            images = torch.from_numpy(np.ascontiguousarray(views)).permute(0, 3, 1, 2).float()
            crops = (crop_view(images, self.spec.crop, view) - self.spec.mean) * self.spec.scale
        embeddings = np.asarray(self._session.run(None, {self._input: crops.numpy()})[0], np.float32)
        if self.spec.metric == "cosine":
            embeddings /= np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)
        return embeddings

    def similarity(self, a: Embeddings, b: Embeddings) -> NDArray[np.float32]:
        """Similarity of each row of `a` (N, d) to the same row of `b`: cosine, or minus the Euclidean distance."""
        if self.spec.metric == "cosine":
            return np.asarray((a * b).sum(axis=-1), np.float32)
        return np.asarray(-np.linalg.norm(a - b, axis=-1), np.float32)

    def similarity_matrix(self, a: Embeddings, b: Embeddings) -> NDArray[np.float32]:
        """Similarity of every row of `a` (N, d) to every row of `b` (M, d): (N, M)."""
        products = a @ b.T
        if self.spec.metric == "cosine":
            return np.asarray(products, np.float32)
        squared = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * products
        return np.asarray(-np.sqrt(np.maximum(squared, 0)), np.float32)

    def same_person(self, a: Embeddings, b: Embeddings) -> NDArray[np.bool_]:
        """Whether each row of `a` and the same row of `b` pass for one person at a false accept rate of 1e-3."""
        return self.similarity(a, b) > self.spec.threshold
