"""Everything that is done to a healthy face to make a patient of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from rofi.cohort.confounders import confound
from rofi.cohort.diseases import Disease
from rofi.cohort.eyeball import redraw_eyeball
from rofi.cohort.face import Face, Side
from rofi.cohort.follow_up import FollowUpPair, Verdict, make_pair
from rofi.cohort.lid_warp import sham_lids
from rofi.cohort.painting import Painter

Sham = Callable[[Face, Side, np.random.Generator], Face]
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
    """

    painters: Mapping[Disease, Painter]
    shams: Mapping[str, Sham]
    confound: Confound
    make_pair: MakePair


def shipped_effects() -> Effects:
    """Those of this package."""
    painters: Mapping[Disease, Painter] = import_module("rofi.cohort.diseases").PAINTERS
    return Effects(dict(painters), {"eyeball": redraw_eyeball, "lids": sham_lids}, confound, make_pair)
