"""Whether the iris gives the patient away (paper section 3: OpenIris before and after protection)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError
from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.id_gallery import IdGallery, open_gallery
from rofi.evaluation.identification_trial import Trial, search
from rofi.evaluation.intervals import Interval, bootstrap_mean, exact_binomial
from rofi.evaluation.iris_code import Code, fuse, hamming_distances
from rofi.evaluation.iris_reading import IrisReader, iris_diameters
from rofi.evaluation.methods.method import Method
from rofi.evaluation.open_iris import OpenIris
from rofi.evaluation.open_iris_search import OpenIrisSearch
from rofi.evaluation.report.document import Better, Cell, Picture, Section, Table, Verdict
from rofi.evaluation.report.plots import histograms

Floats = npt.NDArray[np.float64]

ROFI = "rofi"
OPEN_IRIS_LEAST = 50
"""Pixels across an iris below which OpenIris refuses a picture (`min_iris_diameter` in its pipeline's settings)."""
_QUICK = 12


@dataclass(frozen=True, eq=False)
class Result:
    """Irises after one method.

    Attributes:
        name, title: of the method.
        cases: those searched.
        trial: in the same order; similarities are minus the Hamming distance.
        refused: photographs that the method refuses.
        people: among whom is searched.
    """

    name: str
    title: str
    cases: tuple[Case, ...]
    trial: Trial
    refused: int
    people: int


def measure(bench: Bench) -> Section:
    """Rank-1 identification by iris codes, of the originals and after every method."""
    step = max(1, len(bench.cases) // _QUICK) if bench.settings.quick else 1
    cases = bench.cases[::step]
    gallery, reader = open_gallery(bench, cases), IrisReader(bench)
    marks, known = reader.marks(cases), reader.known(gallery)
    people = len({entry.person for entry in gallery.entries})
    left_out = [f"the ID photograph {image}: no face found in it" for image in gallery.no_face]
    results = []
    for method in (None, *bench.methods):
        numbers, codes = reader.probes(cases, marks, method)
        title = "Original" if method is None else method.facts.title
        searched = _search([cases[number] for number in numbers], codes, gallery, known)
        if searched is None:
            left_out.append(f"iris recognition after {title}: no photograph that is not refused and in the gallery")
            continue
        name = ORIGINAL if method is None else method.facts.name
        results.append(Result(name, title, *searched, len(cases) - len(numbers), people))
    tables = [_identification(bench, results), _sizes(bench, cases, marks)]
    tables += _with_open_iris(bench, gallery, cases, marks, left_out)
    return Section(
        "iris-recognition",
        "Are patients recognised by the iris?",
        "section 3 (OpenIris)",
        "\n\n".join((_TEXT, " ".join((_CARDS if gallery.of_cards else _AGAIN).split()))),
        tuple(table for table in tables if table.rows),
        _pictures(results),
        _verdicts(results),
        tuple(left_out),
    )


_TEXT = """Both irises of a photograph are turned into codes as OpenIris does it (the ring between pupil and white
unrolled, lids masked, phases of two wavelets, Hamming distance over turns) and searched among the codes of all
patients. Where the eyes are is taken from the original's landmarks, also after methods that hide it: an attacker can
guess that much.

ROFI as it is shipped leaves the photograph's own pixels in the eyes, so whatever an iris tells it tells still. The
paper's network redraws the iris, so that hardly anybody is identified by it any more.

Read these figures with the sizes below. Iris recognition is made for near-infrared pictures with irises of 100 pixels
and more; OpenIris refuses those of fewer than 50. In an iris of 12 to 35 pixels and visible light, borders of
colour, the lamp's reflex and the shape of the opening weigh more than the iris's own pattern: a hit means that this
pair of eyes can be told from the others here, not that an iris scanner would know the patient. Photographs of more
pixels give away more."""
_CARDS = """The gallery is the irises of the ID photographs. In a made cohort these show the same healthy irises in
another pose, light and camera."""
_AGAIN = """The cohort has no gallery.csv. The gallery is the originals photographed again: turned by up to 2 degrees,
resampled, with noise and through JPEG. The patient's disease and the lamp's reflex are the same in both, which makes
finding easier than with a picture of another day."""


def _search(
    cases: Sequence[Case], codes: Code, gallery: IdGallery, known: Code
) -> tuple[tuple[Case, ...], Trial] | None:
    candidates = [gallery.candidates(case) for case in cases]
    there = [number for number, of in enumerate(candidates) if len(of)]
    if not there:
        return None
    chosen = tuple(cases[number] for number in there)
    eyes = [hamming_distances(codes[there][:, eye], known[:, eye]) for eye in (0, 1)]
    return chosen, search(-fuse(eyes), [candidates[number] for number in there], gallery.own(chosen))


def _share(hits: npt.NDArray[np.bool_]) -> Interval:
    return exact_binomial(int(hits.sum()), len(hits))


def _mean(bench: Bench, values: Floats) -> Interval | float | None:
    known = values[np.isfinite(values)]
    if len(known) > 1:
        return bootstrap_mean(known, resamples=bench.settings.resamples, seed=bench.settings.seed)
    return float(known[0]) if len(known) else None


def _identification(bench: Bench, results: Sequence[Result]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for of in results:
        distances = [_mean(bench, -of.trial.genuine), _mean(bench, -of.trial.strangers)]
        rows.append((of.title, len(of.cases), of.refused, _share(of.trial.identified), *distances, 1 / of.people))
    columns = (
        "method", "photographs", "refused", "identified (rank-1)", "distance to the own iris",
        "distance to other people's", "identified by chance",
    )  # fmt: skip
    note = (
        "Shares with exact binomial 95 % intervals; mean masked fractional Hamming distance of both eyes, BCa "
        "bootstrap over photographs. Chance would give 0.5 to a single comparison, less here, for the best of several "
        "turns counts and lids shade all irises alike."
    )
    better: tuple[Better | None, ...] = (None, None, None, "lower", "higher", None, None)
    return Table("iris-recognition", "Identification by iris codes", columns, tuple(rows), note, better=better)


def _sizes(bench: Bench, cases: Sequence[Case], marks: Floats) -> Table:
    diameters = iris_diameters(marks)
    rows: list[tuple[Cell, ...]] = []
    for split in bench.splits:
        of_split = np.array([case.row.split is split for case in cases])
        if of_split.any():
            sizes = diameters[of_split]
            low, middle, high = (float(of) for of in np.quantile(sizes, (0.05, 0.5, 0.95)))
            large = _share(sizes >= OPEN_IRIS_LEAST)
            rows.append((split, len(sizes), low, middle, high, large))
    columns = (
        "split", "photographs", "5 % are smaller than, pixels", "median, pixels", "5 % are larger than, pixels",
        f"share of {OPEN_IRIS_LEAST} pixels or more",
    )  # fmt: skip
    return Table("iris-sizes", "How large the irises are in the photographs", columns, tuple(rows), decimals=2)


def _with_open_iris(
    bench: Bench, gallery: IdGallery, cases: Sequence[Case], marks: Floats, left_out: list[str]
) -> list[Table]:
    try:
        searching = OpenIrisSearch(bench, gallery, OpenIris())
    except RofiError as error:
        left_out.append(f"iris recognition by the paper's own program: {error}")
        return []
    rows: list[tuple[Cell, ...]] = []
    methods: tuple[Method | None, ...] = (None, *bench.methods)
    for method in methods:
        identified, unread = searching.identified(cases, marks, method)
        share = _share(identified) if len(identified) else None
        rows.append(("Original" if method is None else method.facts.title, len(identified), unread, share))
    columns = "method", "photographs", "of which no eye is read", "identified (rank-1)"
    note = "Eyes enlarged to 640 x 480 pixels. A photograph of which OpenIris reads no eye is not identified."
    better: tuple[Better | None, ...] = (None, None, None, "lower")
    return [Table("open-iris", "Identification by OpenIris", columns, tuple(rows), note, better=better)]


def _pictures(results: Sequence[Result]) -> tuple[Picture, ...]:
    if not results:
        return ()
    samples: dict[str, dict[str, npt.ArrayLike]] = {
        of.title: {of.title: -of.trial.genuine, "other people": -of.trial.impostor} for of in results
    }
    drawn = histograms(samples, "Hamming distance of both eyes")
    return (Picture("iris-distances", "Irises after each method against the patient's own and others'", drawn),)


def _verdicts(results: Sequence[Result]) -> tuple[Verdict, ...]:
    by_name = {of.name: of for of in results}
    if ROFI not in by_name or ORIGINAL not in by_name:
        return ()
    after, before = (_share(by_name[name].trial.identified) for name in (ROFI, ORIGINAL))
    answer = (
        f"{100 * after.estimate:.1f} % of photographs identified by the iris (95 % interval {100 * after.low:.1f} to "
        f"{100 * after.high:.1f}), {100 * before.estimate:.1f} % before protection"
    )
    good = after.low <= 1 / by_name[ROFI].people
    return (Verdict("Does the iris give the patient away?", answer, good, "iris-recognition"),)
