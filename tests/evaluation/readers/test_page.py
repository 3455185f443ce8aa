"""The page in use: node runs its script on a stand-in for a browser (drive_page.js)."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from evaluation.readers.made_study import crossed_study, patient
from rofi.evaluation.readers.answers import read_answers
from rofi.evaluation.readers.kinds import MANUAL_SIGNS, Kind
from rofi.evaluation.readers.page import make_page
from rofi.evaluation.readers.study import Item, Study, Treatment

DRIVER = Path(__file__).with_name("drive_page.js")
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no node")


def study_of(kind, patients=2):
    signs = MANUAL_SIGNS[:2] if kind is Kind.SIGNS else ()
    whole = crossed_study(kind, tuple(patient(number) for number in range(patients)), readers=1, signs=signs)
    if kind is not Kind.RECOGNITION:
        return whole
    items = tuple(Item(f"CODE{number}", number, 1, (0, 1)) for number in range(2))
    return Study("STUDY", kind, 0, (Treatment("original", ""), Treatment("rofi", "")), whole.subjects, (items,))


def page_of(study, tmp_path):
    items = []
    for item in study.readers[0]:
        told = {"code": item.code, "picture": item.code}
        items.append({**told, "candidates": ["person-1", "person-2"]} if item.candidates else told)
    pictures = {name: name.encode() for item in items for name in (item["code"], *item.get("candidates", ()))}
    path = tmp_path / "page.html"
    path.write_bytes(make_page(study.name, 1, study.kind, study.questions, items, pictures))
    return path


def drive(page, *steps):
    done = subprocess.run(
        ["node", DRIVER, page], input=json.dumps(steps), capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


def test_policy_lets_the_pages_own_script_and_style_run_and_nothing_else(tmp_path):
    page = page_of(study_of(Kind.HEALTH), tmp_path).read_text()
    for tag, text in (("script-src", page.split("<script>")[1]), ("style-src", page.split("<style>")[1])):
        digest = hashlib.sha256(re.split("</(?:script|style)>", text)[0].encode()).digest()
        assert f"{tag} 'sha256-{base64.b64encode(digest).decode()}'" in page


@needs_node
@pytest.mark.parametrize("name", ["csv", "json"])
def test_answers_given_by_keys_and_buttons_are_saved_and_scored(tmp_path, name):
    study = study_of(Kind.HEALTH)
    steps = [
        {"click": "Start"},
        {"key": "Y"},
        {"key": "n"},
        {"click": "Yes"},
        {"click": "No"},
        {"key": "y"},
        {"key": "y"},
    ]
    ended = drive(page_of(study, tmp_path), *steps, {"click": f"({name.upper()})"})
    assert ended["seen"][-1]["heading"].startswith("All pictures are answered")
    path = tmp_path / f"answers-reader-1.{name}"
    path.write_text(ended["saved"][path.name])
    answers = read_answers(study, [path])[1]
    given = [answers[item.code]["disease_visible"] for item in study.readers[0]]
    assert given == ["yes", "no", "yes", "no", "yes", "yes"]


@needs_node
def test_a_closed_tab_loses_nothing(tmp_path):
    page = page_of(study_of(Kind.HEALTH), tmp_path)
    ended = drive(
        page, {"click": "Start"}, {"key": "y"}, {"key": "n"}, {"reopen": True}, {"click": "Go on"}, {"click": "Back"}
    )
    assert [seen["count"] for seen in ended["seen"]][-3:] == ["2 of 6 answered"] * 3
    assert ended["seen"][-1]["pressed"] == ["no"]


@needs_node
def test_an_answer_is_changed_by_going_back(tmp_path):
    study = study_of(Kind.HEALTH)
    steps = [{"click": "Start"}, {"key": "y"}, {"key": "ArrowLeft"}, {"key": "n"}, {"click": "Save answers so far"}]
    ended = drive(page_of(study, tmp_path), *steps)
    assert f"{study.readers[0][0].code},no\r\n" in ended["saved"]["answers-reader-1.csv"]
    assert ended["seen"][-1]["count"] == "1 of 6 answered"


@needs_node
def test_a_hasty_second_tap_is_not_taken_for_the_next_picture(tmp_path):
    page = page_of(study_of(Kind.HEALTH), tmp_path)
    ended = drive(page, {"click": "Start"}, {"key": "y"}, {"key": "y", "wait": 100}, {"key": "y"})
    assert [seen["count"][0] for seen in ended["seen"]] == ["0", "1", "1", "2"]


@needs_node
def test_all_signs_of_a_picture_are_answered_before_it_goes_on(tmp_path):
    study = study_of(Kind.SIGNS)
    steps = [
        {"click": "Start"},
        {"key": "p"},
        {"key": "ArrowRight"},
        {"click": "Next"},
        {"key": "a"},
        {"click": "Next"},
    ]
    ended = drive(page_of(study, tmp_path), *steps, {"click": "Save answers so far"})
    assert [seen["pressed"] for seen in ended["seen"]] == [[], *[["present"]] * 3, ["present", "absent"], [], []]
    assert f"{study.readers[0][0].code},present,absent\r\n" in ended["saved"]["answers-reader-1.csv"]


@needs_node
def test_people_are_chosen_by_their_letters(tmp_path):
    study = study_of(Kind.RECOGNITION)
    ended = drive(
        page_of(study, tmp_path), {"click": "Start"}, {"key": "b"}, {"click": "None of them"}, {"click": "CSV"}
    )
    assert ended["saved"]["answers-reader-1.csv"].split() == [
        "study,reader,item,person",
        "STUDY,1,CODE0,B",
        "STUDY,1,CODE1,none",
    ]


@needs_node
def test_keys_answer_nothing_on_the_first_page_or_on_an_enlarged_picture(tmp_path):
    page = page_of(study_of(Kind.HEALTH), tmp_path)
    ended = drive(page, {"key": "y"}, {"click": "Start"}, {"key": "z"}, {"key": "y"}, {"click": "Close"}, {"key": "y"})
    assert [seen["enlarged"] for seen in ended["seen"]] == [False, False, True, True, False, False]
    assert [seen["count"][0] for seen in ended["seen"]] == ["0", "0", "0", "0", "0", "1"]


@needs_node
def test_an_enlarged_picture_shows_what_was_tapped_or_else_the_eyes_and_closes_by_its_key(tmp_path):
    page = page_of(study_of(Kind.HEALTH), tmp_path)
    tapped = {"click": "Picture 1", "at": [250, 50]}  # three quarters across the square within its box, a quarter down
    ended = drive(page, {"click": "Start"}, tapped, {"key": "z"}, {"key": "z"}, {"key": "z"})
    assert [seen["enlarged"] for seen in ended["seen"]] == [False, True, False, True, False]
    assert ended["seen"][1]["scrolled"] == [750 - 150, 250 - 150]
    assert ended["seen"][3]["scrolled"] == [500 - 150, 400 - 150]


@pytest.mark.parametrize("kind", Kind)
def test_nothing_but_the_page_itself_may_darken_or_hover(tmp_path, kind):
    page = page_of(study_of(kind), tmp_path).read_text()
    assert '<meta name="color-scheme" content="only light">' in page
    assert "color-scheme: only light" in page
    without_mouse = re.sub(r"@media \(hover: hover\) \{[^}]*\} \}", "", page)
    assert ":hover" in page
    assert ":hover" not in without_mouse


@needs_node
def test_a_browser_that_keeps_nothing_says_so_and_still_gives_the_answers(tmp_path):
    page = page_of(study_of(Kind.HEALTH), tmp_path)
    ended = drive(page, {"forbidStorage": True}, {"click": "Start"}, {"key": "y"}, {"click": "Save answers so far"})
    assert "does not keep your answers" in ended["seen"][0]["warning"]
    assert ",yes\r\n" in ended["saved"]["answers-reader-1.csv"]


def test_a_text_cannot_end_the_script(tmp_path):
    page = make_page("STUDY", 1, Kind.HEALTH, (), [{"code": "</script>"}], {}).decode()
    assert page.count("</script>") == 2
