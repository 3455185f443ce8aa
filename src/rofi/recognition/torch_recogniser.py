"""A recogniser that gradients pass through: what a loss or a white-box attack needs."""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rofi.errors import RofiError
from rofi.recognition.crops import CropJitter, crop_view
from rofi.recognition.network_files import find_network
from rofi.recognition.onnx_module import OnnxModule
from rofi.recognition.specs import RecogniserSpec


class TorchRecogniser(nn.Module):
    """Aligned views to embeddings, differentiable with respect to the views; frozen.

    Cropping and normalising run in float32 also under autocast; only the network is subject to it.

    Args:
        spec: which recogniser.
        folder: where its file lies, see `find_network`.
        jitter: limits of the random crops that a generator draws.

    Shape:
        views: (N, 3, V, V) RGB in [0, 1] -> (N, d) float32, of unit length if the recogniser compares by cosine.

    Raises:
        TrainingError: the network's file is missing or cannot be run.
        RofiError: `views` has another shape.
    """

    def __init__(
        self, spec: RecogniserSpec, folder: Path | str | None = None, jitter: CropJitter | None = None
    ) -> None:
        super().__init__()
        self.spec = spec
        self.jitter = jitter or CropJitter()
        self.network = OnnxModule(find_network(spec.file, folder))

    def forward(self, views: Tensor, jitter: Tensor | torch.Generator | None = None, view: int | None = None) -> Tensor:
        """See the class.

        Args:
            views: the aligned views, or canvases of which `view` says how wide the view in their middle is.
            jitter: (N, 2, 3) as for `crop_view`, so that two images can share it; or a CPU generator to draw it from.
            view: side of the view in pixels; V when left out.
        """
        if views.ndim != 4 or views.shape[1] != 3 or views.shape[2] != views.shape[3]:
            raise RofiError(f"views have shape {tuple(views.shape)}; a recogniser takes (N, 3, V, V)")
        if isinstance(jitter, torch.Generator):
            jitter = self.jitter.draw(len(views), jitter)
        crops = crop_view(views, self.spec.crop, view, jitter)
        pixels = (crops * 255 - self.spec.mean) * self.spec.scale
        embeddings = self.network(pixels).float()
        return F.normalize(embeddings, dim=1) if self.spec.metric == "cosine" else embeddings
