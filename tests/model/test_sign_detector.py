import torch

from rofi.model.sign_detector import Bottleneck, SignDetector


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
