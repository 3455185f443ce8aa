"""A colour profile written by hand (ICC.1:2001-04), and what a colour in it is in sRGB, worked out by its formulas."""

import struct

import numpy as np

GAMMA = 563 / 256
ADOBE_RGB = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])
SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])


def _tag_xyz(values):
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(v * 65536) for v in values))


def adobe_like(description: str = "wide") -> bytes:
    """A matrix profile with Adobe RGB's primaries (adapted to D50) and its gamma."""
    text = description.encode() + b"\0"
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, 563) + bytes(2)
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78 + (-len(text) - 90) % 4),
        b"wtpt": _tag_xyz((0.9642, 1.0, 0.8249)),
        b"rXYZ": _tag_xyz(ADOBE_RGB[:, 0]),
        b"gXYZ": _tag_xyz(ADOBE_RGB[:, 1]),
        b"bXYZ": _tag_xyz(ADOBE_RGB[:, 2]),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, data = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(data), len(body))
        data += body
    head = struct.pack(">I4sI4s4s4s", 132 + len(table) - 4 + len(data), bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    return head + table + data


def to_srgb(colour):
    """The sRGB numbers of a colour given in the profile's; only for colours that sRGB has."""
    linear = np.linalg.solve(SRGB, ADOBE_RGB @ (np.asarray(colour) / 255) ** GAMMA)
    assert linear.min() >= 0
    assert linear.max() <= 1
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
