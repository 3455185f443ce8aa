import os
from pathlib import Path

import pytest

from pipeline.batch_jobs import ByName, DiesPreparing, Unprepared
from rofi.errors import OutputError, WeightsMismatch
from rofi.pipeline.batch import run_batch
from rofi.pipeline.photos import PhotoPath


def named(*names):
    return [PhotoPath(Path("photos", name), Path(name)) for name in names]


def outcomes(report):
    return {Path(file.source).name: str(file.outcome) for file in report.files}


def test_files_are_done_in_turn_and_told_as_they_end():
    told = []
    report = run_batch(ByName(), named("a", "fail", "b"), on_end=told.append)
    assert [Path(file.source).name for file in told] == ["a", "fail", "b"]
    assert report.files == told
    assert report.counts == {"done": 2, "skipped": 0, "failed": 1}
    assert (report.exit_code, report.interrupted) == (1, False)
    assert report.seconds > 0


def test_a_batch_without_failures_ends_well():
    assert run_batch(ByName(), named("a", "b")).exit_code == 0


def test_an_interruption_ends_the_batch_with_what_was_done():
    report = run_batch(ByName(), named("a", "interrupt", "b"))
    assert outcomes(report) == {"a": "done"}
    assert (report.exit_code, report.interrupted) == (1, True)


def test_an_error_in_telling_a_file_is_that_files():
    def full(report):
        if report.source.endswith("a"):
            raise OutputError("owner.log: the log cannot be written")

    report = run_batch(ByName(), named("a", "b"), on_end=full)
    assert outcomes(report) == {"a": "failed", "b": "done"}
    assert (report.files[0].error, report.files[0].message) == ("OutputError", "owner.log: the log cannot be written")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_that_cannot_be_prepared_is_one_error(workers, capfd):
    with pytest.raises(WeightsMismatch, match=r"^model\.safetensors: cannot be read"):
        run_batch(Unprepared(), named("a", "b", "c"), workers)
    assert "Traceback" not in capfd.readouterr().err


def test_a_process_that_dies_costs_its_own_file_only():
    names = ["a", "fail", "die", "c", "d", "e"]
    told = []
    report = run_batch(ByName(), named(*names), 2, told.append)
    assert outcomes(report) == {name: "failed" if name in ("fail", "die") else "done" for name in names}
    assert told == report.files
    assert str(os.getpid()) not in {file.result for file in report.files}
    (died,) = [file for file in report.files if file.error == "WorkerDied"]
    assert died.message.startswith("die: its process died")


def test_processes_that_all_die_end_the_batch():
    names = ["a", "b", "c"]
    report = run_batch(DiesPreparing(), named(*names), 2)
    assert [Path(file.source).name for file in report.files] == names
    assert {file.error for file in report.files} == {"WorkerDied"}
