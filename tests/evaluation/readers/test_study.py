import json

import pytest

from evaluation.readers.made_study import crossed_study, patient
from rofi.cohort.diseases import Disease, Sign
from rofi.errors import RofiError
from rofi.evaluation.readers.kinds import Kind
from rofi.evaluation.readers.study import KEY_FILE, Study

STUDY = crossed_study(
    Kind.SIGNS,
    (patient(0), patient(1, Disease.PTOSIS, (Sign.EYELID_SHAPE,))),
    signs=(Sign.EYELID_SHAPE,),
    refused={"mosaic": ("images/1.png",)},
    left_out=("2 images",),
)


def test_key_comes_back(tmp_path):
    STUDY.save(tmp_path)
    assert Study.load(tmp_path) == STUDY


def test_questions_follow_from_the_key():
    assert [question.name for question in STUDY.questions] == ["eyelid_shape"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.pop("kind"),
        lambda told: told["readers"][0][0].update(subject=9),
        lambda told: told["subjects"][1].update(disease="gout"),
        lambda told: told.update(extra=1),
    ],
)
def test_damaged_key_is_one_line(tmp_path, spoil):
    STUDY.save(tmp_path)
    told = json.loads((tmp_path / KEY_FILE).read_text())
    spoil(told)
    (tmp_path / KEY_FILE).write_text(json.dumps(told))
    with pytest.raises(RofiError, match="not the key of a study"):
        Study.load(tmp_path)


def test_key_of_another_version_is_an_error(tmp_path):
    STUDY.save(tmp_path)
    path = tmp_path / KEY_FILE
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(RofiError, match="another version"):
        Study.load(tmp_path)


def test_missing_key_is_an_error(tmp_path):
    with pytest.raises(RofiError, match="missing or unreadable"):
        Study.load(tmp_path)


def test_text_that_is_no_json_is_an_error(tmp_path):
    (tmp_path / KEY_FILE).write_bytes(b"\xff{")
    with pytest.raises(RofiError, match="not the key of a study"):
        Study.load(tmp_path)
