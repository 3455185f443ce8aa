"""An opaque payload inside an image file, where every other program passes over it."""

from rofi.errors import OutputError
from rofi.imaging import jpeg_segments, png_chunks, tiff_tags, webp_chunks
from rofi.imaging.formats import sniff


def attach(image: bytes, payload: bytes) -> bytes:
    """The same image file with a payload in it; its pixels stay as they are.

    Args:
        image: a PNG, JPEG, TIFF or WebP file without a payload.
        payload: any bytes.

    Raises:
        OutputError: the file is of another format, is damaged, carries a payload already, or its format cannot hold
            so much.
    """
    match sniff(image):
        case "png":
            return png_chunks.attach(image, payload)
        case "jpeg":
            return jpeg_segments.attach(image, payload)
        case "tiff":
            return tiff_tags.attach(image, payload)
        case "webp":
            return webp_chunks.attach(image, payload)
        case other:
            raise OutputError(f"a payload cannot be put into a {other or 'file of unknown format'}; write PNG instead")


def extract(file: bytes) -> bytes | None:
    """The payload of an image file; None where there is none, whatever else the file may be.

    Damage inside the payload is for the payload's own checks to find: one changed byte of the sealed original must not
    cost the header, and with it the way back through the pixels.

    Raises:
        HeaderDamaged: a payload is there but not whole.
    """
    match sniff(file):
        case "png":
            return png_chunks.extract(file)
        case "jpeg":
            return jpeg_segments.extract(file)
        case "tiff":
            return tiff_tags.extract(file)
        case "webp":
            return webp_chunks.extract(file)
        case _:
            return None
