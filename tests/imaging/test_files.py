import errno
import os
from pathlib import Path

import pytest

from rofi.errors import OutputError, PhotoTooLarge, UnreadablePhoto
from rofi.imaging import files
from rofi.imaging.files import read_file, write_whole

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


def failing(number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    return fail


def test_what_is_written_is_read(tmp_path):
    write_whole(tmp_path / "a.png", b"content")
    assert read_file(tmp_path / "a.png") == b"content"
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_short_writes_are_carried_on(tmp_path, monkeypatch):
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole(descriptor, data[:7]))
    write_whole(tmp_path / "a.png", bytes(range(100)))
    assert read_file(tmp_path / "a.png") == bytes(range(100))


def test_an_existing_file_gives_way_whole_or_stays(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"before")
    with pytest.raises(OutputError, match="there is a file already"):
        write_whole(path, b"after", replace=False)
    assert path.read_bytes() == b"before"
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


def test_without_hard_links_a_taken_name_is_refused_too(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    write_whole(tmp_path / "a.png", b"before", replace=False)
    with pytest.raises(OutputError, match="there is a file already"):
        write_whole(tmp_path / "a.png", b"after", replace=False)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


@POSIX
def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a.png", b"content")
    finally:
        os.umask(before)
    assert (tmp_path / "a.png").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("call", ["os.write", "os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_full_or_failing_disk_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, call, number):
    path = tmp_path / "a.png"
    path.write_bytes(b"before")
    monkeypatch.setattr(call, failing(number))
    with pytest.raises(OutputError, match=rf"a\.png: cannot be written: {os.strerror(number)}$"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_disk_that_is_really_full_is_an_error(tmp_path, monkeypatch):
    opened = os.open
    monkeypatch.setattr(os, "open", lambda *_, **__: opened("/dev/full", os.O_WRONLY))
    with pytest.raises(OutputError, match="No space left on device"):
        write_whole(tmp_path / "a.png", b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_folder_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "open", failing(errno.EACCES))
    with pytest.raises(OutputError, match="Permission denied"):
        write_whole(tmp_path / "a.png", b"content")


@pytest.mark.parametrize("call", ["os.write", "os.fsync", "pathlib.Path.replace"])
def test_an_interruption_leaves_nothing_behind(tmp_path, monkeypatch, call):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(call, interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.png", b"content")
    assert list(tmp_path.iterdir()) == []


def test_the_name_appears_only_when_all_is_on_the_disk(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.extend(path.name for path in tmp_path.iterdir()))
    write_whole(tmp_path / "patient.png", b"content")
    assert len(seen) == 1
    assert "patient" not in seen[0]


def test_a_name_of_the_greatest_length_can_be_written(tmp_path):
    path = tmp_path / ("x" * 251 + ".png")
    write_whole(path, b"content")
    assert path.read_bytes() == b"content"


@pytest.mark.parametrize("name", ["none/a.png", "x" * 300, "a\0b"], ids=["no folder", "too long", "null"])
def test_a_name_that_cannot_be_is_an_error(tmp_path, name):
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / name, b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_an_error(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError):
        write_whole(tmp_path / "a.png", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_path_without_a_name_is_an_error():
    with pytest.raises(OutputError):
        write_whole(Path("/"), b"content")


def test_a_missing_file_is_unreadable(tmp_path):
    with pytest.raises(UnreadablePhoto, match=r"a\.png: cannot be read: No such file"):
        read_file(tmp_path / "a.png")


def test_a_forbidden_file_is_unreadable(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"content")
    monkeypatch.setattr(Path, "read_bytes", failing(errno.EACCES))
    with pytest.raises(UnreadablePhoto, match="Permission denied"):
        read_file(tmp_path / "a.png")


def test_a_folder_is_unreadable(tmp_path):
    with pytest.raises(UnreadablePhoto, match="no file"):
        read_file(tmp_path)


@POSIX
def test_a_named_pipe_does_not_hold_up_the_batch(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadablePhoto, match="no file"):
        read_file(tmp_path / "pipe")


def test_a_name_with_a_null_byte_is_unreadable(tmp_path):
    with pytest.raises(UnreadablePhoto, match="cannot be read"):
        read_file(tmp_path / "a\0b")


def test_a_file_beyond_any_photograph_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_LARGEST_FILE", 10)
    (tmp_path / "a.png").write_bytes(bytes(11))
    with pytest.raises(PhotoTooLarge, match="4 GiB"):
        read_file(tmp_path / "a.png")
