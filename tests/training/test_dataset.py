from dataclasses import replace

import numpy as np
import pytest
import torch

from rofi.faces.landmarks import Landmarks
from rofi.faces.sign_regions import eye_regions
from rofi.training.dataset import ProtectionDataset, portrait_of
from rofi.training.sampler import Draw

STILL = (0.0, 0.0, 0.0)
MOVING = (0.05, 8.0, 0.1)


@pytest.fixture
def samples(training_faces, tiny_model):
    def make(faces=training_faces, jitter=STILL, seed=0, flips=False, lesions=False):
        return ProtectionDataset(faces, tiny_model.person, tiny_model.person_prior, jitter, seed, flips, lesions)

    return make


def test_shapes_and_ranges(samples):
    sample = samples()[Draw(0, 0)]
    shapes = {name: tuple(value.shape) for name, value in sample.items()}
    assert shapes == {
        "face": (3, 64, 64),
        "moved": (3, 64, 64),
        "person": (3, 64, 64),
        "mask": (1, 64, 64),
        "inner": (1, 64, 64),
        "changed": (1, 64, 64),
        "signs": (1, 64, 64),
        "portrait": (3, 64, 64),
        "key": (512,),
        "wrong_key": (512,),
    }
    for name in ("face", "moved", "person", "mask", "inner", "changed", "signs", "portrait"):
        assert sample[name].dtype == torch.float32
        assert 0 <= sample[name].min() < sample[name].max() <= 1
    for name in ("signs", "changed"):
        assert set(sample[name].unique().tolist()) == {0.0, 1.0}


def test_without_jitter_the_face_is_the_aligned_one(samples, training_faces):
    face = (samples()[Draw(3, 0)]["face"] * 255).permute(1, 2, 0).numpy()
    assert np.abs(face - training_faces.views[3]).max() <= 1


def test_signs_are_the_eyes(samples, training_faces):
    signs = samples()[Draw(3, 0)]["signs"][0].numpy() > 0
    mesh = training_faces.meshes[3].astype(float)
    np.testing.assert_array_equal(signs, eye_regions(Landmarks(mesh, 1.0), (64, 64)))


def test_some_samples_keep_a_spot_beyond_the_eyes(samples):
    plain, spotted = samples(), samples(lesions=True)
    kept = [spotted[Draw(0, i)]["signs"] - plain[Draw(0, i)]["signs"] for i in range(40)]
    assert all((spot >= 0).all() for spot in kept)
    with_spot = [float(spot.mean()) for spot in kept if spot.any()]
    assert 4 <= len(with_spot) <= 20
    assert max(with_spot) < 0.02  # at most an ellipse of 0.055 view sides, of which some lies on the eyes


def test_the_person_is_in_the_mask_and_nowhere_on_the_signs(samples):
    sample = samples()[Draw(0, 0)]
    outside = (sample["mask"] == 0).expand(3, -1, -1)
    assert torch.equal(sample["person"][outside], sample["moved"][outside])
    assert not sample["changed"][sample["signs"] > 0].any()
    assert (sample["changed"] >= (sample["mask"] > 0).float()).all()
    assert (sample["person"] - sample["face"])[~outside].abs().mean() > 0.01


def test_the_head_moves_by_the_keys_outline_and_only_where_told(samples):
    one, other = samples()[Draw(0, 0)], samples()[Draw(0, 1)]
    still = (one["changed"] == 0).expand(3, -1, -1)
    assert torch.equal(one["moved"][still], one["face"][still])
    assert torch.equal(one["face"], other["face"])
    assert not torch.equal(one["moved"], other["moved"])


def test_the_portrait_is_the_keys_person_matched_to_the_patient(samples):
    make = samples(jitter=(0, 0, 0), flips=False)
    one, index = make[Draw(0, 0)], make.indices[0]
    view = one["face"].permute(1, 2, 0).numpy() * 255
    signs = one["signs"][0].numpy() > 0
    features = make.matcher.features(view.round().astype(np.uint8), make.faces.meshes[index].astype(float), signs)
    person = make.matcher.match(one["key"].numpy(), features)
    alone = portrait_of(make.person(torch.from_numpy(person)[None]), 64)
    np.testing.assert_allclose(one["portrait"].permute(1, 2, 0).numpy(), alone / 255, atol=1e-3)
    assert not torch.equal(one["portrait"], make[Draw(1, 0)]["portrait"])


def test_portraits_are_of_many_persons_and_repeatable(samples):
    portraits = samples().portraits(3)
    assert portraits.shape == (3, 3, 64, 64)
    assert torch.equal(portraits, samples().portraits(3))
    assert not torch.equal(portraits[0], portraits[1])


def test_a_draw_is_one_sample_for_ever_and_its_variations_differ(samples):
    first, again, other = (samples(jitter=MOVING, flips=True)[Draw(1, v)] for v in (5, 5, 6))
    for name in first:
        assert torch.equal(first[name], again[name])
        if name not in ("signs", "changed"):
            assert not torch.equal(first[name], other[name])


def test_seeds_differ(samples):
    assert not torch.equal(samples(seed=1)[Draw(0, 0)]["key"], samples(seed=2)[Draw(0, 0)]["key"])


def test_key_and_wrong_key_are_independent_and_normal(samples):
    drawn = [samples()[Draw(0, v)] for v in range(20)]
    keys, wrong = (torch.stack([sample[name] for sample in drawn]) for name in ("key", "wrong_key"))
    for values in (keys, wrong):
        assert abs(float(values.mean())) < 0.05
        assert float(values.std()) == pytest.approx(1, abs=0.05)
    assert abs(float((keys * wrong).mean())) < 0.05


def test_jitter_moves_the_mesh_with_the_face(samples, training_faces):
    """Eyes painted white stay inside the signs, which follow the mesh, and nothing else is white."""
    canvases = np.zeros_like(training_faces.canvases)
    for canvas, mesh in zip(canvases, training_faces.meshes, strict=True):
        inside = canvas[8:72, 8:72]
        inside[eye_regions(Landmarks(mesh.astype(float), 1.0), (64, 64), margin=0.0)] = 255
    painted = samples(replace(training_faces, canvases=canvases), jitter=MOVING, flips=True)
    places = set()
    for variation in range(12):
        sample = painted[Draw(0, variation)]
        white = sample["face"].mean(0) > 0.5
        assert white.any()
        assert sample["signs"][0][white].all()
        places.add(int(white.float().argmax()))
    assert len(places) > 6


def test_half_of_the_samples_are_mirrored_as_a_whole(samples):
    plain, flipped = samples(), samples(flips=True)
    mirrored = 0
    for variation in range(20):
        one, other = plain[Draw(0, variation)], flipped[Draw(0, variation)]
        assert torch.equal(one["key"], other["key"])
        if not torch.equal(one["face"], other["face"]):
            mirrored += 1
            for name in ("face", "moved", "person", "mask", "inner", "changed", "signs"):
                assert torch.equal(one[name].flip(2), other[name])
    assert 4 < mirrored < 16


def test_faces_turned_too_far_and_doubtful_ones_are_left_out(samples, training_faces):
    meshes, presence = training_faces.meshes.copy(), training_faces.presence.copy()
    meshes[2, 1, 0] = meshes[2, 454, 0]  # the nose on a cheek
    presence[5] = 0.3
    usable = samples(replace(training_faces, meshes=meshes, presence=presence))
    assert len(usable) == 10
    assert {2, 5}.isdisjoint(usable.indices)
    np.testing.assert_array_equal(
        (usable[Draw(2, 0)]["face"] * 255).round().byte().permute(1, 2, 0), training_faces.views[3]
    )


def test_the_person_model_that_was_given_is_not_changed(samples, tiny_model):
    samples()
    assert tiny_model.person.texture_basis.dtype == torch.int8
