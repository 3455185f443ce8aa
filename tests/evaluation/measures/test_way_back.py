from dataclasses import replace

import numpy as np
import pytest

from evaluation.small_bench import Blurring, Refusing, make_bench
from rofi.cohort.row import Split
from rofi.evaluation.measures import way_back
from rofi.evaluation.methods.mosaic import Mosaic
from rofi.evaluation.report.cells import best


@pytest.fixture
def judged(monkeypatch):
    """The measure with a recogniser that comes with the package."""
    monkeypatch.setattr(way_back, "JUDGE", "mobilefacenet512")


def measure(tmp_path, methods, networks):
    bench = make_bench(tmp_path, {Split.INTERNAL: 4}, methods=methods, networks=networks, resamples=99)
    return bench, way_back.measure(bench)


def test_figures_are_those_of_the_pictures(tmp_path, judged):
    bench, section = measure(tmp_path, (Blurring(1.0), Mosaic()), tmp_path)
    (row,) = section.tables[0].rows
    cells = dict(zip(section.tables[0].columns, row, strict=True))
    assert cells["photographs"] == cells["restored, of those"] == 4
    expected = []
    for case in bench.cases:
        pair = [bench.align(case, bench.protected(case, method)).astype(float) for method in (None, Blurring(1.0))]
        expected.append(10 * np.log10(255**2 / ((pair[0] - pair[1]) ** 2).mean()))
    assert cells["PSNR of the aligned face, dB"].estimate == pytest.approx(np.mean(expected), abs=0.01)
    assert cells["LPIPS"] is None
    assert 0 < cells["SSIM"].estimate < 1
    assert "LPIPS" in section.left_out[0]


def test_a_method_that_gives_all_back_has_no_error(tmp_path, judged):
    _, section = measure(tmp_path, (Blurring(1e-3),), tmp_path)
    cells = dict(zip(section.tables[0].columns, section.tables[0].rows[0], strict=True))
    assert cells["PSNR of the aligned face, dB"].estimate == 100
    assert cells["PSNR of the changed pixels, dB"] is None
    assert cells["SSIM"].estimate == pytest.approx(1)


def test_what_comes_back_best_is_marked(tmp_path, judged):
    class Sharper(Blurring):
        @property
        def facts(self):
            return replace(super().facts, name="sharper", title="Sharper")

    _, section = measure(tmp_path, (Blurring(3.0), Sharper(1.0)), tmp_path)
    table = section.tables[0]
    marked = {(table.rows[row][1], table.columns[column].split()[0]) for row, column in best(table)}
    assert marked >= {("Sharper", "PSNR"), ("Sharper", "SSIM"), ("Sharper", "identity,")}
    assert {method for method, _ in marked} == {"Sharper"}
    assert table.better[table.columns.index("LPIPS")] == "lower"


def test_without_a_way_back_the_section_says_so(tmp_path, judged):
    _, section = measure(tmp_path, (Mosaic(), Refusing()), tmp_path)
    assert section.tables == ()
    assert any("none of the methods" in reason for reason in section.left_out)


def test_a_missing_recogniser_is_named_and_the_rest_measured(tmp_path):
    _, section = measure(tmp_path, (Blurring(),), tmp_path)
    assert any("sface128" in reason for reason in section.left_out)
    assert section.tables[0].rows
