"""Which files a command is about, and what their results are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rofi.errors import UnreadablePhoto

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".bmp", ".dib"})


@dataclass(frozen=True)
class PhotoPath:
    """A file and its name relative to the folder that was given on the command line."""

    path: Path
    relative: Path


def find_photos(sources: Iterable[Path], out: Path | None = None) -> list[PhotoPath]:
    """The files named, and every photograph in the folders named, sorted; hidden files are passed over.

    Args:
        sources: files and folders.
        out: folder for the results; one inside a source is passed over, or a second run would take up the first's.

    Raises:
        UnreadablePhoto: a source does not exist, or all of them together hold no photograph.
    """
    found: dict[Path, PhotoPath] = {}
    for source in sources:
        if source.is_dir():
            results = out.resolve() if out is not None and source.resolve() in out.resolve().parents else None
            for path in sorted(source.rglob("*")):
                relative = path.relative_to(source)
                hidden = any(part.startswith(".") for part in relative.parts)
                ours = results is not None and results in path.resolve().parents
                if path.suffix.lower() in SUFFIXES and path.is_file() and not hidden and not ours:
                    found.setdefault(path.resolve(), PhotoPath(path, relative))
        elif source.exists():
            found.setdefault(source.resolve(), PhotoPath(source, Path(source.name)))
        else:
            raise UnreadablePhoto(f"{source}: no such file or folder; check the name")
    if not found:
        raise UnreadablePhoto("no photographs in the folders named; check them")
    return list(found.values())
