"""A report's files, written together: a reader finds the old report or the new one."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rofi.errors import OutputError
from rofi.imaging.files import write_whole

_FILE = re.compile(r"(tables|pictures)/[a-z0-9-]+\.(csv|png)")


def write_all(out: Path, contents: Mapping[str, bytes], record: str) -> None:
    """Write files under a temporary folder first; when all are safe on the disk, give them their names.

    Which files are the report's is told by its record: those of an earlier report that this one does not have are
    removed, and no others.

    Args:
        out: the folder; made if need be.
        contents: by path within it, forward slashes; the last is renamed last.
        record: path of the report for machines, which names the files of tables and pictures.

    Raises:
        OutputError: full disk, read-only folder.
    """
    before = _listed(out / record)
    staged = out / f".report-{secrets.token_hex(8)}.part"
    try:
        for name, data in contents.items():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(staged / name, data)
        for name in contents:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).replace(out / name)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror}); make room or name another folder") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    for name in before - set(contents):
        with suppress(OSError):
            (out / name).unlink()


def _listed(record: Path) -> set[str]:
    """Files of an earlier report; no path that leads elsewhere, whatever the record says."""
    try:
        parts = [
            part["file"]
            for section in json.loads(record.read_bytes())["sections"]
            for part in (*section["tables"], *section["pictures"])
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return set()
    return {name for name in parts if isinstance(name, str) and _FILE.fullmatch(name)}
