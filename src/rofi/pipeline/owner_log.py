"""The key owner's log: one JSON line per protected image, enough to restore a file that lost its metadata.

It holds the original's file name, which may name a patient, so it stays with the owner; it holds neither key nor pixel.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path, PurePath

from rofi.errors import HeaderDamaged, OutputError
from rofi.imaging.header import Header


@dataclass(frozen=True)
class LogLine:
    """One protected image.

    Attributes:
        protected: the protected file's name, relative to the output folder.
        original: the photograph's name, relative to the folder it was found in.
        header: as in the file.
    """

    protected: str
    original: str
    header: Header

    def to_json(self) -> str:
        """One line, without a line end."""
        header = json.loads(self.header.to_bytes())
        return json.dumps({"protected": self.protected, "original": self.original, "header": header}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> LogLine:
        """The inverse.

        Raises:
            HeaderDamaged: not such a line.
        """
        try:
            values = json.loads(text)
            header = Header.from_bytes(json.dumps(values["header"]).encode())
            return cls(str(values["protected"]), str(values["original"]), header)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise HeaderDamaged(
                "the log has a line that is not one of ROFI's; use an intact copy of the log"
            ) from error


class OwnerLog:
    """A log file that is only ever appended to; a line that is there already is not written twice.

    Args:
        path: made, with its folder, if it is not there.

    Raises:
        HeaderDamaged: a line is not one of ours.
        OutputError: the log cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A log that cannot be written is better known before the batch; names of patients are for its owner alone.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        except OSError as error:
            raise self._unwritable(error) from error
        self.lines = read_log(path)
        self._salts = {line.header.salt for line in self.lines}

    def add(self, line: LogLine) -> None:
        """Append a line and see it to the disk.

        Raises:
            OutputError: it cannot be written; no part of it is.
        """
        if line.header.salt in self._salts:
            return
        try:
            with self.path.open("ab", buffering=0) as file:
                _append(file, f"{line.to_json()}\n".encode())
        except OSError as error:
            raise self._unwritable(error) from error
        self.lines.append(line)
        self._salts.add(line.header.salt)

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(f"{self.path}: the log cannot be written ({error.strerror}); free the disk or name another")


def _append(file: FileIO, data: bytes) -> None:
    """All of the data or none: half a line would make the whole log unreadable."""
    end = file.seek(0, os.SEEK_END)
    try:
        if file.write(data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file.fileno())
    except OSError:
        file.truncate(end)
        raise


def read_log(path: Path) -> list[LogLine]:
    """Every line of a log.

    Raises:
        HeaderDamaged: a line is not one of ours.
        OutputError: the log cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"{path}: the log cannot be read; name an existing log") from error
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            if line.strip():
                lines.append(LogLine.from_json(line))
        except HeaderDamaged as error:
            raise HeaderDamaged(f"{path}, line {number}: {error}") from error
    return lines


def lines_for(lines: Sequence[LogLine], name: PurePath) -> tuple[list[LogLine], list[LogLine]]:
    """The lines of a file's name, the last written of the same folder first, and all others.

    Args:
        lines: of a log.
        name: of the file, relative to the folder it was found in; another extension is that of a converted file.
    """
    named: list[LogLine] = []
    others: list[LogLine] = []
    for line in reversed(lines):
        (named if PurePath(line.protected).stem == name.stem else others).append(line)
    named.sort(key=lambda line: PurePath(line.protected).parent != name.parent)
    return named, others
