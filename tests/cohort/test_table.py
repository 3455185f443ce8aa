"""A cohort's table: what is written is read, and a bad file or row is named with its line."""

import csv
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from rofi.cohort.diseases import Disease, Sign
from rofi.cohort.face import Side
from rofi.cohort.table import Label, Laterality, Row, Split, mask_path, read_table, scan_table, write_table
from rofi.errors import CohortError

HEALTHY = Row("images/train/a.jpg", "P1", "SNPH", Split.TRAIN, Label.HEALTHY)
ILL = Row(
    image="images/internal/b é.png",
    patient="P2",
    centre='the "eye", hospital',
    split=Split.INTERNAL,
    label=Label.DISEASED,
    disease=Disease.PTERYGIUM,
    signs=(Sign.CONJUNCTIVAL_DISORDER, Sign.IRIS_DISORDER),
    severity=0.25,
    side=Laterality.OU,
    points=((1.5, 2.0), (3.0, 2.0), (2.0, 3.0), (1.5, 4.0), (3.0, 4.25)),
)
HEADER = "image,patient,centre,split,label"


def written(folder, text):
    (folder / "cohort.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_rows_come_back(tmp_path):
    write_table(tmp_path, [HEALTHY, ILL])
    assert read_table(tmp_path) == [HEALTHY, ILL]
    assert [path.name for path in tmp_path.iterdir()] == ["cohort.csv"]


def test_the_columns_are_those_that_others_rely_on(tmp_path):
    write_table(tmp_path, [ILL])
    with (tmp_path / "cohort.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "image": "images/internal/b é.png",
        "patient": "P2",
        "centre": 'the "eye", hospital',
        "split": "internal",
        "label": "diseased",
        "disease": "pterygium",
        "signs": "conj_dis;iris_dis",
        "severity": "0.250",
        "side": "OU",
        "points": "1.50 2.00 3.00 2.00 2.00 3.00 1.50 4.00 3.00 4.25",
    }


def test_a_hospital_may_leave_optional_columns_out_and_use_excel(tmp_path):
    written(tmp_path, f"\ufeff{HEADER}\r\nface.JPG,P1,ours,train,healthy\r\n\r\n")
    assert read_table(tmp_path) == [Row("face.JPG", "P1", "ours", Split.TRAIN, Label.HEALTHY)]


def test_masks_lie_in_the_truth(tmp_path):
    assert mask_path(tmp_path, ILL) == tmp_path / "truth" / "masks" / "internal" / "b é.png"
    assert Laterality.OU.sides == (Side.OD, Side.OS)
    assert Laterality.OS.sides == (Side.OS,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column image, patient"),
        ("image,patient,centre,split\n", "line 1: no column label"),
        (f"{HEADER},age\n", "line 1: unknown column 'age'"),
        (f"{HEADER},label\n", "line 1: a column is there twice"),
        (f"{HEADER}\n", "has no rows"),
        (HEADER.replace(",", ";") + "\na.jpg;P1;c;train;healthy\n", "line 1: no column image"),
        (f"{HEADER}\na.jpg,P1,c,train\n", "line 2: has 4 cells under 5 columns"),
        (f"{HEADER}\na.jpg,P1,c,train,healthy,\n", "line 2: has 6 cells under 5 columns"),
        (f"{HEADER}\na.jpg,,c,train,healthy\n", "line 2: patient '': must be a name"),
        (f"{HEADER}\na.jpg,P1,,train,healthy\n", "line 2: centre '': must be a name"),
        (f"{HEADER}\na.jpg,P1,c,test,healthy\n", "line 2: split 'test': must be one of train, selection"),
        (f"{HEADER}\na.jpg,P1,c,train,sick\n", "line 2: label 'sick': must be one of healthy, diseased"),
        (f"{HEADER}\n../a.jpg,P1,c,train,healthy\n", "line 2: image '../a.jpg'"),
        (f"{HEADER},disease\na.jpg,P1,c,train,diseased,flu\n", "line 2: disease 'flu': must be one of ptosis"),
        (f"{HEADER},side\na.jpg,P1,c,train,diseased,left\n", "line 2: side 'left': must be one of OD, OS, OU"),
        (f"{HEADER},severity\na.jpg,P1,c,train,diseased,2\n", "line 2: severity '2'"),
        (f"{HEADER},signs\na.jpg,P1,c,train,diseased,red\n", "line 2: sign 'red'"),
        (f"{HEADER},points\na.jpg,P1,c,train,diseased,1 2\n", "line 2: points '1 2'"),
        (f"{HEADER}\na.jpg,P1,c,train,healthy\na.jpg,P2,c,train,healthy\n", "line 3: image 'a.jpg': is on line 2"),
        (f'{HEADER}\n"a.jpg,P1,c,train,healthy\n', "unexpected end of data"),
        (b"image,patient,centre,split,label\n\xe4.jpg,P1,c,train,healthy\n", "not UTF-8"),
    ],
)
def test_a_bad_table_names_its_file_and_line(tmp_path, text, message):
    with pytest.raises(CohortError, match=r"cohort.csv") as error:
        read_table(written(tmp_path, text))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_no_table_is_an_error(tmp_path):
    with pytest.raises(CohortError, match=r"cohort.csv: missing or unreadable"):
        read_table(tmp_path)


def test_every_bad_row_is_told_and_the_good_ones_are_kept(tmp_path):
    rows = ["a.jpg,P1,c,train,healthy", "b.jpg,P2,c,train,sick", "c.jpg,P3,c,train", "d.jpg,P4,c,train,diseased"]
    _, scanned = scan_table(written(tmp_path, "\n".join([HEADER, *rows])))
    assert {line: row.image for line, row in scanned.records.items()} == {2: "a.jpg", 5: "d.jpg"}
    assert [bad.number for bad in scanned.bad] == [3, 4]
    with pytest.raises(CohortError, match="and 1 more bad line"):
        read_table(tmp_path)


class StandInParquet:
    """What this package uses of pyarrow.parquet."""

    def __init__(self, rows):
        self.rows = rows

    def read_table(self, path):
        if not path.read_bytes().startswith(b"PAR1"):
            raise RuntimeError("no magic bytes")
        return SimpleNamespace(column_names=list(self.rows[0]), to_pylist=lambda: self.rows)


@pytest.fixture
def parquet(monkeypatch):
    def install(*rows):
        monkeypatch.setitem(sys.modules, "pyarrow", SimpleNamespace())
        monkeypatch.setitem(sys.modules, "pyarrow.parquet", StandInParquet(rows))

    return install


CELLS = {"image": "a.jpg", "patient": 7, "centre": "c", "split": "train", "label": "diseased", "severity": 0.5}


def test_parquet_is_read_where_there_is_no_csv(tmp_path, parquet):
    parquet(CELLS, {**CELLS, "image": "b.jpg", "severity": None}, {**CELLS, "image": "c.jpg", "severity": float("nan")})
    (tmp_path / "cohort.parquet").write_bytes(b"PAR1")
    first = Row("a.jpg", "7", "c", Split.TRAIN, Label.DISEASED, severity=0.5)
    others = [replace(first, image=image, severity=None) for image in ("b.jpg", "c.jpg")]
    assert read_table(tmp_path) == [first, *others]
    write_table(tmp_path, [HEALTHY])
    assert read_table(tmp_path) == [HEALTHY]


def test_parquet_rows_are_counted_from_1(tmp_path, parquet):
    parquet(CELLS, {**CELLS, "image": "b.jpg", "label": "sick"})
    (tmp_path / "cohort.parquet").write_bytes(b"PAR1")
    with pytest.raises(CohortError, match=r"cohort.parquet, line 2: label 'sick'"):
        read_table(tmp_path)


def test_parquet_without_pyarrow_names_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "pyarrow.parquet", raising=False)
    (tmp_path / "cohort.parquet").write_bytes(b"PAR1")
    with pytest.raises(CohortError, match="pip install pyarrow, or save the table as CSV"):
        read_table(tmp_path)


def test_a_damaged_parquet_file_is_an_error(tmp_path, parquet):
    parquet(CELLS)
    (tmp_path / "cohort.parquet").write_bytes(b"nothing")
    with pytest.raises(CohortError, match=r"cohort.parquet: cannot be read as Parquet"):
        read_table(tmp_path)
