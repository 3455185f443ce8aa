"""Reading the face sets of the shared folder: tars of photographs or of aligned canvases with their lists."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SetImage:
    """One image: its file name, bytes, and a name for the person it shows."""

    name: str
    data: bytes
    identity: str


def read_set(folder: Path, name: str) -> Iterator[SetImage]:
    """Every image of `folder/name.tar`, in its order."""
    listing = folder / f"{name}.json"
    entries = json.loads(listing.read_text()) if listing.is_file() else []
    people = {entry["file"]: str(entry["identity"]) for entry in entries if "identity" in entry}
    with tarfile.open(folder / f"{name}.tar") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                yield SetImage(member.name, content.read(), people.get(member.name) or _numbered(member.name))


def _numbered(name: str) -> str:
    """The person's number in a name such as london_002_neutral.webp."""
    return name.split("_")[1].split(".")[0]
