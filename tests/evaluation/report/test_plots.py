"""Plots, looked at by their pixels."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from PIL import Image, ImageColor

from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.palette import look
from rofi.evaluation.report.plots import bars, confusion_matrices, curves, histograms, roc_curves

ROFI = np.array(ImageColor.getrgb(look("ROFI").colour))


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        inch = picture.info["dpi"][0]
        assert 200 <= picture.width / inch * 100 <= 812, "shown at 800 pixels or less"
        return np.asarray(picture.convert("RGB")).astype(int)


def of_colour(picture: np.ndarray, colour: np.ndarray) -> np.ndarray:
    return (np.abs(picture - colour).sum(-1) < 12).nonzero()


def test_a_bar_is_as_long_as_its_value():
    lengths = []
    for value in (0.25, 0.5, 1.0):
        drawn = pixels(bars(["ROFI", "Mosaic"], {"internal": [value, 1.0]}, "share", limits=(0, 1)))
        _, across = of_colour(drawn, ROFI)
        lengths.append(np.ptp(across) + 1)
    assert lengths[1] / lengths[2] == pytest.approx(0.5, abs=0.01)
    assert lengths[0] / lengths[2] == pytest.approx(0.25, abs=0.01)


def test_an_interval_is_drawn_where_it_is():
    bare = pixels(bars(["ROFI"], {"internal": [0.5]}, "share", limits=(0, 1)))
    with_interval = pixels(bars(["ROFI"], {"internal": [Interval(0.5, 0.25, 0.75)]}, "share", limits=(0, 1)))
    _, bar = of_colour(bare, ROFI)
    middle = np.median(of_colour(bare, ROFI)[0]).astype(int)
    start, length = bar.min(), np.ptp(bar)
    dark = with_interval[middle].sum(-1) < 200
    dark[:start] = False  # the method's name
    first = int(dark.argmax())
    last = first + int((~dark[first:]).argmax())  # before the figure beside the bar
    assert first == pytest.approx(start + 0.5 * length, abs=8)
    assert last == pytest.approx(start + 1.5 * length, abs=8)


def test_a_method_without_a_value_has_no_bar():
    drawn = pixels(bars(["Mosaic", "ROFI"], {"internal": [0.3, None]}, "share"))
    assert not len(of_colour(drawn, ROFI)[0])


def test_more_panels_make_a_picture_higher_not_wider():
    values = {str(number): [0.5, 0.2] for number in range(5)}
    one, five = (pixels(bars(["ROFI", "Mosaic"], dict(list(values.items())[:n]), "share")) for n in (1, 5))
    assert five.shape[0] > 1.5 * one.shape[0]
    assert abs(five.shape[1] - one.shape[1]) < 100


def test_a_perfect_curve_runs_along_the_top():
    drawn = pixels(roc_curves({"ViT": {"ROFI": ([0, 0, 1], [0, 1, 1]), "Mosaic": ([0, 1], [0, 1])}}))
    down, across = of_colour(drawn, ROFI)
    top = down.min()
    assert np.ptp(across[np.abs(down - top) < 6]) > 300


def test_a_confusion_matrix_is_dark_where_the_answers_are():
    drawn = pixels(confusion_matrices({"ROFI": [[9, 0], [0, 9]]}, ["healthy", "diseased"]))
    down, across = (drawn[..., 2] - drawn[..., 0] > 120).nonzero()  # the darker blues
    assert len(down)
    diagonal = np.corrcoef(down, across)[0, 1]
    assert diagonal > 0.7


def test_empty_classes_and_missing_places_are_no_errors():
    pixels(confusion_matrices({"ROFI": np.zeros((3, 3))}, list("abc")))
    pixels(curves({"": {"ROFI": ([90, 50], [None, 0.5]), "G2Face": ([90], [None])}}, "JPEG quality", "similarity"))
    pixels(histograms({"SFace": {"ROFI": [], "Mosaic": [np.nan, 0.5]}}, "similarity"))
    pixels(bars(["ROFI"], {"internal": [None]}, "share"))


def test_a_histogram_stands_where_its_values_are():
    drawn = pixels(histograms({"SFace": {"ROFI": np.full(50, 0.25)}}, "similarity", limits=(0, 1)))
    _, across = of_colour(drawn, ROFI)
    assert np.median(across) / drawn.shape[1] == pytest.approx(0.26, abs=0.05)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("mark", "place"), [(-3.0, 0.98), (0.3, 0.91), (5.0, 0.02)])
def test_a_mark_far_from_the_data_is_on_the_axis_and_leaves_it_its_room(mark, place):
    """Its name beside it must not squeeze the axes to nothing, which matplotlib warns of."""
    samples = {"ROFI": {"ROFI": np.linspace(0.9, 1.0, 30)}}
    drawn = pixels(histograms(samples, "cosine similarity", marks={"FAR 1e-3": mark}))
    top = drawn[: drawn.shape[0] * 3 // 4]  # without the legend
    assert of_colour(top, ROFI)[1].mean() / drawn.shape[1] == pytest.approx(place, abs=0.03)


@pytest.mark.filterwarnings("error")
def test_a_mark_beyond_the_limits_is_left_out():
    bare, marked = (histograms({"": {"ROFI": [0.5]}}, "x", limits=(0, 1), marks=marks) for marks in ({}, {"far": 9.0}))
    assert bare == marked


@pytest.mark.parametrize("names", [("rofi", "ROFI"), ("dp-pixels", "Pixel-wise DP"), ("g2face", "G2Face (small)")])
def test_names_and_titles_have_one_look(names):
    assert look(names[0]) == look(names[1])


def test_every_method_of_the_bench_has_a_look_of_its_own():
    names = ["rofi", "mosaic", "gaussian-blur", "eye-crop-left", "eye-crop-right", "aigc", "face-swap", "digital-mask",
             "g2face", "dp-pixels", "dp-features", "original"]  # fmt: skip
    assert len({look(name) for name in names}) == len(names)
    assert [name for name in names if look(name).strong] == ["rofi"]


def test_the_same_data_give_the_same_file_and_pyplot_is_left_alone():
    before = "matplotlib.pyplot" in sys.modules
    assert bars(["ROFI"], {"a": [0.5]}, "share") == bars(["ROFI"], {"a": [0.5]}, "share")
    assert ("matplotlib.pyplot" in sys.modules) == before
