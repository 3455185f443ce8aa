"""One photograph under many keys: how different the protected faces are (paper section 3, Supplementary Table 14)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rofi.errors import PhotoError, StillRecognised
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.embeddings import embed_cases
from rofi.evaluation.intervals import Interval, bootstrap_mean
from rofi.evaluation.judges import find_judges
from rofi.evaluation.key_diversity import mean_pairwise_cosine_distance, pixel_deviation
from rofi.evaluation.methods.rofi import RofiMethod
from rofi.evaluation.report.document import Cell, Picture, Section, Table
from rofi.evaluation.report.sheets import sheet
from rofi.imaging.decode import decode
from rofi.keys.secret import Secret
from rofi.pipeline.protector import Protector
from rofi.recognition.recogniser import Recogniser

Bytes = npt.NDArray[np.uint8]

KEYS, QUICK_KEYS = 100, 8
PHOTOGRAPHS, QUICK_PHOTOGRAPHS = 3, 1
_AT_A_TIME = 10
"""Keys between two savings of what is done: some fifteen seconds."""
_SHOWN = 6


@dataclass(frozen=True, eq=False)
class Series:
    """One photograph.

    Attributes:
        case: whose.
        views: (K, V, V, 3) the protected face under every key that protected it.
        refused: under how many more every person stayed too like the patient.
    """

    case: Case
    views: Bytes
    refused: int


def measure(bench: Bench) -> Section:
    """A few photographs under many keys each: distances of identities, deviation of pixels, a sheet."""
    judges = find_judges(bench.settings.networks)
    method = next((method for method in bench.methods if isinstance(method, RofiMethod)), RofiMethod())
    keys = QUICK_KEYS if bench.settings.quick else KEYS
    wanted = QUICK_PHOTOGRAPHS if bench.settings.quick else PHOTOGRAPHS
    left_out = list(judges.left_out)
    series = list[Series]()
    for case in _in_turn(bench):
        if len(series) == wanted:
            break
        found = _series(bench, case, method, keys)
        if len(found.views) < 2:
            left_out.append(f"{case.row.image}: protected under fewer than two of {keys} keys; another was taken")
        else:
            series.append(found)
    if not series:
        left_out.append("key diversity: no photograph of the cohort could be protected")
        return Section(_NAME, _TITLE, _SOURCE, _TEXT.format(keys=keys), left_out=tuple(left_out))
    return Section(
        _NAME,
        _TITLE,
        _SOURCE,
        f"{_TEXT.format(keys=keys)}\n\n{judges.note}".strip(),
        (_by_photograph(series, judges.recognisers), _by_judge(bench, series, judges.recognisers)),
        (_sheet(bench, series),),
        left_out=tuple(left_out),
    )


_NAME, _TITLE, _SOURCE = "key-diversity", "One photograph under many keys", "section 3, Supplementary Table 14"
_TEXT = """One photograph is protected under {keys} keys, as the program does it, and the protected faces are compared
with each other. The key's part is not to paint noise but another person: were the protected faces alike, an attacker
would know of any what all look like, and several photographs of one patient could be told to belong together.

The paper measures distances by its own recogniser; these are another's, whose scale the distance between different
patients shows."""


def _in_turn(bench: Bench) -> Iterator[Case]:
    """One case of every split, then the next ones, each person once."""
    seen: set[str] = set()
    of_splits = [bench.of(split) for split in bench.splits]
    for place in range(max(map(len, of_splits))):
        for cases in of_splits:
            if place < len(cases) and cases[place].person not in seen:
                seen.add(cases[place].person)
                yield cases[place]


def _series(bench: Bench, case: Case, method: RofiMethod, keys: int) -> Series:
    parts = [
        _protected(bench, case, method, start, min(start + _AT_A_TIME, keys)) for start in range(0, keys, _AT_A_TIME)
    ]
    views = np.concatenate(parts)
    return Series(case, views, keys - len(views))


def _protected(bench: Bench, case: Case, method: RofiMethod, start: int, stop: int) -> Bytes:
    """(K, V, V, 3) the faces under the keys `start` to `stop`, without those that refuse the photograph."""
    photo = bench.original(case)

    def make() -> dict[str, Bytes]:
        views = []
        options = replace(method.protector.options, seal=False)
        plain = Protector(method.protector.networks, method.secret, options)
        for number in range(start, stop):
            bench.progress(f"{case.row.image} under key {number + 1}")
            protector = plain.under(Secret(number.to_bytes(32, "big")))
            try:
                protected = protector.protect(photo.data, photo.name)
            except StillRecognised:
                continue
            except PhotoError:
                break  # such as a face too small: no key will do
            views.append(bench.align(case, decode(protected.data, photo.name).pixels))
        side = bench.settings.view
        return {"views": np.stack(views) if views else np.zeros((0, side, side, 3), np.uint8)}

    made_of = {
        "photo": hashlib.sha256(photo.data).hexdigest(),
        "version": method.facts.version,
        "keys": [start, stop],
        "view": bench.settings.view,
    }
    return np.asarray(bench.store.arrays("key-diversity", made_of, make)["views"], np.uint8)


def _by_photograph(series: Sequence[Series], judges: Sequence[Recogniser]) -> Table:
    figures = []
    for one in series:
        distances = [mean_pairwise_cosine_distance(judge.embed(one.views)) for judge in judges]
        figures.append([pixel_deviation(one.views), *distances])
    rows: list[tuple[Cell, ...]] = [
        (one.case.row.image, len(one.views), one.refused, *of) for one, of in zip(series, figures, strict=True)
    ]
    means = [_mean(list(column)) for column in zip(*figures, strict=True)]
    rows.append(("mean", sum(len(one.views) for one in series), sum(one.refused for one in series), *means))
    columns = (
        "photograph",
        "keys",
        "keys refused",
        "deviation of a pixel, levels",
        *(f"distance of identities, {judge.spec.name}" for judge in judges),
    )
    note = (
        "Distance: mean of 1 - cosine over all pairs of keys (0: one person). Deviation: of the aligned face's pixels "
        "over the keys, averaged over pixels and channels; 0 where the eyes are kept. A key under which every person "
        f"stays too like the patient refuses the photograph. {_FEW}"
    )
    return Table(_NAME, "Protected faces of one photograph under different keys", columns, tuple(rows), note)


_FEW = "Means with BCa bootstrap intervals over the photographs, which are few: the intervals are rough."


def _by_judge(bench: Bench, series: Sequence[Series], judges: Sequence[Recogniser]) -> Table:
    """What the distances mean: beside those of different patients, and by the recogniser's threshold."""
    first: dict[str, Case] = {}
    for case in bench.cases:
        first.setdefault(case.person, case)
    rows: list[tuple[Cell, ...]] = []
    for judge in judges:
        _, patients = embed_cases(bench, list(first.values()), None, judge)
        strangers = mean_pairwise_cosine_distance(patients) if len(patients) > 1 else None
        embeddings = [judge.embed(one.views) for one in series]
        alike = []
        for of in embeddings:
            above = np.triu_indices(len(of), 1)
            alike.append(float((judge.similarity_matrix(of, of)[above] > judge.spec.threshold).mean()))
        distance = _mean([mean_pairwise_cosine_distance(of) for of in embeddings])
        rows.append((judge.spec.name, distance, strangers, _mean(alike)))
    columns = (
        "recogniser",
        "distance between keys",
        "distance between different patients",
        "pairs of keys that pass for one person at FAR 1e-3",
    )
    note = (
        f"The distance between {len(first)} different people's originals is what a key could reach that draws somebody "
        f"altogether new. The eyes, which every key keeps, and the light make pairs of keys more alike. {_FEW}"
    )
    return Table(f"{_NAME}-judges", "Are keys as different as patients?", columns, tuple(rows), note)


def _mean(values: Sequence[float]) -> Interval | float:
    return bootstrap_mean(values) if len(values) > 1 else float(values[0])


def _sheet(bench: Bench, series: Sequence[Series]) -> Picture:
    shown = min(_SHOWN, max(len(one.views) for one in series))
    rows = []
    for one in series:
        original = bench.view(one.case, None)
        under = [one.views[key] if key < len(one.views) else None for key in range(shown)]
        rows.append((one.case.row.image, [original, *under]))
    columns = ["Original", *(f"key {key + 1}" for key in range(shown))]
    note = "Aligned faces under the first keys that protect the photograph."
    return Picture(_NAME, "One photograph under different keys", sheet(rows, columns), note)
