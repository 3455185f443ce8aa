"""The gallery: ID photographs where the cohort has them, else the very originals; every person once for each probe."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from evaluation.small_bench import make_bench
from rofi.cohort.gallery_table import IdPhotograph, write_gallery
from rofi.cohort.row import Split
from rofi.errors import CohortError
from rofi.evaluation.id_gallery import open_gallery
from rofi.imaging.encode import encode


@pytest.fixture
def bench(tmp_path):
    return make_bench(tmp_path, {Split.INTERNAL: 4}, side=240)


def with_cards(bench, *cards):
    """ID photographs by (patient, person), each a copy of the patient's image."""
    images = {case.row.patient: case.row.image for case in bench.cases}
    photographs = []
    for number, (patient, person) in enumerate(cards):
        name = f"card{number}.png"
        shutil.copy(bench.cohort / images.get(patient, bench.cases[0].row.image), bench.cohort / name)
        photographs.append(IdPhotograph(name, patient, person))
    write_gallery(bench.cohort, photographs)
    return open_gallery(bench, bench.cases)


def named(gallery, case):
    return [gallery.entries[number].image for number in gallery.candidates(case)]


def test_without_a_table_it_is_the_originals(bench):
    gallery = open_gallery(bench, bench.cases)
    assert not gallery.of_cards
    assert [entry.image for entry in gallery.entries] == [case.row.image for case in bench.cases]
    assert np.array_equal(gallery.own(bench.cases), np.eye(4, dtype=bool))
    case = bench.cases[2]
    assert named(gallery, case)[0] == case.row.image
    assert np.array_equal(gallery.photograph(gallery.entries[2]).pixels, bench.original(case).pixels)


def test_of_originals_a_patients_very_photograph_is_searched_and_each_other_person_once(bench):
    rows = [replace(case.row, patient=f"p{number // 2}") for number, case in enumerate(bench.cases)]
    cases = tuple(replace(case, row=row, person=row.patient) for case, row in zip(bench.cases, rows, strict=True))
    bench = replace(bench, cases=cases)
    gallery = open_gallery(bench, cases)
    images = [case.row.image for case in cases]
    assert named(gallery, cases[1]) == [images[1], images[2]]
    assert named(gallery, cases[2]) == [images[2], images[0]]


def test_all_of_a_patients_cards_are_searched_and_one_of_everybody_else(bench):
    patients = [case.row.patient for case in bench.cases]
    gallery = with_cards(bench, (patients[0], ""), (patients[0], ""), (patients[1], ""), (patients[1], ""))
    assert gallery.of_cards
    assert named(gallery, bench.cases[0]) == ["card0.png", "card1.png", "card2.png"]
    assert named(gallery, bench.cases[1]) == ["card2.png", "card3.png", "card0.png"]
    assert named(gallery, bench.cases[2]) == []


def test_two_patients_of_one_person_are_not_told_apart(bench):
    """The table knows that both are one person; who is searched is searched by the own card."""
    patients = [case.row.patient for case in bench.cases]
    gallery = with_cards(bench, *((patient, "Ina" if number < 2 else "") for number, patient in enumerate(patients)))
    assert named(gallery, bench.cases[0]) == ["card0.png", "card2.png", "card3.png"]
    assert named(gallery, bench.cases[1]) == ["card1.png", "card2.png", "card3.png"]
    assert named(gallery, bench.cases[2]) == ["card2.png", "card0.png", "card3.png"]
    assert gallery.own(bench.cases)[0].tolist() == [True, True, False, False]


def test_cards_of_patients_who_are_not_measured_stay_out(bench):
    gallery = with_cards(bench, (bench.cases[0].row.patient, ""), ("somebody", ""))
    assert len(gallery.entries) == 1


def test_a_cards_face_is_found_where_the_originals_points_are(bench):
    gallery = with_cards(bench, (bench.cases[0].row.patient, ""))
    found = gallery.photograph(gallery.entries[0]).detection.points
    known = np.array(bench.cases[0].row.points)
    assert np.linalg.norm(found - known, axis=1).max() < 0.15 * np.linalg.norm(known[1] - known[0])


def test_cards_without_a_face_are_left_out_and_named(bench):
    patients = [case.row.patient for case in bench.cases]
    (bench.cohort / "wall.png").write_bytes(encode(np.full((200, 200, 3), 120, np.uint8), "png"))
    write_gallery(bench.cohort, [IdPhotograph("wall.png", patients[0]), IdPhotograph("gone.png", patients[1])])
    gallery = open_gallery(bench, bench.cases)
    assert gallery.entries == ()
    assert gallery.no_face == ("wall.png", "gone.png")
    assert len(gallery.candidates(bench.cases[0])) == 0


def test_views_are_aligned_faces_of_what_is_made_of_the_photographs(bench):
    gallery = open_gallery(bench, bench.cases[:2])
    assert np.array_equal(gallery.views()[1], bench.view(bench.cases[1], None))
    assert (gallery.views(lambda photo: np.full_like(photo.pixels, 9)) == 9).all()


def test_a_bad_table_is_an_error(bench):
    (bench.cohort / "gallery.csv").write_text("image,patient\n../x.png,p\n")
    with pytest.raises(CohortError, match="line 2"):
        open_gallery(bench, bench.cases)
