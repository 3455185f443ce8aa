"""Cells go to values and back, and what is no value is told."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rofi.cohort import cells
from rofi.cohort.diseases import Disease, Sign

finite = st.floats(-1e5, 1e5)


@given(st.text())
def test_any_text_is_a_value_or_a_value_error(cell):
    for parse in (
        cells.parse_image,
        cells.parse_signs,
        cells.parse_severity,
        cells.parse_points,
        lambda cell: cells.parse_text(cell, "patient"),
        lambda cell: cells.parse_optional(cell, Disease, "disease"),
    ):
        with suppress(ValueError):
            parse(cell)


@given(st.lists(st.sampled_from(list(Sign)), unique=True))
def test_signs_come_back(signs):
    assert cells.parse_signs(cells.join(signs)) == tuple(signs)


@given(st.floats(0, 1))
def test_a_severity_comes_back_to_a_thousandth(severity):
    assert cells.parse_severity(cells.format_severity(severity)) == pytest.approx(severity, abs=0.000501)


@given(st.lists(st.tuples(finite, finite), min_size=5, max_size=5))
def test_points_come_back_to_a_hundredth(points):
    for back, point in zip(cells.parse_points(cells.format_points(tuple(points))), points, strict=True):
        assert back == pytest.approx(point, abs=0.0051)


def test_empty_cells_are_nothing():
    assert cells.parse_severity("") is None
    assert cells.parse_points("") is None
    assert cells.parse_signs("") == ()
    assert cells.parse_optional("", Disease, "disease") is None


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "/etc/face.jpg",
        "../face.jpg",
        "images/../../face.jpg",
        "images\\face.jpg",
        "C:/face.jpg",
        "images//face.jpg",
        "./face.jpg",
        "face",
        "face.gif",
        "face\n.jpg",
        "face\0.jpg",
    ],
)
def test_an_image_lies_within_the_folder(cell):
    with pytest.raises(ValueError, match="must be"):
        cells.parse_image(cell)


@pytest.mark.parametrize("cell", ["1.01", "-0.1", "nan", "inf", "0,5", "severe"])
def test_a_severity_is_a_share(cell):
    with pytest.raises(ValueError, match="from 0 to 1"):
        cells.parse_severity(cell)


@pytest.mark.parametrize("cell", ["1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9 10 11", "1 2 3 4 5 6 7 8 9 nan", "a b"])
def test_points_are_ten_numbers(cell):
    with pytest.raises(ValueError, match="ten numbers"):
        cells.parse_points(cell)


@pytest.mark.parametrize("cell", ["redness", "conj_dis;", "conj_dis,la_dis", "conj_dis;conj_dis"])
def test_signs_are_the_papers(cell):
    with pytest.raises(ValueError, match=r"sign"):
        cells.parse_signs(cell)
