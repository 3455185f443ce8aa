"""A few bytes locked under a passphrase: Argon2id for the key, AES-256-GCM for the lock."""

import json
import secrets
import unicodedata
from dataclasses import asdict, dataclass

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rofi.errors import KeyFileError, WrongPassphrase

_NONCE_BYTES = 12


@dataclass(frozen=True)
class Argon2Cost:
    """How dear one guess at the passphrase is; the default is the second recommended option of RFC 9106 section 4.

    The upper bounds keep a tampered key file from filling the memory or taking the whole day.

    Args:
        passes: 1 to 16.
        memory_kib: from 8 * lanes to 1 GiB, in KiB.
        lanes: 1 to 16.

    Raises:
        KeyFileError: a figure is out of these bounds.
    """

    passes: int = 3
    memory_kib: int = 64 * 1024
    lanes: int = 4

    def __post_init__(self) -> None:
        whole = all(type(figure) is int for figure in (self.passes, self.memory_kib, self.lanes))
        if not (
            whole
            and 1 <= self.passes <= 16
            and 1 <= self.lanes <= 16
            and 8 * self.lanes <= self.memory_kib <= 1024 * 1024
        ):
            raise KeyFileError("the key file's Argon2 parameters are out of bounds; take an untouched copy of the file")


@dataclass(frozen=True)
class Envelope:
    """What is kept: everything but the passphrase that is needed to open it again."""

    cost: Argon2Cost
    salt: bytes
    nonce: bytes
    ciphertext: bytes


def lock(plaintext: bytes, passphrase: str, purpose: str, cost: Argon2Cost) -> Envelope:
    """Encrypt `plaintext` under a passphrase.

    Raises:
        KeyFileError: there is too little memory for Argon2id.
    """
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(_NONCE_BYTES)
    key = _stretch(passphrase, salt, cost)
    return Envelope(cost, salt, nonce, AESGCM(key).encrypt(nonce, plaintext, _associated(purpose, cost, salt)))


def unlock(envelope: Envelope, passphrase: str, purpose: str) -> bytes:
    """The plaintext of an envelope.

    Raises:
        WrongPassphrase: it does not open; a wrong passphrase and a changed byte cannot be told apart.
        KeyFileError: there is too little memory for Argon2id, or salt or nonce have an impossible length.
    """
    if len(envelope.salt) != 16 or len(envelope.nonce) != _NONCE_BYTES:
        raise KeyFileError("the key file's salt or nonce has the wrong length; take an untouched copy of the file")
    key = _stretch(passphrase, envelope.salt, envelope.cost)
    associated = _associated(purpose, envelope.cost, envelope.salt)
    try:
        return AESGCM(key).decrypt(envelope.nonce, envelope.ciphertext, associated)
    except InvalidTag:
        raise WrongPassphrase("the passphrase does not open the key file, or the file was changed") from None


def _stretch(passphrase: str, salt: bytes, cost: Argon2Cost) -> bytes:
    # NFC, because an accented letter typed on one system arrives composed and on another decomposed (RFC 8265, 4.2.2).
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    try:
        return hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)
    except HashingError as error:
        raise KeyFileError(f"Argon2id cannot run with {cost.memory_kib // 1024} MiB; free some memory") from error


def _associated(purpose: str, cost: Argon2Cost, salt: bytes) -> bytes:
    parameters = {"purpose": purpose, "salt": salt.hex(), **asdict(cost)}
    return json.dumps(parameters, sort_keys=True, separators=(",", ":")).encode()
