import torch

from rofi.training.signs.pictures import sign_maps


def test_faces_above_and_what_scores_below():
    faces = torch.stack([torch.full((3, 16, 16), 0.5), torch.full((3, 16, 16), 0.9)])
    scores = torch.tensor([[[[1.0, 1], [1, 1]]], [[[0.0, 0], [0, 0]]]])
    shown = sign_maps(faces, scores)
    assert shown.shape == (3, 32, 32)
    assert [float(shown[0, y, x]) for y, x in ((8, 8), (8, 24), (24, 8), (24, 24))] == [
        0.5,
        torch.tensor(0.9).item(),
        0.5,
        0.0,
    ]
