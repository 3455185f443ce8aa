from pathlib import Path

import pytest

from rofi.evaluation.judges import STAND_IN, find_judges

NETWORKS = Path(__file__).parents[3] / "shared" / "models"


def test_without_any_file_the_packaged_recogniser_stands_in_and_it_is_said(tmp_path):
    judges = find_judges(tmp_path)
    assert [judge.spec.name for judge in judges.recognisers] == [STAND_IN]
    assert "too good" in judges.note
    assert len(judges.left_out) == 3
    assert all(str(tmp_path) in line for line in judges.left_out)


@pytest.mark.skipif(not NETWORKS.is_dir(), reason="needs the frozen networks")
def test_one_file_is_enough_and_the_others_are_named(tmp_path):
    (tmp_path / "dlib_resnet29.onnx").symlink_to(NETWORKS / "dlib_resnet29.onnx")
    judges = find_judges(tmp_path)
    assert [judge.spec.name for judge in judges.recognisers] == ["dlib_resnet29"]
    assert judges.note == ""
    assert ["sface128" in line or "mobilefacenet192" in line for line in judges.left_out] == [True, True]
