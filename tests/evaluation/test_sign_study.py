"""The detector here finds what is redder than anything else on the face, so the answers are known."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from rofi.cohort.layout import TRUTH_FOLDER
from rofi.cohort.row import Label, Row, Split
from rofi.cohort.table import read_table, write_table
from rofi.errors import CohortError
from rofi.evaluation.sign_study import ALL, LOCAL, UNKNOWN, study_split
from rofi.evaluation.sign_tables import by_skin, by_threshold, mean_by_patient, summarise
from rofi.model.sign_detector import SignDetector
from sign_cohort import VIEW, write_cohort

DISEASE = "conjunctival_melanoma"


class RedDetector(nn.Module):
    """Scores each region by its share of pure red."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))
        self.register_buffer("evidence_offset", torch.zeros(2))

    image_score = staticmethod(SignDetector.image_score)

    def forward(self, face):
        red = (face[:, :1] > 0.5) & (face[:, :1] > 5 * face[:, 1:2])
        return F.avg_pool2d(red.float(), 8) * 0.9 + 0.05


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder, {Split.INTERNAL: 10, Split.TRAIN: 2})
    return folder


@pytest.fixture(scope="module")
def figures(cohort):
    return study_split(RedDetector(), cohort, Split.INTERNAL, VIEW, batch=4)


def test_every_image_of_the_split_and_no_other_is_looked_at(figures):
    assert [image.image for image in figures.images] == [f"images/internal/{i:03d}.png" for i in range(10)]
    assert figures.no_face == ()


def test_diseases_come_from_the_truth_and_the_healthy_have_none(figures):
    assert [image.disease for image in figures.images] == [None, DISEASE] * 5
    assert figures.diseases == [DISEASE, LOCAL, ALL]
    assert len(figures.of(DISEASE)) == len(figures.of(LOCAL)) == len(figures.of(ALL)) == len(figures.healthy) == 5


def test_signs_are_pointed_at_and_covered_and_the_healthy_have_none_to(figures):
    for image in figures.of(ALL):
        assert image.hit
        assert image.covered[1] > 0.5
        assert sorted(image.covered, reverse=True) == list(image.covered)
    for image in figures.healthy:
        assert image.hit is None
        assert image.covered == ()
        assert image.beyond[1] == 0


def test_batches_change_nothing(cohort, figures):
    again = study_split(RedDetector(), cohort, Split.INTERNAL, VIEW, batch=3)
    assert again == figures


def test_the_table_by_disease(figures):
    of_disease, local, of_all = summarise(figures, 0.3)
    assert replace(local, disease=DISEASE) == of_disease
    assert (of_disease.disease, of_disease.images) == (DISEASE, 5)
    assert (of_all.disease, of_all.images) == (ALL, 5)
    assert of_all.area.estimate == 1
    assert (of_all.pointing.estimate, of_all.pointing.low) == (1, pytest.approx(0.025 ** (1 / 5)))  # Clopper-Pearson
    expected = sum(image.covered[1] for image in figures.of(ALL)) / 5
    assert of_all.covered.estimate == pytest.approx(expected)


def test_the_table_by_threshold(figures):
    rows = by_threshold(figures)
    assert [row.threshold for row in rows] == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert [row.found.estimate for row in rows[:2]] == [1, 1]
    assert [row.false_alarms.estimate for row in rows[1:]] == [0, 0, 0, 0]
    covered = [row.covered.estimate for row in rows]
    assert covered == sorted(covered, reverse=True)


def test_widening_covers_more(cohort, figures):
    wide = study_split(RedDetector(), cohort, Split.INTERNAL, VIEW, reach=5)
    assert all(a.covered[2] > b.covered[2] for a, b in zip(wide.of(ALL), figures.of(ALL), strict=True))


def test_a_threshold_that_was_not_measured_is_refused(figures):
    with pytest.raises(CohortError, match=r"threshold 0\.4"):
        summarise(figures, 0.4)


def test_patients_count_once_however_many_images_they_have():
    found = mean_by_patient([("a", 0.0), ("a", 0.0), ("a", 0.0), ("b", 1.0)])
    assert found.estimate == 0.5
    assert mean_by_patient([("a", 0.0), ("a", 1.0)]) is None


def test_a_hospitals_cohort_has_no_truth(cohort, tmp_path):
    shutil.copytree(cohort, tmp_path / "own")
    shutil.rmtree(tmp_path / "own" / TRUTH_FOLDER)
    found = study_split(RedDetector(), tmp_path / "own", Split.INTERNAL, VIEW)
    assert found.diseases == [UNKNOWN, ALL]
    row = summarise(found)[-1]
    assert row.area.estimate == 1
    assert (row.pointing, row.covered, row.beyond) == (None, None, None)


def test_images_without_a_face_are_named_and_left_out(cohort, tmp_path):
    shutil.copytree(cohort, tmp_path / "own")
    Image.new("RGB", (80, 80), (90, 90, 90)).save(tmp_path / "own" / "wall.png")
    wall = Row("wall.png", "nobody", "here", Split.INTERNAL, Label.HEALTHY)
    write_table(tmp_path / "own", [*read_table(cohort), wall])
    found = study_split(RedDetector(), tmp_path / "own", Split.INTERNAL, VIEW)
    assert found.no_face == ("wall.png",)
    assert len(found.images) == 10


def test_a_split_that_is_not_there_is_refused(cohort):
    with pytest.raises(CohortError, match="no image of the split external_1"):
        study_split(RedDetector(), cohort, Split.EXTERNAL_1, VIEW)


def test_skin_groups_divide_the_images_by_the_cheeks_colour(figures):
    dark, light = figures.images[0].skin, 60.0
    assert np.isfinite(dark)
    healthy, ill = (next(i for i in figures.images if (i.disease is None) == well) for well in (True, False))
    several = replace(
        figures,
        images=(
            *(replace(healthy, skin=skin, score=score) for skin, score in ((0.0, 0.2), (5.0, 0.6), (light, 0.1))),
            *(replace(ill, skin=skin, score=score) for skin, score in ((0.0, 0.9), (5.0, 0.5), (light, 0.8))),
        ),
    )
    groups = by_skin(several)
    assert [(name, healthy, row and row.images) for name, (healthy, row) in groups.items()] == [
        ("dark", 2, 2),
        ("middle", 0, None),
        ("light", 1, 1),
    ]
    assert groups["dark"][1].area.estimate == 0.75
