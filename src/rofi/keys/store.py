"""Key files: one secret in a small JSON text, plain or under a passphrase."""

import base64
import errno
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rofi.errors import KeyFileError, WrongPassphrase
from rofi.keys.envelope import Argon2Cost, Envelope, lock, unlock
from rofi.keys.secret import Secret

_FORMAT = "rofi-key"
_VERSION = 1
_PURPOSE = f"{_FORMAT}/{_VERSION}"
_LARGEST_FILE = 16 * 1024
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def save_secret(secret: Secret, path: Path, passphrase: str | None, cost: Argon2Cost | None = None) -> None:
    """Write a new key file that its owner alone may read (mode 0600).

    It appears under its name only when whole, and never replaces a file: a key that is overwritten takes every
    original it opens with it.

    Args:
        secret: what to keep.
        path: where; nothing may be there yet.
        passphrase: locks the file with Argon2id and AES-256-GCM; None leaves it plain.
        cost: of one guess at the passphrase; None is RFC 9106's second recommended option.

    Raises:
        KeyFileError: the name is taken, the passphrase is empty, or the file cannot be written.
    """
    if passphrase == "":
        raise KeyFileError(
            f"{path}: an empty passphrase protects nothing; give one, or none at all for a plain key file"
        )
    fields = _plain(secret) if passphrase is None else _locked(secret, passphrase, cost or Argon2Cost())
    text = json.dumps({"format": _FORMAT, "version": _VERSION, **fields}, indent=2) + "\n"
    try:
        _create(path, text.encode())
    except FileExistsError:
        raise KeyFileError(f"{path}: there is a file already, and key files are never overwritten") from None
    except (OSError, ValueError) as error:
        raise KeyFileError(f"{path}: cannot write the key file: {_reason(error)}") from error


def load_secret(path: Path, passphrase: str | Callable[[], str] | None) -> Secret:
    """Read a key file.

    Args:
        path: of the key file.
        passphrase: or a function that asks for it; used, and asked, only where the file is encrypted.

    Raises:
        WrongPassphrase: the file is encrypted and the passphrase is missing or does not open it.
        KeyFileError: the file cannot be read, is none, or has been damaged.
    """
    fields = _read(path)
    try:
        if "secret" in fields:
            return _from_plain(fields)
        envelope = _envelope(fields)
        if passphrase is None:
            raise WrongPassphrase("the key file is encrypted; give its passphrase")
        return Secret(unlock(envelope, passphrase if isinstance(passphrase, str) else passphrase(), _PURPOSE))
    except KeyFileError as error:
        raise type(error)(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise KeyFileError(f"{path}: the key file is damaged; take an untouched copy of it") from error


def _plain(secret: Secret) -> dict[str, Any]:
    return {"secret": base64.b64encode(secret.material).decode(), "checksum": _checksum(secret.material)}


def _from_plain(fields: Mapping[str, Any]) -> Secret:
    material = base64.b64decode(fields["secret"], validate=True)
    if _checksum(material) != fields["checksum"]:
        raise KeyFileError("the checksum does not fit the secret; look for a typing error")
    return Secret(material)


def _checksum(material: bytes) -> str:
    """Finds a mistyped character; four bytes of a hash say nothing useful about the other thirty-two."""
    return hashlib.sha256(b"rofi/v1/checksum" + material).hexdigest()[:8]


def _locked(secret: Secret, passphrase: str, cost: Argon2Cost) -> dict[str, Any]:
    envelope = lock(secret.material, passphrase, _PURPOSE, cost)
    return {
        "argon2id": {**asdict(cost), "salt": base64.b64encode(envelope.salt).decode()},
        "aes-256-gcm": {
            "nonce": base64.b64encode(envelope.nonce).decode(),
            "ciphertext": base64.b64encode(envelope.ciphertext).decode(),
        },
    }


def _envelope(fields: Mapping[str, Any]) -> Envelope:
    stretching, sealing = dict(fields["argon2id"]), fields["aes-256-gcm"]
    salt = base64.b64decode(stretching.pop("salt"), validate=True)
    nonce, ciphertext = (base64.b64decode(sealing[part], validate=True) for part in ("nonce", "ciphertext"))
    return Envelope(Argon2Cost(**stretching), salt, nonce, ciphertext)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise KeyFileError(f"{path}: cannot read the key file: {_reason(error)}") from error
    try:
        fields = json.loads(raw) if len(raw) <= _LARGEST_FILE else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict) or fields.get("format") != _FORMAT:
        raise KeyFileError(f"{path}: this is no ROFI key file; give the file that was written when the key was made")
    if fields.get("version") != _VERSION:
        raise KeyFileError(f"{path}: a key file of version {_VERSION} is needed; get a newer ROFI for this one")
    return fields


def _create(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".rofi-{secrets.token_hex(8)}.part")
    try:
        _write_new(temporary, data)
        try:
            os.link(temporary, path)  # unlike a rename, this fails where the name is taken
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            _write_new(path, data)  # a memory stick with a FAT file system has no hard links
    finally:
        with suppress(OSError):
            temporary.unlink()


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
