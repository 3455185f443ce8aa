"""Protected files under an attacker's own keys, and his originals with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rofi.errors import PhotoError
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.methods.rofi import RofiMethod
from rofi.keys.secret import Secret


@dataclass(frozen=True, eq=False)
class OwnedFile:
    """A protected photograph.

    Attributes:
        case: whose.
        data: the protected file.
    """

    case: Case
    data: bytes = field(repr=False)


def owned_files(
    bench: Bench, method: RofiMethod, cases: Sequence[Case], owner: str, wanted: int, keys: int = 1
) -> list[OwnedFile]:
    """Photographs protected under random secrets, from the store where they are there; about 1.5 s each otherwise.

    Args:
        bench: with store, seed and originals.
        method: whose model and options are used; the secrets are not its own.
        cases: taken in turn until `wanted` are protected; one that is refused is passed over.
        owner: lower case; another owner has other secrets.
        wanted: most photographs.
        keys: how often each is protected, each time under another secret.

    Raises:
        OutputError: the store cannot be written.
    """
    found: list[OwnedFile] = []
    for files in _protected_cases(bench, method, cases, owner, keys):
        if len(found) >= wanted * keys:
            break
        found += files
    return found


def _protected_cases(
    bench: Bench, method: RofiMethod, cases: Sequence[Case], owner: str, keys: int
) -> Iterator[list[OwnedFile]]:
    for case in cases:
        files = [_protected(bench, method, case, owner, number) for number in range(keys)]
        whole = [file for file in files if file is not None]
        if len(whole) == keys:
            yield whole


def _protected(bench: Bench, method: RofiMethod, case: Case, owner: str, number: int) -> OwnedFile | None:
    secret = Secret(hashlib.sha256(f"{owner}/{number}/{bench.settings.seed}/{case.row.image}".encode()).digest())
    folder = f"{owner}-{bench.settings.seed}-{method.facts.version}"
    path = bench.store.path("attacks", folder, f"{case.row.image}.{number}.png")
    refusal = path.with_suffix(".refused")
    if path.is_file():
        return OwnedFile(case, path.read_bytes())
    if refusal.is_file():
        return None
    bench.progress(f"attacks, protected for the {owner}: {case.row.image}, key {number + 1}")
    try:
        data = method.protector.under(secret).protect(bench.original(case).data, case.row.image).data
    except PhotoError as error:
        bench.store.write(refusal, f"{type(error).__name__}: {error}".encode())
        return None
    bench.store.write(path, data)
    return OwnedFile(case, data)
