import pytest
from typer.testing import CliRunner

from rofi import __version__
from rofi.cli.app import app


def test_the_commands_are_told(rofi):
    ended = rofi("--help")
    assert ended.status == 0
    for command in ("keys", "protect", "restore", "inspect", "cohort", "train", "model"):
        assert command in ended.out


@pytest.mark.parametrize(
    "command",
    [
        ["protect"],
        ["restore"],
        ["inspect"],
        ["keys", "new"],
        ["cohort", "make"],
        ["cohort", "check"],
        ["model"],
        ["train", "run"],
    ],
)
def test_every_command_has_help(command):
    assert CliRunner().invoke(app, [*command, "--help"]).exit_code == 0


def test_the_version_is_told(rofi):
    assert rofi("--version").out == f"rofi {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("protect",),
        ("paint",),
        ("protect", "PHOTOS", "--key", "KEY"),
        ("protect", "PHOTOS", "--out", "OUT"),
        ("protect", "PHOTOS", "--key", "KEY", "--out", "OUT", "--colour"),
        ("protect", "PHOTOS", "--key", "KEY", "--out", "OUT", "--format", "gif"),
        ("protect", "PHOTOS", "--key", "KEY", "--out", "OUT", "--names", "both"),
        ("protect", "PHOTOS", "--key", "KEY", "--out", "OUT", "--sign-detail", "none"),
        ("protect", "PHOTOS", "--key", "KEY", "--out", "OUT", "--workers", "0"),
        ("protect", "PHOTOS", "--key", "KEY", "--out", "OUT", "--min-face", "1"),
        ("protect", "PHOTOS", "--key", "PHOTOS", "--out", "OUT"),
        ("protect", "GONE", "--key", "KEY", "--out", "OUT"),
        ("protect", "EMPTY", "--key", "KEY", "--out", "OUT"),
        ("restore", "EMPTY", "--key", "KEY", "--out", "OUT"),
        ("restore", "PHOTOS", "--key", "KEY", "--out", "OUT", "--tier", "both"),
        ("restore", "PHOTOS", "--key", "KEY", "--out", "OUT", "--log", "GONE"),
    ],
)
def test_wrong_use_is_status_2_and_nothing_is_written(rofi, photos, key, tmp_path, arguments):
    (tmp_path / "empty").mkdir()
    places = {
        "PHOTOS": photos,
        "KEY": key,
        "OUT": tmp_path / "out",
        "EMPTY": tmp_path / "empty",
        "GONE": tmp_path / "no",
    }
    ended = rofi(*(places.get(argument, argument) for argument in arguments))
    assert ended.status == 2
    assert "Traceback" not in ended.out + ended.err
    assert not (tmp_path / "out").exists()
