"""Any job on any items in several processes; what batches of files add to it is tested with them."""

import os

from pipeline.batch_jobs import PreparedOnce
from rofi.processes import in_processes


def test_every_item_is_done_in_another_process_that_prepared_once():
    results = list(in_processes(PreparedOnce(), [1, 2, 3, 4], 2, lambda item: item))
    assert sorted(value for value, _, _ in results) == [2, 4, 6, 8]
    assert all(times == 1 for _, times, _ in results)
    assert os.getpid() not in {process for _, _, process in results}


def test_an_item_that_its_process_dies_of_has_the_result_that_is_given_for_it():
    results = list(in_processes(PreparedOnce(), [1, 0, 3], 2, lambda item: ("died", item)))
    assert sorted(value for value, times, *_ in (result for result in results if len(result) == 3)) == [2, 6]
    assert [result for result in results if len(result) == 2] == [("died", 0)]


def test_nothing_to_do_gives_nothing():
    assert list(in_processes(PreparedOnce(), [], 2, lambda item: item)) == []
