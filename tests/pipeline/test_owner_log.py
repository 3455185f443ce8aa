import errno
import json
import os
from io import FileIO
from pathlib import Path, PurePath

import pytest

from rofi.errors import HeaderDamaged, OutputError
from rofi.imaging.header import FaceRecord, Header
from rofi.pipeline.owner_log import LogLine, OwnerLog, lines_for, read_log

FACE = FaceRecord((0.5, -0.25, 3.125, 0.25, 0.5, 1 / 3), b"region", (0, 8, 16, 24))


def line(number, protected=None, original="Müller\n Anna.jpg"):
    header = Header(1, "0123456789abcdef", bytes([number] * 16), (640, 480), (FACE,))
    return LogLine(protected or f"rofi-{number}.png", original, header)


def test_a_line_is_one_line_of_json_and_comes_back(protected):
    for some in (line(1), LogLine("a/b.png", "c.jpg", protected.header)):
        text = some.to_json()
        assert "\n" not in text
        assert text.isascii()
        assert set(json.loads(text)) == {"protected", "original", "header"}
        assert LogLine.from_json(text) == some


def test_lines_are_appended_and_read_again(tmp_path):
    path = tmp_path / "folder" / "owner.log"
    log = OwnerLog(path)
    log.add(line(1))
    log.add(line(2))
    OwnerLog(path).add(line(3))
    assert read_log(path) == [line(1), line(2), line(3)]
    assert path.read_bytes().count(b"\n") == 3


def test_a_line_that_is_there_is_not_written_twice(tmp_path):
    path = tmp_path / "owner.log"
    OwnerLog(path).add(line(1))
    again = OwnerLog(path)
    again.add(line(1))
    again.add(line(1, protected="renamed.png"))
    assert read_log(path) == [line(1)]


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[]",
        "3",
        "null",
        '{"protected": "a", "original": "b"}',
        "[" * 100_000,
        '{"protected":1,"original":2,"header":{}}',
    ],
    ids=["cut", "list", "number", "null", "no header", "deep", "empty header"],
)
def test_a_line_that_is_none_is_told_with_its_place(tmp_path, broken):
    path = tmp_path / "owner.log"
    path.write_text(f"{line(1).to_json()}\n\n{broken}\n")
    with pytest.raises(HeaderDamaged, match=r"owner\.log, line 3: .*") as caught:
        read_log(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "no UTF-8"])
def test_a_log_that_cannot_be_read_is_an_error(tmp_path, content):
    path = tmp_path / "owner.log"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OutputError, match=r"owner\.log: the log cannot be read"):
        read_log(path)


@pytest.mark.parametrize("taken", ["file/owner.log", "folder"])
def test_a_log_that_cannot_be_written_is_known_before_the_batch(tmp_path, taken):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="the log cannot be written"):
        OwnerLog(tmp_path / taken)


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class NearlyFull(FileIO):
    """Takes half of what it is given."""

    def write(self, data):
        return super().write(data[: len(data) // 2])


@pytest.mark.parametrize("fault", ["write", "fsync"])
def test_a_full_disk_leaves_no_half_line(tmp_path, monkeypatch, fault):
    path = tmp_path / "owner.log"
    log = OwnerLog(path)
    log.add(line(1))
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        if fault == "fsync":
            patch.setattr(os, "fsync", full)
        else:
            patch.setattr(Path, "open", lambda path, *_, **__: NearlyFull(path, "ab"))
        with pytest.raises(OutputError, match=r"owner\.log: the log cannot be written \(No space left on device\)"):
            log.add(line(2))
    assert path.read_bytes() == before
    log.add(line(2))  # when there is room again
    assert read_log(path) == [line(1), line(2)]


def test_lines_of_the_name_come_first_those_of_the_folder_before_others():
    lines = [line(1, "a/x.png"), line(2, "b/x.png"), line(3, "b/x.jpeg"), line(4, "b/y.png")]
    named, others = lines_for(lines, PurePath("b/x.webp"))
    assert named == [lines[2], lines[1], lines[0]]
    assert others == [lines[3]]
    assert lines_for(lines, PurePath("z.png"))[0] == []
