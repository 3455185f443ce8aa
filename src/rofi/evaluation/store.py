"""What a bench has worked out already, on disk: files by method and image, arrays by name."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rofi.errors import OutputError

Arrays = dict[str, npt.NDArray[Any]]


class Store:
    """A folder of results that a bench started again finds done; nothing in it is ever half written.

    Args:
        folder: made if need be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, *parts: str) -> Path:
        """Where something lies: parts are folders and the file's name."""
        return self.folder.joinpath(*(part.replace("/", "__") for part in parts))

    def write(self, path: Path, data: bytes) -> None:
        """Write a file whole.

        Raises:
            OutputError: full disk, read-only folder.
        """
        partial = path.with_name(f"{path.name}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(path)
        except OSError as error:
            raise OutputError(
                f"{path}: cannot be written ({error.strerror}); make room or name another folder"
            ) from error

    def arrays(self, name: str, made_of: Mapping[str, object], make: Callable[[], Arrays]) -> Arrays:
        """Arrays that `make` gives, or gave before.

        Args:
            name: of the result: lower case, digits and hyphens.
            made_of: everything that decides the result, such as images, versions of methods and settings; JSON takes
                it. Other values are another result.
            make: works it out.
        """
        digest = hashlib.sha256(json.dumps(made_of, sort_keys=True, default=str).encode()).hexdigest()[:16]
        path = self.path("arrays", f"{name}-{digest}.npz")
        if path.is_file():
            try:
                with np.load(path, allow_pickle=False) as stored:
                    return dict(stored)
            except (OSError, ValueError, zipfile.BadZipFile):
                path.unlink()  # damaged: worked out again
        made = make()
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **made)
        self.write(path, buffer.getvalue())
        return made
