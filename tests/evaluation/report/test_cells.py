from __future__ import annotations

import math

import pytest

from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.cells import best, is_numeric, shown
from rofi.evaluation.report.document import Table


@pytest.mark.parametrize(
    ("cell", "decimals", "column", "text"),
    [
        (None, 3, "", "–"),
        (Interval(0.953, 0.912, 0.978), 3, "", "0.953 (0.912 to 0.978)"),
        (Interval(99.5, 98, 100), 1, "", "99.5 (98.0 to 100.0)"),
        (Interval(100.0, 100, 100), 1, "", "100.0"),
        (-0.0001, 3, "", "−1.0 × 10⁻⁴"),
        (-0.0, 2, "", "0.00"),
        (Interval(-0.001, -0.02, 0.001), 2, "", "0.00 (−0.02 to 0.00)"),
        (3.2e-7, 3, "loss", "3.2 × 10⁻⁷"),
        (3.2e-7, 3, "P (Holm)", "< 0.001"),
        (0.0, 3, "P", "< 0.001"),
        (0.0, 3, "share", "0.000"),
        (0.0004, 3, "PSNR, dB", "4.0 × 10⁻⁴"),
        (1234567, 3, "", "1\u202f234\u202f567"),
        (-5, 3, "", "−5"),
        (True, 3, "", "yes"),
        (math.nan, 3, "", "–"),
        (-math.inf, 3, "", "−∞"),
    ],
)
def test_cells_are_shown(cell, decimals, column, text):
    assert shown(cell, decimals, column) == text


def test_the_best_is_looked_for_among_comparable_rows_and_without_originals():
    rows = (
        ("a", "original", 9.0),
        ("a", "one", 1.0),
        ("a", "two", Interval(2.0, 0.0, 3.0)),
        ("a", "three", Interval(2.0, 1.0, 4.0)),
        ("b", "one", 5.0),
        ("b", "two", None),
    )
    table = Table("t", "t", ("split", "method", "x"), rows, better=(None, None, "higher"))
    assert best(table) == {(2, 2), (3, 2)}, "equal ones are both best, and one alone is none"


def test_nothing_is_best_where_the_table_does_not_say_which_way():
    assert not best(Table("t", "t", ("method", "x"), (("one", 1.0), ("two", 2.0))))


def test_a_column_with_words_is_no_column_of_numbers():
    table = Table("t", "t", ("a", "b", "c"), ((1, "x", "< 5"), (None, 2, 3.0)))
    assert [is_numeric(table, column) for column in range(3)] == [True, False, True]
