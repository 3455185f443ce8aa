import pytest

from evaluation.diagnosis.small_readers import COUNTS, SETTINGS, SIDE
from evaluation.named_methods import Emptying, Smoothing
from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.evaluation.measures.sign_classes import measure_with
from rofi.evaluation.report.cells import best

SIGNS = ("Conj-Dis", "LA-Dis", "Eyelid-Dis", "Iris-Dis")


@pytest.fixture(scope="module")
def section(tmp_path_factory):
    methods = (Smoothing("rofi"), Emptying("internal/003"))
    return measure_with(make_bench(tmp_path_factory.mktemp("bench"), COUNTS, SIDE, methods), SETTINGS)


def rows(section, name, **wanted):
    found = next(table for table in section.tables if table.name == name)
    named = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return [row for row in named if all(row[key] == value for key, value in wanted.items())]


def test_the_only_sign_of_the_cohort_is_seen_on_originals(section):
    for row in rows(section, "sign-auroc", method="Original", split=Split.INTERNAL):
        assert row["Conj-Dis"].estimate > 0.8
        assert row["LA-Dis"] is None  # nobody has it


def test_a_method_that_changes_nothing_keeps_all_signs(section):
    for row in rows(section, "sign-kappa", method="ROFI"):
        assert row["Conj-Dis"].estimate == 1
        assert all(row[sign] is None or row[sign].estimate == 1 for sign in SIGNS)


def test_on_a_grey_picture_no_agreement_is_left(section):
    for row in rows(section, "sign-kappa", method="Emptying", split=Split.INTERNAL):
        assert row["Conj-Dis"].estimate == 0
        assert (row["photographs"], row["refused"]) == (15, 1)


def test_the_method_that_keeps_the_sign_is_marked(section):
    for table in section.tables[:2]:
        column = table.columns.index("Conj-Dis")
        marked = {table.rows[row][table.columns.index("method")] for row, of in best(table) if of == column}
        assert marked == {"ROFI"}


def test_rofi_is_tested_for_each_sign(section):
    compared = rows(section, "sign-differences", split=Split.INTERNAL)
    assert {row["sign"] for row in compared} == set(SIGNS)
    conjunctiva = [row for row in compared if row["sign"] == "Conj-Dis"]
    assert all(row["as on the original with ROFI alone"] > 0 for row in conjunctiva)
    assert all(row["with the other alone"] == 0 and row["photographs of both"] == 15 for row in conjunctiva)


def test_the_verdict_is_of_signs_that_the_readers_see(section):
    [verdict] = section.verdicts
    assert verdict.answer.startswith("kappa 1.00")
    assert "Conj-Dis" in verdict.answer
    assert verdict.good


def test_the_section_says_who_reads_and_what_is_elsewhere(section):
    assert "stand in for the paper's three ophthalmologists" in section.text
    assert "rofi study" in section.text
    assert section.left_out[0].startswith("eyelid shape and iris shape")
    assert section.pictures[0].png.startswith(b"\x89PNG")
