"""A whole evaluation: which measures there are, and how they are run."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from rofi.errors import RofiError
from rofi.evaluation.bench import Bench
from rofi.evaluation.report.document import Section


class Measure(Protocol):
    """A module's `measure`."""

    def __call__(self, bench: Bench, /) -> Section:
        """One section of the report."""


@dataclass(frozen=True)
class MeasureFacts:
    """A measure before it is loaded.

    Attributes:
        name: of its module in `rofi.evaluation.measures`, and, with hyphens, of its section.
        about: what it answers.
    """

    name: str
    about: str

    def load(self) -> Measure:
        """The function; its imports may be slow."""
        return cast(Measure, importlib.import_module(f"rofi.evaluation.measures.{self.name}").measure)


MEASURES = (
    MeasureFacts("example_pictures", "what the methods make of a patient"),
    MeasureFacts("signs_kept", "eyelids, irises and eye structure (Fig. 2b, Supp. Tables 1, 2)"),
    MeasureFacts("sign_classes", "agreement on classes of signs (Fig. 2d, Supp. Table 3)"),
    MeasureFacts("diagnosis", "health state and disease by image classifiers (Fig. 3, 4, Supp. Tables 4-6, 9)"),
    MeasureFacts("face_landmarks", "facial landmarks and asymmetry (Supp. Table 7)"),
    MeasureFacts("tumour_segmentation", "tumour segmentation (Supp. Table 8)"),
    MeasureFacts("identification", "recognition by networks (Fig. 5b, c)"),
    MeasureFacts("iris_recognition", "recognition by the iris (discussion)"),
    MeasureFacts("key_diversity_table", "one photograph under many keys (Supp. Table 14)"),
    MeasureFacts("differential_privacy", "differential privacy at equal recognition (Supp. Table 13)"),
    MeasureFacts("membership_inference", "membership inference (section 2.6)"),
    MeasureFacts("attacks", "wrong keys, universal key, adversarial noise, restoring without a key (Supp. Table 11)"),
    MeasureFacts("way_back", "restored against original (Fig. 5d)"),
    MeasureFacts("jpeg_curve", "the way back after JPEG"),
    MeasureFacts("follow_up", "thyroid eye disease followed up (Fig. 5e)"),
)


def choose_measures(names: Sequence[str] | None) -> tuple[MeasureFacts, ...]:
    """Those named, hyphens or underscores, in the report's order; all for None.

    Raises:
        RofiError: there is no such measure.
    """
    if names is None:
        return MEASURES
    wanted = {name.replace("-", "_") for name in names}
    unknown = wanted - {facts.name for facts in MEASURES}
    if unknown:
        known = ", ".join(facts.name.replace("_", "-") for facts in MEASURES)
        raise RofiError(f"{', '.join(sorted(unknown))}: no such measure; choose from {known}")
    return tuple(facts for facts in MEASURES if facts.name in wanted)


@dataclass(frozen=True)
class Timed:
    """A section and how long it took."""

    section: Section
    seconds: float


def run_measures(
    bench: Bench, measures: Sequence[MeasureFacts], on_begin: Callable[[MeasureFacts], None] = lambda facts: None
) -> list[Timed]:
    """One section after the other; one that cannot be measured here says why and holds up no other.

    Args:
        bench: see `Bench`.
        measures: see `choose_measures`.
        on_begin: called with each.
    """
    done = []
    for facts in measures:
        on_begin(facts)
        start = time.monotonic()
        done.append(Timed(_run(bench, facts), time.monotonic() - start))
    return done


def _run(bench: Bench, facts: MeasureFacts) -> Section:
    try:
        return facts.load()(bench)
    except RofiError as error:
        reason = str(error)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("rofi"):
            raise
        reason = f"{error.name} is not installed: pip install 'rofi-face[evaluate]'"
    name = facts.name.replace("_", "-")
    return Section(name, name.replace("-", " ").capitalize(), facts.about, "", left_out=(reason,))
