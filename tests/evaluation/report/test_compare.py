"""Published beside measured: found by table, row and column, tolerant of what is not there."""

from __future__ import annotations

import pytest
import scipy.stats

from evaluation.report.made_report import method_facts
from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.compare import compare
from rofi.evaluation.report.document import Section, Table
from rofi.evaluation.report.html import check

METHODS = (
    method_facts("rofi", "ROFI", "Not the paper's weights."),
    method_facts("mosaic", "Mosaic"),
    method_facts("aigc", "AIGC (small)", "Not Stable Diffusion."),
    method_facts("face-swap-simswap", "SimSwap"),
)
POINTS = Table(
    "key-points",
    "Key points",
    ("split", "method", "eyelids, %", "P (Holm)", "irises, %"),
    (
        ("internal", "ROFI", Interval(2.0, 1.8, 2.2), None, 1.0),
        ("internal", "Mosaic", Interval(1.0, 0.9, 1.1), 0.1, 12.0),
        ("internal", "AIGC (small)", Interval(2.1, 1.9, 2.3), 0.1, 3.0),
        ("internal", "SimSwap", Interval(4.0, 3.0, 5.0), 0.1, 4.0),
        ("external_1", "ROFI", 7.0, None, 8.0),
    ),
)
IDENTIFICATION = Table(
    "identification",
    "t",
    ("recogniser", "method", "protection rate"),
    (
        ("one", "original", 0.0),
        ("one", "ROFI", Interval(0.97, 0.9, 0.99)),
        ("two", "ROFI", Interval(0.93, 0.9, 0.99)),
        ("two", "Mosaic", None),
    ),
)

ADACOS = "Protection rate (1 - rank-1 identification), %, AdaCos"


def section(*tables: Table) -> Section:
    return Section("measured", "Measured", "", "", tables)


def rows_of(made: Section, table: str, figure: str) -> dict[str, tuple]:
    (found,) = [of for of in made.tables if of.name == table]
    return {row[1]: row[2:] for row in found.rows if str(row[0]).startswith(figure)}


def test_measured_figures_stand_beside_the_papers():
    made = compare([section(POINTS)], METHODS)
    found = rows_of(made, "paper-signs", "Eyelid key-point error, % (SNPH")
    assert found["ROFI"] == (1.53, Interval(2.0, 1.8, 2.2), "kindred")
    assert found["Mosaic"] == (5.51, Interval(1.0, 0.9, 1.1), "kindred")
    assert found["SimSwap"] == (2.35, Interval(4.0, 3.0, 5.0), "kindred"), "a user's own networks stand for the paper's"
    assert found["Digital Mask"] == (8.25, None, "kindred"), "a dash for a method that was not compared"
    external = rows_of(made, "paper-signs", "Eyelid key-point error, % (ECXHCSU")
    assert external["ROFI"] == (1.38, 7.0, "kindred"), "each cohort beside its own split"


def test_the_strongest_recogniser_speaks_for_a_method_in_the_papers_unit():
    found = rows_of(compare([section(IDENTIFICATION)], METHODS), "paper-privacy", ADACOS)
    paper, here, _ = found["ROFI"]
    assert paper == 96.54
    assert (here.estimate, here.low, here.high) == pytest.approx((93, 90, 99))
    assert found["Mosaic"][1] is None


def test_by_split_comes_before_all_splits_together():
    splits = Table("identification-splits", "t", ("split", "method", "protection rate"),
                   (("external_1", "ROFI", 0.1), ("internal", "ROFI", 0.5)))  # fmt: skip
    found = rows_of(compare([section(IDENTIFICATION, splits)], METHODS), "paper-privacy", ADACOS)
    assert found["ROFI"][1] == 50


def test_the_network_of_the_paper_is_taken_where_it_is_there():
    table = Table("diagnosis-agreement", "t", ("split", "reader", "method", "AUROC, mean"),
                  (("internal", "EfficientNet-Lite0", "ROFI", 0.7), ("internal", "ViT-B/16", "ROFI", 0.8)))  # fmt: skip
    made = compare([section(table)], METHODS)
    assert rows_of(made, "paper-diagnosis", "AUROC of an image classifier, ViT (SNPH")["ROFI"][1] == 0.8
    assert rows_of(made, "paper-diagnosis", "AUROC of an image classifier, ResNet-50 (SNPH")["ROFI"][1] == 0.7


def test_figures_of_a_disease_come_from_the_table_by_disease():
    table = Table("diseases-kappa-lite-224", "Kappa", ("disease", "ROFI", "Mosaic"),
                  (("basal cell carcinoma", 0.9, 0.1), ("corneal_leukoma", 0.8, 0.2)))  # fmt: skip
    made = compare([section(table)], METHODS)
    name = "Agreement on the disease, Cohen's kappa, "
    assert rows_of(made, "paper-diagnosis", f"{name}basal")["ROFI"][1] == 0.9
    assert rows_of(made, "paper-diagnosis", f"{name}corneal")["ROFI"][1] == 0.8
    assert rows_of(made, "paper-diagnosis", f"{name}squamous")["ROFI"][1] is None


def test_people_are_asked_before_networks():
    network = Table("diagnosis-health", "t", ("split", "reader", "method", "sensitivity"),
                    (("external_2", "one", "ROFI", 0.5), ("external_2", "one", "Mosaic", 0.4)))  # fmt: skip
    people = Table("readers-health", "t", ("question", "set", "method", "sensitivity"),
                   (("healthy?", "external_2", "ROFI", 1.0), ("healthy?", "internal", "ROFI", 0.9)))  # fmt: skip
    wuph = "Sensitivity of the state of health, % (WUPH"
    assert rows_of(compare([section(network)], METHODS), "paper-diagnosis", wuph)["ROFI"][1:] == (50, "another")
    found = rows_of(compare([section(network, people)], METHODS), "paper-diagnosis", wuph)
    assert found["ROFI"][1:] == (100, "kindred")
    assert found["Mosaic"][1] is None, "one instrument for all methods of a figure"


def test_histories_are_found_by_the_method_that_restored_them():
    table = Table("follow-up", "t", ("history", "pairs", "kappa"),
                  (("none", 9, 0.1), ("the original", 9, 0.9), ("restored by ROFI", 9, 0.8)))  # fmt: skip
    found = rows_of(compare([section(table)], METHODS), "paper-reversal", "Course of thyroid")
    assert (found["ROFI"][1], found["No history"][1], found["G2Face"][1]) == (0.8, 0.1, None)


def test_rankings_and_where_they_differ():
    made = compare([section(POINTS)], METHODS)
    rankings = {row[0]: row[1:] for table in made.tables if table.name == "paper-rankings" for row in table.rows}
    paper, here, tau, turned = rankings["Eyelid key-point error, % (SNPH; here internal)"]
    assert paper == "ROFI, Face Swap, AIGC, Mosaic"
    assert here == "Mosaic, ROFI, AIGC, Face Swap"
    assert tau == pytest.approx(scipy.stats.kendalltau([1, 2, 3, 4], [2, 4, 3, 1]).statistic)
    assert turned == "4 of 6"
    assert rankings["Iris key-point error, % (SNPH; here internal)"][2:] == (1.0, "0 of 6")
    pairs = {row[1]: row[3] for table in made.tables if table.name == "paper-turned-pairs" for row in table.rows}
    assert pairs == {
        "ROFI over Mosaic": "yes",
        "Face Swap over AIGC": "yes",
        "Face Swap over Mosaic": "yes",
        "AIGC over Mosaic": "yes",
    }
    reasons = {row[0]: row[1:] for table in made.tables if table.name == "paper-reasons" for row in table.rows}
    assert reasons["AIGC (small)"] == (2, "Not Stable Diffusion.")
    assert reasons["Mosaic"] == (3, None)


def test_an_empty_report_is_all_dashes_and_says_so():
    made = compare([], ())
    check([made])
    beside = [row for table in made.tables if table.columns[-2:] == ("here", "measure") for row in table.rows]
    assert beside
    assert all(row[3] is None for row in beside)
    assert "Facial landmarks, mean squared error: not measured in this run" in made.left_out
