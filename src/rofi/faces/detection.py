"""Finding every face of a photograph, of whatever size and whichever way up."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

import cv2
import numpy as np
import numpy.typing as npt

from rofi.errors import PhotoError
from rofi.faces.alignment import Alignment, FloatArray, ImageArray, check_image

_COARSEST = 320  # long side of the coarsest level: YuNet misses faces above some 500 pixels
_WHOLE = 1280  # levels up to this size are searched in one piece
_TILE, _OVERLAP = 1024, 192  # faces above the overlap are found on the next coarser level
_BORDER = 32  # black pixels about a level, for faces that fill the photograph or are cut by its edge
_MAX_ENLARGEMENT = 4.0
_SMALLEST_SEEN = 16.0  # pixels: below this YuNet's score falls off

_CLOSE_UP = 384  # side of the crop on which points are refined
_FACE_IN_CLOSE_UP = 220  # longer side of the face's box in it; in smaller ones YuNet's eyes lie too far apart
_SURELY_UPRIGHT = 0.90  # score from which a face need not be tried the other ways up
_TURN_GAIN = 0.03  # by how much a turned face must score better than the upright one


@dataclass(frozen=True, eq=False)
class Detection:
    """A face in a photograph.

    Attributes:
        box: x, y of the upper left corner, width and height, in photograph pixels; may reach beyond the border.
        points: (5, 2) image-left eye, image-right eye, nose tip, image-left and image-right mouth corner in photograph
            pixels; "left" is said of the face when upright, so a turned photograph has its points turned.
        score: 0..1.
    """

    box: tuple[float, float, float, float]
    points: FloatArray
    score: float

    @property
    def area(self) -> float:
        """Square photograph pixels."""
        return self.box[2] * self.box[3]

    @property
    def size(self) -> float:
        """Longer side of the box in photograph pixels."""
        return max(self.box[2:])

    @property
    def centre(self) -> FloatArray:
        """(2,) middle of the box in photograph pixels."""
        x, y, width, height = self.box
        return np.array([x + width / 2, y + height / 2])


class Detector:
    """Finds faces with YuNet (Wu, Peng and Yu 2023) on a pyramid of the photograph.

    An instance serves one thread at a time.

    Args:
        score_threshold: what a face must score on its close-up; at first sight it may score 0.2 less.
        smallest_face: height in photograph pixels down to which large photographs are searched.
        looks: crops of each face over which its points are averaged; 1 is quick, 9 halves the error.
    """

    def __init__(self, score_threshold: float = 0.75, smallest_face: float = 32.0, looks: int = 9) -> None:
        self._score_threshold = score_threshold
        self._looks = looks
        self._smallest_face = smallest_face
        self._network = _load_network(score_threshold - 0.2)

    def detect(self, photo: ImageArray) -> list[Detection]:
        """Every face of the photograph, the largest first; an empty list if there is none.

        Should there be none upright, the photograph is searched on its sides and upside down.

        Args:
            photo: (H, W, 3) RGB, uint8.

        Raises:
            PhotoError: `photo` is no such image.
        """
        check_image(photo)
        if photo.dtype != np.uint8:
            raise PhotoError(f"photograph is of type {photo.dtype}: faces are searched in uint8, convert it")
        for quarter_turns in (0, 1, 3, 2):
            candidates = _suppress(self._search(np.ascontiguousarray(np.rot90(photo, quarter_turns))))
            candidates = [_turned_back(found, quarter_turns, photo.shape) for found in candidates]
            close_ups = [self._close_up(photo, found, quarter_turns * math.pi / 2) for found in candidates]
            faces = [face for face in close_ups if face is not None and face.score >= self._score_threshold]
            if faces:
                return sorted(_suppress(faces), key=lambda face: face.area, reverse=True)
        return []

    def _search(self, photo: ImageArray) -> Iterator[Detection]:
        """Faces at first sight, several times each, at every scale."""
        height, width = photo.shape[:2]
        for scale in _pyramid_scales(max(height, width), self._smallest_face):
            size = max(1, round(width * scale)), max(1, round(height * scale))
            level = cv2.resize(photo, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
            level = cv2.copyMakeBorder(level, _BORDER, _BORDER, _BORDER, _BORDER, cv2.BORDER_CONSTANT)
            ratio = np.array([width, height]) / size
            for x, y, tile in _tiles(level):
                for found in self._run(tile):
                    shift = np.array([x, y]) - _BORDER + 0.5  # to the photograph's edge, half off a pixel's centre
                    corner = (np.array(found.box[:2]) + shift) * ratio - 0.5
                    extent = np.array(found.box[2:]) * ratio
                    points = (found.points + shift) * ratio - 0.5
                    yield Detection(_box(corner, extent), points, found.score)

    def _close_up(self, photo: ImageArray, found: Detection, angle: float) -> Detection | None:
        """The same face looked at upright and at the size that YuNet is best at.

        YuNet finds faces that are turned, but its points follow only two thirds of a roll, so the face is first turned
        upright. Its points then still jump by some 3 % of the eyes' distance from one crop to the next, so several
        crops are averaged.
        """
        best = self._look(photo, found, angle)
        if best is None or best.score < _SURELY_UPRIGHT:
            for turn in (0.5, -0.5, 1.0):
                turned = self._look(photo, found, angle + turn * math.pi)
                if turned is not None and (best is None or turned.score > best.score + _TURN_GAIN):
                    best = turned
        if best is None:
            return None
        best = self._look(photo, best, _roll(best)) or best
        looks = [self._look(photo, best, _roll(best), *offset) for offset in _spread(self._looks)]
        return _mean([look for look in looks if look is not None], self._looks)

    def _look(
        self, photo: ImageArray, found: Detection, angle: float, shift: tuple[float, float] = (0, 0), zoom: float = 1
    ) -> Detection | None:
        """The face once more, in a crop turned by `angle`, shifted by shares of its size, and enlarged by `zoom`."""
        side = max(found.size * _CLOSE_UP / _FACE_IN_CLOSE_UP, _CLOSE_UP / _MAX_ENLARGEMENT) / zoom
        centre = found.centre + np.multiply(shift, found.size)
        crop = Alignment.from_square(centre, side, angle, _CLOSE_UP)
        size = found.size * crop.scale
        expected = Detection(_box(crop.to_view(found.centre) - size / 2, (size, size)), found.points, found.score)
        # Not mirrored: anything and its mirror image at the border make a symmetric pattern that passes for a face.
        view = crop.extract(photo, mirrored=False)
        seen = [face for face in self._run(view) if _overlap(face, expected) > 0.3]
        if not seen:
            return None
        face = max(seen, key=lambda face: face.score)
        x, y, width, height = face.box
        corners = crop.to_photo([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
        return Detection(_box(corners.min(0), np.ptp(corners, axis=0)), crop.to_photo(face.points), face.score)

    def _run(self, image: ImageArray) -> list[Detection]:
        self._network.setInputSize(image.shape[1::-1])
        _, rows = self._network.detect(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        if rows is None:
            return []
        return [Detection(_box(r[:2], r[2:4]), r[4:14].reshape(5, 2), float(r[14])) for r in rows.astype(np.float64)]


def _load_network(score_threshold: float) -> cv2.FaceDetectorYN:
    model = np.frombuffer(resources.files("rofi.faces").joinpath("networks", "yunet.onnx").read_bytes(), np.uint8)
    level = cv2.utils.logging.getLogLevel()
    # OpenCV 5 warns that its new engine has no choice of target, which is no news to the user.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        return cv2.FaceDetectorYN.create("onnx", model, np.empty(0, np.uint8), (320, 320), score_threshold, 0.3, 5000)
    finally:
        cv2.utils.logging.setLogLevel(level)


def _pyramid_scales(long_side: int, smallest_face: float) -> list[float]:
    """Scales at which to search, each twice the one before, until the smallest face is large enough to be seen."""
    finest = min(1.0, max(_WHOLE / long_side, _SMALLEST_SEEN / smallest_face))
    scales = [min(_MAX_ENLARGEMENT, _COARSEST / long_side)]
    while scales[-1] < finest or scales[-1] * long_side < 2 * _COARSEST:
        larger = 2 * scales[-1]
        if larger > _MAX_ENLARGEMENT:
            break
        # Beyond the photograph's own pixels, enlarging helps small photographs only.
        scales.append(larger if larger * long_side <= 2 * _COARSEST else min(larger, finest))
    return scales


def _tiles(level: ImageArray) -> Iterator[tuple[int, int, ImageArray]]:
    """x, y of the upper left corner and the pixels of overlapping tiles that cover a level."""
    for y, bottom in _cuts(level.shape[0]):
        for x, right in _cuts(level.shape[1]):
            yield x, y, np.ascontiguousarray(level[y:bottom, x:right])


def _cuts(length: int) -> list[tuple[int, int]]:
    if length <= _WHOLE + 2 * _BORDER:
        return [(0, length)]
    count = math.ceil((length - _OVERLAP) / (_TILE - _OVERLAP))
    starts = np.linspace(0, length - _TILE, count).round().astype(int)
    return [(int(start), int(start) + _TILE) for start in starts]


def _suppress(detections: Iterator[Detection] | list[Detection]) -> list[Detection]:
    """One detection per face: the best-scored of those that overlap or contain one another."""
    kept: list[Detection] = []
    for detection in sorted(detections, key=lambda found: found.score, reverse=True):
        if all(_overlap(detection, other) < 0.3 and _share_within(detection, other) < 0.7 for other in kept):
            kept.append(detection)
    return kept


def _spread(count: int) -> list[tuple[tuple[float, float], float]]:
    """Shifts (shares of the face's size) and zooms that cover their ranges evenly (R3 sequence, Roberts 2018)."""
    steps = np.arange(1, count + 1)[:, None] * (0.8191725134, 0.6710436067, 0.5497004779)
    return [((0.3 * x, 0.3 * y), math.exp(0.4 * z)) for x, y, z in steps % 1 - 0.5]


def _mean(seen: list[Detection], looks: int) -> Detection | None:
    """One detection from several of the same face; a look that did not see it scores 0."""
    if not seen:
        return None
    box = np.mean([face.box for face in seen], axis=0)
    points = np.mean([face.points for face in seen], axis=0)
    return Detection(_box(box[:2], box[2:]), points, sum(face.score for face in seen) / looks)


def _roll(face: Detection) -> float:
    """Angle of the face's horizontal in the photograph, radians."""
    return Alignment.from_points(face.points, _CLOSE_UP).angle


def _intersection(one: Detection, other: Detection) -> float:
    low = np.maximum(one.box[:2], other.box[:2])
    high = np.minimum(np.add(one.box[:2], one.box[2:]), np.add(other.box[:2], other.box[2:]))
    return float(np.prod(np.maximum(0, high - low)))


def _overlap(one: Detection, other: Detection) -> float:
    """Intersection over union of the boxes."""
    shared = _intersection(one, other)
    return shared / (one.area + other.area - shared)


def _share_within(one: Detection, other: Detection) -> float:
    """Intersection over the smaller of the boxes."""
    return _intersection(one, other) / min(one.area, other.area)


def _turned_back(found: Detection, quarter_turns: int, shape: tuple[int, ...]) -> Detection:
    """A detection in `np.rot90(photo, quarter_turns)`, put into the photograph of `shape`."""
    height, width = shape[:2]
    corner, extent = np.array(found.box[:2]), np.array(found.box[2:])
    places = np.vstack([found.points, corner, corner + extent])
    x, y = places.T
    back = {
        0: (x, y),
        1: (width - 1 - y, x),
        2: (width - 1 - x, height - 1 - y),
        3: (y, height - 1 - x),
    }[quarter_turns % 4]
    places = np.column_stack(back)
    box = places[5:]
    return Detection(_box(box.min(0), np.ptp(box, axis=0)), places[:5], found.score)


def _box(corner: npt.ArrayLike, extent: npt.ArrayLike) -> tuple[float, float, float, float]:
    (x, y), (width, height) = np.asarray(corner, dtype=np.float64), np.asarray(extent, dtype=np.float64)
    return float(x), float(y), float(width), float(height)
