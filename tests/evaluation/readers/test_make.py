"""What readers get tells nothing, is the same again by seed, and is balanced."""

import base64
import csv
import io
import json
import re
from collections import Counter

import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from evaluation.small_bench import Blurring, Refusing, make_bench
from rofi.cohort.diseases import Disease, Sign
from rofi.cohort.gallery_table import IdPhotograph, write_gallery
from rofi.cohort.layout import image_path
from rofi.cohort.row import Split
from rofi.errors import CohortError, OutputError, RofiError
from rofi.evaluation.methods.method import MethodFacts
from rofi.evaluation.readers.kinds import Kind
from rofi.evaluation.readers.make import StudySettings, make_study
from rofi.evaluation.readers.study import Study

PATIENTS = 8


class Mirroring(Blurring):
    """A second method, whose file says who made it."""

    @property
    def facts(self):
        return MethodFacts("mirroring", "Mirroring", "1", False, False, "a mirror", "", "none")

    def protect(self, photo):
        file, told = io.BytesIO(), PngInfo()
        told.add_text("Software", "mirroring")
        Image.fromarray(photo.pixels[:, ::-1]).save(file, "PNG", pnginfo=told)
        return file.getvalue()


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return make_bench(tmp_path_factory.mktemp("bench"), {Split.INTERNAL: PATIENTS}, methods=(Blurring(), Mirroring()))


def settings(kind, **others):
    return StudySettings(kind, **{"readers": 2, "candidates": 3, "side": 96, **others})


@pytest.fixture(scope="module")
def made(bench, tmp_path_factory):
    """Of every kind: the folder and the study."""
    found = {}
    for kind in Kind:
        out = tmp_path_factory.mktemp(kind)
        found[kind] = out, make_study(bench, settings(kind), out)
    return found


def page_of(out, reader=1):
    return (out / f"reader-{reader}" / f"reader-{reader}.html").read_text()


def told_by(page):
    return json.loads(page.split('<script type="application/json" id="study">')[1].split("</script>")[0])


def given_files(out):
    return sorted(path for folder in out.glob("reader-*") for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", Kind)
def test_what_readers_get_names_no_method_disease_patient_or_file(bench, made, kind):
    secrets = {"original", "blurring", "mirroring", "rofi", "internal", "protected", *kind_blind(kind)}
    for case in bench.cases:
        secrets |= {case.row.image, case.row.image.rpartition("/")[2], case.row.patient, case.row.centre + "."}
    out, _ = made[kind]
    for path in given_files(out):
        name = str(path.relative_to(out)).lower()
        text = name if path.suffix == ".jpg" else name + without_pictures(path.read_text())
        assert not [secret for secret in secrets if re.search(rf"\b{re.escape(secret)}\b", text.lower())], path


def kind_blind(kind):
    """Names of diseases and signs that may be read in no study but the one that asks for them."""
    diseases = {disease.value for disease in Disease} | {disease.replace("_", " ") for disease in Disease}
    return (set() if kind is Kind.DISEASE else diseases) | (set() if kind is Kind.SIGNS else {*Sign})


def without_pictures(text):
    return re.sub(r"data:image/jpeg;base64,[A-Za-z0-9+/=]+", "", text)


def test_a_study_of_diseases_offers_all_and_tells_none_apart(made):
    out, _ = made[Kind.DISEASE]
    told = told_by(page_of(out))
    assert [set(item) for item in told["items"]] == [{"code", "picture"}] * len(told["items"])
    assert {without_pictures(page_of(out)).count(f'"value": "{disease.value}"') for disease in Disease} == {1}


@pytest.mark.parametrize("kind", Kind)
def test_pictures_carry_no_metadata(made, kind):
    out, _ = made[kind]
    files = [path.read_bytes() for path in given_files(out) if path.suffix == ".jpg"]
    files += [base64.b64decode(uri.partition(",")[2]) for uri in told_by(page_of(out))["pictures"].values()]
    for data in files:
        picture = Image.open(io.BytesIO(data))
        assert picture.format == "JPEG"
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not [segment for segment in picture.applist if segment[0] != "APP0"]


def test_page_asks_the_network_for_nothing(made):
    for out, _ in made.values():
        page = re.sub(r"'sha256-[^']*'", "", without_pictures(page_of(out)))  # a digest may hold // by chance
        assert "default-src 'none'" in page
        assert not re.search(r"https?:|//[a-z]|src=|@import|url\(|fetch|XMLHttp", page)


@pytest.mark.parametrize("kind", [Kind.HEALTH, Kind.RECOGNITION])
def test_seed_decides_every_byte(bench, made, tmp_path, kind):
    out, study = made[kind]
    again, other = tmp_path / "again", tmp_path / "other"
    assert make_study(bench, settings(kind), again) == study
    files = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()} == files
    different = make_study(bench, settings(kind, seed=1), other)
    assert different.name != study.name
    assert not {item.code for item in different.readers[0]} & {item.code for item in study.readers[0]}


def test_every_reader_sees_every_patient_after_every_method_and_in_another_order(made):
    for kind in (Kind.HEALTH, Kind.SIGNS):
        _, study = made[kind]
        for items in study.readers:
            assert Counter((item.subject, item.treatment) for item in items) == Counter(
                (subject, treatment) for subject in range(PATIENTS) for treatment in range(3)
            )
        orders = [[(item.subject, item.treatment) for item in items] for items in study.readers]
        assert orders[0] != orders[1]


def test_codes_are_unique_letters_that_rise_along_the_order(made):
    for out, study in made.values():
        codes = [item.code for items in study.readers for item in items]
        assert len(set(codes)) == len(codes)
        assert all(re.fullmatch(r"[B-DF-HJ-NP-TV-XZ]{5}", code) for code in codes)
        for reader, items in enumerate(study.readers, 1):
            own = [item.code for item in items]
            assert own == sorted(own)
            assert [item["code"] for item in told_by(page_of(out, reader))["items"]] == own
            table = out / f"reader-{reader}" / "table"
            assert sorted(path.stem for path in (table / "pictures").iterdir()) == own
            rows = list(csv.DictReader((table / "answers.csv").open()))
            assert [row["item"] for row in rows] == own
            assert {(row["study"], row["reader"]) for row in rows} == {(study.name, str(reader))}


def test_recognition_shows_each_patient_once_to_a_reader_and_shares_out_the_methods(made):
    out, study = made[Kind.RECOGNITION]
    for items in study.readers:
        assert sorted(item.subject for item in items) == list(range(PATIENTS))
        assert set(Counter(item.treatment for item in items).values()) <= {2, 3}
        assert all(item.subject in item.candidates and len(item.candidates) == 3 for item in items)
    assert not study.other_photographs
    told = told_by(page_of(out))
    assert {len(item["candidates"]) for item in told["items"]} == {3}
    assert set(told["pictures"]) == {item["code"] for item in told["items"]} | {f"person-{n}" for n in range(1, 9)}


def test_key_is_the_study_and_stays_out_of_the_readers_folders(made):
    for out, study in made.values():
        assert Study.load(out) == study
        assert {path.name for path in out.iterdir()} == {"reader-1", "reader-2", "study-key.json"}


def test_what_a_method_refuses_is_left_out_and_told(bench, tmp_path):
    refusing = make_bench(tmp_path / "refusing", {Split.INTERNAL: 4}, methods=(Refusing(),))
    study = make_study(refusing, settings(Kind.HEALTH), tmp_path / "out")
    assert {item.treatment for items in study.readers for item in items} == {0}
    assert len(study.refused["refusing"]) == 4


def test_pictures_are_cut_around_the_face_and_made_no_larger_than_asked(made):
    out, _ = made[Kind.HEALTH]
    sizes = {Image.open(path).size for path in given_files(out) if path.suffix == ".jpg"}
    assert max(max(size) for size in sizes) == 96


def test_people_are_shown_in_their_id_photographs_where_there_are_enough(tmp_path):
    bench = make_bench(tmp_path, {Split.INTERNAL: 4}, methods=(Blurring(),))
    with_photograph = bench.cases[:3]
    for number, case in enumerate(with_photograph):
        pixels = cv2.imread(str(image_path(bench.cohort, case.row)))
        green = np.clip(pixels * np.array([0.4, 1.0, 0.4]), 0, 255).astype(np.uint8)
        cv2.imwrite(str(bench.cohort / f"id{number}.png"), cv2.resize(green, None, fx=2, fy=2))
    photographs = [IdPhotograph(f"id{number}.png", case.row.patient) for number, case in enumerate(with_photograph)]
    write_gallery(bench.cohort, photographs)
    study = make_study(bench, settings(Kind.RECOGNITION, readers=1), tmp_path / "out")
    assert study.other_photographs
    assert [subject.image for subject in study.subjects] == [case.row.image for case in with_photograph]
    assert study.left_out == ("1 images of patients without an ID photograph that shows a face",)
    pictures = told_by(page_of(tmp_path / "out"))["pictures"]
    for name, uri in pictures.items():
        red, green, _ = np.array(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))).mean((0, 1))
        assert (green > 1.1 * red) == name.startswith("person-")


def test_a_second_study_in_the_folder_is_an_error(bench, made):
    with pytest.raises(OutputError, match="holds a study already"):
        make_study(bench, settings(Kind.HEALTH), made[Kind.HEALTH][0])


def test_more_candidates_than_people_and_more_rounds_than_methods_are_errors(bench, tmp_path):
    with pytest.raises(RofiError, match="9 candidates among 8 people"):
        make_study(bench, settings(Kind.RECOGNITION, candidates=9), tmp_path)
    with pytest.raises(RofiError, match="1 to 3 rounds"):
        make_study(bench, settings(Kind.RECOGNITION, rounds=4), tmp_path)


@pytest.mark.parametrize(
    "wrong", [{"readers": 0}, {"patients": 1}, {"side": 10}, {"candidates": 1}, {"candidates": 11}, {"signs": ()}]
)
def test_settings_that_make_no_study_are_an_error(wrong):
    with pytest.raises(CohortError):
        settings(Kind.SIGNS, **wrong)
