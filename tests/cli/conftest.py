import sys
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import pytest

from pipeline.photographs import QUICK, close_up, remembering, saved
from rofi.cli.app import main
from rofi.keys.secret import Secret
from rofi.keys.store import save_secret
from rofi.pipeline import protector
from rofi.pipeline.networks import Networks
from rofi.recognition.specs import SPECS


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit status, standard output and standard error."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session")
def memory():
    return {}


@pytest.fixture(autouse=True)
def _quick(monkeypatch, networks, memory):
    """Networks loaded once, one person tried, and whoever it is taken: these tests are no verdict on the weights."""
    lenient = {name: replace(spec, threshold=2.0) for name, spec in SPECS.items()}
    monkeypatch.setattr(protector, "SPECS", MappingProxyType(lenient))
    load = Networks.load
    monkeypatch.setattr(Networks, "load", lambda weights=None: load(weights) if weights else networks)
    monkeypatch.setattr(protector.Protector, "protect", remembering(memory))
    monkeypatch.setattr("rofi.cli.protect.ProtectOptions", partial(replace, QUICK))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def rofi(monkeypatch, capsys):
    """The program, in this process."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["rofi", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Ended(ended.value.code or 0, out, err)

    return run


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "clinic.key"
    save_secret(Secret(bytes(range(32))), path, None)
    return path


@pytest.fixture
def photos(tmp_path):
    """Two photographs of one patient, one in a sub-folder."""
    folder = tmp_path / "photos"
    (folder / "visit 2").mkdir(parents=True)
    (folder / "Anna Example.png").write_bytes(saved(close_up()))
    (folder / "visit 2" / "left eye.jpg").write_bytes(saved(close_up(), "JPEG", quality=95))
    return folder
