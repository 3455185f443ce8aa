import pytest

from evaluation.small_bench import Blurring, Refusing, make_bench
from rofi.cohort.row import Split
from rofi.errors import RofiError
from rofi.evaluation.methods.mosaic import Mosaic
from rofi.evaluation.protecting import protect_all


@pytest.mark.parametrize("workers", [1, 2])
def test_every_method_has_worked_on_every_case(tmp_path, monkeypatch, workers):
    bench = make_bench(tmp_path, {Split.INTERNAL: 10}, methods=(Mosaic(), Mosaic(5)))
    done = []
    protect_all(bench, workers, done.append)
    assert len(done) == 4
    monkeypatch.setattr(Mosaic, "protect", lambda *_: pytest.fail("worked again"))
    for method in bench.methods:
        assert all(bench.protected(case, method) is not None for case in bench.cases)


def test_what_comes_back_is_kept_and_refusals_do_not_stop_it(tmp_path, monkeypatch):
    bench = make_bench(tmp_path, {Split.INTERNAL: 2}, methods=(Refusing(), Blurring()))
    protect_all(bench, 1)
    monkeypatch.setattr(Blurring, "restore", lambda *_: pytest.fail("worked again"))
    assert all(bench.restored(case, Blurring()) is not None for case in bench.cases)
    assert len(bench.refusals(Refusing())) == 2


def test_a_missing_photograph_is_an_error(tmp_path):
    bench = make_bench(tmp_path, {Split.INTERNAL: 2})
    (bench.cohort / bench.cases[0].row.image).unlink()
    with pytest.raises(RofiError, match="000"):
        protect_all(bench, 1)
