import pytest

from rofi.errors import TrainingError
from rofi.recognition.network_files import find_network


def test_the_packaged_network_needs_no_folder(tmp_path):
    assert find_network("mobilefacenet512.onnx", tmp_path).is_file()


def test_a_folder_given_goes_before_the_environment(tmp_path, monkeypatch):
    for name in ("given", "environment"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "net.onnx").touch()
    monkeypatch.setenv("ROFI_NETWORKS", str(tmp_path / "environment"))
    assert find_network("net.onnx", tmp_path / "given") == tmp_path / "given" / "net.onnx"
    assert find_network("net.onnx") == tmp_path / "environment" / "net.onnx"


def test_without_either_the_folder_beside_the_project_is_searched(tmp_path, monkeypatch):
    monkeypatch.delenv("ROFI_NETWORKS", raising=False)
    (tmp_path / "shared" / "models").mkdir(parents=True)
    (tmp_path / "shared" / "models" / "net.onnx").touch()
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    assert find_network("net.onnx").is_file()


def test_a_missing_network_is_an_error_that_says_where_to_put_it(tmp_path):
    with pytest.raises(TrainingError, match=r"sface128\.onnx: not in .*ROFI_NETWORKS"):
        find_network("sface128.onnx", tmp_path)
