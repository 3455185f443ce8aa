import json
import os
import stat

import pytest
from typer.testing import CliRunner

from rofi.cli.app import app
from rofi.errors import WrongPassphrase
from rofi.keys.store import load_secret

WORDS = "correct horse battery staple"


def test_a_new_key_is_its_owners_alone(rofi, tmp_path):
    path = tmp_path / "clinic.key"
    ended = rofi("keys", "new", path)
    assert ended.status == 0
    assert "keep a copy" in ended.out
    assert json.loads(path.read_text())["secret"] not in ended.out + ended.err
    assert load_secret(path, None).material != bytes(32)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_keys_are_two(rofi, tmp_path):
    for name in "ab":
        rofi("keys", "new", tmp_path / name)
    assert load_secret(tmp_path / "a", None) != load_secret(tmp_path / "b", None)


def test_a_key_file_is_never_overwritten(rofi, key):
    before = key.read_bytes()
    ended = rofi("keys", "new", key)
    assert ended.status == 2
    assert ended.err == f"rofi: {key}: there is a file already, and key files are never overwritten\n"
    assert key.read_bytes() == before


def test_a_passphrase_locks_the_key_and_opens_it_again(tmp_path, photos):
    path = tmp_path / "locked.key"
    runner = CliRunner()
    made = runner.invoke(app, ["keys", "new", str(path), "--passphrase"], input=f"{WORDS}\n{WORDS}\n")
    assert made.exit_code == 0
    assert WORDS not in made.output
    assert "secret" not in json.loads(path.read_text())
    arguments = ["protect", str(photos), "--key", str(path), "--out", str(tmp_path / "out"), "--json"]
    ended = runner.invoke(app, arguments, input=f"{WORDS}\n")
    assert ended.exit_code == 0
    assert json.loads(ended.stdout)["counts"]["done"] == 2
    back = ["restore", str(tmp_path / "out"), "--key", str(path), "--out", str(tmp_path / "back")]
    assert runner.invoke(app, back, input=f"{WORDS}\n").exit_code == 0
    assert sorted(p.name for p in (tmp_path / "back").iterdir()) == ["Anna Example.png", "left eye.jpg"]
    wrong = runner.invoke(app, back, input="another\n")
    assert isinstance(wrong.exception, WrongPassphrase)


def test_passphrases_that_differ_make_no_key(tmp_path):
    path = tmp_path / "locked.key"
    made = CliRunner().invoke(app, ["keys", "new", str(path), "--passphrase"], input=f"{WORDS}\nother\n")
    assert made.exit_code != 0
    assert not path.exists()


@pytest.mark.parametrize("content", [None, b"", b"text", b'{"format": "rofi-key"}'])
def test_what_is_no_key_file_is_wrong_use(rofi, photos, tmp_path, content):
    path = tmp_path / "some.key"
    if content is not None:
        path.write_bytes(content)
    ended = rofi("protect", photos, "--key", path, "--out", tmp_path / "out")
    assert ended.status == 2
    assert ended.err.startswith(f"rofi: {path}: ")
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "out").exists()
