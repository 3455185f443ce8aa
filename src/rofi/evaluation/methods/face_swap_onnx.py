"""Face swap by networks that a user has: inswapper or SimSwap, exported to ONNX."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime

from rofi.errors import PhotoError, RofiError
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.evaluation.methods.redrawn_face import put_back, to_levels
from rofi.faces.alignment import ARCFACE_SIZE, ARCFACE_TEMPLATE, Alignment
from rofi.faces.detection import Detector
from rofi.faces.person_placement import PlacedPerson
from rofi.imaging.encode import encode
from rofi.imaging.files import read_file

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[np.float32]
Kind = Literal["inswapper", "simswap"]

SIMSWAP_TEMPLATE: Floats = np.array(
    [[39.73, 51.138], [72.27, 51.138], [56.0, 68.493], [42.463, 87.01], [69.537, 87.01]]
)
"""(5, 2) points of SimSwap's frontal crop in a box of 112 pixels; they lie closer than ArcFace's, so more is seen."""
INSWAPPER_SHIFT: Floats = np.array([8.0, 0.0])
"""(2,) by which InsightFace moves the ArcFace points in a box of 128 pixels."""
IMAGENET_MEAN, IMAGENET_DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
EMBEDDING = 512
RIM = 0.1
"""Width of the soft edge of the pasted square, in its sides."""
_SOURCE, _TARGET = "source", "target"


@dataclass(frozen=True)
class OnnxFaceSwap:
    """Puts a source person's face in the patient's place by a network of the user's.

    The network takes `target` (1, 3, S, S) float32, the patient's aligned face in RGB, and `source` (1, 512) float32,
    what a recogniser sees in the source person; its first output is (1, 3, S, S) in 0..1, the swapped face, which is
    pasted back where the target came from.

    - "inswapper": as InsightFace runs inswapper_128.onnx. Target in 0..1, the ArcFace points moved 8 pixels to the
      right in a box of 128; the unit embedding times the 512 x 512 matrix that is the graph's last initialiser, made a
      unit vector again.
    - "simswap": as FaceFusion runs simswap_256.onnx and simswap_512_unofficial.onnx. SimSwap's own crop, normalised as
      for ImageNet, or in 0..1 where S is 512; the unit embedding.

    Args:
        network: the swapping network's ONNX file.
        recogniser: ONNX file of the recogniser that the network was trained with: (1, 3, 112, 112) RGB in -1..1,
            aligned as for ArcFace, to (1, 512).
        source: portrait of the person whose face is put in; its largest face counts.
        kind: which contract the network keeps.
    """

    network: Path
    recogniser: Path
    source: Path
    kind: Kind = "inswapper"

    def __post_init__(self) -> None:
        if self.kind not in ("inswapper", "simswap"):
            raise RofiError(f"face swap of kind {self.kind!r}: choose inswapper or simswap")

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`.

        Raises:
            RofiError: a file is missing, damaged, or does not keep the contract.
        """
        title, reference = {
            "inswapper": ("Face swap (inswapper)", "InsightFace's inswapper (Deng, Guo et al.), standing for SimSwap"),
            "simswap": (
                "Face swap (SimSwap)",
                "Chen et al., SimSwap: an efficient framework for high fidelity face swapping, ACM Multimedia 2020",
            ),
        }[self.kind]
        return MethodFacts(
            name=f"face-swap-{self.kind}",
            title=title,
            version=f"1-{self._swapper.digest}",
            reversible=False,
            keyed=False,
            built_in="The network, the recogniser and the portrait that the user named; the swapped face is pasted "
            "into the photograph with a soft edge.",
            is_not="What the files hold, and how they were trained, only their owner knows; no face parsing, "
            "enhancement or colour transfer follows, as some programs add.",
            reference=reference,
        )

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`.

        Raises:
            RofiError: as for `facts`.
        """
        swapper = self._swapper
        alignment = crop_alignment(photo.detection.points, self.kind, swapper.side)
        face = swapper.swap(np.asarray(alignment.extract(photo.pixels) / 255, np.float32))
        placed = PlacedPerson(face * 255, soft_square(swapper.side))
        return encode(to_levels(put_back(photo.pixels, alignment, placed)), "png")

    @property
    def _swapper(self) -> Swapper:
        return _load(self.network, self.recogniser, self.source, self.kind)


class Swapper(NamedTuple):
    """What the files have in them.

    `session` is the network, `latent` (1, 512) stands for the source person, `side` is of the network's square,
    `mean` and `deviation` (3,) normalise its target; `path` is for messages, `digest` tells the three files.
    """

    session: onnxruntime.InferenceSession
    latent: Array
    side: int
    mean: Floats
    deviation: Floats
    path: Path
    digest: str

    def swap(self, target: Array) -> Array:
        """The swapped face (S, S, 3) of an aligned one, both RGB in 0..1.

        Raises:
            RofiError: the network fails, or gives something else.
        """
        image = np.asarray((target - self.mean) / self.deviation, np.float32).transpose(2, 0, 1)[None]
        made = _run(self.session, {_TARGET: np.ascontiguousarray(image), _SOURCE: self.latent}, self.path)
        if made.shape != image.shape or not np.isfinite(made).all():
            raise RofiError(f"{self.path}: gives {made.shape} and not finite {image.shape}; name a face swap network")
        return np.asarray(np.clip(made[0].transpose(1, 2, 0), 0, 1), np.float32)


def crop_alignment(points: Floats, kind: Kind, side: int) -> Alignment:
    """From the photograph to the square that a network was trained on.

    Args:
        points: (5, 2) of the face in the photograph.
        kind: whose square.
        side: of it, in pixels.

    Raises:
        PhotoError: the points coincide.
    """
    if kind == "inswapper":
        return _onto(points, (ARCFACE_TEMPLATE + INSWAPPER_SHIFT) * (side / 128), side)
    return _onto(points, SIMSWAP_TEMPLATE * (side / ARCFACE_SIZE), side)


def soft_square(side: int) -> Array:
    """(side, side): 1 inside, falling smoothly to 0 at the edge."""
    place = np.arange(side)
    inside = np.clip((np.minimum(place, side - 1 - place)) / (RIM * side), 0, 1)
    ramp = inside * inside * (3 - 2 * inside)
    return np.minimum(ramp[:, None], ramp[None]).astype(np.float32)


def _onto(points: Floats, template: Floats, side: int) -> Alignment:
    """Least-squares similarity of five points onto a template: of complex numbers, a factor and a shift."""
    target = template @ (1, 1j)
    place = np.asarray(points, np.float64) @ (1, 1j)
    Alignment.from_points(points, side)  # refuses points that are not five, not finite, or all the same
    p, q = place - place.mean(), target - target.mean()
    factor = np.vdot(p, q) / np.vdot(p, p).real
    shift = target.mean() - factor * place.mean()
    return Alignment(np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]]), side)


@lru_cache(maxsize=2)
def _load(network: Path, recogniser: Path, source: Path, kind: Kind) -> Swapper:
    data = _bytes(network), _bytes(recogniser), _bytes(source)
    session = _session(data[0], network)
    side = _side(session, network)
    unit = _embed(_session(data[1], recogniser), recogniser, source, data[2])
    if kind == "inswapper":
        projected = unit @ _source_matrix(data[0], network)
        latent = np.asarray(projected / max(float(np.linalg.norm(projected)), 1e-12), np.float32)
    else:
        latent = unit
    plain = kind == "inswapper" or side == 512
    mean, deviation = (np.zeros(3), np.ones(3)) if plain else (IMAGENET_MEAN, IMAGENET_DEVIATION)
    digest = "-".join(hashlib.sha256(file).hexdigest()[:8] for file in data)
    return Swapper(session, latent, side, mean, deviation, network, digest)


def _bytes(path: Path) -> bytes:
    try:
        return read_file(path)
    except PhotoError as error:  # of a setting, not of the patient's photograph
        raise RofiError(f"face swap: {error}") from error


def _session(data: bytes, path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises types of its own that share no base
        raise RofiError(f"{path}: not a network that ONNX Runtime reads; fetch it again") from error


def _side(session: onnxruntime.InferenceSession, path: Path) -> int:
    """Side of the network's square."""
    shapes = {given.name: given.shape for given in session.get_inputs()}
    if set(shapes) != {_SOURCE, _TARGET}:
        raise RofiError(f"{path}: takes {', '.join(sorted(shapes))}, not source and target; name a face swap network")
    target = shapes[_TARGET]
    if len(target) != 4 or target[1] != 3 or not isinstance(target[2], int) or target[2] != target[3]:
        raise RofiError(f"{path}: its target is {target}, not a square of fixed size; export it with one")
    return target[2]


def _embed(session: onnxruntime.InferenceSession, path: Path, source: Path, portrait: bytes) -> Array:
    """(1, 512) of unit length: what the recogniser sees in the portrait."""
    try:
        person = Photograph.read(source.name, portrait, Detector())
    except PhotoError as error:
        raise RofiError(f"face swap, portrait of the source: {error}") from error
    alignment = _onto(person.detection.points, ARCFACE_TEMPLATE, ARCFACE_SIZE)
    crop = np.asarray(alignment.extract(person.pixels), np.float32) / 127.5 - 1
    image = np.ascontiguousarray(crop.transpose(2, 0, 1)[None])
    embedding = _run(session, {session.get_inputs()[0].name: image}, path)
    length = float(np.linalg.norm(embedding))
    if embedding.shape != (1, EMBEDDING) or not 0 < length < np.inf:
        raise RofiError(f"{path}: gives {embedding.shape} of length {length:g} and not (1, 512); name the recogniser")
    return np.asarray(embedding / length, np.float32)


def _source_matrix(data: bytes, path: Path) -> Array:
    """(512, 512) from the recogniser's embedding to the network's: inswapper's last initialiser."""
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError as error:
        raise RofiError(f"{path}: reading its matrix needs the package onnx; pip install onnx") from error
    initialisers = onnx.load_model_from_string(data).graph.initializer
    matrix = numpy_helper.to_array(initialisers[-1]) if len(initialisers) else np.zeros(0)
    if matrix.shape != (EMBEDDING, EMBEDDING):
        raise RofiError(f"{path}: its last initialiser is {matrix.shape}, not inswapper's (512, 512); try kind simswap")
    return np.asarray(matrix, np.float32)


def _run(session: onnxruntime.InferenceSession, given: dict[str, Array], path: Path) -> Array:
    try:
        return np.asarray(session.run(None, given)[0], np.float32)
    except Exception as error:  # as above
        shapes = ", ".join(f"{name} {value.shape}" for name, value in given.items())
        raise RofiError(f"{path}: does not take {shapes}; name a file of the kind asked for") from error
