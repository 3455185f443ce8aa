"""Making a cohort: what is in the folder, the same whatever the processes, gone on with, and refused by name."""

import json
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest

from cohort.stand_ins import (
    EFFECTS,
    SIZES,
    beyond,
    broken,
    content,
    copy_of,
    deadly,
    effects_of,
    faces_of,
    opened,
    plan_of,
    write_faces,
)
from pipeline.photographs import close_up, saved
from rofi.cohort import make, making
from rofi.cohort.cameras import ECXHCSU_LIKE, RHWU_LIKE, SNPH_LIKE
from rofi.cohort.diseases import FACTS
from rofi.cohort.follow_up_table import read_pairs
from rofi.cohort.layout import TRUTH_FOLLOW_UP, mask_name
from rofi.cohort.make import make_cohort
from rofi.cohort.row import Label, Split
from rofi.cohort.sources import find_faces
from rofi.cohort.table import image_path, mask_path, read_table
from rofi.cohort.truth import read_truth
from rofi.errors import CohortError, OutputError
from rofi.faces.detection import Detector

SMALL = plan_of(sizes={Split.TRAIN: 4})


def small(faces_folder, out, **settings):
    return make_cohort(SMALL, faces_of(SMALL, faces_folder), out, **{"effects": EFFECTS, **settings})


def test_the_table_is_as_planned(made):
    rows = read_table(made)
    assert Counter(row.split for row in rows) == SIZES
    assert len({row.patient for row in rows}) == len({row.image for row in rows}) == sum(SIZES.values())
    ill = Counter(row.split for row in rows if row.label is Label.DISEASED)
    assert ill == {Split.TRAIN: 3, Split.SELECTION: 1, Split.INTERNAL: 3, Split.EXTERNAL_1: 2, Split.EXTERNAL_2: 2}
    assert {row.split: row.centre for row in rows} == {
        Split.TRAIN: "snph_like",
        Split.SELECTION: "snph_like",
        Split.INTERNAL: "snph_like",
        Split.EXTERNAL_1: "ecxhcsu_like",
        Split.EXTERNAL_2: "rhwu_like",
    }


def test_training_knows_labels_alone(made):
    for row in read_table(made):
        told = row.disease, row.signs, row.severity, row.side
        if row.split is Split.TRAIN or row.label is Label.HEALTHY:
            assert told == (None, (), None, None)
        else:
            assert row.signs == FACTS[row.disease].signs
            assert None not in told


def test_the_truth_knows_all(made):
    truths = {truth.image: truth for truth in read_truth(made)}
    for row in read_table(made):
        truth = truths.pop(row.image)
        assert (truth.disease is None) == (row.label is Label.HEALTHY)
        assert set(truth.findings) == {str(side) for side in truth.side.sides} if truth.side else not truth.findings
        assert truth.source.startswith("faces/")
        ill = truth.side.sides if truth.side else ()
        assert not any(sham.split(":")[0] in ill for sham in truth.shams)
        if row.split is not Split.TRAIN:
            assert (row.disease, row.severity, row.side) == (truth.disease, truth.severity, truth.side)
    assert truths == {}


def test_no_face_is_in_two_splits(made):
    splits = {row.image: row.split for row in read_table(made)}
    of_face = {}
    for truth in read_truth(made):
        of_face.setdefault(truth.source, set()).add(splits[truth.image])
    assert len(of_face) == 6
    assert all(len(found) == 1 for found in of_face.values())


def test_masks_lie_on_the_spots_that_were_painted(made):
    """A spot is dark: on a diseased image the mask is darker than what surrounds it."""
    for row in read_table(made):
        path = mask_path(made, row)
        assert path.exists() == (row.label is Label.DISEASED)
        if not path.exists():
            continue
        mask, pixels = opened(path), opened(image_path(made, row))
        assert mask.dtype == np.uint8
        assert mask.shape == pixels.shape[:2]
        assert set(np.unique(mask)) == {0, 255}
        eyes = np.array(row.points[:2])
        rows, columns = np.nonzero(mask)
        distance = np.linalg.norm(np.stack([columns, rows], -1)[:, None] - eyes, axis=-1).min(1)
        assert distance.max() < 0.25 * np.linalg.norm(eyes[1] - eyes[0])


def test_points_lie_on_the_face_as_photographed(made):
    detector = Detector(looks=1)
    for row in read_table(made)[::3]:
        found = detector.detect(opened(image_path(made, row)))[0].points
        eyes = np.linalg.norm(found[1] - found[0])
        assert np.linalg.norm(np.array(row.points) - found, axis=1).max() < 0.12 * eyes


def test_images_are_those_of_the_centres_cameras(made):
    for row in read_table(made):
        camera = {camera.centre: camera for camera in (SNPH_LIKE, ECXHCSU_LIKE, RHWU_LIKE)}[row.centre]
        assert opened(image_path(made, row)).shape == (round(320 * camera.enlargement),) * 2 + (3,)
        assert row.image.endswith(".png" if camera.quality is None else ".jpg")
        assert row.image.startswith(f"images/{row.split}/")


def test_pairs_have_each_verdict_their_truth_and_their_masks(made):
    pairs = read_pairs(made)
    assert sorted(pair.verdict for pair in pairs) == ["better", "same", "worse"]
    truths = {truth.image: truth for truth in read_truth(made, TRUTH_FOLLOW_UP)}
    assert len(truths) == 6
    for pair in pairs:
        assert (pair.centre, pair.split) == ("snph_like", Split.INTERNAL)
        light = []
        for image in (pair.before, pair.after):
            mask = opened(made / mask_name("follow_up", image)) > 0
            light.append(cv2.cvtColor(opened(made / image), cv2.COLOR_RGB2GRAY)[mask].mean())
            assert truths[image].findings == {"OD": {"mrd1_mm": 4.0}}
        change = np.log(light[1] / light[0])  # the stand-in's spot is the darker, the severer
        assert {"better": change > 0.2, "worse": change < -0.2, "same": abs(change) < 0.2}[pair.verdict]


def test_nothing_else_is_left(made):
    top = {path.name for path in made.iterdir()}
    assert top == {"cohort.csv", "cohort.json", "follow_up.csv", "images", "truth"}
    assert {path.name for path in (made / "truth").iterdir()} == {"truth.csv", "follow_up.csv", "masks"}
    settings = json.loads((made / "cohort.json").read_text())
    assert settings["seed"] == 1
    assert settings["sizes"]["train"] == 6


def test_several_processes_make_the_same_files(made, faces_folder, tmp_path):
    plan = plan_of(follow_up=3)
    told = []
    result = make_cohort(
        plan, faces_of(plan, faces_folder), tmp_path / "cohort", 2, EFFECTS, on_made=lambda: told.append(1)
    )
    assert content(tmp_path / "cohort") == content(made)
    assert (result.made, len(told), result.skipped) == (19, 19, ())


def test_another_seed_makes_another_cohort(faces_folder, tmp_path):
    small(faces_folder, tmp_path / "one")
    other = replace(SMALL, seed=2)
    make_cohort(other, faces_of(other, faces_folder), tmp_path / "two", effects=EFFECTS)
    one, two = (content(tmp_path / name / "images") for name in ("one", "two"))
    assert set(one) == set(two)
    assert not set(one.values()) & set(two.values())


def test_an_interrupted_run_is_gone_on_with(faces_folder, tmp_path):
    small(faces_folder, tmp_path / "whole")

    def interrupt():
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    calls = []
    with pytest.raises(KeyboardInterrupt):
        small(faces_folder, tmp_path / "broken", on_made=interrupt)
    assert not (tmp_path / "broken" / "cohort.csv").exists()
    journal = tmp_path / "broken" / "truth" / ".made.jsonl"
    journal.write_text(journal.read_text() + '{"part": "train", "numb')  # as a crash leaves it
    assert small(faces_folder, tmp_path / "broken").made == 2
    assert content(tmp_path / "broken") == content(tmp_path / "whole")


def test_an_image_that_got_lost_is_made_again(faces_folder, tmp_path):
    def stop():
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    calls = []
    with pytest.raises(KeyboardInterrupt):
        small(faces_folder, tmp_path / "cohort", on_made=stop)
    next((tmp_path / "cohort" / "images" / "train").iterdir()).unlink()
    assert small(faces_folder, tmp_path / "cohort").made == 2


def test_a_whole_cohort_is_left_as_it_is(made, faces_folder, tmp_path):
    folder = copy_of(made, tmp_path)
    plan = plan_of(follow_up=3)
    assert make_cohort(plan, faces_of(plan, faces_folder), folder, effects=effects_of(broken)).made == 0
    assert content(folder) == content(made)


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"seed": 5}, "seed"), ({"sham": 0.1}, "sham"), ({"follow_up": 2}, "follow_up"), ({"diseased": 0.3}, "diseased")],
)
def test_other_settings_are_refused_by_name(made, faces_folder, tmp_path, settings, named):
    folder = copy_of(made, tmp_path)
    plan = plan_of(**{"follow_up": 3, **settings})
    with pytest.raises(CohortError, match=rf"other settings \(.*{named}"):
        make_cohort(plan, faces_of(plan, faces_folder), folder, effects=EFFECTS)
    assert content(folder) == content(made)


def test_other_faces_and_another_version_are_refused(made, faces_folder, tmp_path, monkeypatch):
    folder = copy_of(made, tmp_path)
    plan = plan_of(follow_up=3)
    others = write_faces(tmp_path / "faces", 7)
    with pytest.raises(CohortError, match=r"other settings \(faces\)"):
        make_cohort(plan, faces_of(plan, others), folder, effects=EFFECTS)
    monkeypatch.setattr(make, "__version__", "0.0.0")
    with pytest.raises(CohortError, match=r"other settings \(version\)"):
        make_cohort(plan, faces_of(plan, faces_folder), folder, effects=EFFECTS)


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_damaged_settings_are_an_error(faces_folder, tmp_path, text):
    (tmp_path / "cohort.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(CohortError, match=r"cohort.json: damaged"):
        small(faces_folder, tmp_path)


def test_a_folder_of_something_else_is_refused(faces_folder, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear colleague")
    with pytest.raises(CohortError, match="is there and no cohort"):
        small(faces_folder, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_in_the_folders_place_is_refused(faces_folder, tmp_path):
    (tmp_path / "cohort").write_text("")
    with pytest.raises(CohortError, match="is there and no cohort"):
        small(faces_folder, tmp_path / "cohort")


def test_a_folder_that_cannot_be_made_is_an_error(faces_folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        small(faces_folder, tmp_path / "file" / "cohort")


def test_a_disk_that_fills_up_stops_the_run(faces_folder, tmp_path, monkeypatch):
    def full(path, data):
        raise OutputError(f"{path}: cannot be written: No space left on device")

    monkeypatch.setattr("rofi.cohort.making.write_whole", full)
    with pytest.raises(OutputError, match="No space left"):
        small(faces_folder, tmp_path / "cohort")


def test_a_face_that_cannot_be_used_is_stood_in_for(faces_folder, tmp_path):
    folder = write_faces(tmp_path / "faces", 2)
    (folder / "letter.png").write_bytes(b"Dear colleague")
    (folder / "wall.png").write_bytes(saved(close_up(320)[240:, :80]))
    faces = {split: [] for split in Split} | {Split.TRAIN: find_faces([folder])}
    result = make_cohort(SMALL, faces, tmp_path / "cohort", effects=EFFECTS)
    assert len(read_table(tmp_path / "cohort")) == 4
    assert any("letter.png: this is no JPEG" in reason for reason in result.skipped)
    assert any("wall.png: no face found" in reason for reason in result.skipped)
    assert {truth.source for truth in read_truth(tmp_path / "cohort")} == {"faces/0.png", "faces/1.png"}


@pytest.mark.parametrize(
    ("painter", "reason"),
    [(broken, "ZeroDivisionError: division by zero"), (beyond, "its sign lies outside the picture")],
)
def test_painters_that_always_fail_end_the_run_with_their_reason(faces_folder, tmp_path, painter, reason, monkeypatch):
    monkeypatch.setattr(making, "_ATTEMPTS", 3)
    with pytest.raises(CohortError, match=rf"train \d: 3 faces could not be used, the last: .*{reason}"):
        small(faces_folder, tmp_path / "cohort", effects=effects_of(painter))
    assert not (tmp_path / "cohort" / "cohort.csv").exists()


def test_a_process_that_dies_is_an_error(faces_folder, tmp_path):
    with pytest.raises(CohortError, match=r"train \d: its process died; use fewer --workers"):
        small(faces_folder, tmp_path / "cohort", effects=effects_of(deadly), workers=2)


def test_a_disease_that_nobody_paints_is_an_error(faces_folder, tmp_path):
    with pytest.raises(CohortError, match="nobody paints it"):
        small(faces_folder, tmp_path / "cohort", effects=replace(EFFECTS, painters={}))


def test_a_photograph_from_before_differs_by_the_sign_alone(faces_folder, tmp_path):
    plan = plan_of(sizes={Split.TRAIN: 4}, before=1.0)
    folder = make_cohort(plan, faces_of(plan, faces_folder), tmp_path / "out", effects=EFFECTS).folder
    rows = read_table(folder)
    assert len(rows) == 6  # two of the four are ill
    truths = {truth.image: truth for truth in read_truth(folder)}
    by_patient = {}
    for row in rows:
        by_patient.setdefault(row.patient, {})[row.label] = row
    pairs = [both for both in by_patient.values() if len(both) == 2]
    assert len(pairs) == 2
    for both in pairs:
        healthy, ill = both[Label.HEALTHY], both[Label.DISEASED]
        assert truths[healthy.image].confounders == truths[ill.image].confounders
        assert truths[healthy.image].disease is None
        side = truths[ill.image].side
        assert {f"{eye}:dim" for eye in side.sides} <= set(truths[healthy.image].shams)
        one, other = (cv2.imread(str(image_path(folder, row))).astype(int) for row in (healthy, ill))
        sign = cv2.imread(str(mask_path(folder, ill)), cv2.IMREAD_GRAYSCALE) > 0
        assert np.abs(one - other)[sign].mean() > 10
        near = cv2.dilate(sign.astype(np.uint8), np.ones((33, 33))) > 0  # JPEG spreads a little
        assert np.abs(one - other)[~near].mean() < 0.5


def test_without_before_nobody_is_photographed_twice(made):
    rows = read_table(made)
    assert len({row.patient for row in rows}) == len(rows)
