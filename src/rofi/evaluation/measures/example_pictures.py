"""What the methods make of a few patients of every disease, face and eyes (paper Figure 2e)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rofi.cohort.layout import SETTINGS
from rofi.cohort.row import Label
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.methods.method import Method, ReversibleMethod
from rofi.evaluation.report.document import Picture, Section
from rofi.evaluation.report.sheets import SheetRow, sheet

Bytes = npt.NDArray[np.uint8]

CASES, QUICK_CASES = 2, 1
"""Of every disease."""
RESTORED = 3
"""Photographs whose way back is shown."""
_ROFI = "rofi"
_SIDE = 512
_CELL = 180
# Shares of the aligned face's side: where its template has the eyes, and how much is shown of each.
_EYES = (0.359, 0.640)
_HEIGHT = 0.465
_WIDE, _HIGH = 0.25, 0.18


def measure(bench: Bench) -> Section:
    """A sheet per disease, methods in columns; a sheet of the way back."""
    made = (bench.cohort / SETTINGS).is_file()
    methods = [method for method in bench.methods if made or method.facts.name == _ROFI]
    columns: list[Method | None] = [None, *methods] if made else [*methods]
    left_out = [] if made else [_PRIVATE]
    pictures = []
    if columns:
        for kind, cases in _kinds(bench).items():
            chosen = _chosen(bench, kind, cases)
            pictures.append(_sheet(bench, kind, chosen, columns))
    if made and (shown := _way_back(bench)) is not None:
        pictures.append(shown)
    return Section(
        "example-pictures",
        "What the methods make of a patient",
        "Figure 2e, Figure 5f",
        _TEXT.format(count=QUICK_CASES if bench.settings.quick else CASES),
        pictures=tuple(pictures),
        left_out=tuple(left_out),
    )


_TEXT = """At most {count} of each disease, drawn by the seed and not picked: the aligned face, and below it the eyes on
the picture's left and right, enlarged. Grey: the method refuses the photograph, so nothing of it would be shared."""
_PRIVATE = """pictures of originals, of restored photographs and of the other methods: this is no made cohort, and in
most of them a patient could be recognised by whoever reads this report; they are in the folder of results"""


def _kinds(bench: Bench) -> dict[str, list[Case]]:
    """Cases by disease, the healthy last; by label where the disease is not known."""
    kinds: dict[str, list[Case]] = {}
    for case in sorted(bench.cases, key=lambda case: case.row.image):
        kinds.setdefault(case.disease.value if case.disease else case.row.label.value, []).append(case)
    return dict(sorted(kinds.items(), key=lambda item: (item[0] == Label.HEALTHY, item[0])))


def _chosen(bench: Bench, kind: str, cases: Sequence[Case]) -> list[Case]:
    wanted = min(QUICK_CASES if bench.settings.quick else CASES, len(cases))
    generator = np.random.default_rng([bench.settings.seed, *kind.encode()])
    return [cases[number] for number in sorted(generator.choice(len(cases), wanted, replace=False).tolist())]


def _sheet(bench: Bench, kind: str, cases: Sequence[Case], columns: Sequence[Method | None]) -> Picture:
    rows: list[SheetRow] = []
    for case in cases:
        bench.progress(f"example pictures: {kind.replace('_', ' ')}")
        views = [bench.view(case, method, _SIDE) for method in columns]
        rows.append((_told(case), views))
        rows += [(name, [_eye(view, place) for view in views]) for name, place in zip(_EYE_NAMES, _EYES, strict=True)]
    title = kind.replace("_", " ").capitalize()
    titles = ["Original" if method is None else method.facts.title for method in columns]
    return Picture(f"examples-{kind.replace('_', '-')}", title, sheet(rows, titles, cell=_CELL))


_EYE_NAMES = ("eye on the left", "eye on the right")


def _told(case: Case) -> str:
    """Without the file's name, which in a hospital may be a patient's."""
    split = case.row.split.value.replace("_", " ")
    return split if case.severity is None else f"{split}, severity {case.severity:.1f}"


def _eye(view: Bytes | None, place: float) -> Bytes | None:
    if view is None:
        return None
    side = view.shape[0]
    top, left = round((_HEIGHT - _HIGH / 2) * side), round((place - _WIDE / 2) * side)
    return view[top : top + round(_HIGH * side), left : left + round(_WIDE * side)]


def _way_back(bench: Bench) -> Picture | None:
    """Original, protected and restored faces of the methods that have a way back."""
    methods = [method for method in bench.methods if isinstance(method, ReversibleMethod)]
    if not methods or not bench.cases:
        return None
    wanted = QUICK_CASES if bench.settings.quick else RESTORED
    generator = np.random.default_rng(bench.settings.seed)
    numbers = sorted(generator.choice(len(bench.cases), min(wanted, len(bench.cases)), replace=False).tolist())
    rows: list[SheetRow] = []
    for case in (bench.cases[number] for number in numbers):
        cells = [bench.view(case, None, _SIDE)]
        for method in methods:
            restored = bench.restored(case, method)
            cells += [
                bench.view(case, method, _SIDE),
                None if restored is None else bench.align(case, restored, _SIDE),
            ]
        rows.append((_told(case), cells))
    columns = ["Original"]
    for method in methods:
        columns += [f"{method.facts.title}, protected", f"{method.facts.title}, restored"]
    note = "Restored with the right key from the pixels of the protected file alone."
    return Picture("examples-way-back", "The way back", sheet(rows, columns, cell=_CELL, gone="nothing"), note)
