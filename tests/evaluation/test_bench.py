import numpy as np
import pytest

from evaluation.small_bench import Blurring, Refusing, make_bench
from rofi.cohort.row import Split
from rofi.errors import OutputError


@pytest.fixture
def bench(tmp_path):
    return make_bench(tmp_path, {Split.INTERNAL: 4, Split.EXTERNAL_1: 2}, methods=(Blurring(), Refusing()))


def test_splits_come_in_the_papers_order(bench):
    assert bench.splits == (Split.INTERNAL, Split.EXTERNAL_1)
    assert len(bench.of(Split.EXTERNAL_1)) == 2


def test_a_method_works_once_per_image(bench, monkeypatch):
    case, method = bench.cases[0], bench.methods[0]
    first = bench.protected(case, method)
    monkeypatch.setattr(Blurring, "protect", lambda *_: pytest.fail("worked again"))
    np.testing.assert_array_equal(bench.protected(case, method), first)


def test_another_version_of_a_method_works_again(bench):
    case = bench.cases[0]
    assert (bench.protected(case, Blurring(1)) != bench.protected(case, Blurring(9))).any()


def test_a_refusal_is_remembered_with_its_reason(bench):
    assert bench.protected(bench.cases[0], Refusing()) is None
    assert list(bench.refusals(Refusing())) == [bench.cases[0].row.image]
    assert "StillRecognised" in bench.refusals(Refusing())[bench.cases[0].row.image]


def test_views_leave_refused_cases_out(bench):
    kept, views = bench.views(bench.cases, Refusing(), 64)
    assert kept == ()
    assert views.shape == (0, 64, 64, 3)
    kept, views = bench.views(bench.cases, None, 64)
    assert views.shape == (6, 64, 64, 3)
    assert kept == bench.cases


def test_restored_pictures_are_kept(bench, monkeypatch):
    case, method = bench.cases[0], bench.methods[0]
    first = bench.restored(case, method)
    monkeypatch.setattr(Blurring, "restore", lambda *_: pytest.fail("worked again"))
    np.testing.assert_array_equal(bench.restored(case, method), first)


def test_arrays_are_worked_out_once_for_what_they_are_made_of(bench):
    made = []

    def make():
        made.append(1)
        return {"a": np.arange(3)}

    for seed in (1, 1, 2):
        np.testing.assert_array_equal(bench.store.arrays("some", {"seed": seed}, make)["a"], [0, 1, 2])
    assert len(made) == 2


def test_damaged_arrays_are_worked_out_again(bench):
    bench.store.arrays("some", {}, lambda: {"a": np.arange(3)})
    (path,) = (bench.store.folder / "arrays").iterdir()
    path.write_bytes(b"PK\3\4 not whole")
    np.testing.assert_array_equal(bench.store.arrays("some", {}, lambda: {"a": np.arange(4)})["a"], [0, 1, 2, 3])


def test_a_store_that_cannot_be_written_is_an_error(bench, tmp_path):
    (tmp_path / "store").write_text("in the way")
    with pytest.raises(OutputError, match="make room or name another folder"):
        bench.protected(bench.cases[0], Blurring())
