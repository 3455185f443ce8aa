import errno
import os
from pathlib import Path

import numpy as np
import pytest

from pipeline.photographs import close_up, saved
from pipeline.ready_jobs import batch, content, protecting, restoring
from rofi.errors import NoFaceFound, OutputError
from rofi.imaging import files
from rofi.imaging.files import read_file
from rofi.keys.secret import Secret
from rofi.pipeline.batch import run_batch
from rofi.pipeline.jobs import ProtectJob, RestoreJob, header_of, reported
from rofi.pipeline.photos import PhotoPath, find_photos
from rofi.pipeline.report import FileReport, Outcome

pytestmark = pytest.mark.usefixtures("remembered")


def test_a_folder_goes_out_under_pseudonyms_and_comes_back_by_the_seal(networks, secret, photos, tmp_path):
    out, back = tmp_path / "out", tmp_path / "back"
    (photos / "visit 2/Anna Example.png").rename(photos / "visit 2/Bea.png")
    before = content(photos)
    reports = batch(protecting(networks, secret, out), photos)
    assert {str(report.outcome) for report in reports} == {"done"}
    names = sorted(content(out))
    assert len(names) == 3
    for name in names:
        assert name.startswith("rofi-")
        assert not any(word in name.lower() for word in ("anna", "example", "bea", "visit", "left"))
    assert {str(report.outcome) for report in batch(restoring(networks, secret, back), out)} == {"done"}
    assert content(back) == {Path(name).name: data for name, data in before.items()}
    assert content(photos) == before


def test_names_can_be_kept_with_their_folders(networks, secret, photos, tmp_path):
    out, back = tmp_path / "out", tmp_path / "back"
    batch(protecting(networks, secret, out, "keep"), photos)
    assert sorted(content(out)) == ["Anna Example.png", "visit 2/Anna Example.png", "visit 2/left eye.png"]
    batch(restoring(networks, secret, back), out)
    assert content(back) == content(photos)


@pytest.mark.parametrize("names", ["pseudonym", "keep"])
def test_a_second_run_skips_what_is_whole_and_does_the_rest(networks, secret, photos, tmp_path, names):
    out = tmp_path / "out"
    first = batch(protecting(networks, secret, out, names), photos)
    whole = content(out)
    Path(first[1].result).unlink()
    second = batch(protecting(networks, secret, out, names), photos)
    assert [str(report.outcome) for report in second] == ["skipped", "done", "skipped"]
    assert [report.result for report in second] == [report.result for report in first]
    assert content(out).keys() == whole.keys()
    assert {str(report.outcome) for report in batch(protecting(networks, secret, out, names), photos)} == {"skipped"}


def test_a_second_restoring_skips_what_is_there(networks, secret, photos, tmp_path):
    out, back = tmp_path / "out", tmp_path / "back"
    batch(protecting(networks, secret, out, "keep"), photos)
    batch(restoring(networks, secret, back), out)
    again = batch(restoring(networks, secret, back), out)
    assert {str(report.outcome) for report in again} == {"skipped"}


def test_with_names_kept_a_name_that_is_another_photographs_is_refused_at_once(
    networks, secret, photos, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    out.mkdir()
    (out / "Anna Example.png").write_bytes(b"somebody else's")
    job = protecting(networks, secret, out, "keep")
    worked = []
    monkeypatch.setattr(job._protector, "protect", lambda *call: worked.append(call))
    (photo, *_) = find_photos([photos])
    report = job(photo)
    assert not worked
    assert (report.outcome, report.error) == (Outcome.FAILED, "OutputError")
    assert "Anna Example.png: is there already and not of this photograph" in report.message
    assert (out / "Anna Example.png").read_bytes() == b"somebody else's"


def test_with_names_and_formats_kept_only_the_same_name_and_format_is_taken(networks, secret, tmp_path):
    folder, out = tmp_path / "photos", tmp_path / "out"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(saved(close_up(), "JPEG"))
    (folder / "a.png").write_bytes(saved(close_up()))
    reports = batch(protecting(networks, secret, out, "keep", image_format="same"), folder)
    assert [str(report.outcome) for report in reports] == ["done", "done"]
    assert sorted(content(out)) == ["a.jpeg", "a.png"]


def test_under_a_pseudonym_a_file_that_is_not_whole_is_not_overwritten(networks, secret, photos, tmp_path):
    out = tmp_path / "out"
    (photo, *_) = find_photos([photos])
    result = Path(protecting(networks, secret, out)(photo).result)
    result.write_bytes(b"damaged")
    report = protecting(networks, secret, out)(photo)
    assert report.error == "OutputError"
    assert result.read_bytes() == b"damaged"


def test_a_copy_that_another_process_did_meanwhile_is_no_failure(networks, secret, photos, tmp_path, monkeypatch):
    (photo, *_) = find_photos([photos])
    copy = PhotoPath(photos / "copy.png", Path("copy.png"))
    copy.path.write_bytes(read_file(photo.path))
    out = tmp_path / "out"
    slow, quick = protecting(networks, secret, out), protecting(networks, secret, out)
    protect = slow._protector.protect

    def overtaken(original, name):
        assert quick(copy).outcome is Outcome.DONE
        return protect(original, name)

    monkeypatch.setattr(slow._protector, "protect", overtaken)
    report = slow(photo)
    assert report.outcome is Outcome.SKIPPED
    assert list(content(out)) == [Path(report.result).name]


def test_a_bad_file_does_not_stop_the_batch(networks, secret, photos, tmp_path):
    (photos / "aaa.png").write_bytes(b"")
    (photos / "bbb.jpg").write_bytes(b"Dear colleague")
    (photos / "ccc.png").write_bytes(saved(np.full((64, 64, 3), 128, np.uint8)))
    out = tmp_path / "out"
    reports = batch(protecting(networks, secret, out), photos)
    assert [report.error for report in reports] == [
        None,
        "UnreadablePhoto",
        "UnreadablePhoto",
        "NoFaceFound",
        None,
        None,
    ]
    assert len(content(out)) == 3
    assert all("\n" not in report.message for report in reports if report.message)


def test_a_face_too_small_leaves_nothing_written(networks, secret, tmp_path):
    folder, out = tmp_path / "photos", tmp_path / "out"
    folder.mkdir()
    pair = np.full((256, 420, 3), 128, np.uint8)
    pair[:, :256] = close_up()
    pair[60:140, 300:380] = close_up(80)
    (folder / "a.png").write_bytes(saved(pair))
    (report,) = batch(protecting(networks, secret, out), folder)
    assert report.error == "FaceTooSmall"
    assert not out.exists()


def test_a_full_disk_fails_its_file_leaves_nothing_half_written_and_the_rest_is_done(
    networks, secret, photos, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    write, calls = os.write, []

    def fill(descriptor, data):
        calls.append(len(data))
        if len(calls) == 1:
            return write(descriptor, data[:1000])
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    before = content(photos)
    job = protecting(networks, secret, out)
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "write", fill)
        reports = batch(job, photos)
    assert [report.error for report in reports] == ["OutputError", None, None]
    assert "No space left on device" in reports[0].message
    assert len(content(out)) == 2
    assert not list(out.glob(".rofi-*"))
    assert content(photos) == before
    assert [str(report.outcome) for report in batch(job, photos)] == ["done", "skipped", "skipped"]


@pytest.mark.parametrize("call", ["open", "mkdir"])
def test_a_read_only_folder_is_an_error(networks, secret, photos, tmp_path, monkeypatch, call):
    def deny(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    (photo, *_) = find_photos([photos])
    job = protecting(networks, secret, tmp_path / "out")
    monkeypatch.setattr(*((files.os, "open") if call == "open" else (Path, "mkdir")), deny)
    report = job(photo)
    assert report.error == "OutputError"
    assert "Permission denied" in report.message


def test_an_original_whose_name_is_taken_comes_back_in_a_folder_of_its_own(networks, secret, photos, tmp_path):
    out, back = tmp_path / "out", tmp_path / "back"
    (back / "Anna Example.png").mkdir(parents=True)
    (photo, *_) = find_photos([photos])
    protecting(networks, secret, out)(photo)
    (protected,) = out.iterdir()
    (report,) = batch(restoring(networks, secret, back), out)
    assert report.result == str(back / protected.stem / "Anna Example.png")
    assert (back / protected.stem / "Anna Example.png").read_bytes() == photo.path.read_bytes()
    (again,) = batch(restoring(networks, secret, back), out)
    assert again.outcome is Outcome.SKIPPED


def test_two_originals_of_one_name_both_come_back(networks, secret, photos, tmp_path):
    first, *_ = find_photos([photos])
    others = tmp_path / "others"
    others.mkdir()
    (others / first.path.name).write_bytes(first.path.read_bytes() + b"\0")
    out, back = tmp_path / "out", tmp_path / "back"
    job = protecting(networks, secret, out)
    originals = [first, *find_photos([others])]
    for photo in originals:
        assert job(photo).outcome is Outcome.DONE
    results = [Path(report.result) for report in batch(restoring(networks, secret, back), out)]
    assert sorted(path.read_bytes() for path in results) == sorted(photo.path.read_bytes() for photo in originals)


def test_what_cannot_be_restored_is_named(networks, secret, photos, tmp_path):
    out = tmp_path / "out"
    batch(protecting(networks, secret, out, "keep"), photos)
    (out / "unprotected.png").write_bytes(saved(close_up()))
    (out / "letter.png").write_bytes(b"Dear colleague")
    wrong = restoring(networks, Secret(bytes(32)), tmp_path / "back")
    errors = {Path(report.source).name: report.error for report in batch(wrong, out)}
    assert errors == {
        "Anna Example.png": "SealDamaged",
        "left eye.png": "SealDamaged",
        "unprotected.png": "NotProtected",
        "letter.png": "NotProtected",
    }
    assert not (tmp_path / "back").exists()


def test_a_stranger_is_told_to_be_one(networks, secret, photos, tmp_path):
    out = tmp_path / "out"
    (photo, *_) = find_photos([photos])
    protecting(networks, secret, out)(photo)
    (report,) = batch(restoring(networks, Secret(bytes(32)), tmp_path / "back", "neural"), out)
    assert (report.outcome, report.tier, report.key_fits) == (Outcome.DONE, "neural", False)


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (NoFaceFound("a.jpg: no face found"), "NoFaceFound", "a.jpg: no face found"),
        (OutputError("a.jpg: full"), "OutputError", "a.jpg: full"),
        (MemoryError(), "MemoryError", "visit/a.jpg: not enough memory; use fewer --workers or a smaller photograph"),
        (
            ZeroDivisionError("by\nzero"),
            "ZeroDivisionError",
            "visit/a.jpg: ZeroDivisionError: by zero; please report this",
        ),
    ],
)
def test_every_error_is_its_files(error, name, message):
    def work():
        raise error

    report = reported(PhotoPath(Path("photos/visit/a.jpg"), Path("visit/a.jpg")), work)
    assert (report.outcome, report.error, report.message) == (Outcome.FAILED, name, message)
    assert report.source == str(Path("photos/visit/a.jpg"))


def test_an_interruption_is_no_error_of_a_file():
    def work():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reported(PhotoPath(Path("a"), Path("a")), work)


def test_the_time_is_taken():
    report = reported(PhotoPath(Path("a"), Path("a")), lambda: FileReport("a", Outcome.DONE))
    assert 0 < report.seconds < 1


def test_jobs_never_show_their_secret(tmp_path):
    for job in (ProtectJob(Secret(b"s" * 32), tmp_path), RestoreJob(Secret(b"s" * 32), tmp_path)):
        assert "ssss" not in repr(job)


@pytest.mark.parametrize("content", [None, b"", b"text"])
def test_what_is_no_protected_file_has_no_header(tmp_path, content):
    if content is not None:
        (tmp_path / "a").write_bytes(content)
    assert header_of(tmp_path / "a") is None


def test_a_batch_interrupted_in_a_file_leaves_no_trace_of_it_and_can_be_gone_on_with(
    networks, secret, photos, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    job = protecting(networks, secret, out)
    monkeypatch.setattr(job, "prepare", lambda: None)
    fsync, calls = os.fsync, []

    def interrupt(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:
            raise KeyboardInterrupt
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", interrupt)
        report = run_batch(job, find_photos([photos]))
    assert (report.interrupted, report.exit_code, len(report.files)) == (True, 1, 1)
    assert len(content(out)) == 1
    again = run_batch(job, find_photos([photos]))
    assert again.counts == {"done": 2, "skipped": 1, "failed": 0}
