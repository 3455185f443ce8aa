from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from evaluation.small_bench import Blurring, Refusing, make_bench
from rofi.cohort.layout import SETTINGS
from rofi.cohort.row import Split
from rofi.evaluation.measures import example_pictures
from rofi.evaluation.measures.example_pictures import measure
from rofi.evaluation.methods.method import MethodFacts


@dataclass(frozen=True)
class Own(Blurring):
    """Goes by the name of ROFI."""

    @property
    def facts(self) -> MethodFacts:
        return MethodFacts("rofi", "ROFI", f"{self.sigma:g}", True, True, "a blur", "", "none")


@pytest.fixture
def sheets(monkeypatch):
    """What is put on sheets: by the first column's size, rows and columns."""
    drawn = []

    def sheet(rows, columns, **options):
        drawn.append((rows, columns))
        buffer = io.BytesIO()
        Image.new("RGB", (2, 2)).save(buffer, "png")
        return buffer.getvalue()

    monkeypatch.setattr(example_pictures, "sheet", sheet)
    return drawn


def bench_of(tmp_path, made: bool = True, **settings):
    bench = make_bench(tmp_path, {Split.INTERNAL: 6}, methods=(Own(), Refusing()), **settings)
    if made:
        (bench.cohort / SETTINGS).write_text("{}")
    return bench


def test_every_disease_has_a_sheet_with_a_column_for_every_method(tmp_path, sheets):
    section = measure(bench_of(tmp_path))
    assert [picture.name for picture in section.pictures] == [
        "examples-conjunctival-melanoma",
        "examples-healthy",
        "examples-way-back",
    ]
    rows, columns = sheets[0]
    assert columns == ["Original", "ROFI", "Refusing"]
    assert len(rows) == 2 * 3, "two cases, a face and two eyes each"
    for label, cells in rows:
        assert [cell is None for cell in cells] == [False, False, True]
        assert ".png" not in label, "a file's name may be a patient's"
    way_back, columns = sheets[-1]
    assert columns == ["Original", "ROFI, protected", "ROFI, restored"]
    assert len(way_back) == 3


def test_eyes_are_enlarged_where_the_points_say_that_they_are(tmp_path, sheets):
    bench = bench_of(tmp_path)
    measure(bench)
    rows, _ = sheets[0]
    (case,) = [case for case in bench.cases if np.array_equal(bench.view(case, None, 512), rows[0][1][0])]
    alignment = bench.original(case).alignment(512)
    points = alignment.to_view(np.array(case.row.points))[:2]
    face = rows[0][1][0]
    for (_, (eye, *_)), (x, y) in zip(rows[1:3], points, strict=True):
        height, width = eye.shape[:2]
        assert width < 0.3 * 512
        around = face[round(y) - 6 : round(y) + 6, round(x) - 6 : round(x) + 6]
        windows = np.lib.stride_tricks.sliding_window_view(eye, around.shape)[:, :, 0]
        down, across = np.argwhere((windows == around).all((-1, -2, -3)))[0]
        assert abs(down + 6 - height / 2) < 0.2 * height
        assert abs(across + 6 - width / 2) < 0.2 * width


def test_patients_of_a_hospital_are_shown_by_rofi_alone(tmp_path, sheets):
    section = measure(bench_of(tmp_path, made=False))
    assert {tuple(columns) for _, columns in sheets} == {("ROFI",)}
    assert "a patient could be recognised" in section.left_out[0]


def test_without_rofi_a_hospital_has_no_pictures(tmp_path, sheets):
    bench = make_bench(tmp_path, {Split.INTERNAL: 2})
    assert measure(bench).pictures == ()


def test_the_seed_chooses(tmp_path, sheets):
    for seed in (0, 0, 1, 2, 3):
        measure(bench_of(tmp_path / f"{seed}-{len(sheets)}", seed=seed, quick=True))
    faces = [rows[0][1][0] for rows, columns in sheets if len(columns) == 3 and rows[0][1][2] is None]
    healthy = faces[1::2]
    assert np.array_equal(healthy[0], healthy[1])
    assert not all(np.array_equal(healthy[0], other) for other in healthy[2:])
