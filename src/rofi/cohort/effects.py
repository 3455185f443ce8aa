"""Everything that is done to a healthy face to make a patient of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rofi.cohort.confounders import confound
from rofi.cohort.diseases import PAINTERS, Disease
from rofi.cohort.eyeball import look_aside, redraw_eyeball
from rofi.cohort.face import Face, Side
from rofi.cohort.follow_up import FollowUpPair, Verdict, make_pair
from rofi.cohort.lid_warp import sham_lids
from rofi.cohort.painting import Painter

Sham = Callable[[Face, Side, np.random.Generator], Face]
Glance = Callable[[Face, np.random.Generator], Face]
Confound = Callable[[Face, np.random.Generator], tuple[Face, tuple[str, ...]]]
MakePair = Callable[[Face, np.random.Generator, Verdict], FollowUpPair]


@dataclass(frozen=True)
class Effects:
    """Picklable, so functions of modules.

    Attributes:
        painters: of the signs.
        shams: by name: retouch an eye as painters do, showing nothing.
        confound: puts on a face what is no sign; also tells what.
        make_pair: the follow-up of one patient.
        glance: lets both eyes look aside together, before any sign is painted; None leaves them.
    """

    painters: Mapping[Disease, Painter]
    shams: Mapping[str, Sham]
    confound: Confound
    make_pair: MakePair
    glance: Glance | None = None


def shipped_effects() -> Effects:
    """Those of this package."""
    return Effects(PAINTERS, {"eyeball": redraw_eyeball, "lids": sham_lids}, confound, make_pair, look_aside)
