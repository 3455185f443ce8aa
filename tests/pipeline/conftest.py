import pytest
import torch

from pipeline.photographs import portrait, protector, saved
from rofi.keys.secret import Secret
from rofi.pipeline.networks import Networks


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def networks():
    return Networks.load(device="cpu")


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
