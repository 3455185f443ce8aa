import pytest

from pipeline.photographs import close_up, portrait, protector, remembering, saved
from rofi.keys.secret import Secret
from rofi.pipeline.protector import Protector


@pytest.fixture(scope="session")
def secret():
    return Secret(bytes(range(32)))


@pytest.fixture(scope="session")
def original():
    """The bytes of the portrait as a PNG file."""
    return saved(portrait())


@pytest.fixture(scope="session")
def protected(networks, secret, original):
    return protector(networks, secret).protect(original, "Anna Example 1962.png")


@pytest.fixture(scope="session")
def unsealed(networks, secret, original):
    return protector(networks, secret, seal=False).protect(original, "Anna Example 1962.png")


@pytest.fixture(scope="session")
def memory():
    return {}


@pytest.fixture
def remembered(monkeypatch, memory):
    """Equal photographs are protected once."""
    monkeypatch.setattr(Protector, "protect", remembering(memory))


@pytest.fixture
def photos(tmp_path):
    """Three photographs of different bytes, in folders."""
    folder = tmp_path / "photos"
    for shade, name in enumerate(["Anna Example.png", "visit 2/Anna Example.png", "visit 2/left eye.tif"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = close_up().copy()
        pixels[0, 0] = shade
        (folder / name).write_bytes(saved(pixels, "TIFF" if name.endswith("tif") else "PNG"))
    return folder
