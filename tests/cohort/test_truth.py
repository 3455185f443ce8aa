"""The truth and the follow-up's table come back from their files; bad rows are named."""

import pytest

from rofi.cohort.diseases import Disease, Sign
from rofi.cohort.follow_up import Verdict
from rofi.cohort.follow_up_table import Pair, read_pairs, write_pairs
from rofi.cohort.row import Laterality, Split
from rofi.cohort.truth import Truth, read_truth, write_truth
from rofi.errors import CohortError

ILL = Truth(
    image="images/train/a.jpg",
    disease=Disease.PTOSIS,
    signs=(Sign.EYELID_SHAPE,),
    severity=0.5,
    side=Laterality.OU,
    findings={"OD": {"mrd1_mm": 1.25}, "OS": {"mrd1_mm": 1.5}},
    confounders=("glasses", "jpeg"),
    shams=("OS:lids",),
    source="faces.tar/a.webp",
)
PAIR = Pair("F1", "images/follow_up/a.jpg", "images/follow_up/b.jpg", Verdict.WORSE, "SNPH", Split.INTERNAL)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "truth").mkdir()
    return tmp_path


def test_the_truth_comes_back(folder):
    truths = [ILL, Truth("images/train/b.jpg")]
    write_truth(folder, truths)
    assert read_truth(folder) == truths


def test_a_hospital_may_leave_shams_and_sources_out(folder):
    (folder / "truth" / "truth.csv").write_text(
        "image,disease,signs,severity,side,findings,confounders\na.jpg,ptosis,eyelid_shape,,OD,,\n"
    )
    assert read_truth(folder) == [Truth("a.jpg", Disease.PTOSIS, (Sign.EYELID_SHAPE,), None, Laterality.OD)]


@pytest.mark.parametrize(
    "findings", ["{", "[]", '{"OD": 1}', '{"OD": {"mrd1_mm": "low"}}', '{"OD": {"mrd1_mm": null}}']
)
def test_findings_are_numbers_by_eye_and_name(folder, findings):
    quoted = '"' + findings.replace('"', '""') + '"'
    (folder / "truth" / "truth.csv").write_text(
        f"image,disease,signs,severity,side,findings,confounders\na.jpg,ptosis,eyelid_shape,,OD,{quoted},\n"
    )
    with pytest.raises(CohortError, match=r"truth.csv, line 2: findings .* must be a JSON object"):
        read_truth(folder)


def test_no_truth_is_an_error(tmp_path):
    with pytest.raises(CohortError, match=r"truth.csv: missing"):
        read_truth(tmp_path)


def test_pairs_come_back(tmp_path):
    write_pairs(tmp_path, [PAIR])
    assert read_pairs(tmp_path) == [PAIR]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("F1,a.jpg,b.jpg,cured,c,internal", "verdict 'cured': must be one of better, same, worse"),
        ("F1,a.jpg,b,better,c,internal", "after 'b': must be an image file"),
        ("F1,/a.jpg,b.jpg,better,c,internal", "before '/a.jpg'"),
        (",a.jpg,b.jpg,better,c,internal", "pair ''"),
        ("F1,a.jpg,b.jpg,better,c,test", "split 'test'"),
    ],
)
def test_a_bad_pair_is_named(tmp_path, row, message):
    (tmp_path / "follow_up.csv").write_text(f"pair,before,after,verdict,centre,split\n{row}\n")
    with pytest.raises(CohortError, match=r"follow_up.csv, line 2") as error:
        read_pairs(tmp_path)
    assert message in str(error.value)
