import json
import os

import pytest

from pipeline.photographs import close_up, saved
from rofi.imaging.protected_file import unpack
from rofi.pipeline.owner_log import read_log

PATIENT = ("anna", "example", "visit", "left")


def tell_tales(text):
    return [word for word in PATIENT if word in text.lower()]


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_is_protected_under_pseudonyms(rofi, photos, key, tmp_path):
    before = content(photos)
    ended = rofi("protect", photos, "--key", key, "--out", tmp_path / "out")
    assert ended.status == 0
    assert "2 done, 0 skipped, 0 failed in" in ended.out
    names = sorted(content(tmp_path / "out"))
    assert len(names) == 2
    assert all(name.startswith("rofi-") and name.endswith(".png") and not tell_tales(name) for name in names)
    assert all(unpack(data).sealed for data in content(tmp_path / "out").values())
    assert content(photos) == before


def test_names_formats_and_folders_can_be_kept_and_the_seal_left_out(rofi, photos, key, tmp_path):
    out = tmp_path / "out"
    options = ("--names", "keep", "--format", "same", "--no-seal", "--sign-detail", "network")
    assert rofi("protect", photos, "--key", key, "--out", out, *options).status == 0
    assert sorted(content(out)) == ["Anna Example.png", "visit 2/left eye.jpeg"]
    assert not any(unpack(data).sealed for data in content(out).values())


def test_a_second_run_skips(rofi, photos, key, tmp_path):
    arguments = ("protect", photos, "--key", key, "--out", tmp_path / "out")
    rofi(*arguments)
    whole = content(tmp_path / "out")
    ended = rofi(*arguments)
    assert (ended.status, content(tmp_path / "out")) == (0, whole)
    assert "0 done, 2 skipped, 0 failed" in ended.out


def test_results_within_the_folder_are_not_taken_for_photographs(rofi, photos, key):
    arguments = ("protect", photos, "--key", key, "--out", photos / "protected")
    assert rofi(*arguments).status == 0
    ended = rofi(*arguments)
    assert ended.status == 0
    assert "0 done, 2 skipped" in ended.out


def test_photographs_named_twice_are_done_once(rofi, photos, key, tmp_path):
    twice = photos / "Anna Example.png"
    ended = rofi("protect", twice, photos, twice, "--key", key, "--out", tmp_path / "out", "--json")
    assert len(json.loads(ended.out)["files"]) == 2


def test_json_is_one_object_with_every_file_and_the_counts(rofi, photos, key, tmp_path):
    (photos / "letter.png").write_bytes(b"Dear colleague")
    ended = rofi("protect", photos, "--key", key, "--out", tmp_path / "out", "--json")
    told = json.loads(ended.out)
    assert (ended.status, ended.err) == (1, "")
    assert told["counts"] == {"done": 2, "skipped": 0, "failed": 1}
    assert told["interrupted"] is False
    (failed,) = [file for file in told["files"] if file["outcome"] == "failed"]
    assert failed["error"] == "UnreadablePhoto"
    assert failed["source"].endswith("letter.png")


def test_what_fails_is_one_line_each_and_the_rest_is_done(rofi, photos, key, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")  # lines are not broken for the terminal's sake
    (photos / "letter.png").write_bytes(b"Dear colleague")
    (photos / "wall.png").write_bytes(saved(close_up()[200:, :64]))
    ended = rofi("protect", photos, "--key", key, "--out", tmp_path / "out")
    assert ended.status == 1
    assert "2 done, 0 skipped, 2 failed" in ended.out
    lines = [line for line in ended.err.splitlines() if line.startswith("rofi: ")]
    assert lines[0].startswith("rofi: letter.png: this is no JPEG, PNG, TIFF, WebP, HEIC or BMP image; convert")
    assert lines[1].startswith("rofi: wall.png: no face found; crop or turn")
    assert len(lines) == 2
    assert "Traceback" not in ended.err + ended.out


def test_a_taken_name_is_an_error_and_stays(rofi, photos, key, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "Anna Example.png").write_bytes(b"another's")
    ended = rofi("protect", photos, "--key", key, "--out", out, "--names", "keep")
    assert ended.status == 1
    assert "is there already and not of this photograph; name another --out" in ended.err
    assert content(out)["Anna Example.png"] == b"another's"
    assert "visit 2/left eye.png" in content(out)


def test_the_log_has_a_line_for_every_photograph_and_no_secret(rofi, photos, key, tmp_path):
    out, log = tmp_path / "out", tmp_path / "logs" / "owner.log"
    arguments = ("protect", photos, "--key", key, "--out", out, "--log", log)
    assert rofi(*arguments).status == 0
    lines = read_log(log)
    assert sorted(line.original for line in lines) == ["Anna Example.png", "visit 2/left eye.jpg"]
    assert sorted(line.protected for line in lines) == sorted(content(out))
    for line in lines:
        assert unpack(content(out)[line.protected]).header == line.header
    text = log.read_text()
    secret = json.loads(key.read_text())["secret"]
    assert secret not in text
    assert bytes(range(32)).hex() not in text
    assert rofi(*arguments).status == 0
    assert log.read_text() == text  # the second run found its lines there


def test_a_log_that_cannot_be_written_is_known_before_the_work(rofi, photos, key, tmp_path):
    ended = rofi("protect", photos, "--key", key, "--out", tmp_path / "out", "--log", photos)
    assert ended.status == 2
    assert ended.err.count("\n") == 1
    assert "the log cannot be written" in ended.err
    assert not (tmp_path / "out").exists()


def test_a_log_on_a_disk_that_fills_fails_its_files_and_a_second_run_mends_it(rofi, photos, key, tmp_path, monkeypatch):
    from rofi.pipeline import owner_log

    def full(*_):
        raise OSError(28, "No space left on device")

    log = tmp_path / "owner.log"
    arguments = ("protect", photos, "--key", key, "--out", tmp_path / "out", "--log", log)
    with monkeypatch.context() as patch:
        patch.setattr(owner_log, "_append", full)
        ended = rofi(*arguments)
    assert ended.status == 1
    assert ended.err.count("owner.log: the log cannot be written (No space left on device)") == 2
    assert rofi(*arguments).status == 0
    assert len(read_log(log)) == 2


def test_a_small_face_is_taken_where_it_is_asked_for(rofi, key, tmp_path):
    photo = tmp_path / "a.png"
    photo.write_bytes(saved(close_up(140)))
    arguments = ("protect", photo, "--key", key, "--out", tmp_path / "out")
    refused = rofi(*arguments)
    assert refused.status == 1
    assert "px between its outer eye corners, fewer than 40" in refused.err
    assert not (tmp_path / "out").exists()
    assert rofi(*arguments, "--min-face", "20").status == 0


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
@pytest.mark.parametrize("as_json", [True, False])
def test_a_name_of_no_encoding_can_be_told(rofi, key, tmp_path, as_json):
    (tmp_path / "photos").mkdir()
    name = os.fsdecode(b"M\xfcller.png")
    (tmp_path / "photos" / name).write_bytes(b"no image")
    ended = rofi("protect", tmp_path / "photos", "--key", key, "--out", tmp_path / "out", *["--json"] * as_json)
    assert ended.status == 1
    assert "M" in ended.out
    ended.out.encode("utf-8")  # as a terminal or a pipe would
    ended.err.encode("utf-8")
