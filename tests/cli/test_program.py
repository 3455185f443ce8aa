"""The installed program as an operating system starts, interrupts and ends it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.photographs import close_up, saved

PROGRAM = Path(sys.executable).with_name("rofi")
LENIENT = """
import sys
if not any("resource_tracker" in word for word in sys.orig_argv):
    from dataclasses import replace
    from types import MappingProxyType
    from rofi.recognition import specs
    specs.SPECS = MappingProxyType({name: replace(spec, threshold=2.0) for name, spec in specs.SPECS.items()})
"""
"""Runs first in every process of the program: a judge that lets every face pass, as these are no tests of weights."""

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="the package is not installed")


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "sitecustomize.py").write_text(LENIENT)
    return {**os.environ, "PYTHONPATH": str(tmp_path / "first"), "OMP_NUM_THREADS": "1", "COLUMNS": "200"}


@pytest.fixture
def rofi(environment, tmp_path):
    def run(*arguments):
        command = [str(PROGRAM), *map(str, arguments)]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture
def several(tmp_path):
    """A folder of three photographs of different bytes."""
    folder = tmp_path / "several"
    folder.mkdir()
    for number in range(3):
        pixels = close_up().copy()
        pixels[0, 0] = number
        (folder / f"{number}.png").write_bytes(saved(pixels))
    return folder


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_from_a_new_key_to_the_original_in_three_commands(rofi, photos):
    assert rofi("keys", "new", "clinic.key").returncode == 0
    protected = rofi("protect", photos, "--key", "clinic.key", "--out", "out", "--log", "owner.log")
    assert protected.returncode == 0, protected.stderr
    assert "2 done" in protected.stdout
    restored = rofi("restore", "out", "--key", "clinic.key", "--out", "back", "--json")
    assert restored.returncode == 0
    assert json.loads(restored.stdout)["counts"] == {"done": 2, "skipped": 0, "failed": 0}
    originals = {path.name: path.read_bytes() for path in photos.rglob("*.*")}
    assert content(photos.parent / "back") == originals


def test_an_error_is_one_line_and_a_status(rofi):
    missing = rofi("protect", "gone", "--key", "clinic.key", "--out", "out")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr == "rofi: gone: no such file or folder; check the name\n"


def children(process):
    """Process numbers of a process's children."""
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def wait_for(condition, process, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def interrupted(environment, key, several, out, workers, moment):
    """The program, interrupted as by Ctrl-C in a terminal, which every process of it hears."""
    command = [str(PROGRAM), "protect", str(several), "--key", str(key), "--out", str(out), "--workers", str(workers)]
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a shell that starts the tests in the background has them, and whatever they start, ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        wait_for(lambda: moment(process), process)
        os.killpg(process.pid, signal.SIGINT)
        told, errors = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode, told, errors


def check_interrupted(status, told, errors, out):
    assert status == 1
    assert [line for line in errors.splitlines() if "interrupted" in line] == [
        "rofi: interrupted; run the same command again to go on"
    ]
    assert "Traceback" not in told + errors
    assert "Error" not in told + errors
    assert not out.exists() or not [name for name in content(out) if not name.endswith(".png")]


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
def test_an_interrupted_batch_leaves_whole_files_and_is_gone_on_with(rofi, environment, key, several, tmp_path):
    out, before = tmp_path / "out", content(several)
    done = lambda _: out.exists() and any(name.endswith(".png") for name in content(out))  # noqa: E731
    check_interrupted(*interrupted(environment, key, several, out, 1, done), out)
    whole = content(out)
    assert 1 <= len(whole) < 3
    again = json.loads(rofi("protect", several, "--key", key, "--out", out, "--workers", "2", "--json").stdout)
    assert again["counts"] == {"done": 3 - len(whole), "skipped": len(whole), "failed": 0}
    assert {name: data for name, data in content(out).items() if name in whole} == whole
    assert content(several) == before


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux to see child processes")
def test_an_interruption_while_workers_start_is_as_quiet(environment, key, several, tmp_path):
    out, before = tmp_path / "out", content(several)
    started = lambda process: len(children(process)) >= 3  # noqa: E731 - the workers, and what tracks their resources
    check_interrupted(*interrupted(environment, key, several, out, 2, started), out)
    assert content(several) == before
