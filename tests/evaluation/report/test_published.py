"""The paper's figures against the paper's text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.counterparts import COUNTERPARTS
from rofi.evaluation.report.published import FIGURES, METHOD_TITLES

PAPER = Path(__file__).parents[4] / "shared" / "paper.txt"


def numbers_of(text: str) -> set[float]:
    plain = re.sub(r"(?<=\d)\\?%|\u2013", " ", text)
    return {float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", plain)} | {
        float(number) for number in re.findall(r"\d+(?:\.\d+)?", plain)
    }


@pytest.mark.skipif(not PAPER.is_file(), reason="the paper is not at hand")
@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_every_figure_is_printed_in_the_paper(figure):
    printed = numbers_of(PAPER.read_text(encoding="utf-8"))
    for value in figure.values.values():
        if isinstance(value, str):
            assert float(value.split()[-1]) in printed
        elif isinstance(value, Interval):
            assert {value.estimate, value.low, value.high} <= printed
        else:
            assert value in printed


@pytest.mark.skipif(not PAPER.is_file(), reason="the paper is not at hand")
@pytest.mark.parametrize(
    ("figure", "start", "which"),
    [
        ("eyelids", "with an average of ", 0),
        ("irises", "with an average of ", 1),
        ("eye-structure", "For instance, on ECXHCSU, ROFI achieved ", 0),
        ("landmarks", "the error of landmarks detected from the ROFI-protected images is ", 0),
        ("protection-adacos", "When using the AdaCos [54], ROFI protected ", 0),
        ("conjunctival-kappa", "ROFI achieved a value of ", 0),
        ("resnet50-auroc", "Area Under the Receiver Operating Characteristic curve (AUROC) of ", 0),
    ],
)
def test_figures_belong_to_the_methods_that_the_sentence_names(figure, start, which):
    sentence = PAPER.read_text(encoding="utf-8").split(start)[1].split("G2Face (")
    sentence = f"ROFI ({sentence[0]} G2Face ({sentence[1].split(')')[0]}"
    (published,) = [of for of in FIGURES if of.name == figure]
    for method, value in published.values.items():
        told = re.split(r"[(/,:;]", sentence.split(f"{METHOD_TITLES[method]} (")[1].replace("AUROC: ", ""))
        said = float(re.match(r"\s*(\d+(\.\d+)?)", told[which]).group(1))
        assert (value.estimate if isinstance(value, Interval) else value) == said


def test_every_figure_has_a_name_of_its_own_and_a_counterpart():
    names = [figure.name for figure in FIGURES]
    assert len(names) == len(set(names))
    assert set(names) == set(COUNTERPARTS)
    assert {method for figure in FIGURES for method in figure.values} <= set(METHOD_TITLES)
