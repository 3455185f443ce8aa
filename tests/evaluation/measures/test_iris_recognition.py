"""Iris recognition by methods whose outcome is known: nothing done, and eyes painted over."""

import sys
from dataclasses import dataclass, replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from evaluation.small_bench import Refusing, make_bench
from rofi.cohort.row import Split
from rofi.evaluation.bench import read_photograph
from rofi.evaluation.measures.iris_recognition import measure
from rofi.evaluation.methods.method import MethodFacts
from rofi.evaluation.report.cells import best
from rofi.imaging.encode import encode

COUNT = 4


@dataclass(frozen=True)
class Nothing:
    name: str = "rofi"

    @property
    def facts(self):
        return MethodFacts(self.name, self.name, "1", False, False, "", "", "")

    def protect(self, photo):
        return encode(photo.pixels, "png")


@dataclass(frozen=True)
class Grey(Nothing):
    name: str = "grey"

    def protect(self, photo):
        return encode(np.full_like(photo.pixels, 128), "png")


@pytest.fixture
def bench(tmp_path):
    """Four pictures of the astronaut, on whose eyes different irises are painted."""
    bench = make_bench(tmp_path, {Split.INTERNAL: COUNT}, side=480, methods=(Nothing(), Grey(), Refusing()))
    for number, case in enumerate(bench.cases):
        photo = bench.original(case)
        pixels, generator = photo.pixels.copy(), np.random.default_rng(number)
        for iris in (photo.landmarks.left_iris, photo.landmarks.right_iris):
            radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
            for angle in generator.uniform(0, 2 * np.pi, 3):
                place = iris[0] + 0.7 * radius * np.array([np.cos(angle), np.sin(angle)])
                level = int(generator.choice([10, 220]))
                cv2.circle(pixels, np.rint(place).astype(int).tolist(), max(1, round(radius / 3.5)), (level,) * 3, -1)
        (bench.cohort / case.row.image).write_bytes(encode(pixels, "png"))
    read_photograph.cache_clear()  # photographs are kept in memory, these from before they were painted on
    return replace(bench, settings=replace(bench.settings, resamples=50))


def rows_of(section, name):
    return {row[0]: row for row in next(table for table in section.tables if table.name == name).rows}


def test_irises_that_are_kept_are_found_and_painted_over_ones_are_not(bench):
    section = measure(bench)
    rows = rows_of(section, "iris-recognition")
    assert list(rows) == ["Original", "rofi", "grey"]
    assert rows["rofi"][1:] == rows["Original"][1:]
    assert rows["Original"][3].estimate >= 0.75
    assert rows["grey"][3].estimate == 0
    assert rows["grey"][4].estimate == rows["grey"][5].estimate == 0.5  # nothing in common: as chance gives
    assert rows["Original"][4].estimate < rows["Original"][5].estimate - 0.05
    assert rows["Original"][6] == 1 / COUNT
    assert any(line.startswith("iris recognition after Refusing") for line in section.left_out)
    assert any("OpenIris: not installed" in line for line in section.left_out)
    assert "photographed again" in section.text
    (verdict,) = section.verdicts
    assert verdict.good is False


def test_the_method_that_hides_irises_is_marked(bench):
    table = measure(bench).tables[0]
    assert {(table.rows[row][0], table.columns[column]) for row, column in best(table)} == {
        ("grey", "identified (rank-1)"),
        ("grey", "distance to the own iris"),
    }


def test_sizes_are_told(bench):
    (row,) = rows_of(measure(bench), "iris-sizes").values()
    marks = [bench.original(case).landmarks for case in bench.cases]
    expected = [
        np.mean([np.linalg.norm(iris[1:] - iris[0], axis=1).mean() * 2 for iris in (of.left_iris, of.right_iris)])
        for of in marks
    ]
    assert row[3] == pytest.approx(np.median(expected))
    assert row[5].estimate == 0


def test_open_iris_is_asked_where_it_is_installed(bench, monkeypatch):
    """A stand-in whose template is the picture's light; it refuses the dark."""

    def pipeline():
        def run(image):
            light = float(image.img_data.mean())
            return {"error": None if light != 128 else "no iris", "iris_template": light}

        return run

    class Matcher:
        def __init__(self, rotation_shift):
            pass

        def run(self, one, other):
            return abs(one - other)

    names = {"IRISPipeline": pipeline, "HammingDistanceMatcher": Matcher, "IRImage": SimpleNamespace}
    monkeypatch.setitem(sys.modules, "iris", SimpleNamespace(**names))
    rows = rows_of(measure(bench), "open-iris")
    assert rows["Original"][1:3] == (COUNT, 0)
    assert rows["rofi"] == ("rofi", *rows["Original"][1:])
    assert rows["grey"][1:3] == (COUNT, COUNT)
    assert rows["grey"][3].estimate == 0
    assert rows["Refusing"][1:] == (0, 0, None)
