import sys
from types import SimpleNamespace

import pytest

from rofi.errors import RofiError
from rofi.evaluation.evaluate import MEASURES, choose_measures, run_measures
from rofi.evaluation.report.document import Section


def test_measures_are_chosen_by_name_in_the_reports_order():
    assert choose_measures(None) == MEASURES
    names = [facts.name for facts in choose_measures(["way-back", "signs_kept"])]
    assert names == ["signs_kept", "way_back"]


def test_an_unknown_measure_is_an_error_that_names_the_others():
    with pytest.raises(RofiError, match="beauty: no such measure; choose from example-pictures"):
        choose_measures(["beauty", "diagnosis"])


@pytest.mark.parametrize("facts", MEASURES, ids=lambda facts: facts.name)
def test_every_measure_is_there(facts):
    assert callable(facts.load())


def test_a_measure_that_fails_says_why_and_holds_up_no_other(monkeypatch):
    def fails(bench):
        raise RofiError("no masks; add them")

    good = Section("way-back", "The way back", "", "text")
    for name, measure in (("signs_kept", fails), ("way_back", lambda bench: good)):
        monkeypatch.setitem(sys.modules, f"rofi.evaluation.measures.{name}", SimpleNamespace(measure=measure))
    begun = []
    first, second = run_measures(None, choose_measures(["signs-kept", "way-back"]), begun.append)
    assert first.section.left_out == ("no masks; add them",)
    assert first.section.name == "signs-kept"
    assert second.section is good
    assert [facts.name for facts in begun] == ["signs_kept", "way_back"]


def test_a_library_that_is_missing_is_named(monkeypatch):
    def fails(bench):
        raise ModuleNotFoundError("No module named 'statsmodels'", name="statsmodels")

    monkeypatch.setitem(sys.modules, "rofi.evaluation.measures.way_back", SimpleNamespace(measure=fails))
    (timed,) = run_measures(None, choose_measures(["way-back"]))
    assert "pip install 'rofi-face[evaluate]'" in timed.section.left_out[0]
