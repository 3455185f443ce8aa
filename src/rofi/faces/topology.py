"""Which points of the MediaPipe face mesh (468 points) are what; left and right are the image's, as in photographs.

Source: `face_mesh_connections.py` of MediaPipe 0.10, whose sides are the subject's: its right eye is our left one.
Every ring starts at the outer corner, runs along the lower lid to the inner corner and back along the upper lid.
"""

Indices = tuple[int, ...]

LEFT_EYE_OUTER, LEFT_EYE_INNER = 33, 133
RIGHT_EYE_INNER, RIGHT_EYE_OUTER = 362, 263

# fmt: off
FACE_OVAL: Indices = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)
"""36 points, in order, clockwise as seen from the middle of the forehead's upper edge."""

LEFT_EYE: Indices = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
RIGHT_EYE: Indices = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
"""Lid margins: 16 points, closed."""
BOTH_EYES: Indices = LEFT_EYE + RIGHT_EYE
LEFT_UPPER_LID: Indices = (33, 246, 161, 160, 159, 158, 157, 173, 133)
RIGHT_UPPER_LID: Indices = (263, 466, 388, 387, 386, 385, 384, 398, 362)
LEFT_LOWER_LID: Indices = (33, 7, 163, 144, 145, 153, 154, 155, 133)
RIGHT_LOWER_LID: Indices = (263, 249, 390, 373, 374, 380, 381, 382, 362)
"""Lid margins from the outer to the inner corner, corners included."""

EYE_CONTOUR: Indices = (0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 14, 13, 12, 11, 10, 9)
"""The same closed ring among the 71 points of the iris network."""

LEFT_EYE_RING_1: Indices = (130, 25, 110, 24, 23, 22, 26, 112, 243, 190, 56, 28, 27, 29, 30, 247)
RIGHT_EYE_RING_1: Indices = (359, 255, 339, 254, 253, 252, 256, 341, 463, 414, 286, 258, 257, 259, 260, 467)
"""One row of the mesh out from the lid margins: the crease of the upper lid, the lashes' root of the lower."""
LEFT_EYE_RING_2: Indices = (226, 31, 228, 229, 230, 231, 232, 233, 244, 189, 221, 222, 223, 224, 225, 113)
RIGHT_EYE_RING_2: Indices = (446, 261, 448, 449, 450, 451, 452, 453, 464, 413, 441, 442, 443, 444, 445, 342)
"""Two rows out: under the brow above, the lower border of the lower lid below."""

LEFT_BROW_UPPER: Indices = (70, 63, 105, 66, 107)
LEFT_BROW_LOWER: Indices = (46, 53, 52, 65, 55)
RIGHT_BROW_UPPER: Indices = (300, 293, 334, 296, 336)
RIGHT_BROW_LOWER: Indices = (276, 283, 282, 295, 285)
"""Brows from the outer to the inner end."""
LEFT_BROW: Indices = LEFT_BROW_UPPER + LEFT_BROW_LOWER[::-1]
RIGHT_BROW: Indices = RIGHT_BROW_UPPER + RIGHT_BROW_LOWER[::-1]
"""Brow outlines, closed."""

LIPS_OUTER: Indices = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
)
LIPS_INNER: Indices = (
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191,
)
LIPS_MIDDLE: tuple[Indices, Indices] = (
    (76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 408, 304, 303, 302, 11, 72, 73, 74, 184),
    (62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 407, 272, 271, 268, 12, 38, 41, 42, 183),
)
"""Outer and inner border of the lips and the rings between them, from without: 20 points each, closed, from the
image-left corner along the lower lip."""

NOSE_BRIDGE: Indices = (168, 6, 197, 195, 5, 4)
"""From between the eyes down to the tip."""
NOSE_TIP = 1
NOSE_BASE: Indices = (98, 97, 2, 326, 327)
"""Lower border from the image-left to the image-right wing."""
NOSE_OUTLINE: Indices = (
    168, 193, 245, 188, 174, 217, 126, 142, 129, 98, 97, 2, 326, 327, 358, 371, 355, 437, 399, 412, 465, 417,
)
"""Closed: from between the eyes along the image-left side, the base, and back along the image-right side."""
# fmt: on
