import torch
import torch.nn.functional as F

from rofi.model.sign_detector import Bottleneck, SignDetector, enlarge


def test_region_score_max_is_the_highest_region():
    scores = torch.tensor([[[[0.1, 0.7], [0.3, 0.2]]], [[[0.4, 0.4], [0.4, 0.39]]]])
    assert torch.equal(SignDetector.image_score(scores), torch.tensor([0.7, 0.4]))


def test_region_score_max_teaches_that_region_alone():
    scores = torch.tensor([[[[0.1, 0.7], [0.3, 0.2]]]], requires_grad=True)
    SignDetector.image_score(scores).sum().backward()
    assert torch.equal(scores.grad, torch.tensor([[[[0.0, 1], [0, 0]]]]))


def test_scores_are_sigmoids_of_a_linear_layer_of_each_regions_features():
    torch.manual_seed(0)
    detector = SignDetector(8).eval()
    face = torch.rand(1, 3, 64, 64)
    features = detector.features(face)
    expected = torch.sigmoid((features[0, :, 3, 5] * detector.scorer.weight[0, :, 0, 0]).sum() + detector.scorer.bias)
    torch.testing.assert_close(detector(face)[0, :, 3, 5], expected)


def test_a_bottleneck_without_a_body_is_its_skip():
    block = Bottleneck(32, 8).eval()
    torch.nn.init.zeros_(block.body[-1].weight)
    features = torch.randn(1, 32, 4, 4)
    assert torch.equal(block(features), features.relu())


def test_scores_are_enlarged_about_the_middles_of_their_regions():
    scores = torch.rand(2, 1, 4, 6)
    made = enlarge(scores, (32, 48), torch.zeros(2))
    expected = F.interpolate(scores, size=(32, 48), mode="bilinear", align_corners=False)
    torch.testing.assert_close(made, expected)


def test_a_score_is_shown_where_its_evidence_lies():
    scores = torch.zeros(1, 1, 8, 8)
    scores[0, 0, 4, 3] = 1
    plain, moved = (enlarge(scores, (64, 64), torch.tensor(offset)) for offset in ([0.0, 0.0], [-4.0, -8.0]))
    torch.testing.assert_close(moved[..., :56, :60], plain[..., 8:, 4:])


def test_the_sign_map_has_the_offset_of_the_weights():
    torch.manual_seed(0)
    detector = SignDetector(8).eval()
    face = torch.rand(1, 3, 64, 64)
    detector.evidence_offset.copy_(torch.tensor([8.0, 0.0]))
    torch.testing.assert_close(
        detector.sign_map(face)[..., 8:], enlarge(detector(face), (64, 64), torch.zeros(2))[..., :-8]
    )
