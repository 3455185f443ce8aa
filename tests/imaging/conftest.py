import numpy as np
import pytest
from skimage.data import astronaut


@pytest.fixture(scope="session")
def face():
    """(48, 64, 3) uint8: small, of uneven sides, and no two corners alike."""
    pixels = np.ascontiguousarray(astronaut()[60:156:2, 160:288:2])
    pixels.setflags(write=False)
    return pixels
