"""Photographs in folders and tar archives: one after another, or each by its place; never unpacked to disk."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rofi.errors import UnreadablePhoto
from rofi.imaging.files import read_file

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".bmp"})


@dataclass(frozen=True)
class PhotoPlace:
    """Where a photograph lies.

    Attributes:
        path: its own file, or the archive's.
        name: relative to the folder, or as the archive calls it.
        start, size: bytes of the archive that it takes; a file of its own is read whole, and `start` is None.
    """

    path: Path
    name: str
    start: int | None
    size: int

    def read(self) -> bytes:
        """All its bytes.

        Raises:
            UnreadablePhoto: the file or archive is gone or has become shorter.
            PhotoTooLarge: a file of more than 4 GiB.
        """
        if self.start is None:
            return read_file(self.path)
        try:
            with self.path.open("rb") as archive:
                archive.seek(self.start)
                data = archive.read(self.size)
        except OSError as error:
            raise UnreadablePhoto(f"{self.path}: cannot be read: {error.strerror}") from error
        if len(data) < self.size:
            raise UnreadablePhoto(f"{self.path}: ends amid {self.name}; fetch the archive again")
        return data


def find_places(source: Path) -> list[PhotoPlace]:
    """Every photograph of a folder (sorted) or an archive (in its order), or the one that `source` is.

    Raises:
        UnreadablePhoto: `source` does not exist, is not a folder, a tar or a photograph, or is a damaged or a
            compressed tar, out of which nothing can be read by its place.
    """
    if source.is_dir():
        found = _photos_in(source)
        return [PhotoPlace(path, path.relative_to(source).as_posix(), None, path.stat().st_size) for path in found]
    if source.suffix.lower() in SUFFIXES and source.is_file():
        return [PhotoPlace(source, source.name, None, source.stat().st_size)]
    if not (source.is_file() and tarfile.is_tarfile(source)):
        raise _no_source(source)
    try:
        with tarfile.open(source, "r:") as archive:
            return [
                PhotoPlace(source, m.name, m.offset_data, m.size) for m in archive if m.isreg() and _is_photo(m.name)
            ]
    except tarfile.ReadError as error:
        raise UnreadablePhoto(f"{source}: a compressed or damaged archive; give a plain tar or a folder") from error


def read_photos(sources: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every photograph in `sources`, in sorted order within a folder, in file order within a tar.

    Raises:
        UnreadablePhoto: a source does not exist, is not a folder, a tar or a photograph, or is a damaged tar.
    """
    for source in sources:
        if source.is_dir():
            for path in _photos_in(source):
                yield str(path.relative_to(source)), path.read_bytes()
        elif source.suffix.lower() in SUFFIXES and source.is_file():
            yield source.name, source.read_bytes()
        elif source.is_file() and tarfile.is_tarfile(source):
            yield from _read_tar(source)
        else:
            raise _no_source(source)


def _read_tar(source: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and _is_photo(member.name):
                    yield member.name, content.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise UnreadablePhoto(f"{source}: damaged after some photographs ({error}); fetch it again") from error


def _photos_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if _is_photo(path.name) and path.is_file())


def _is_photo(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def _no_source(source: Path) -> UnreadablePhoto:
    return UnreadablePhoto(f"{source}: not a folder, tar archive or photograph; name one that exists")
