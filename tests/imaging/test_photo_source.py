import io
import random
import tarfile

import pytest

from rofi.errors import UnreadablePhoto
from rofi.imaging.photo_source import find_places, read_photos


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "photos"
    (folder / "deeper").mkdir(parents=True)
    for name in ("b.JPG", "a.png", "notes.txt", "deeper/c.webp"):
        (folder / name).write_bytes(name.encode())
    return folder


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "photos.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("z.jpg", "list.json", "a/y.heic"):
            info = tarfile.TarInfo(name)
            info.size = len(name)
            tar.addfile(info, io.BytesIO(name.encode()))
        for kind, name in ((tarfile.DIRTYPE, "folder.jpg"), (tarfile.SYMTYPE, "dangling.jpg")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "nowhere.jpg"
            tar.addfile(info)
    return path


def test_a_folder_gives_its_photographs_in_order(folder):
    assert list(read_photos([folder])) == [
        ("a.png", b"a.png"),
        ("b.JPG", b"b.JPG"),
        ("deeper/c.webp", b"deeper/c.webp"),
    ]


def test_a_tar_gives_its_photographs_in_its_own_order(archive):
    assert list(read_photos([archive])) == [("z.jpg", b"z.jpg"), ("a/y.heic", b"a/y.heic")]


def test_a_photograph_gives_itself_and_sources_follow_one_another(folder, archive):
    names = [name for name, _ in read_photos([folder / "a.png", archive, folder])]
    assert names == ["a.png", "z.jpg", "a/y.heic", "a.png", "b.JPG", "deeper/c.webp"]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_damaged_tar_is_an_error(tmp_path, mode):
    path = tmp_path / "cut.tar"
    with tarfile.open(path, mode) as tar:
        for index in range(20):
            info = tarfile.TarInfo(f"{index}.jpg")
            info.size = 10_000
            tar.addfile(info, io.BytesIO(random.Random(index).randbytes(10_000)))
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(UnreadablePhoto, match=r"cut.tar: damaged"):
        list(read_photos([path]))


@pytest.mark.parametrize("name", ["nowhere", "photos/notes.txt", "nowhere.jpg"])
def test_what_is_none_of_these_is_an_error(folder, name):
    with pytest.raises(UnreadablePhoto, match=f"{name}: not a folder, tar archive or photograph"):
        list(read_photos([folder.parent / name]))


def test_places_hold_the_bytes_that_reading_in_turn_gives(folder, archive):
    for source in (folder, archive, folder / "a.png"):
        assert [(place.name, place.read()) for place in find_places(source)] == list(read_photos([source]))


def test_a_compressed_tar_has_no_places(tmp_path):
    path = tmp_path / "photos.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("a.png"))
    with pytest.raises(UnreadablePhoto, match=r"photos.tar.gz: a compressed or damaged archive"):
        find_places(path)


@pytest.mark.parametrize("name", ["nowhere", "photos/notes.txt", "nowhere.jpg"])
def test_what_is_no_source_has_no_places(folder, name):
    with pytest.raises(UnreadablePhoto, match=f"{name}: not a folder, tar archive or photograph"):
        find_places(folder.parent / name)


def test_an_archive_that_became_shorter_is_an_error(archive):
    place = find_places(archive)[-1]
    archive.write_bytes(archive.read_bytes()[: place.start + 2])
    with pytest.raises(UnreadablePhoto, match=r"photos.tar: ends amid a/y.heic"):
        place.read()


def test_an_archive_that_is_gone_is_an_error(archive):
    place = find_places(archive)[0]
    archive.unlink()
    with pytest.raises(UnreadablePhoto, match=r"photos.tar: cannot be read"):
        place.read()
