"""Image files: decoding, encoding, and the header and sealed original inside them. Knows nothing of the model."""

from rofi.imaging.container import attach, extract
from rofi.imaging.decode import Photo, decode
from rofi.imaging.encode import encode
from rofi.imaging.files import read_file, write_whole
from rofi.imaging.header import FaceRecord, Header
from rofi.imaging.protected_file import ProtectedFile, pack, unpack
from rofi.imaging.seal import SealedOriginal, open_seal, seal

__all__ = [
    "FaceRecord",
    "Header",
    "Photo",
    "ProtectedFile",
    "SealedOriginal",
    "attach",
    "decode",
    "encode",
    "extract",
    "open_seal",
    "pack",
    "read_file",
    "seal",
    "unpack",
    "write_whole",
]
