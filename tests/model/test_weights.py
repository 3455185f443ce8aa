import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from rofi.errors import OutputError, WeightsMismatch
from rofi.model.config import COMPACT
from rofi.model.network import Rofi
from rofi.model.person_prior import VARIETY
from rofi.model.weights import FORMAT, fingerprint, load_weights, packaged_weights, save_weights


@pytest.fixture
def saved(tiny_model, tmp_path):
    path = tmp_path / "tiny.safetensors"
    save_weights(tiny_model, path, {"training": "a note"})
    return path


def rewritten(path, change, metadata=None):
    """The file with its tensors or metadata changed."""
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        kept = file.metadata()
    change(tensors)
    save_file(tensors, path, {**kept, **(metadata or {})})
    return path


def test_round_trip(tiny_model, saved):
    loaded = load_weights(saved)
    assert loaded.config == tiny_model.config
    assert not loaded.training
    expected = tiny_model.state_dict()
    assert loaded.state_dict().keys() == expected.keys()
    for name, tensor in loaded.state_dict().items():
        assert tensor.dtype == expected[name].dtype
        exact = name.startswith(("person.", "residue.")) or not tensor.is_floating_point()
        torch.testing.assert_close(tensor, expected[name], rtol=0 if exact else 1e-3, atol=0 if exact else 1e-6)


def test_what_was_trained_is_stored_in_half_precision_and_what_was_fitted_is_not(saved):
    with safe_open(saved, "pt") as file:
        kinds = {name: file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118
        assert file.metadata()["training"] == "a note"
    assert kinds["dec_net.0.body.0.weight"] == torch.float16
    assert kinds["residue.deviation"] == kinds["person.shape_basis"] == torch.float32
    assert kinds["person.texture_basis"] == torch.int8


def test_nothing_but_the_weights_is_left_in_the_folder(saved):
    assert [path.name for path in saved.parent.iterdir()] == ["tiny.safetensors"]


def test_saving_replaces(tiny_model, saved):
    with torch.no_grad():
        tiny_model.restorer.mode.fill_(0.5)
    save_weights(tiny_model, saved)
    assert load_weights(saved).restorer.mode.eq(0.5).all()


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(tiny_model, tmp_path):
    (tmp_path / "taken.safetensors").mkdir()
    for path in (tmp_path / "no folder" / "w.safetensors", tmp_path / "taken.safetensors"):
        with pytest.raises(OutputError, match="cannot be written"):
            save_weights(tiny_model, path)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.safetensors"]


def test_another_configuration_is_refused(saved):
    config = json.dumps(COMPACT.to_dict())
    rewritten(saved, lambda tensors: None, {"config": config})
    with pytest.raises(WeightsMismatch, match=r"tiny.safetensors: .*(missing|unknown|misshapen) tensors"):
        load_weights(saved)


def test_weights_from_before_persons_went_with_heads_put_any_person_on_any_head(tiny_model, saved):
    def without_prior(tensors):
        for name in [name for name in tensors if name.startswith("person_prior.")]:
            del tensors[name]

    loaded = load_weights(rewritten(saved, without_prior))
    key = torch.randn(1, 512).clamp(-2.5, 2.5)
    torch.testing.assert_close(loaded.person_prior(torch.randn(1, 640), key), VARIETY * key)


def test_a_prior_of_which_a_part_is_missing_is_refused(saved):
    rewritten(saved, lambda tensors: tensors.pop("person_prior.spread"))
    with pytest.raises(WeightsMismatch, match=r"1 missing tensors, such as person_prior\.spread"):
        load_weights(saved)


def test_a_missing_tensor_is_named(saved):
    rewritten(saved, lambda tensors: tensors.pop("restorer.mode"))
    with pytest.raises(WeightsMismatch, match=r"1 missing tensors, such as restorer\.mode"):
        load_weights(saved)


def test_an_unknown_tensor_is_named(saved):
    rewritten(saved, lambda tensors: tensors.update(surplus=torch.zeros(1)))
    with pytest.raises(WeightsMismatch, match="1 unknown tensors, such as surplus"):
        load_weights(saved)


def test_a_misshapen_tensor_is_named(saved):
    rewritten(saved, lambda tensors: tensors.update({"restorer.mode": torch.zeros(2, 32)}))
    with pytest.raises(WeightsMismatch, match=r"1 misshapen tensors, such as restorer\.mode"):
        load_weights(saved)


@pytest.mark.parametrize("content", [b"", b"not weights at all", b"\xff" * 100])
def test_another_kind_of_file_is_refused(tmp_path, content):
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsMismatch, match="cannot be read as weights"):
        load_weights(path)


def test_half_a_file_is_refused(saved):
    saved.write_bytes(saved.read_bytes()[:-1000])
    with pytest.raises(WeightsMismatch, match="cannot be read as weights"):
        load_weights(saved)


def test_no_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(WeightsMismatch, match="cannot be read as weights"):
            load_weights(path)


def test_safetensors_of_another_format_are_refused(saved):
    rewritten(saved, lambda tensors: None, {"format": "pt"})
    with pytest.raises(WeightsMismatch, match=f"format 'pt', expected '{FORMAT}'"):
        load_weights(saved)


@pytest.mark.parametrize("config", ["{", "[]", '{"views": 256}', '{"view": "256"}', '{"view": 100}', '{"heads": 0}'])
def test_a_configuration_that_makes_no_model_is_refused(saved, config):
    rewritten(saved, lambda tensors: None, {"config": config})
    with pytest.raises(WeightsMismatch, match=r"tiny.safetensors: its configuration cannot be read"):
        load_weights(saved)


def test_fingerprint_survives_saving_and_loading(tiny_model, saved):
    loaded = load_weights(saved)
    assert fingerprint(loaded) == fingerprint(tiny_model)
    save_weights(loaded, saved)
    assert fingerprint(load_weights(saved)) == fingerprint(tiny_model)


def test_fingerprint_changes_with_one_weight_and_with_the_configuration(tiny_model, tiny):
    before = fingerprint(tiny_model)
    assert len(before) == 16
    with torch.no_grad():
        tiny_model.dec_net[0].body[0].weight[0, 0, 0, 0] += 0.1
    assert fingerprint(tiny_model) != before
    torch.manual_seed(0)
    assert fingerprint(Rofi(tiny)) != before


def test_fingerprint_and_file_do_not_mind_a_texture_basis_kept_in_floating_point(tiny_model, saved):
    before = fingerprint(tiny_model)
    tiny_model.person.texture_basis = tiny_model.person.texture_basis.float()
    assert fingerprint(tiny_model) == before
    save_weights(tiny_model, saved)
    assert load_weights(saved).person.texture_basis.dtype == torch.int8


def test_weights_that_are_not_shipped_are_an_error():
    with pytest.raises(WeightsMismatch, match="no weights named 'enormous'"):
        packaged_weights("enormous")
