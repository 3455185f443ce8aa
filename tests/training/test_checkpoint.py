import pytest
import torch
from torch import nn

from rofi.errors import TrainingError
from rofi.training.checkpoint import LAST, load_checkpoint, save_checkpoint
from rofi.training.fabric import make_fabric


@pytest.fixture(scope="module")
def fabric():
    return make_fabric()


def state(width=3):
    torch.manual_seed(width)
    module = nn.Linear(width, 2)
    return {"module": module, "optimizer": torch.optim.AdamW(module.parameters()), "step": 7}


def test_round_trip(fabric, tmp_path):
    saved, loaded = state(), state()
    saved["module"](torch.ones(1, 3)).sum().backward()
    saved["optimizer"].step()
    save_checkpoint(fabric, tmp_path, saved)
    loaded["step"] = 0
    assert load_checkpoint(fabric, tmp_path, loaded)
    assert torch.equal(loaded["module"].weight, saved["module"].weight)
    assert loaded["optimizer"].state_dict()["state"][0]["step"] == 1
    assert loaded["step"] == 7
    assert [path.name for path in tmp_path.iterdir()] == [LAST]


def test_no_checkpoint_is_no_error(fabric, tmp_path):
    before = state()
    assert not load_checkpoint(fabric, tmp_path, before)
    assert before["step"] == 7


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x02garbage", None], ids=repr)
def test_a_damaged_file_is_an_error(fabric, tmp_path, content):
    save_checkpoint(fabric, tmp_path, state())
    whole = (tmp_path / LAST).read_bytes()
    (tmp_path / LAST).write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(TrainingError, match=r"last\.ckpt: damaged or of another configuration"):
        load_checkpoint(fabric, tmp_path, state())


def test_another_configuration_is_an_error(fabric, tmp_path):
    save_checkpoint(fabric, tmp_path, state(3))
    with pytest.raises(TrainingError, match="damaged or of another configuration"):
        load_checkpoint(fabric, tmp_path, state(4))
    with pytest.raises(TrainingError, match="damaged or of another configuration"):
        load_checkpoint(fabric, tmp_path, {**state(3), "surplus": 1})


def test_an_interrupted_save_leaves_the_checkpoint_before_it(fabric, tmp_path, monkeypatch):
    save_checkpoint(fabric, tmp_path, state())

    def interrupted(path, state):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(fabric, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(fabric, tmp_path, {**state(), "step": 8})
    loaded = state()
    assert load_checkpoint(make_fabric(), tmp_path, loaded)
    assert loaded["step"] == 7
