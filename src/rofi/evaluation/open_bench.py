"""From a cohort's folder to a bench: which cases, whose faces, which methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rofi.cohort.gallery_table import read_gallery
from rofi.cohort.layout import GALLERY, TRUTH
from rofi.cohort.row import Label, Row, Split
from rofi.cohort.table import read_table
from rofi.cohort.truth import Truth, read_truth
from rofi.errors import CohortError, PhotoError
from rofi.evaluation.bench import Bench, BenchSettings, Case, read_photograph
from rofi.evaluation.methods.line_up import line_up
from rofi.evaluation.store import Store
from rofi.faces.detection import Detector

TEST_SPLITS = (Split.INTERNAL, Split.EXTERNAL_1, Split.EXTERNAL_2)
"""The paper's three validation sets."""


def open_bench(
    cohort: Path,
    store: Path,
    method_names: Sequence[str] | None = None,
    splits: Sequence[Split] | None = None,
    settings: BenchSettings | None = None,
    limit: int | None = None,
    weights: Path | None = None,
    progress: Callable[[str], None] = lambda doing: None,
) -> Bench:
    """A bench on a cohort, made or a hospital's own.

    Args:
        cohort: folder with cohort.csv or cohort.parquet; truth/ is read where it is there.
        store: folder of results; a second bench on it finds done what the first did.
        method_names: see `line_up`; None for all.
        splits: to measure on; None for those of `TEST_SPLITS` that the cohort has.
        settings: see `BenchSettings`.
        limit: most images of each split, spread evenly over healthy patients and diseases; None for all.
        weights: of ROFI; None for the shipped ones.
        progress: see `Bench`.

    Raises:
        CohortError: the table cannot be read, or no image is left.
        RofiError: an unknown method.
    """
    settings = settings or BenchSettings()
    methods = line_up(method_names, weights)
    truths = {truth.image: truth for truth in read_truth(cohort)} if (cohort / TRUTH).is_file() else {}
    photographs = read_gallery(cohort) if (cohort / GALLERY).is_file() else []
    persons = {photograph.patient: photograph.person for photograph in photographs if photograph.person}
    wanted = splits or TEST_SPLITS
    of_split = [[row for row in read_table(cohort) if row.split is split] for split in wanted]
    chosen = [row for rows in of_split for row in _spread(rows, truths, limit, settings.seed)]
    detector = Detector()
    cases, no_face = [], []
    for row in chosen:
        progress(f"looking for the face: {row.image}")
        try:
            read_photograph(cohort, row, detector)
        except PhotoError:
            no_face.append(row.image)
            continue
        cases.append(to_case(row, truths.get(row.image), persons.get(row.patient)))
    if not cases:
        names = ", ".join(wanted)
        raise CohortError(f"{cohort}: no image with a face in the splits {names}; name others with --split")
    return Bench(cohort, tuple(cases), methods, Store(store), settings, tuple(no_face), progress, detector)


def to_case(row: Row, truth: Truth | None, person: str | None = None) -> Case:
    """A row of the table and what the truth and the gallery, if there are any, add to it."""
    if truth is None:
        return Case(row, row.disease, row.signs, row.severity, person or row.patient)
    severity = truth.severity if row.severity is None else row.severity
    who = person or truth.source or row.patient
    return Case(row, row.disease or truth.disease, row.signs or truth.signs, severity, who)


def _spread(rows: Sequence[Row], truths: dict[str, Truth], limit: int | None, seed: int) -> list[Row]:
    """At most `limit` rows: one healthy and one of each disease by turns, drawn at random within."""
    if limit is None or len(rows) <= limit:
        return list(rows)
    kinds: dict[str, list[Row]] = {}
    for number in np.random.default_rng(seed).permutation(len(rows)).tolist():
        row = rows[number]
        truth = truths.get(row.image)
        disease = row.disease or (truth.disease if truth else None)
        kinds.setdefault(disease or row.label, []).append(row)
    healthy = kinds.pop(Label.HEALTHY, [])
    diseases = [kinds[kind] for kind in sorted(kinds)]
    share = 0 if not healthy else min(len(healthy), max(limit // 4, limit - sum(map(len, diseases))))
    taken, turn = healthy[:share], 0
    while len(taken) < limit and any(diseases):
        of_disease = diseases[turn % len(diseases)]
        if of_disease:
            taken.append(of_disease.pop())
        turn += 1
    return sorted(taken, key=lambda row: row.image)
