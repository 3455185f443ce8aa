"""G2Face as a user has it: two exported networks, one that protects and one that restores."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch

from rofi.errors import HeaderDamaged, NotProtected, WeightsMismatch
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.evaluation.methods.redrawn_face import put_back, to_levels
from rofi.faces.alignment import VIEW_MARGIN, Alignment
from rofi.faces.person_placement import PlacedPerson
from rofi.imaging.container import attach, extract
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Network = Callable[[Floats, Floats], Floats]

_PLACE = struct.Struct(">4s10d")
_MAGIC = b"G2FA"
_RIM = 0.02
"""Width of the soft edge of the pasted square, in its sides."""
_ADVICE = "export it as the method's documentation says"


@dataclass(frozen=True)
class G2FaceExport:
    """Two networks of one training, ONNX (`.onnx`) or TorchScript (any other ending), that keep this contract:

    - inputs, in this order: `image` (1, 3, S, S) float32, RGB in -1..1, the aligned face; `password` (1, P) float32,
      every number -1 or 1;
    - first output: (1, 3, S, S) float32, RGB in -1..1, the protected or the restored face on the same square;
    - the square is the ArcFace template's with `margin` on every side; S is `side`.

    The protected face is pasted into the photograph, where it is resampled; its place lies in a chunk of the PNG file.

    Args:
        protect_network, restore_network: the files.
        side: S.
        margin: of the square about the template's 112 x 112 box, as a share of that box.
        bits: P.
        seed: of the password.
    """

    protect_network: Path
    restore_network: Path
    side: int = 256
    margin: float = 0.06
    bits: int = 16
    seed: int = 0

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`.

        Raises:
            WeightsMismatch: a network's file cannot be read.
        """
        networks = "-".join(_digest(path) for path in (self.protect_network, self.restore_network))
        return MethodFacts(
            name="g2face-export",
            title="G2Face",
            version=f"1-{networks}-{self.side}-{self.margin:g}-{self.bits}-{self.seed}",
            reversible=True,
            keyed=True,
            built_in="The networks that the user named, on the aligned face, pasted into the photograph.",
            is_not="Not the networks' own evaluation: pasting resamples what they hide in the pixels once each way, "
            "and whether the files are G2Face, and how trained, only their owner knows.",
            reference="Yang et al., G2Face: high-fidelity reversible face anonymization via generative and geometric "
            "priors, IEEE TIFS 2024",
        )

    @property
    def password(self) -> Floats:
        """(P,) of -1 and 1."""
        generator = np.random.default_rng(self.seed)
        return generator.choice(np.array([-1, 1], np.float32), self.bits)

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`.

        Raises:
            WeightsMismatch: the network does not keep the contract.
        """
        points = photo.detection.points
        made = self._through(self.protect_network, photo.pixels, self._alignment(points), self.password)
        return attach(encode(made, "png"), _PLACE.pack(_MAGIC, *points.ravel().tolist()))

    def restore(self, data: bytes, name: str) -> Bytes:
        """See `ReversibleMethod.restore`.

        Raises:
            NotProtected: the file does not tell where the face is.
            WeightsMismatch: the network does not keep the contract.
        """
        return self.restore_with(data, name, self.password)

    def restore_with(self, data: bytes, name: str, password: Floats) -> Bytes:
        """The same with any password (P,)."""
        pixels = decode(data, name).pixels
        try:
            place = extract(data)
        except HeaderDamaged as error:
            raise HeaderDamaged(f"{name}: {error}") from error
        if place is None or len(place) != _PLACE.size or not place.startswith(_MAGIC):
            raise NotProtected(f"{name}: does not tell where its face is; give the file as it was written")
        points = np.array(_PLACE.unpack(place)[1:]).reshape(5, 2)
        return self._through(self.restore_network, pixels, self._alignment(points), password)

    def _alignment(self, points: npt.NDArray[np.float64]) -> Alignment:
        """The square about the template's box, with this margin instead of a view's own."""
        ratio = VIEW_MARGIN / (1 + 2 * self.margin)
        matrix = Alignment.from_points(points, self.side).matrix * ratio
        matrix[:, 2] += self.side / 2 * (1 - ratio)
        return Alignment(matrix, self.side)

    def _through(self, path: Path, pixels: Bytes, alignment: Alignment, password: Floats) -> Bytes:
        view = np.asarray(alignment.extract(pixels), np.float32)
        image = np.ascontiguousarray(view.transpose(2, 0, 1)[None] / 127.5 - 1, np.float32)
        try:
            made = load_network(path)(image, password[None].astype(np.float32))
        except WeightsMismatch:
            raise
        except Exception as error:  # ONNX Runtime's and TorchScript's errors share no base
            reason = str(error).strip().splitlines()[0]
            raise WeightsMismatch(f"{path}: does not take an image and a password ({reason}); {_ADVICE}") from error
        if made.shape != image.shape or not np.isfinite(made).all():
            raise WeightsMismatch(f"{path}: gives {made.shape} and not finite {image.shape}; {_ADVICE}")
        face = (made[0].transpose(1, 2, 0) + 1) * 127.5
        return to_levels(put_back(pixels, alignment, PlacedPerson(face, _soft_square(self.side))))


def _soft_square(side: int) -> Floats:
    """(side, side): 1 but for the edge, so that no seam shows."""
    place = np.arange(side, dtype=np.float32)
    inside = np.minimum(place, side - 1 - place)
    return np.clip(np.minimum(inside[:, None], inside[None]) / max(1.0, _RIM * side), 0, 1).astype(np.float32)


@lru_cache(maxsize=4)
def load_network(path: Path) -> Network:
    """A network of two inputs and one output, from an ONNX or a TorchScript file.

    Raises:
        WeightsMismatch: it cannot be read.
    """
    try:
        return _onnx(path) if path.suffix == ".onnx" else _torch_script(path)
    except Exception as error:  # as above
        raise WeightsMismatch(f"{path}: cannot be read as an ONNX or TorchScript file; {_ADVICE}") from error


def _onnx(path: Path) -> Network:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    image_name, password_name = (given.name for given in session.get_inputs())

    def run(image: Floats, password: Floats) -> Floats:
        return np.asarray(session.run(None, {image_name: image, password_name: password})[0], np.float32)

    return run


def _torch_script(path: Path) -> Network:
    module: torch.jit.ScriptModule = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
    module.eval()

    @torch.inference_mode()
    def run(image: Floats, password: Floats) -> Floats:
        made = module(torch.from_numpy(image), torch.from_numpy(password))
        first = made[0] if isinstance(made, tuple | list) else made
        return np.asarray(first.float().numpy(), np.float32)

    return run


@lru_cache(maxsize=8)
def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    except OSError as error:
        raise WeightsMismatch(f"{path}: cannot be read ({error.strerror}); name the exported network") from error
