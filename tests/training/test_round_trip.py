import pytest
import torch
from torch.utils.data import default_collate

from rofi.training.dataset import ProtectionDataset
from rofi.training.residue_fit import fit_residue
from rofi.training.round_trip import RoundTrip
from rofi.training.sampler import Draw


@pytest.fixture
def model(tiny_model, training_faces):
    fit_residue(tiny_model.residue, training_faces.views[:3])
    torch.manual_seed(0)
    for part in (tiny_model.dec_net, tiny_model.restorer_dec_net):  # an untrained decoder changes nothing
        torch.nn.init.normal_(part[-1].weight, 0, 0.02)
    return tiny_model


@pytest.fixture
def batch(tiny_model, training_faces):
    samples = ProtectionDataset(training_faces, tiny_model.person, tiny_model.person_prior, (0, 0, 0), 0, flips=False)
    return default_collate([samples[Draw(i, 0)] for i in range(3)])


@pytest.fixture
def trip(model, batch):
    with torch.no_grad():
        return RoundTrip(model)(batch)


def test_where_nothing_is_to_change_no_picture_differs_from_the_face(model, batch):
    left = (slice(None), slice(None), slice(None), slice(24))  # as if the whole head were in the right part
    batch["moved"][left] = batch["face"][left]
    batch["mask"][left] = batch["changed"][left] = 0
    with torch.no_grad():
        trip = RoundTrip(model)(batch)
    unchanged = (batch["changed"] == 0).expand(-1, 3, -1, -1)
    blocks = torch.nn.functional.max_pool2d(batch["changed"], 8).repeat_interleave(8, 2).repeat_interleave(8, 3)
    untouched = (blocks == 0).expand(-1, 3, -1, -1)
    assert untouched.any()
    assert torch.equal(trip.carrier[unchanged], batch["face"][unchanged])
    for picture in (trip.protected, trip.restored, trip.wrong):
        torch.testing.assert_close(picture[untouched], batch["face"][untouched], atol=1e-6, rtol=0)


def test_what_moved_and_is_not_replaced_shows_the_patients_pixels_elsewhere(batch, trip):
    beside = ((batch["mask"] == 0) & (batch["changed"] > 0)).expand(-1, 3, -1, -1)
    assert torch.equal(trip.carrier[beside], batch["moved"][beside])
    assert (batch["moved"] - batch["face"])[beside].abs().mean() > 0.01


def test_the_translator_changes_nothing_where_the_person_begins(model, batch, trip):
    rim, inside = (
        where.expand(-1, 3, -1, -1) for where in ((batch["inner"] == 0) & (batch["mask"] > 0), batch["inner"] > 0.9)
    )
    drawn = batch["moved"] + batch["mask"] * (batch["person"] - batch["moved"])
    torch.testing.assert_close(trip.carrier[rim], drawn[rim])
    assert (trip.carrier - drawn)[inside].abs().mean() > 0.001


def test_signs_are_the_patients_own(batch, trip):
    signs = (batch["signs"] > 0).expand(-1, 3, -1, -1)
    torch.testing.assert_close(trip.protected[signs], batch["face"][signs], atol=1e-6, rtol=0)


def test_the_protected_face_is_what_a_file_holds(trip):
    levels = trip.protected * 255
    assert (levels - levels.round()).abs().max() < 1e-4
    assert 0 <= levels.min() <= levels.max() <= 255


def test_the_protected_face_is_another(batch, trip):
    inside = (batch["mask"] > 0.9).expand(-1, 3, -1, -1)
    assert (trip.protected - batch["face"])[inside].abs().mean() > 0.02


def test_an_untrained_restorer_gives_what_was_hidden(tiny_model, training_faces, batch):
    fit_residue(tiny_model.residue, training_faces.views[:3])
    with torch.no_grad():
        trip = RoundTrip(tiny_model)(batch)
    inside = (batch["mask"] > 0.9).expand(-1, 3, -1, -1)
    restored, protected, wrong = ((p - batch["face"])[inside].abs().mean() for p in (trip.restored, *trip[1::2]))
    assert restored < 0.5 * protected
    assert wrong > 0.9 * protected


def test_the_way_back_can_be_left_out(model, batch, trip):
    with torch.no_grad():
        there = RoundTrip(model)(batch, way_back=False)
    assert there.restored is there.wrong is None
    assert torch.equal(there.protected, trip.protected)


def test_losses_on_any_picture_reach_the_networks(model, batch):
    trip = RoundTrip(model)(batch)
    for picture, part in (
        (trip.protected, model.translator),
        (trip.restored, model.restorer),
        (trip.restored, model.translator),
        (trip.wrong, model.restorer),
    ):
        model.zero_grad()
        picture.square().sum().backward(retain_graph=True)
        assert any(p.grad is not None and p.grad.any() for p in part.parameters())


def test_the_sign_detector_stays_as_it_was_trained_while_the_rest_trains(model, batch):
    trip = RoundTrip(model.train())
    before = {name: tensor.clone() for name, tensor in model.sign_detector.state_dict().items()}
    for mode in (trip, trip.eval().train()):
        assert not any(module.training for module in model.sign_detector.modules())
        assert all(module.training for part in (model.translator, model.dec_net) for module in part.modules())
        mode(batch).carrier.mean().backward()
    assert all(parameter.grad is None for parameter in model.sign_detector.parameters())
    assert model.sign_projection.weight.grad is not None
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.sign_detector.state_dict().items())
