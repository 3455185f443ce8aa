"""What the command line adds to training: errors in one line, and photographs that cannot be read passed over."""

import pytest

from pipeline.photographs import close_up, saved


def test_faces_are_aligned_and_what_is_no_photograph_is_told_and_passed_over(rofi, photos, tmp_path):
    (photos / "letter.png").write_bytes(b"Dear colleague")
    (photos / "wall.png").write_bytes(saved(close_up()[200:, :64]))
    ended = rofi("train", "align", photos, "--out", tmp_path / "faces")
    assert ended.status == 0
    assert ended.out.startswith("2 faces in ")
    assert "rofi: letter.png: this is no JPEG" in ended.err
    assert any((tmp_path / "faces").iterdir())


@pytest.mark.parametrize("content", [None, "{", "[]", '{"surplus": 1}'])
def test_a_configuration_that_is_none_is_one_line(rofi, tmp_path, content):
    config = tmp_path / "run.json"
    if content is not None:
        config.write_text(content)
    places = ("--faces", tmp_path / "faces", "--selection", tmp_path / "selection", "--out", tmp_path / "out")
    ended = rofi("train", "run", "--config", config, *places)
    assert ended.status == 2
    assert ended.err.startswith("rofi: ")
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_faces_that_are_not_there_are_one_line(rofi, tmp_path):
    ended = rofi("train", "align", tmp_path / "gone", "--out", tmp_path / "faces")
    assert ended.status == 2
    assert ended.err.splitlines()[-1].startswith("rofi: ")
    assert "Traceback" not in ended.err
