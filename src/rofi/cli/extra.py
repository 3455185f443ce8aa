"""Parts of the program that need more than the default install."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rofi.errors import RofiError


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Around the imports that need an extra of the package.

    Args:
        name: of the extra.

    Raises:
        RofiError: a library is missing; says what to install.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise RofiError(f"{error.name} is not installed: pip install 'rofi-face[{name}]'") from error
