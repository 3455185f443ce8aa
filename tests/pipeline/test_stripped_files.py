"""Files that lost their metadata, and the owner's log that brings them back."""

from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from pipeline.photographs import close_up, pixels_of, protector, psnr, saved, stripped
from pipeline.ready_jobs import batch, protecting, restoring
from rofi.imaging.files import read_file
from rofi.keys.secret import Secret
from rofi.pipeline.owner_log import LogLine
from rofi.pipeline.photos import find_photos

pytestmark = pytest.mark.usefixtures("remembered")


@pytest.fixture(scope="module")
def logged(networks, secret):
    """Two photographs of one size: (name of the protected file, its bytes without metadata, log line)."""
    made = []
    for shade in (0, 1):
        pixels = close_up().copy()
        pixels[0, 0] = shade
        protected = protector(networks, secret).protect(saved(pixels), f"{shade}.png")
        name = f"{protected.pseudonym}.png"
        made.append((name, stripped(protected.data), LogLine(name, f"{shade}.png", protected.header)))
    return made


def log_of(logged):
    """As long as a clinic's, the lines wanted neither first nor last."""
    (_, _, one), (_, _, two) = logged
    other = replace(one, protected="rofi-other.png", header=replace(one.header, salt=bytes(16)))
    larger = replace(two, protected="rofi-larger.png", header=replace(two.header, size=(4000, 3000)))
    return [other, two, one, larger]


@pytest.mark.parametrize("names", ["own", "new", "each other's"])
def test_stripped_files_find_their_lines_in_the_log(networks, secret, logged, tmp_path, names):
    folder, back = tmp_path / "out", tmp_path / "back"
    folder.mkdir()
    called = {
        "own": [logged[0][0], logged[1][0]],
        "new": ["a.png", "b.png"],
        "each other's": [logged[1][0], logged[0][0]],
    }
    for (_, bare, _), name in zip(logged, called[names], strict=True):
        (folder / name).write_bytes(bare)
    reports = batch(restoring(networks, secret, back, log=log_of(logged)), folder)
    assert [(str(report.outcome), report.tier, report.key_fits) for report in reports] == [("done", "neural", True)] * 2
    for name in called[names]:
        assert psnr(pixels_of(read_file(back / name)), close_up()) > 35


def test_a_stripped_file_converted_to_another_format_does_too(networks, secret, logged, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.webp").write_bytes(saved(pixels_of(logged[0][1]), "WEBP", lossless=True))
    (report,) = batch(restoring(networks, secret, tmp_path / "back", log=log_of(logged)), folder)
    assert report.key_fits
    assert Path(report.result).name == "a.png"


@pytest.mark.parametrize("own_name", [True, False])
def test_a_stripped_and_resized_file_finds_its_line(networks, secret, logged, tmp_path, own_name):
    folder = tmp_path / "out"
    folder.mkdir()
    name, bare, _ = logged[0]
    larger = cv2.resize(pixels_of(bare), (512, 512), interpolation=cv2.INTER_CUBIC)
    (folder / (name if own_name else "renamed.png")).write_bytes(saved(larger))
    (report,) = batch(restoring(networks, secret, tmp_path / "back", log=log_of(logged)), folder)
    assert report.key_fits


def test_files_of_one_name_in_several_folders_find_their_own_lines(networks, secret, logged, tmp_path):
    folder, back = tmp_path / "out", tmp_path / "back"
    log = []
    for (_, bare, line), sub in zip(logged, ("a", "b"), strict=True):
        (folder / sub).mkdir(parents=True)
        (folder / sub / "IMG_1.png").write_bytes(bare)
        log.append(replace(line, protected=f"{sub}/IMG_1.png"))
    reports = batch(restoring(networks, secret, back, log=log), folder)
    assert [report.key_fits for report in reports] == [True, True]


def test_under_a_wrong_key_a_named_line_gives_a_stranger_and_no_name_nothing(networks, logged, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / logged[0][0]).write_bytes(logged[0][1])
    (folder / "renamed.png").write_bytes(logged[0][1])
    job = restoring(networks, Secret(bytes(32)), tmp_path / "back", log=log_of(logged))
    reports = {Path(report.source).name: report for report in batch(job, folder)}
    assert reports[logged[0][0]].key_fits is False
    assert reports["renamed.png"].error == "NotProtected"


def test_a_file_whole_enough_needs_no_log(networks, secret, photos, tmp_path, logged):
    out = tmp_path / "out"
    (photo, *_) = find_photos([photos])
    protecting(networks, secret, out)(photo)
    (report,) = batch(restoring(networks, secret, tmp_path / "back", log=log_of(logged)), out)
    assert report.tier == "sealed"
