"""Ten steps of the whole loop with everything in miniature; the recogniser is the packaged one, LPIPS is left out."""

import json
from dataclasses import replace

import pytest
import torch

from rofi.errors import TrainingError
from rofi.model.detector_weights import load_detector, save_detector
from rofi.model.network import Rofi
from rofi.model.sign_detector import SignDetector
from rofi.model.weights import load_weights, save_weights
from rofi.training.checkpoint import BEST, LAST
from rofi.training.config import LossWeights, TrainingConfig
from rofi.training.faces import load_faces
from rofi.training.loop import Trainer
from rofi.training.run import train

CONFIG = TrainingConfig(
    model="tiny",
    steps=10,
    batch=2,
    restore_every=2,
    recognisers=("mobilefacenet512",),
    losses=LossWeights(person_lpips=0, restored_lpips=0),
    discriminator_width=4,
    precision="32-true",
    evaluate_every=5,
    save_every=5,
    picture_every=5,
    selection_images=2,
    workers=0,
)


class Killed(Exception):
    pass


class KilledAfterSeven(Trainer):
    def _step(self, batch, monitor):
        if self.progress.step == 7:
            raise Killed
        super()._step(batch, monitor)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def start(tmp_path_factory, tiny, fill_person, training_faces, write_faces):
    """A folder with faces and the weights that every run here starts from."""
    folder = tmp_path_factory.mktemp("start")
    torch.manual_seed(0)
    model = Rofi(tiny)
    fill_person(model.person, tiny.view)
    save_weights(model, folder / "start.safetensors")
    write_faces(training_faces, folder / "faces")
    return folder


def run(start, out, config=CONFIG):
    return train(config, start / "faces", start / "faces", out, start_from=start / "start.safetensors")


@pytest.fixture(scope="module")
def finished(start, tmp_path_factory):
    """An uninterrupted run."""
    out = tmp_path_factory.mktemp("finished")
    return run(start, out), out


def lines(out, group):
    return [line for line in map(json.loads, (out / "log.jsonl").read_text().splitlines()) if line["group"] == group]


def checkpoint(out):
    return torch.load(out / LAST, weights_only=True)


def test_every_step_is_logged_with_finite_losses(finished):
    logged = lines(finished[1], "train")
    assert [line["step"] for line in logged] == list(range(1, 11))
    for line in logged:
        assert torch.isfinite(torch.tensor([value for name, value in line.items() if name != "group"])).all()


def test_the_way_back_is_trained_in_every_second_step(finished):
    assert ["restored_l1" in line for line in lines(finished[1], "train")] == [True, False] * 5


def test_lpips_is_neither_needed_nor_counted(finished):
    assert all(line["person_lpips"] == 0 for line in lines(finished[1], "train"))


def test_every_part_that_learns_here_has_changed_and_what_was_made_before_has_not(start, finished):
    before = load_weights(start / "start.safetensors").state_dict()
    after = {name.removeprefix("model."): tensor for name, tensor in checkpoint(finished[1])["trip"].items()}
    for part in ("sign_projection", "translator", "da_former", "dec_net", "restorer", "restorer_dec_net"):
        assert any(not torch.equal(before[n], after[n]) for n in before if n.startswith(f"{part}.")), part
    for name in before:
        if name.startswith(("person.", "residue.", "sign_detector.")):
            assert torch.equal(before[name], after[name])


def test_the_best_weights_load_and_tell_where_they_come_from(finished, tiny):
    progress, out = finished
    assert load_weights(out / BEST).config == tiny
    assert progress.best == min(entry["loss"] for entry in progress.history)
    assert TrainingConfig.from_json((out / "config.json").read_text()) == CONFIG


def test_a_trained_sign_detector_is_put_in_and_stays_as_it_is(start, tiny, tmp_path):
    torch.manual_seed(9)
    detector = SignDetector(tiny.detector_width)
    detector(torch.rand(2, 3, 64, 64))  # statistics of its own
    save_detector(detector, tmp_path / "signs.safetensors")
    places = (start / "faces", start / "faces", tmp_path / "out")
    settings = replace(CONFIG, steps=2)
    train(settings, *places, start_from=start / "start.safetensors", signs=tmp_path / "signs.safetensors")
    given = load_detector(tmp_path / "signs.safetensors").state_dict()
    trained = checkpoint(tmp_path / "out")["trip"]
    assert all(torch.equal(trained[f"model.sign_detector.{name}"], given[name]) for name in given)


def test_selection_takes_place_when_it_is_due_and_not_twice(finished):
    progress, out = finished
    assert [entry["step"] for entry in progress.history] == [5, 10]
    assert [line["step"] for line in lines(out, "selection")] == [5, 10]
    assert all(entry["restored_psnr"] > 15 for entry in progress.history)


def test_the_rate_falls_to_a_tenth_at_the_end(finished):
    state = checkpoint(finished[1])
    assert state["optimizer"]["param_groups"][0]["lr"] == pytest.approx(0.1 * CONFIG.learning_rate)
    assert state["discriminator_optimizer"]["param_groups"][0]["lr"] == pytest.approx(0.1 * CONFIG.discriminator_rate)


def test_a_killed_run_goes_on_as_if_nothing_had_happened(start, finished, tmp_path):
    faces = load_faces(start / "faces")
    with pytest.raises(Killed):
        KilledAfterSeven(load_weights(start / "start.safetensors").train(), CONFIG, faces, faces, tmp_path).fit()
    assert checkpoint(tmp_path)["progress"]["step"] == 5
    progress = run(start, tmp_path)
    assert progress.step == 10
    assert [line["step"] for line in lines(tmp_path, "train")] == list(range(1, 11))
    whole, resumed = checkpoint(finished[1]), checkpoint(tmp_path)
    assert resumed["progress"] == whole["progress"]
    for part in ("trip", "discriminator"):
        assert all(torch.equal(resumed[part][name], whole[part][name]) for name in whole[part])


def test_a_finished_run_has_nothing_left_to_do(start, finished):
    before = (finished[1] / "log.jsonl").read_text()
    assert run(start, finished[1]).history == finished[0].history
    assert (finished[1] / "log.jsonl").read_text() == before


def test_a_run_ends_saved_when_its_time_is_up(start, tmp_path):
    assert run(start, tmp_path, replace(CONFIG, seconds=1e-6)).step == 1
    assert checkpoint(tmp_path)["progress"]["step"] == 1


def test_another_configuration_does_not_go_on_with_a_run_nor_change_its_files(start, finished):
    before = (finished[1] / "config.json").read_text()
    with pytest.raises(TrainingError, match="damaged or of another configuration"):
        run(start, finished[1], replace(CONFIG, discriminator_width=8))
    assert (finished[1] / "config.json").read_text() == before


def test_faces_of_another_view_are_refused(start, training_faces, tmp_path):
    wrong = replace(training_faces, view=72)
    with pytest.raises(TrainingError, match="aligned to 72 px, the model sees 64"):
        Trainer(load_weights(start / "start.safetensors"), CONFIG, training_faces, wrong, tmp_path)


def test_fewer_faces_than_a_batch_are_refused(start, training_faces, tmp_path):
    few = replace(
        training_faces,
        canvases=training_faces.canvases[:1],
        meshes=training_faces.meshes[:1],
        presence=training_faces.presence[:1],
    )
    with pytest.raises(TrainingError, match="1 training and 12 selection faces"):
        Trainer(load_weights(start / "start.safetensors"), CONFIG, few, training_faces, tmp_path)


def test_worker_processes_prepare_the_same_batches(start, tmp_path):
    faces = load_faces(start / "faces")
    batches = []
    for workers in (0, 1):
        config = replace(CONFIG, workers=workers, steps=2)
        trainer = Trainer(load_weights(start / "start.safetensors"), config, faces, faces, tmp_path)
        batches.append(list(trainer._loader()))
    assert len(batches[0]) == len(batches[1]) == 2
    for one, other in zip(*batches, strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)
