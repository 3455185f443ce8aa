import json

import pytest
from PIL import Image

from pipeline.photographs import close_up, pixels_of, psnr, stripped
from rofi.keys.secret import Secret
from rofi.keys.store import save_secret


@pytest.fixture
def out(rofi, photos, key, tmp_path):
    folder = tmp_path / "out"
    assert rofi("protect", photos, "--key", key, "--out", folder, "--log", tmp_path / "owner.log").status == 0
    return folder


def test_the_originals_come_back(rofi, photos, key, out, tmp_path):
    back = tmp_path / "back"
    ended = rofi("restore", out, "--key", key, "--out", back)
    assert ended.status == 0
    assert "2 done, 0 skipped, 0 failed" in ended.out
    assert ended.out.count("(sealed)") == 2
    originals = {path.name: path.read_bytes() for path in photos.rglob("*.*")}
    assert {path.name: path.read_bytes() for path in back.iterdir()} == originals
    assert "0 done, 2 skipped, 0 failed" in rofi("restore", out, "--key", key, "--out", back).out


def test_the_neural_tier_gives_png_files_of_the_protected_ones_names(rofi, key, out, tmp_path):
    ended = rofi("restore", out, "--key", key, "--out", tmp_path / "back", "--tier", "neural", "--json")
    told = json.loads(ended.out)
    assert ended.status == 0
    assert {(file["tier"], file["key_fits"]) for file in told["files"]} == {("neural", True)}
    assert {path.name for path in (tmp_path / "back").iterdir()} == {path.name for path in out.iterdir()}


def test_a_wrong_key_opens_no_seal(rofi, out, tmp_path):
    wrong = tmp_path / "wrong.key"
    save_secret(Secret(bytes(32)), wrong, None)
    ended = rofi("restore", out, "--key", wrong, "--out", tmp_path / "back")
    assert ended.status == 1
    assert ended.err.count("the key does not open the sealed original, or the file was changed") == 2
    assert not (tmp_path / "back").exists()


def test_a_wrong_key_gives_strangers_that_are_called_so(rofi, out, tmp_path):
    wrong = tmp_path / "wrong.key"
    save_secret(Secret(bytes(32)), wrong, None)
    ended = rofi("restore", out, "--key", wrong, "--out", tmp_path / "back", "--tier", "neural")
    assert ended.status == 0
    assert ended.out.count("a stranger: the key does not fit, or too much of the file is lost") == 2


def test_files_compressed_since_come_back_coarsely_and_are_called_so(rofi, key, out, tmp_path):
    jpegs = tmp_path / "jpegs"
    jpegs.mkdir()
    for path in out.iterdir():
        Image.open(path).convert("RGB").save(jpegs / f"{path.stem}.jpeg", quality=75)
    back, log = tmp_path / "back", tmp_path / "owner.log"
    ended = rofi("restore", jpegs, "--key", key, "--out", back, "--log", log)
    assert ended.status == 0
    assert ended.out.count("coarse: the file was compressed since") == 2
    told = json.loads(rofi("restore", jpegs, "--key", key, "--out", back, "--log", log, "--json").out)
    assert [(file["detail"], file["key_fits"]) for file in told["files"]] == [("coarse", True)] * 2


def test_files_without_metadata_come_back_by_the_log(rofi, key, out, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    for number, path in enumerate(sorted(out.iterdir())):
        (bare / (path.name if number else "renamed.png")).write_bytes(stripped(path.read_bytes()))
    without = rofi("restore", bare, "--key", key, "--out", tmp_path / "back")
    assert without.status == 1
    assert without.err.count("its metadata was stripped; for the latter give the owner's log with --log") == 2
    assert rofi("restore", bare, "--key", key, "--out", tmp_path / "back", "--log", tmp_path / "owner.log").status == 0
    for path in (tmp_path / "back").iterdir():
        assert psnr(pixels_of(path.read_bytes()), close_up()) > 30


def test_a_broken_log_is_one_line(rofi, key, out, tmp_path):
    log = tmp_path / "owner.log"
    log.write_text(log.read_text() + "{\n")
    ended = rofi("restore", out, "--key", key, "--out", tmp_path / "back", "--log", log)
    assert ended.status == 2
    assert ended.err.endswith(
        "owner.log, line 3: the log has a line that is not one of ROFI's; use an intact copy of the log\n"
    )
    assert ended.err.count("\n") == 1


def test_the_sealed_tier_of_a_file_without_a_seal_is_an_error(rofi, photos, key, tmp_path):
    rofi("protect", photos, "--key", key, "--out", tmp_path / "out", "--no-seal")
    ended = rofi("restore", tmp_path / "out", "--key", key, "--out", tmp_path / "back", "--tier", "sealed")
    assert ended.status == 1
    assert ended.err.count("carries no sealed original; restore it with --tier neural") == 2
