"""Face recognisers: as frozen modules in losses, and as attackers in evaluations."""

from rofi.recognition.crops import CropJitter, crop_view
from rofi.recognition.gallery import rank1
from rofi.recognition.network_files import find_network
from rofi.recognition.onnx_module import OnnxModule
from rofi.recognition.onnx_operators import UnsupportedOperator
from rofi.recognition.recogniser import Recogniser
from rofi.recognition.specs import SPECS, RecogniserSpec
from rofi.recognition.torch_recogniser import TorchRecogniser

__all__ = [
    "SPECS",
    "CropJitter",
    "OnnxModule",
    "Recogniser",
    "RecogniserSpec",
    "TorchRecogniser",
    "UnsupportedOperator",
    "crop_view",
    "find_network",
    "rank1",
]
