from dataclasses import replace

from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.evaluation.attacks.people import divide


def persons(cases):
    return [case.person for case in cases]


def without_train(bench):
    """As a bench is opened: on the sets to be tested on."""
    return replace(bench, cases=tuple(case for case in bench.cases if case.row.split is not Split.TRAIN))


def test_the_attacker_has_the_train_split(tmp_path):
    bench = without_train(make_bench(tmp_path, {Split.TRAIN: 5, Split.INTERNAL: 4}))
    people = divide(bench)
    assert {case.row.split for case in people.learnt_from} == {Split.TRAIN}
    assert {case.row.split for case in people.attacked} == {Split.INTERNAL}
    assert (len(people.learnt_from), len(people.attacked)) == (5, 4)


def test_nobody_is_on_both_sides(tmp_path):
    bench = without_train(make_bench(tmp_path, {Split.TRAIN: 5, Split.INTERNAL: 4}))
    twin = persons(divide(bench).learnt_from)[0]
    cases = (replace(bench.cases[0], person=twin), *bench.cases[1:])
    assert twin not in persons(divide(replace(bench, cases=cases)).learnt_from)


def test_a_face_under_several_patients_counts_once(tmp_path):
    bench = without_train(make_bench(tmp_path, {Split.TRAIN: 3, Split.INTERNAL: 4}))
    cases = tuple(replace(case, person="one face") for case in bench.cases)
    assert persons(divide(replace(bench, cases=cases)).attacked) == ["one face"]


def test_without_a_train_split_the_people_are_halved(tmp_path):
    people = divide(make_bench(tmp_path, {Split.INTERNAL: 6}))
    assert (len(people.learnt_from), len(people.attacked)) == (3, 3)
    assert not set(persons(people.learnt_from)) & set(persons(people.attacked))
    assert "no train split" in people.source


def test_the_order_is_the_seeds(tmp_path):
    bench = make_bench(tmp_path, {Split.INTERNAL: 12})
    assert divide(bench) == divide(bench)
    other = replace(bench, settings=replace(bench.settings, seed=1))
    assert divide(other) != divide(bench)
