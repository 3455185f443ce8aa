"""Checking a cohort: nothing is found in one that is made, and everything that is spoilt in a copy is named."""

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from cohort.stand_ins import SIDE, content, copy_of, opened
from pipeline.photographs import close_up, portrait, saved
from rofi.cohort.check import check_cohort, count_by_split, open_cohort
from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.finding import Finding
from rofi.cohort.row import Label, Row, Split
from rofi.cohort.table import mask_path, read_table, write_table
from rofi.errors import CohortError


@pytest.fixture
def folder(made, tmp_path):
    """A copy of the made cohort, without the follow-up and with three patients left: to be spoilt."""
    folder = copy_of(made, tmp_path)
    (folder / "follow_up.csv").unlink()
    rows = read_table(folder)
    keep = [row for row in rows if row.split in (Split.SELECTION, Split.INTERNAL)][:3]
    for row in set(rows) - set(keep):
        (folder / row.image).unlink()
        mask_path(folder, row).unlink(missing_ok=True)
    for path in (folder / "images" / "follow_up").iterdir():
        path.unlink()
    write_table(folder, keep)
    change_cells(folder / "truth" / "truth.csv", lambda row: row["image"] in {row.image for row in keep}, {}, drop=True)
    return folder


@pytest.fixture
def hospital(tmp_path):
    """A maker of a hospital's own folder with one image."""

    def make(pixels, name="Anna.png", **row):
        folder = tmp_path / "hospital"
        folder.mkdir()
        (folder / name).write_bytes(pixels if isinstance(pixels, bytes) else saved(pixels))
        write_table(folder, [replace(Row(name, "P1", "ours", Split.TRAIN, Label.DISEASED), **row)])
        return folder

    return make


def change_cells(path, chosen, cells, drop=False):
    """Change the rows that are chosen, or drop the others."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    changed = [{**row, **cells} if chosen(row) else row for row in rows if chosen(row) or not drop]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(changed)


def change_row(folder, change, number=0):
    rows = read_table(folder)
    rows[number] = replace(rows[number], **change) if isinstance(change, dict) else change(rows[number])
    write_table(folder, rows)
    return rows[number]


def first(folder, label):
    return next(row for row in read_table(folder) if row.label is label)


def problems(folder):
    return [(finding.image, finding.problem) for finding in check_cohort(folder)]


def one(folder):
    (found,) = check_cohort(folder)
    return found


def test_nothing_is_wrong_with_a_made_cohort_and_nothing_is_changed(made):
    before, seen = content(made), []
    assert check_cohort(made, 2, lambda one: seen.append(one.image)) == []
    assert content(made) == before
    assert len(seen) == len(set(seen)) == 16 + 6


def test_a_hospitals_own_folder_needs_no_truth_and_no_points(hospital):
    assert check_cohort(hospital(close_up(SIDE))) == []


def test_a_finding_says_where(folder):
    row = first(folder, Label.HEALTHY)
    (folder / row.image).unlink()
    line = read_table(folder).index(row) + 2
    found = one(folder)
    assert (found.table, found.line, found.image) == ("cohort.csv", line, row.image)
    assert str(found).startswith(f"cohort.csv, line {line}: {row.image}: cannot be read: No such file")


def test_every_bad_row_is_told(folder):
    table = folder / "cohort.csv"
    rows = table.read_text().splitlines()
    table.write_text("\n".join([*rows, rows[1], "x.jpg,P9,c,train,sick,,,,,"]))
    found = check_cohort(folder)
    assert [(finding.line, finding.problem.split(":")[0]) for finding in found] == [
        (5, f"image '{rows[1].split(',')[0]}'"),
        (6, "label 'sick'"),
    ]


def test_a_patient_in_two_splits_is_told(folder):
    rows = read_table(folder)
    other = next(row for row in rows if row.split != rows[0].split)
    change_row(folder, {"patient": rows[0].patient}, rows.index(other))
    found = one(folder)
    assert found.image == other.image
    assert f"is in {other.split} here and in {rows[0].split} on line 2" in found.problem


def test_a_patient_with_several_images_in_one_split_is_none(folder):
    rows = read_table(folder)
    index = next(i for i, row in enumerate(rows) if i and row.split == rows[0].split)
    change_row(folder, {"patient": rows[0].patient}, index)
    assert check_cohort(folder) == []


def test_the_same_picture_is_told_in_whatever_format(folder):
    row = read_table(folder)[0]
    (folder / "copy.png").write_bytes(saved(opened(folder / row.image)))
    write_table(folder, [*read_table(folder), replace(row, image="copy.png")])
    assert one(folder) == Finding("cohort.csv", 5, "copy.png", f"the same picture as {row.image}; leave one out")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"disease": "ptosis"}, "labelled healthy, but has disease;"),
        ({"side": "OD", "severity": "0.5"}, "labelled healthy, but has severity, side;"),
        ({"signs": "la_dis"}, "labelled healthy, but has signs;"),
    ],
)
def test_a_healthy_patient_with_a_disease_is_told(hospital, cells, problem):
    folder = hospital(close_up(SIDE), label=Label.HEALTHY)
    change_cells(folder / "cohort.csv", lambda row: True, cells)
    assert one(folder).problem.startswith(problem)


def test_a_disease_with_signs_of_others_is_told(hospital):
    folder = hospital(close_up(SIDE))
    change_cells(folder / "cohort.csv", lambda row: True, {"disease": "ptosis", "signs": "la_dis"})
    assert one(folder).problem.startswith("ptosis shows as eyelid_shape, not as la_dis alone")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "the file is empty"),
        (b"Dear colleague", "this is no JPEG"),
        (saved(close_up(SIDE))[:9000], "the PNG image"),
    ],
)
def test_an_image_that_cannot_be_read_is_told(hospital, data, problem):
    found = one(hospital(data))
    assert found.problem.startswith(problem)
    assert "Anna" not in found.problem


def test_a_surplus_image_is_told_but_no_other_file(folder):
    (folder / "images" / "internal" / "surplus.jpg").write_bytes(saved(close_up(), "JPEG"))
    (folder / "notes.txt").write_text("")
    (folder / ".hidden.png").write_bytes(b"")
    assert problems(folder) == [("images/internal/surplus.jpg", "in no table; add a row or remove it")]


def test_a_wall_is_told(hospital):
    assert one(hospital(close_up(SIDE)[240:, :80])).problem == "no face found; leave the image out"


def test_several_faces_are_told(hospital):
    found = one(hospital(np.hstack([portrait(), portrait()[:, ::-1]])))
    assert found.problem == "2 faces; cut it down to the patient's"


def test_a_small_face_is_told(hospital):
    assert one(hospital(portrait(400))).problem.startswith("eyes too small")


def test_a_blurred_face_is_told(hospital):
    blurred = cv2.GaussianBlur(close_up(SIDE), (0, 0), 2.2)
    assert one(hospital(blurred)).problem.startswith("too blurred")


def test_covered_eyes_are_told(hospital):
    face = FaceMeasurer().measure(close_up(SIDE), "photo")
    picture = face.picture
    for side in Side:
        patch = face.eye(side).patch(picture, (17, 9))
        picture = patch.put(picture, np.full_like(patch.pixels, 225))
    found = check_cohort(hospital(face.painted(picture).to_bytes()))
    assert any(finding.problem.startswith(("no eye visible", "no face found")) for finding in found)


def test_points_of_another_picture_are_told(hospital):
    points = ((10.0, 10.0), (40.0, 10.0), (25.0, 30.0), (12.0, 50.0), (38.0, 50.0))
    assert one(hospital(close_up(SIDE), points=points)).problem.startswith("its points do not lie on its face")


def test_eyes_taken_for_one_another_are_told(made, folder):
    row = read_table(folder)[0]
    swapped = tuple(row.points[index] for index in (1, 0, 2, 4, 3))
    change_row(folder, {"points": swapped})
    assert one(folder).problem.startswith("its points do not lie on its face")


def test_a_truth_of_no_image_is_told(folder):
    truth = folder / "truth" / "truth.csv"
    truth.write_text(truth.read_text() + "images/train/none.jpg,,,,,,,,\n")
    assert problems(folder) == [("images/train/none.jpg", "not in the cohort's table; remove the row")]


def test_a_bad_row_of_the_truth_is_told(folder):
    truth = folder / "truth" / "truth.csv"
    truth.write_text(truth.read_text() + "a.jpg,flu,,,,,,,\n")
    assert str(one(folder)).startswith("truth/truth.csv, line 5: disease 'flu'")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"disease": "", "signs": ""}, "labelled diseased, but truly healthy"),
        ({"disease": "strabismus"}, "the table's disease is another"),
        ({"signs": "la_dis"}, "the table's signs is another"),
        ({"severity": "0.001"}, "the table's severity is another"),
        ({"severity": ""}, "the table's severity is another"),
        ({"side": ""}, "the table's side is another"),
    ],
)
def test_a_truth_that_contradicts_the_table_is_told(folder, cells, problem):
    row = first(folder, Label.DISEASED)
    change_cells(folder / "truth" / "truth.csv", lambda truth: truth["image"] == row.image, cells)
    assert any(image == row.image and told.startswith(problem) for image, told in problems(folder))


def spoilt(levels, how):
    match how:
        case "small":
            return levels[:-1]
        case "grey":
            return np.where(levels > 0, 128, 0).astype(np.uint8)
        case "empty":
            return np.zeros_like(levels)


@pytest.mark.parametrize(
    ("how", "problem"),
    [("small", "320 x 319 pixels, its image 320 x 320"), ("grey", "levels besides 0 and 255"), ("empty", "is empty")],
)
def test_a_mask_that_does_not_fit_is_told(folder, how, problem):
    row = first(folder, Label.DISEASED)
    path = mask_path(folder, row)
    path.write_bytes(saved(spoilt(opened(path), how)))
    found = one(folder)
    assert (found.table, found.image) == ("truth/truth.csv", row.image)
    assert problem in found.problem


def test_a_missing_and_a_surplus_mask_are_told(folder):
    ill, healthy = first(folder, Label.DISEASED), first(folder, Label.HEALTHY)
    mask_path(folder, ill).rename(mask_path(folder, healthy))
    name = mask_path(Path(), healthy).as_posix()
    found = problems(folder)
    assert (name, "the mask of no diseased image; remove it") in found
    assert any(image == ill.image and "cannot be read: No such file" in problem for image, problem in found)


def test_bad_pairs_are_told(hospital):
    folder = hospital(close_up(SIDE))
    (folder / "after.png").write_bytes(saved((0.9 * close_up(SIDE)).astype(np.uint8)))
    (folder / "follow_up.csv").write_text(
        "pair,before,after,verdict,centre,split\n"
        "P2,Anna.png,after.png,cured,ours,train\n"
        "P3,Anna.png,Anna.png,same,ours,train\n"
        "P1,Anna.png,after.png,better,ours,internal\n"
        "P5,Anna.png,none.png,better,ours,internal\n"
        "P6,Anna.png,after.png,worse,ours,internal\n"
    )
    found = {finding.line: finding.problem for finding in check_cohort(folder) if finding.table == "follow_up.csv"}
    assert found[2].startswith("verdict 'cured'")
    assert found[3] == "one image before and after; name two"
    assert found[4] == "patient 'P1' is in internal here and in train in the other table"
    assert found[5].startswith("cannot be read: No such file")
    assert list(found) == [2, 3, 4, 5]


def test_a_folder_that_is_none_is_an_error(tmp_path):
    with pytest.raises(CohortError, match="no such folder"):
        check_cohort(tmp_path / "nowhere")
    with pytest.raises(CohortError, match=r"cohort.csv: missing"):
        check_cohort(tmp_path)


def test_patients_and_labels_are_counted(made):
    counts = count_by_split(open_cohort(made).rows.records.values())
    assert counts["internal"] == {"patients": 4, "images": 4, "healthy": 1, "diseased": 3}
    assert list(counts) == [str(split) for split in Split]
