"""Identification by methods whose outcome is known: nothing done, somebody else's photograph, everything refused."""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import scipy.stats

from evaluation.small_bench import Refusing, make_bench
from rofi.cohort.gallery_table import IdPhotograph, write_gallery
from rofi.cohort.row import Split
from rofi.evaluation.intervals import Interval
from rofi.evaluation.measures.identification import measure
from rofi.evaluation.methods.method import MethodFacts
from rofi.evaluation.report.cells import best, method_column
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode

COUNT = 8


@dataclass(frozen=True)
class Nothing:
    """Gives the original as it is, under any name."""

    name: str = "nothing"

    @property
    def facts(self):
        return MethodFacts(self.name, self.name, "1", False, False, "", "", "")

    def protect(self, photo):
        return encode(photo.pixels, "png")


@dataclass(frozen=True)
class SomebodyElse:
    """Gives the next case's photograph; of the first `spared` cases the own."""

    cohort: Path
    images: tuple[str, ...]
    spared: int = 0
    name: str = "rofi"
    calls: list = field(default_factory=list, compare=False)

    @property
    def facts(self):
        return MethodFacts(self.name, self.name, f"{self.spared}", False, True, "", "", "")

    def protect(self, photo):
        self.calls.append(photo.name)
        place = self.images.index(photo.name)
        other = self.images[place if place < self.spared else (place + 1) % len(self.images)]
        return encode(decode((self.cohort / other).read_bytes(), other).pixels, "png")


@pytest.fixture
def bench(tmp_path):
    """ROFI is stood in for by a method that fails with the first two of eight; the packaged recogniser judges."""
    counts = {Split.INTERNAL: COUNT - 2, Split.EXTERNAL_1: 2}
    bench = make_bench(tmp_path, counts, networks=tmp_path / "none", resamples=50)
    # one set of points for all, so that a view of somebody else's photograph is that person's very view
    rows = [replace(case.row, points=bench.cases[0].row.points) for case in bench.cases]
    cases = tuple(replace(case, row=row) for case, row in zip(bench.cases, rows, strict=True))
    images = tuple(case.row.image for case in cases)
    methods = (SomebodyElse(bench.cohort, images, 2), Nothing(), Refusing())
    return replace(bench, cases=cases, methods=methods)


def rows_of(section, name):
    return next(table for table in section.tables if table.name == name).rows


def test_rates_are_those_that_the_methods_must_have(bench):
    section = measure(bench)
    rows = {row[1]: row for row in rows_of(section, "identification")}
    assert list(rows) == ["Original", "rofi", "nothing"]
    assert [row[2:5] for row in rows.values()] == [(COUNT, 0, 0)] * 3
    assert [rows[name][5].estimate for name in rows] == [1, 2 / COUNT, 1]
    low, high = scipy.stats.beta.ppf([0.025, 0.975], [6, 7], [3, 2])  # Clopper-Pearson, 6 of 8
    assert rows["rofi"][6] == Interval(0.75, pytest.approx(low), pytest.approx(high))


def test_a_method_that_refuses_all_is_named_and_counts_for_nothing(bench):
    section = measure(bench)
    assert any(line.startswith("Refusing to mobilefacenet512") for line in section.left_out)
    assert sum("recogniser" in line for line in section.left_out) == 3


def test_refused_photographs_are_counted_and_left_out(bench):
    @dataclass(frozen=True)
    class Picky(Nothing):
        def protect(self, photo):
            return Refusing().protect(photo) if photo.name.endswith("001.png") else super().protect(photo)

    section = measure(replace(bench, methods=(Picky(),)))
    (row,) = (row for row in rows_of(section, "identification") if row[1] == "nothing")
    assert row[2:5] == (COUNT - 2, 2, 0)
    assert row[5].estimate == 1


def test_each_split_has_its_rates(bench):
    rows = {(row[0], row[2]): row for row in rows_of(measure(bench), "identification-splits")}
    assert rows[Split.INTERNAL, "rofi"][3:] == (6, rows[Split.INTERNAL, "rofi"][4])
    assert rows[Split.INTERNAL, "rofi"][4].estimate == pytest.approx(4 / 6)
    assert rows[Split.EXTERNAL_1, "rofi"][4].estimate == 1


def test_verification_takes_the_recognisers_threshold_and_the_cohorts_own(bench):
    rows = {row[1]: row for row in rows_of(measure(bench), "verification")}
    assert rows["nothing"][2] is None  # there are no ID photographs
    assert rows["nothing"][3].estimate == 1
    assert rows["Original"][3] is None
    assert rows["Original"][4:6] == (None, None)  # 56 pairs of strangers are too few for both rates
    assert rows["Original"][6].estimate == 0


def test_differences_are_mcnemars_corrected_by_holm(bench):
    rows = {row[1]: row for row in rows_of(measure(bench), "identification-differences")}
    assert list(rows) == ["Original", "nothing"]
    expected = scipy.stats.binomtest(0, 6).pvalue
    assert rows["nothing"][2:] == (COUNT, 6, 0, pytest.approx(expected), pytest.approx(2 * expected))


def test_the_verdict_is_on_rofi_alone(bench):
    (verdict,) = measure(bench).verdicts
    assert verdict.answer.startswith("6 of 8 photographs are not identified")
    assert verdict.good is False
    assert measure(replace(bench, methods=(Nothing(),))).verdicts == ()


def test_id_photographs_are_the_gallery_where_there_are_any(bench):
    """Patients of whom there is none are counted as such."""
    cards = []
    for number, case in enumerate(bench.cases[:5]):
        shutil.copy(bench.cohort / case.row.image, bench.cohort / f"card{number}.png")
        cards.append(IdPhotograph(f"card{number}.png", case.row.patient))
    write_gallery(bench.cohort, cards)
    section = measure(replace(bench, methods=(Nothing(),)))
    rows = {row[1]: row for row in rows_of(section, "identification")}
    assert rows["nothing"][2:5] == (5, 0, 3)
    assert "ID photographs, 5 of 5 people" in section.text
    assert rows_of(section, "verification")[0][2].estimate == 1  # the astronaut is the astronaut


def test_eye_crops_are_also_searched_among_crops(bench):
    section = measure(replace(bench, methods=(Nothing("eye-crop-left"),)))
    (row,) = rows_of(section, "identification-crops")
    assert row[1:4] == ("eye-crop-left", COUNT, Interval(1, pytest.approx(0.6306, abs=1e-4), 1))


@pytest.mark.filterwarnings("error:constrained_layout")
def test_similarities_far_from_the_threshold_are_drawn(bench):
    """All photographs are one person's here, and every similarity is far above the threshold."""
    assert all(picture.png.startswith(b"\x89PNG") for picture in measure(bench).pictures)


def test_the_method_that_protects_best_is_marked(bench):
    section = measure(replace(bench, methods=(*bench.methods, Nothing("eye-crop-left"))))
    tables = {table.name: table for table in section.tables}
    marked = {name: {(table.rows[row][method_column(table)], table.columns[column]) for row, column in best(table)}
              for name, table in tables.items()}  # fmt: skip
    assert marked["identification"] == {("rofi", "identified (rank-1)"), ("rofi", "protection rate")}
    assert marked["identification-splits"] == {("rofi", "protection rate")}
    assert marked["verification"] <= {("rofi", column) for column in tables["verification"].columns[2:6]}
    assert tables["verification"].better == (None, None, "lower", "lower", "lower", "lower", None)
    assert tables["identification-crops"].better == (None, None, None, "lower", "higher")


def test_a_second_run_asks_no_method_again(bench):
    measure(bench)
    calls = list(bench.methods[0].calls)
    again = measure(bench)
    assert bench.methods[0].calls == calls
    assert [picture.name for picture in again.pictures] == ["protection-rates", "similarity-mobilefacenet512"]
