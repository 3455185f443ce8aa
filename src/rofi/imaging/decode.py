"""From the bytes of an image file to upright sRGB pixels."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pi_heif import HeifImageFile
from PIL import BmpImagePlugin, Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from rofi.errors import PhotoError, PhotoTooLarge, UnreadablePhoto
from rofi.imaging.colour import to_rgb
from rofi.imaging.formats import ImageFormat, sniff

# Pillow's plugins one by one, not Image.open: that one would try every format Pillow knows, and holds files against a
# pixel limit that is global to the process.
_OPENERS = {
    "jpeg": JpegImagePlugin.jpeg_factory,
    "png": PngImagePlugin.PngImageFile,
    "tiff": TiffImagePlugin.TiffImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "bmp": BmpImagePlugin.BmpImageFile,
    "heic": HeifImageFile,
}

_EXIF_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_TIFF_NEW_SUBFILE_TYPE = 254
_TIFF_REDUCED_COPY = 1
_TIFF_UNCOMPRESSED = 1
_TIFF_SEPARATE_PLANES = 2


@dataclass(frozen=True, eq=False)
class Photo:
    """A decoded photograph.

    Args:
        pixels: (H, W, 3) uint8, sRGB, upright.
        format: what the file was.
    """

    pixels: NDArray[np.uint8]
    format: ImageFormat


def decode(data: bytes, name: str, max_pixels: int = 200_000_000) -> Photo:
    """Decode a JPEG, PNG, TIFF, WebP, HEIC or BMP file of 8 or 16 bits a channel.

    The EXIF orientation is applied, an embedded ICC profile converted to sRGB, transparency laid on white.

    Args:
        data: the whole file.
        name: how messages call it.
        max_pixels: refuse more, by the size its header states, before anything is decoded.

    Raises:
        UnreadablePhoto: empty, truncated, damaged, of another format, or of several pages or frames.
        PhotoTooLarge: more than `max_pixels`, or more than the memory holds.
    """
    if not data:
        raise UnreadablePhoto(f"{name}: the file is empty; take an untouched copy")
    image_format = sniff(data)
    if image_format is None:
        raise UnreadablePhoto(f"{name}: this is no JPEG, PNG, TIFF, WebP, HEIC or BMP image; convert it to one")
    damaged = f"{name}: the {image_format.upper()} image is truncated, damaged or of an unknown kind; take another copy"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Photo(_read(data, image_format, name, max_pixels), image_format)
    except PhotoError:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise PhotoTooLarge(f"{name}: the image does not fit into memory; make it smaller") from error
    except Exception as error:  # decoders answer hostile bytes with any exception there is
        raise UnreadablePhoto(damaged) from error


def _read(data: bytes, image_format: ImageFormat, name: str, max_pixels: int) -> NDArray[np.uint8]:
    image: Image.Image = _OPENERS[image_format](io.BytesIO(data), name)
    width, height = image.size
    if width * height > max_pixels:
        raise PhotoTooLarge(f"{name}: {width} x {height} pixels are more than {max_pixels:,}; make the image smaller")
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        _check_tiff(image, name)
    elif image_format in ("png", "webp") and getattr(image, "n_frames", 1) > 1:
        raise UnreadablePhoto(f"{name}: the file is an animation; give one photograph per file")
    image.load()
    turn = _UPRIGHT.get(_orientation(image))
    return np.array(to_rgb(image if turn is None else image.transpose(turn), name, _white_is_zero(image)))


def _orientation(image: Image.Image) -> int:
    # Pillow turns TIFF files and pi_heif HEIC files by itself, and both then say so here.
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:  # a photograph is not lost for its broken EXIF
        return 1


def _check_tiff(image: TiffImagePlugin.TiffImageFile, name: str) -> None:
    tags = image.tag_v2
    planes = tags.get(TiffImagePlugin.PLANAR_CONFIGURATION) == _TIFF_SEPARATE_PLANES
    raw = tags.get(TiffImagePlugin.COMPRESSION, _TIFF_UNCOMPRESSED) == _TIFF_UNCOMPRESSED
    if planes and raw and max(tags.get(TiffImagePlugin.BITSPERSAMPLE, (1,))) > 8:
        # Pillow reads these wrong without a word.
        raise UnreadablePhoto(
            f"{name}: an uncompressed 16-bit TIFF in separate planes is not read; save it interleaved"
        )
    for frame in range(1, image.n_frames):
        image.seek(frame)
        if not int(image.tag_v2.get(_TIFF_NEW_SUBFILE_TYPE, 0)) & _TIFF_REDUCED_COPY:
            raise UnreadablePhoto(f"{name}: the TIFF file has several pages; give one photograph per file")
    image.seek(0)


def _white_is_zero(image: Image.Image) -> bool:
    return (
        isinstance(image, TiffImagePlugin.TiffImageFile)
        and image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
    )
