"""Answers as people hand them in: right ones in any dress, wrong ones by name."""

import json

import pytest

from evaluation.readers.made_study import crossed_study, patient
from rofi.errors import RofiError
from rofi.evaluation.readers.answers import read_answers
from rofi.evaluation.readers.kinds import Kind

STUDY = crossed_study(Kind.HEALTH, (patient(0), patient(1)), readers=2)
CODES = [item.code for item in STUDY.readers[0]]
HEADER = "study,reader,item,disease_visible\n"


def sheet(tmp_path, text, name="answers.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(reader=1, study="STUDY", answer="yes"):
    return [f"{study},{reader},{item.code},{answer}\n" for item in STUDY.readers[reader - 1]]


GOOD = HEADER + "".join(rows())


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t").encode("utf-16"),
        b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("yes", " Y ").replace("R1", "r1") + ",,,\n",
        HEADER + "".join(reversed(rows())),
        b"note," + GOOD.replace("STUDY", "m\xfcde,STUDY").encode("latin-1"),
    ],
    ids=["plain", "semicolons", "utf-16", "mark", "typed", "sorted", "notes"],
)
def test_sheets_of_many_programs_are_read(tmp_path, text):
    assert read_answers(STUDY, [sheet(tmp_path, text)]) == {1: {code: {"disease_visible": "yes"} for code in CODES}}


def test_files_of_the_page_are_read_and_sorted_by_reader(tmp_path):
    told = {
        "study": "STUDY",
        "reader": 2,
        "answers": {item.code: {"disease_visible": "no"} for item in STUDY.readers[1]},
    }
    files = [sheet(tmp_path, json.dumps(told), "b.json"), sheet(tmp_path, GOOD)]
    found = read_answers(STUDY, files)
    assert list(found) == [1, 2]
    assert set(found[2]) == {item.code for item in STUDY.readers[1]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace(CODES[3], "QQQQQ"), r"line 5: unknown item 'QQQQQ'; reader 1"),
        (GOOD.replace(CODES[3], STUDY.readers[1][0].code), "unknown item"),
        (GOOD + rows()[0], f"line 8: item {CODES[0]} again"),
        (GOOD.replace(f"{CODES[2]},yes", f"{CODES[2]},"), f"1 of 6 items are not answered, the first {CODES[2]}"),
        (HEADER + "".join(rows()[1:]), f"1 of 6 items are not answered, the first {CODES[0]}"),
        (GOOD.replace("STUDY", "OTHER"), "line 2: of study 'OTHER', and this is STUDY"),
        (GOOD.replace(f"STUDY,1,{CODES[5]}", f"STUDY,2,{CODES[5]}"), "line 7: reader '2' after '1'"),
        (GOOD.replace("STUDY,1", "STUDY,3"), "reader '3'; the study's readers are 1 to 2"),
        (GOOD.replace(f"{CODES[1]},yes", f"{CODES[1]},perhaps"), "'perhaps' of item .* is none of yes, no"),
        (GOOD.replace("disease_visible", "person"), "no column disease_visible"),
        (HEADER, "has no answers"),
        ("", "no column study"),
        (GOOD + '"STUDY', "line 8: unexpected end of data; save it as CSV anew"),
    ],
)
def test_wrong_answers_are_named(tmp_path, text, message):
    with pytest.raises(RofiError, match=message) as error:
        read_answers(STUDY, [sheet(tmp_path, text)])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["[]", '{"study": 1}', "{", '{"study": "STUDY", "reader": 1, "answers": {"A": "yes"}}']
)
def test_json_that_is_no_answers_is_an_error(tmp_path, text):
    with pytest.raises(RofiError, match="not the answers of a study"):
        read_answers(STUDY, [sheet(tmp_path, text, "a.json")])


def test_a_reader_twice_is_an_error(tmp_path):
    with pytest.raises(RofiError, match=r"b\.csv: reader 1 again, after .*a\.csv"):
        read_answers(STUDY, [sheet(tmp_path, GOOD, "a.csv"), sheet(tmp_path, GOOD, "b.csv")])


def test_a_missing_file_and_no_file_are_errors(tmp_path):
    with pytest.raises(RofiError, match="missing or unreadable"):
        read_answers(STUDY, [tmp_path / "gone.csv"])
    with pytest.raises(RofiError, match="no answers"):
        read_answers(STUDY, [])
