import os
from pathlib import Path

import pytest

from rofi.errors import UnreadablePhoto
from rofi.pipeline.photos import find_photos


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def relative(found):
    return [str(photo.relative) for photo in found]


def test_a_folder_gives_its_photographs_by_suffix_sorted_with_their_sub_folders(tmp_path):
    make(tmp_path, "b.JPG", "a/z.heic", "a/b/c.tif", "notes.txt", "d.png.txt", "e.webp", "f.bmp", "no-suffix")
    assert relative(find_photos([tmp_path])) == ["a/b/c.tif", "a/z.heic", "b.JPG", "e.webp", "f.bmp"]


def test_hidden_files_and_half_written_ones_are_passed_over(tmp_path):
    make(tmp_path, ".a.jpg", ".hidden/b.jpg", ".rofi-00.part", "c.jpg")
    assert relative(find_photos([tmp_path])) == ["c.jpg"]


def test_a_folder_called_like_a_photograph_is_none(tmp_path):
    make(tmp_path, "patient.jpg/a.jpg")
    assert relative(find_photos([tmp_path])) == ["patient.jpg/a.jpg"]


def test_a_file_that_is_named_is_taken_whatever_its_suffix(tmp_path):
    make(tmp_path, "scan.dat")
    assert relative(find_photos([tmp_path / "scan.dat"])) == ["scan.dat"]


def test_a_photograph_named_twice_is_done_once(tmp_path, monkeypatch):
    make(tmp_path, "a/x.jpg", "a/y.jpg")
    monkeypatch.chdir(tmp_path)
    sources = [Path("a/x.jpg"), tmp_path / "a", Path("a/../a/y.jpg"), tmp_path]
    assert relative(find_photos(sources)) == ["x.jpg", "y.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights there")
def test_a_link_to_a_photograph_is_that_photograph(tmp_path):
    make(tmp_path, "a.jpg")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "a.jpg")
    assert len(find_photos([tmp_path])) == 1


def test_results_inside_the_folder_are_no_photographs(tmp_path):
    make(tmp_path, "a.jpg", "out/rofi-1.png", "out/sub/rofi-2.png", "outside.jpg")
    assert relative(find_photos([tmp_path], tmp_path / "out")) == ["a.jpg", "outside.jpg"]


@pytest.mark.parametrize("out", [".", "..", "../elsewhere"])
def test_results_elsewhere_leave_the_folder_as_it_is(tmp_path, out):
    make(tmp_path, "photos/a.jpg")
    assert relative(find_photos([tmp_path / "photos"], tmp_path / "photos" / out)) == ["a.jpg"]


def test_a_name_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UnreadablePhoto, match=r"gone\.jpg: no such file or folder"):
        find_photos([tmp_path / "gone.jpg"])


def test_an_empty_folder_has_none(tmp_path):
    with pytest.raises(UnreadablePhoto, match="no photographs in the folders named"):
        find_photos([tmp_path])
