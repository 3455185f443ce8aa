import numpy as np

from rofi.training.sampler import StepSampler

WEIGHTS = np.array([1.0, 0.0, 3.0])


def sampler(start=0, stop=20, **settings):
    return StepSampler(WEIGHTS, 4, 7, range(start, stop), **settings)


def test_a_resumed_run_sees_what_an_uninterrupted_one_would_have_seen():
    assert list(sampler())[13:] == list(sampler(13))
    assert list(sampler()) == list(sampler())


def test_a_batch_per_step():
    assert len(sampler(5)) == len(list(sampler(5))) == 15
    assert all(len(batch) == 4 for batch in sampler())
    assert list(sampler(20)) == []


def test_faces_come_as_often_as_their_weights_say():
    items = [draw.item for batch in sampler(stop=2000) for draw in batch]
    counts = np.bincount(items, minlength=3) / len(items)
    np.testing.assert_allclose(counts, [0.25, 0, 0.75], atol=0.02)


def test_no_variation_comes_twice_in_any_process():
    variations = [draw.variation for rank in (0, 1) for batch in sampler(rank=rank, processes=2) for draw in batch]
    assert len(set(variations)) == len(variations) == 2 * 20 * 4


def test_processes_and_seeds_draw_differently():
    first = [draw.item for batch in sampler() for draw in batch]
    for other in (sampler(rank=1, processes=2), StepSampler(WEIGHTS, 4, 8, range(20))):
        assert [draw.item for batch in other for draw in batch] != first
