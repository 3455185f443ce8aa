"""The table of ID photographs: written and read back, and each bad cell named with its line."""

import pytest

from rofi.cohort.gallery_table import IdPhotograph, read_gallery, scan_gallery, write_gallery
from rofi.errors import CohortError

SOME = [
    IdPhotograph("images/id/a.jpg", "P1"),
    IdPhotograph("cards/Müller, Ina.png", "P1", "set.json: 12"),
    IdPhotograph("b.jpg", "P2"),
]


def write(folder, text):
    (folder / "gallery.csv").write_text(text)
    return folder


def test_what_is_written_is_read(tmp_path):
    write_gallery(tmp_path, SOME)
    assert read_gallery(tmp_path) == SOME


def test_a_hospital_needs_two_columns_in_any_order(tmp_path):
    assert read_gallery(write(tmp_path, "patient,image\nP1,a.jpg\n")) == [IdPhotograph("a.jpg", "P1")]


def test_a_patient_may_have_several_but_an_image_is_of_one(tmp_path):
    scanned = scan_gallery(write(tmp_path, "image,patient\na.jpg,P1\nb.jpg,P1\na.jpg,P2\n"))
    assert len(scanned.records) == 2
    assert [(bad.number, bad.reason) for bad in scanned.bad] == [(4, "image 'a.jpg': is on line 2 already")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("../a.jpg,P1", "must be a path within the folder"),
        ("a.txt,P1", "must be an image file"),
        ("a.jpg,", "patient '': must be a name"),
        ("a.jpg", "has 1 cells under 2 columns"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path, row, reason):
    with pytest.raises(CohortError, match=rf"gallery.csv, line 3: .*{reason}"):
        read_gallery(write(tmp_path, f"image,patient\nok.jpg,P1\n{row}\n"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("image\na.jpg\n", "no column patient"),
        ("image,patient,name\na.jpg,P1,Ina\n", "unknown column 'name'"),
        ("image,patient\n", "has no rows"),
    ],
)
def test_another_table_is_refused(tmp_path, text, reason):
    with pytest.raises(CohortError, match=reason):
        read_gallery(write(tmp_path, text))


def test_no_table_is_an_error(tmp_path):
    with pytest.raises(CohortError, match=r"gallery.csv: missing or unreadable"):
        read_gallery(tmp_path)
