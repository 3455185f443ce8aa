"""The report for machines against the tables that it was made of."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.report.made_report import CELLS, SECTIONS, make_facts
from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.document import Section, Table
from rofi.evaluation.report.html import write_report
from rofi.evaluation.report.record import to_csv, to_json

finite = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"))
cells = st.one_of(st.none(), text, st.integers(-(2**53), 2**53), finite, st.builds(Interval, finite, finite, finite))


def as_json(cell):
    """What a cell is in the file, said once more and in other words."""
    if isinstance(cell, Interval):
        return {"estimate": as_json(cell.estimate), "low": as_json(cell.low), "high": as_json(cell.high)}
    if isinstance(cell, float) and math.isnan(cell):
        return "nan"
    return {math.inf: "inf", -math.inf: "-inf"}.get(cell, cell) if isinstance(cell, float) else cell


def test_every_number_of_the_report_is_in_the_file_unrounded(tmp_path):
    write_report(SECTIONS, make_facts(), tmp_path)
    document = json.loads((tmp_path / "report.json").read_bytes())
    assert document["schema"] == 1
    tables = {table["name"]: table for section in document["sections"] for table in section["tables"]}
    for table in (table for section in SECTIONS for table in section.tables):
        assert tables[table.name]["columns"] == list(table.columns)
        assert tables[table.name]["rows"] == [[as_json(cell) for cell in row] for row in table.rows]
        assert (tmp_path / tables[table.name]["file"]).read_bytes() == to_csv(table)
    assert [verdict["good"] for verdict in document["verdicts"]] == [True, False, None]
    assert (tmp_path / document["sections"][0]["pictures"][0]["file"]).read_bytes() == SECTIONS[0].pictures[0].png


def test_the_facts_are_in_the_file():
    facts = json.loads(to_json([], make_facts(quick=True)))["facts"]
    assert facts["quick"] is True
    assert facts["date"] == "2026-03-01T08:05:00+00:00"
    assert facts["weights"] == "0123456789abcdef"
    assert facts["splits"][0] == {"split": "internal", "images": 231, "patients": 228, "healthy": 60, "diseased": 171}
    assert facts["diseases"] == {"thyroid_eye_disease": 20}
    assert [method["name"] for method in facts["methods"]] == ["rofi", "mosaic", "face-swap"]
    assert not {"networks", "diagnosis_weights"} & set(facts["settings"])


def test_an_interval_takes_three_columns_and_a_dash_none():
    rows = list(csv.reader(io.StringIO(to_csv(CELLS).decode(), newline="")))
    assert rows[0] == ["split", "method", "images", "share", "kappa", "kappa: low", "kappa: high", "P (Holm)", "remark"]
    assert rows[2] == [
        "internal",
        "ROFI",
        "231",
        "0.6666666666666666",
        "0.9534567",
        "0.9123",
        "0.9781",
        "1e-09",
        "good",
    ]
    assert rows[4][3:7] == ["nan", "", "", ""]
    assert rows[4][-1] == "a, b\nc"


@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_csv_files_give_back_every_cell(rows):
    table = Table("t", "t", ("one", "two"), tuple(rows))
    reader = csv.DictReader(io.StringIO(to_csv(table).decode(), newline=""))
    for row, read in zip(rows, reader, strict=True):
        for cell, title in zip(row, table.columns, strict=True):
            if isinstance(cell, Interval):
                parts = read[title], read[f"{title}: low"], read[f"{title}: high"]
                assert tuple(map(float, parts)) == (cell.estimate, cell.low, cell.high)
            elif isinstance(cell, float):
                assert float(read[title]) == cell
            else:
                assert read[title] == ("" if cell is None else str(cell))


@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_json_files_give_back_every_cell(rows):
    section = Section("s", "s", "", "", (Table("t", "t", ("one", "two"), tuple(rows)),))
    read = json.loads(to_json([section], make_facts()))["sections"][0]["tables"][0]["rows"]
    assert read == [[as_json(cell) for cell in row] for row in rows]


@pytest.mark.parametrize(("number", "written"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_numbers_that_json_lacks_are_words(number, written):
    section = Section("s", "s", "", "", (Table("t", "t", ("one",), ((number,),)),))
    assert json.loads(to_json([section], make_facts()))["sections"][0]["tables"][0]["rows"] == [[written]]
