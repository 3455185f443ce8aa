"""The one secret of a clinic or a patient, and the salt that makes every image's keys its own."""

import secrets
from dataclasses import dataclass, field
from typing import Self

SECRET_BYTES = 32
SALT_BYTES = 16


@dataclass(frozen=True)
class Secret:
    """32 random bytes that every key of this secret's images is derived from.

    Its repr never shows the bytes, so that a traceback or a log line cannot give them away.

    Raises:
        ValueError: `material` is not 32 bytes.
    """

    material: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.material) != SECRET_BYTES:
            raise ValueError(f"a secret is {SECRET_BYTES} bytes, not {len(self.material)}")

    @classmethod
    def new(cls) -> Self:
        """A fresh secret from the operating system's random source."""
        return cls(secrets.token_bytes(SECRET_BYTES))


def new_salt() -> bytes:
    """16 fresh random bytes; drawn once for every image and kept in its header, not secret."""
    return secrets.token_bytes(SALT_BYTES)
