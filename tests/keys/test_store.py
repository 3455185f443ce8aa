import errno
import json
import os
import stat

import pytest
from argon2.low_level import Type, hash_secret_raw
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rofi.errors import KeyFileError, WrongPassphrase
from rofi.keys.envelope import Argon2Cost
from rofi.keys.secret import Secret
from rofi.keys.store import load_secret, save_secret

SECRET = Secret(bytes(range(32)))
CHEAP = Argon2Cost(passes=1, memory_kib=64, lanes=1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "patient.rofikey"


def change(path, *keys, value):
    fields = json.loads(path.read_text())
    *outer, last = keys
    inner = fields
    for key in outer:
        inner = inner[key]
    inner[last] = value
    path.write_text(json.dumps(fields))


def never_asked():
    pytest.fail("a plain key file needs no passphrase")


def test_plain_key_file_comes_back(path):
    save_secret(SECRET, path, None)
    assert load_secret(path, None) == SECRET
    assert load_secret(path, never_asked) == SECRET


@pytest.mark.parametrize("passphrase", ["correct horse", "Äpfel 🍏", " "])
def test_encrypted_key_file_comes_back(path, passphrase):
    save_secret(SECRET, path, passphrase, CHEAP)
    assert load_secret(path, passphrase) == SECRET
    assert load_secret(path, lambda: passphrase) == SECRET


def test_an_accent_typed_composed_or_decomposed_is_the_same_passphrase(path):
    save_secret(SECRET, path, "caf\u00e9", CHEAP)
    assert load_secret(path, "cafe\u0301") == SECRET


def test_the_default_cost_is_the_second_recommended_option_of_rfc_9106(path):
    save_secret(SECRET, path, "correct horse")
    stored = json.loads(path.read_text())["argon2id"]
    assert (stored["passes"], stored["memory_kib"], stored["lanes"]) == (3, 64 * 1024, 4)
    assert load_secret(path, "correct horse") == SECRET


def test_argon2id_gives_the_vector_of_the_reference_implementation():
    # RFC 9106's own vector has a secret and associated data, which argon2-cffi does not offer; this one is in the
    # reference implementation's test suite (t=2, m=64 MiB, p=1).
    raw = hash_secret_raw(b"password", b"somesalt", 2, 65536, 1, 32, Type.ID)
    assert raw.hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"


def test_nothing_of_the_secret_is_in_an_encrypted_file(path):
    save_secret(SECRET, path, "correct horse", CHEAP)
    fields = json.loads(path.read_text())
    assert set(fields) == {"format", "version", "argon2id", "aes-256-gcm"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
@pytest.mark.parametrize("passphrase", [None, "correct horse"])
def test_only_the_owner_may_read_it_whatever_the_umask(path, passphrase):
    before = os.umask(0)
    try:
        save_secret(SECRET, path, passphrase, CHEAP)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_an_existing_file_is_never_overwritten(path):
    path.write_text("precious")
    with pytest.raises(KeyFileError, match="never overwritten"):
        save_secret(SECRET, path, None)
    assert path.read_text() == "precious"
    assert list(path.parent.iterdir()) == [path]


def test_a_dangling_link_is_not_written_through(path, tmp_path):
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyFileError, match="never overwritten"):
        save_secret(SECRET, path, None)
    assert not (tmp_path / "elsewhere").exists()


def test_a_disk_without_hard_links_gets_its_key_file_too(path, monkeypatch):
    def no_links(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    save_secret(SECRET, path, None)
    assert load_secret(path, None) == SECRET
    assert list(path.parent.iterdir()) == [path]
    with pytest.raises(KeyFileError, match="never overwritten"):
        save_secret(SECRET, path, None)
    assert load_secret(path, None) == SECRET


def test_a_full_disk_leaves_nothing_behind(path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyFileError, match="No space left"):
        save_secret(SECRET, path, None)
    assert list(path.parent.iterdir()) == []


def test_an_interruption_leaves_nothing_behind(path, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_secret(SECRET, path, None)
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(path, monkeypatch):
    def read_only(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(KeyFileError, match=r"patient\.rofikey.*Permission denied"):
        save_secret(SECRET, path, None)


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(KeyFileError, match="No such file"):
        save_secret(SECRET, tmp_path / "none" / "key", None)


def test_an_empty_passphrase_is_refused(path):
    with pytest.raises(KeyFileError, match="empty passphrase"):
        save_secret(SECRET, path, "")
    assert not path.exists()


def test_a_missing_key_file_is_an_error(path):
    with pytest.raises(KeyFileError, match="No such file"):
        load_secret(path, None)


def test_a_folder_is_no_key_file(tmp_path):
    with pytest.raises(KeyFileError, match="cannot read"):
        load_secret(tmp_path, None)


@pytest.mark.parametrize("guess", ["correct hors", "Correct horse", "", "correct horse "])
def test_a_wrong_passphrase_has_its_own_error(path, guess):
    save_secret(SECRET, path, "correct horse", CHEAP)
    with pytest.raises(WrongPassphrase, match="does not open"):
        load_secret(path, guess)


def test_a_missing_passphrase_is_asked_for(path):
    save_secret(SECRET, path, "correct horse", CHEAP)
    with pytest.raises(WrongPassphrase, match="give its passphrase"):
        load_secret(path, None)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("passes", 0),
        ("passes", 10**9),
        ("passes", 1.0),
        ("passes", True),
        ("memory_kib", 2**31),
        ("memory_kib", 7),
        ("memory_kib", -1),
        ("lanes", 0),
        ("lanes", 255),
        ("lanes", "4"),
        ("lanes", None),
    ],
)
def test_absurd_argon2_parameters_are_refused_before_they_are_run(path, parameter, value):
    save_secret(SECRET, path, "correct horse", CHEAP)
    change(path, "argon2id", parameter, value=value)
    with pytest.raises(KeyFileError, match="out of bounds"):
        load_secret(path, "correct horse")


@pytest.mark.parametrize(("parameter", "value"), [("passes", 2), ("memory_kib", 128)])
def test_argon2_parameters_changed_within_bounds_do_not_open(path, parameter, value):
    save_secret(SECRET, path, "correct horse", CHEAP)
    change(path, "argon2id", parameter, value=value)
    with pytest.raises(WrongPassphrase):
        load_secret(path, "correct horse")


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("argon2id", "salt"), "AAAA"),
        (("argon2id", "salt"), 5),
        (("argon2id", "colour"), 5),
        (("aes-256-gcm", "nonce"), "AAAA"),
        (("aes-256-gcm", "ciphertext"), "!!!"),
        (("aes-256-gcm",), None),
        (("argon2id",), []),
    ],
)
def test_a_misshapen_encrypted_file_is_damaged(path, keys, value):
    save_secret(SECRET, path, "correct horse", CHEAP)
    change(path, *keys, value=value)
    with pytest.raises(KeyFileError, match="untouched copy"):
        load_secret(path, "correct horse")


@pytest.mark.parametrize("ciphertext", ["", "AAAA"])
def test_a_ciphertext_too_short_for_its_tag_does_not_open(path, ciphertext):
    save_secret(SECRET, path, "correct horse", CHEAP)
    change(path, "aes-256-gcm", "ciphertext", value=ciphertext)
    with pytest.raises(KeyFileError):
        load_secret(path, "correct horse")


def test_a_typing_error_in_a_plain_secret_is_found(path):
    save_secret(SECRET, path, None)
    written = json.loads(path.read_text())["secret"]
    change(path, "secret", value=("B" if written[0] == "A" else "A") + "Q" + written[2:])
    with pytest.raises(KeyFileError, match="typing error"):
        load_secret(path, None)


@pytest.mark.parametrize("value", ["", "AAAA", 7, None, "not base64!", ["A"]])
def test_a_plain_secret_that_is_none_is_an_error(path, value):
    save_secret(SECRET, path, None)
    change(path, "secret", value=value)
    with pytest.raises(KeyFileError):
        load_secret(path, None)


def test_a_key_file_of_a_later_version_asks_for_a_newer_program(path):
    save_secret(SECRET, path, None)
    change(path, "version", value=2)
    with pytest.raises(KeyFileError, match="newer ROFI"):
        load_secret(path, None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b"[" * 15000,
        b'{"format": "rofi-key"' + b" " * 20000 + b"}",
        b"1" * 5000,
    ],
    ids=["empty", "cut", "list", "null", "bare", "not-utf8", "deep", "long", "digits"],
)
def test_a_file_that_is_no_key_file_is_said_to_be_none(path, content):
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match="no ROFI key file"):
        load_secret(path, None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), passphrase=st.sampled_from([None, "correct horse"]))
def test_a_changed_byte_never_gives_another_secret(tmp_path, at, byte, passphrase):
    path = tmp_path / f"{passphrase is None}.key"
    if not path.exists():
        save_secret(SECRET, path, passphrase, CHEAP)
    content = bytearray(path.read_bytes())
    content[at % len(content)] = byte
    changed = tmp_path / "changed.key"
    changed.write_bytes(content)
    try:
        loaded = load_secret(changed, passphrase)
    except KeyFileError:
        return
    assert loaded == SECRET
