"""Key diversity with a stand-in for the program: faces shifted in level by the key, some keys refused."""

from typing import ClassVar

import cv2
import numpy as np
import pytest

from evaluation.small_bench import make_bench
from rofi.cohort.row import Split
from rofi.errors import FaceTooSmall, StillRecognised
from rofi.evaluation.measures import key_diversity_table
from rofi.evaluation.measures.key_diversity_table import measure
from rofi.imaging.decode import decode
from rofi.imaging.encode import encode
from rofi.pipeline.protector import ProtectedPhoto, ProtectOptions


class StandIn:
    """Key 3 is refused; under the others the photograph gets darker by two levels a key."""

    calls: ClassVar[list] = []

    def __init__(self, networks, secret, options):
        self.number = int.from_bytes(secret.material, "big")
        assert not options.seal

    def under(self, secret):
        return type(self)(None, secret, ProtectOptions(seal=False))

    def protect(self, data, name):
        self.calls.append(name)
        if self.number == 3:
            raise StillRecognised(f"{name}: too like")
        pixels = np.clip(decode(data, name).pixels.astype(int) // 2 + 60 - 2 * self.number, 0, 255).astype(np.uint8)
        return ProtectedPhoto(encode(pixels, "png"), ".png", None, 0.0)


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(StandIn, "calls", [])
    monkeypatch.setattr(key_diversity_table, "Protector", StandIn)
    monkeypatch.setattr(key_diversity_table, "KEYS", 5)
    monkeypatch.setattr(key_diversity_table, "_AT_A_TIME", 2)
    return make_bench(tmp_path, {Split.INTERNAL: 3, Split.EXTERNAL_1: 2}, networks=tmp_path / "none", methods=())


def test_figures_by_hand(bench):
    by_photograph, by_judge = measure(bench).tables
    assert [row[0] for row in by_photograph.rows] == [
        "images/internal/000.png", "images/external_1/000.png", "images/internal/001.png", "mean",
    ]  # fmt: skip
    assert [row[1:3] for row in by_photograph.rows] == [(4, 1)] * 3 + [(12, 3)]
    expected = np.std([0, 2, 4, 8])  # levels under keys 0, 1, 2 and 4
    assert [row[3] for row in by_photograph.rows[:3]] == pytest.approx([expected] * 3, abs=0.05)
    assert all(0 < row[4] < 0.1 for row in by_photograph.rows[:3])  # the same face, a little darker
    (row,) = by_judge.rows
    assert row[0] == "mobilefacenet512"
    assert row[3].estimate == 1  # every pair of keys passes for one person


def test_the_sheet_shows_original_and_keys(bench):
    (picture,) = measure(bench).pictures
    pixels = cv2.imdecode(np.frombuffer(picture.png, np.uint8), cv2.IMREAD_COLOR)
    assert pixels.shape[1] > 5 * 150


def test_what_is_done_is_not_done_again(bench):
    first = measure(bench)
    calls = len(StandIn.calls)
    assert calls == 3 * 5
    assert measure(bench).tables == first.tables
    assert len(StandIn.calls) == calls


def test_a_photograph_that_no_key_protects_is_stood_in_for_and_named(bench, monkeypatch):
    worked = StandIn.protect

    def protect(self, data, name):
        if name == "images/internal/000.png":
            raise FaceTooSmall(f"{name}: too small")
        return worked(self, data, name)

    monkeypatch.setattr(StandIn, "protect", protect)
    section = measure(bench)
    assert section.tables[0].rows[0][0] == "images/external_1/000.png"
    assert any("images/internal/000.png: protected under fewer than two" in line for line in section.left_out)


def test_where_nothing_can_be_protected_the_section_says_so(bench, monkeypatch):
    def refuse(self, data, name):
        raise FaceTooSmall(f"{name}: too small")

    monkeypatch.setattr(StandIn, "protect", refuse)
    section = measure(bench)
    assert section.tables == ()
    assert section.left_out[-1].startswith("key diversity: no photograph")
