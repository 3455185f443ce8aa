"""Photographs of a training set: those in folders and tar archives, one after another, never unpacked to disk."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from rofi.errors import TrainingError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".bmp"})


def read_photos(sources: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every photograph in `sources`, in sorted order within a folder, in file order within a tar.

    Raises:
        TrainingError: a source does not exist, is not a folder, a tar or a photograph, or is a damaged tar.
    """
    for source in sources:
        if source.is_dir():
            for path in sorted(path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES):
                yield str(path.relative_to(source)), path.read_bytes()
        elif source.suffix.lower() in SUFFIXES and source.is_file():
            yield source.name, source.read_bytes()
        elif source.is_file() and tarfile.is_tarfile(source):
            yield from _read_tar(source)
        else:
            raise TrainingError(f"{source}: not a folder, tar archive or photograph; name one that exists")


def _read_tar(source: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and Path(member.name).suffix.lower() in SUFFIXES:
                    yield member.name, content.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise TrainingError(f"{source}: damaged after some photographs ({error}); fetch it again") from error
