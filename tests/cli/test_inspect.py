import json

import pytest

from pipeline.photographs import close_up, saved
from rofi.imaging.protected_file import unpack


@pytest.fixture
def protected(rofi, photos, key, tmp_path):
    assert rofi("protect", photos / "Anna Example.png", "--key", key, "--out", tmp_path / "out").status == 0
    (path,) = (tmp_path / "out").iterdir()
    return path


def test_a_protected_file_tells_of_itself_without_the_key(rofi, protected, networks):
    ended = rofi("inspect", protected, "--json")
    header = unpack(protected.read_bytes()).header
    assert ended.status == 0
    assert json.loads(ended.out) == {
        "file": str(protected),
        "format": "png",
        "protected": True,
        "version": 1,
        "model": networks.fingerprint,
        "salt": header.salt.hex(),
        "pseudonym": protected.stem,
        "size": [256, 256],
        "faces": 1,
        "sealed original": f"{len(unpack(protected.read_bytes()).sealed)} bytes",
    }
    assert "Anna" not in ended.out


def test_people_get_a_table(rofi, protected):
    ended = rofi("inspect", protected)
    assert ended.status == 0
    assert "sealed original" in ended.out
    assert protected.stem in ended.out


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (saved(close_up(64)), "png"),
        (saved(close_up(64), "JPEG"), "jpeg"),
        (b"text", "not an image"),
        (b"", "not an image"),
    ],
    ids=["PNG", "JPEG", "text", "empty"],
)
def test_other_files_are_told_from_it(rofi, tmp_path, data, kind):
    (tmp_path / "a").write_bytes(data)
    ended = rofi("inspect", tmp_path / "a", "--json")
    assert ended.status == 0
    assert json.loads(ended.out) == {"file": str(tmp_path / "a"), "format": kind, "protected": False}


def test_a_damaged_header_is_one_line_with_the_files_name(rofi, protected):
    data = bytearray(protected.read_bytes())
    data[data.index(unpack(bytes(data)).header_bytes) + 40] ^= 1
    protected.write_bytes(data)
    ended = rofi("inspect", protected)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"rofi: {protected}: ")
    assert "does not fit its checksum" in ended.err
    assert ended.err.count("\n") == 1


def test_a_file_that_is_not_there_is_wrong_use(rofi, tmp_path):
    ended = rofi("inspect", tmp_path / "gone.png")
    assert (ended.status, ended.out) == (2, "")
    assert "gone.png: cannot be read: No such file" in ended.err
