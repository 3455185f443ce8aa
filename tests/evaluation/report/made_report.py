"""A report with every kind of cell, and names that a page must not take for markup."""

from __future__ import annotations

import io
import math
from datetime import UTC, datetime

import numpy as np
from PIL import Image

from rofi.evaluation.bench import BenchSettings
from rofi.evaluation.intervals import Interval
from rofi.evaluation.methods.method import MethodFacts
from rofi.evaluation.report.document import Picture, Section, Table, Verdict
from rofi.evaluation.report.facts import Missing, ReportFacts, SplitCount

HOSTILE = "<script src=https://evil.example/x.js>alert('1')</script> & \"quotes\""


def png(side: int = 8, value: int = 200) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((side, side, 3), value, np.uint8)).save(buffer, "png")
    return buffer.getvalue()


def method_facts(name: str, title: str, is_not: str = "") -> MethodFacts:
    return MethodFacts(name, title, "1", name == "rofi", name == "rofi", f"what {title} is", is_not, "a paper")


METHODS = (
    method_facts("rofi", "ROFI"),
    method_facts("mosaic", "Mosaic"),
    method_facts("face-swap", "Face swap (mesh)", f"Not SimSwap {HOSTILE}"),
)

CELLS = Table(
    "every-cell",
    f"Every kind of cell {HOSTILE}",
    ("split", "method", "images", "share", "kappa", "P (Holm)", "remark"),
    (
        ("internal", "original", 12345, 1.0, Interval(1.0, 1.0, 1.0), None, None),
        ("internal", "ROFI", 231, 2 / 3, Interval(0.9534567, 0.9123, 0.9781), 1e-9, "good"),
        ("internal", HOSTILE, 230, -0.25, Interval(-0.1, -0.2, 0.05), 0.04, "=1+1"),
        ("external_1", "ROFI", 0, math.nan, None, 0.5, "a, b\nc"),
        ("external_1", "Mosaic", -3, math.inf, Interval(math.nan, math.nan, math.nan), 1.0, "ä\u202fö"),
    ),
    "A note.",
    3,
    (None, None, None, "higher", "higher", None, None),
)
BY_DISEASE = Table(
    "error-by-disease-internal",
    "Error by disease",
    ("disease", "ROFI", "Mosaic"),
    (("ptosis", 1.5, 5.5), ("pterygium", 3.0, 2.0), ("healthy", 1.0, 1.0)),
    better=(None, "lower", "lower"),
    across=True,
)
EMPTY = Table("nothing", "Nothing to show", ("a", "b"), ())

SECTIONS = (
    Section(
        "first-chapter",
        f"First {HOSTILE}",
        "section 2.3",
        f"One paragraph\nover two lines, {HOSTILE}.\n\n- one\n- two\n\nhttps://example.org/only-text",
        (CELLS, BY_DISEASE, EMPTY),
        (Picture("a-plot", f"A plot {HOSTILE}", png(), "how to read it"),),
        (
            Verdict(f"Good? {HOSTILE}", "yes, 0.95 (0.91 to 0.98)", True, "first-chapter"),
            Verdict("Bad?", "no", False, "nowhere"),
            Verdict("No level?", "3 %", None, "first-chapter"),
        ),
        (f"left out {HOSTILE}",),
    ),
    Section("second-chapter", "Second", "", ""),
)


def make_facts(quick: bool = False, cohort: str = "clinic") -> ReportFacts:
    return ReportFacts(
        cohort,
        True,
        (SplitCount("internal", 231, 228, 60, 171), SplitCount("external_1", 2, 2, 1, 1)),
        (("thyroid_eye_disease", 20),),
        1,
        BenchSettings(quick=quick),
        METHODS,
        "0.1.0",
        "0123456789abcdef",
        datetime(2026, 3, 1, 8, 5, tzinfo=UTC),
        4123.0,
        (Missing("Readers", "nobody read"),),
        ("The patients are paintings.",),
    )
