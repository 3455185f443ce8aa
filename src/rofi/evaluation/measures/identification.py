"""Whether recognisers find the patient: identification and verification (paper section 2.6, Figure 5b and c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import torch

from rofi.errors import PhotoError, TooFewPairs
from rofi.evaluation.bench import ORIGINAL, Bench
from rofi.evaluation.id_gallery import IdGallery, open_gallery
from rofi.evaluation.identification_result import Result, embed_gallery, search_cases
from rofi.evaluation.identification_trial import Trial
from rofi.evaluation.intervals import Interval, bootstrap, exact_binomial
from rofi.evaluation.judges import find_judges
from rofi.evaluation.methods.method import Method, Photograph
from rofi.evaluation.report.document import Better, Cell, Picture, Section, Table, Verdict
from rofi.evaluation.report.plots import bars, histograms
from rofi.evaluation.tests_of_difference import holm, mcnemar_exact
from rofi.evaluation.verification import equal_error_rate, true_accept_rate
from rofi.imaging.decode import decode
from rofi.recognition.recogniser import Recogniser

Bytes = npt.NDArray[np.uint8]

ROFI = "rofi"
ENOUGH = 0.95
"""The paper's "over 95 % of patients" (section 3)."""
_FARS = (1e-2, 1e-3)
_FEW_RESAMPLES, _QUICK_RESAMPLES = 500, 100
_IMPOSTORS = 1000
"""Quantiles that stand for the impostors of an equal error rate: more change its third decimal only."""


def measure(bench: Bench) -> Section:
    """Rank-1 identification in the gallery and verification, by recogniser and method, originals included."""
    judges = find_judges(bench.settings.networks)
    gallery = open_gallery(bench, bench.cases)
    left_out = [*judges.left_out, *(f"the ID photograph {image}: no face found in it" for image in gallery.no_face)]
    results = []
    for judge in judges.recognisers:
        known = embed_gallery(bench, gallery, judge)
        for method in (None, *bench.methods):
            result = search_cases(bench, gallery, known, judge, method)
            if result is None:
                title = "Original" if method is None else method.facts.title
                left_out.append(f"{title} to {judge.spec.name}: no photograph that is not refused and in the gallery")
            else:
                results.append(result)
    crops = _crop_table(bench, gallery, judges.recognisers, results)
    tables = [_identification(results), _by_split(bench, results), _verification(bench, gallery, results)]
    tables += [_differences(results), crops]
    return Section(
        "identification",
        "Are patients recognised by machines?",
        "section 2.6, Figure 5b and c",
        "\n\n".join((_TEXT, _about(bench, gallery), judges.note)).strip(),
        tuple(table for table in tables if table.rows),
        _pictures(results),
        _verdicts(results),
        tuple(left_out),
    )


_TEXT = """A recogniser compares every photograph with a gallery of known patients, and the most similar one is its
answer. The protection rate is the share of photographs whose answer is another person (1 - rank-1 identification
rate). It says whether a patient can be picked out of this gallery; in a smaller one the same recogniser finds more.
Photographs that a method refuses are left out of its rates and counted: nothing of them would be shared.

Verification asks of a pair of photographs whether they show one person. The recogniser's own threshold accepts one
pair of strangers in a thousand (LFW). Beside it stand the rates with thresholds from this cohort's own strangers,
each method's for itself, as an attacker would set them who knows the method.

The paper uses AdaCos and ArcFace networks that are not published with it. The recognisers here are smaller ones that
took no part in training ROFI."""
_CARDS = """The gallery is the patients' ID photographs, {entries} of {persons} people; everybody else is in it once.
Where a made cohort has one photograph of a person only, its ID photograph is made of the same photograph in another
pose, light and camera, which is easier to match than a picture of another day."""
_ORIGINALS = """The cohort has no gallery.csv, so the gallery is the very originals, {entries} of {persons} people.
Unprotected photographs are found in it by construction, and it is the hardest test of all: an attacker who has the
originals needs no recogniser."""


def _about(bench: Bench, gallery: IdGallery) -> str:
    text = (_CARDS if gallery.of_cards else _ORIGINALS).replace("\n", " ")
    people = len({entry.person for entry in gallery.entries})
    told = text.format(entries=len(gallery.entries), persons=people)
    if people < len({case.row.patient for case in bench.cases}):
        told += (
            " Several patients are painted on one face: they count as one person, of whom the gallery has the "
            "photograph of the patient who is searched. Photographs of one face are not quite independent, and "
            "intervals a little too narrow for it."
        )
    return told


def _share(hits: npt.NDArray[np.bool_]) -> Interval:
    return exact_binomial(int(hits.sum()), len(hits))


def _identification(results: Sequence[Result]) -> Table:
    rows = []
    for of in results:
        counts = len(of.cases), of.refused, of.absent
        rows.append((of.judge.spec.name, of.title, *counts, _share(of.trial.identified), _share(of.protected)))
    columns = (
        "recogniser", "method", "photographs", "refused", "patient not in the gallery",
        "identified (rank-1)", "protection rate",
    )  # fmt: skip
    better: tuple[Better | None, ...] = (*(None,) * 5, "lower", "higher")
    return Table("identification", "Identification in the gallery", columns, tuple(rows), _EXACT, better=better)


_EXACT = "Shares of photographs with exact binomial 95 % intervals (Clopper-Pearson)."


def _by_split(bench: Bench, results: Sequence[Result]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for result in results if len(bench.splits) > 1 else ():
        for split in bench.splits:
            within = np.array([case.row.split is split for case in result.cases])
            if within.any():
                protected = result.protected[within]
                rows.append((split, result.judge.spec.name, result.title, len(protected), _share(protected)))
    columns = ("split", "recogniser", "method", "photographs", "protection rate")
    note = f"{_EXACT} The gallery is the same, of all splits."
    better: tuple[Better | None, ...] = (*(None,) * 4, "higher")
    return Table("identification-splits", "The same by split", columns, tuple(rows), note, better=better)


def _verification(bench: Bench, gallery: IdGallery, results: Sequence[Result]) -> Table:
    rows = []
    for of in results:
        threshold = of.judge.spec.threshold
        card = _share(of.trial.genuine > threshold) if gallery.of_cards else None
        very = _share(of.very > threshold) if of.name != ORIGINAL else None
        rates = [_true_accepts(of.trial, far) for far in _FARS]
        rows.append((of.judge.spec.name, of.title, card, very, *rates, _equal_error(bench, of.trial)))
    columns = (
        "recogniser", "method", "one person with the ID photograph, at the recogniser's FAR 1e-3",
        "the same with the very photograph", *(f"TAR at FAR {far:g} of this cohort" for far in _FARS), "EER",
    )  # fmt: skip
    pairs = min((len(of.trial.impostor) for of in results), default=0)
    note = (
        f"{_EXACT} EER: BCa bootstrap over photographs, the strangers as they are. At least {pairs} pairs of strangers "
        "to a method; a dash where they are too few for the rate. TAR and EER are of pairs with the gallery's "
        "photograph. The lower TAR is and the nearer EER to 0.5, the better a method protects."
    )
    ways: list[Better] = ["lower"] * (2 + len(_FARS))
    better = (None, None, *ways, None)  # neither way of an EER: the nearer to 0.5 the better
    return Table("verification", "Verification", columns, tuple(rows), note, better=better)


def _true_accepts(trial: Trial, far: float) -> Interval | None:
    genuine, impostor = torch.from_numpy(trial.genuine), torch.from_numpy(trial.impostor)
    try:
        rate = true_accept_rate(genuine, impostor, far)
    except TooFewPairs:
        return None
    return exact_binomial(round(rate * len(genuine)), len(genuine))


def _equal_error(bench: Bench, trial: Trial) -> Interval | None:
    if len(trial.genuine) < 2 or not len(trial.impostor):
        return None
    places = (np.arange(_IMPOSTORS) + 0.5) / _IMPOSTORS
    thinned = np.quantile(trial.impostor, places) if len(trial.impostor) > _IMPOSTORS else trial.impostor
    strangers = torch.from_numpy(thinned)
    return bootstrap(
        lambda genuine: equal_error_rate(torch.from_numpy(np.ascontiguousarray(genuine)), strangers),
        trial.genuine,
        resamples=min(bench.settings.resamples, _QUICK_RESAMPLES if bench.settings.quick else _FEW_RESAMPLES),
        seed=bench.settings.seed,
    )


def _differences(results: Sequence[Result]) -> Table:
    compared: list[tuple[str, str, int, int, int, float]] = []
    for own in results:
        for other in results:
            if own.name != ROFI or other.name == ROFI or other.judge is not own.judge:
                continue
            ours, theirs = _on_common(own, other)
            if len(ours):
                alone, other_alone = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
                p_value = mcnemar_exact(ours, theirs).p_value
                compared.append((own.judge.spec.name, other.title, len(ours), alone, other_alone, p_value))
    corrected = holm([row[-1] for row in compared])
    rows = tuple((*row, p_value) for row, p_value in zip(compared, corrected, strict=True))
    columns = (
        "recogniser", "ROFI against", "photographs of both", "ROFI alone protects", "the other alone protects",
        "P (McNemar)", "P corrected (Holm)",
    )  # fmt: skip
    note = "Exact two-sided McNemar tests of who is not identified, on the same photographs; Holm over all rows."
    return Table("identification-differences", "ROFI against the others", columns, rows, note, decimals=4)


def _on_common(one: Result, other: Result) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    protected = {case.row.image: bool(of) for case, of in zip(other.cases, other.protected, strict=True)}
    pairs = [
        (bool(of), protected[case.row.image])
        for case, of in zip(one.cases, one.protected, strict=True)
        if case.row.image in protected
    ]
    both = np.array(pairs, np.bool_).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _crop_table(bench: Bench, gallery: IdGallery, judges: Sequence[Recogniser], results: Sequence[Result]) -> Table:
    """Eye crops searched among eye crops: what an attacker does who has the gallery and thinks a moment."""
    rows: list[tuple[Cell, ...]] = []
    for method in bench.methods:
        if "crop" not in method.facts.name:
            continue

        def crop(photo: Photograph, method: Method = method) -> Bytes:
            try:
                return decode(method.protect(photo), photo.name).pixels
            except PhotoError:
                return np.full_like(photo.pixels, 128)

        for judge in judges:
            known = embed_gallery(bench, gallery, judge, method.facts.name, method.facts.version, crop)
            if (result := search_cases(bench, gallery, known, judge, method)) is not None:
                shares = _share(result.trial.identified), _share(result.protected)
                rows.append((judge.spec.name, result.title, len(result.cases), *shares))
    columns = ("recogniser", "method", "photographs", "identified (rank-1)", "protection rate")
    note = (
        f"{_EXACT} Above, eye crops are searched among whole faces; here the gallery is cropped like the probe. The "
        "recognisers know whole faces only: one trained on eyes would find more."
    )
    better: tuple[Better | None, ...] = (None, None, None, "lower", "higher")
    title = "Eye crops in a gallery cropped likewise"
    return Table("identification-crops", title, columns, tuple(rows), note, better=better)


def _pictures(results: Sequence[Result]) -> tuple[Picture, ...]:
    if not results:
        return ()
    names = list(dict.fromkeys(of.judge.spec.name for of in results))
    titles = list(dict.fromkeys(of.title for of in results))
    rates = {(of.judge.spec.name, of.title): _share(of.protected) for of in results}
    panels = {name: [rates.get((name, title)) for title in titles] for name in names}
    drawn = bars(titles, panels, "protection rate", limits=(0, 1), level=ENOUGH)
    pictures = [
        Picture("protection-rates", "Photographs whose patient is not identified", drawn, "Dashed: the paper's 95 %.")
    ]
    for name in names:
        of_judge = [of for of in results if of.judge.spec.name == name]
        spec = of_judge[0].judge.spec
        axis = "cosine similarity" if spec.metric == "cosine" else "similarity: minus the Euclidean distance"
        samples = {of.title: {of.title: of.trial.genuine, "other people": of.trial.impostor} for of in of_judge}
        picture = histograms(
            cast(dict[str, dict[str, npt.ArrayLike]], samples), axis, marks={"FAR 1e-3": spec.threshold}
        )
        note = "The further a method's own pairs lie among those of other people, the less they give away."
        pictures.append(Picture(f"similarity-{name.replace('_', '-')}", f"Similarities to {name}", picture, note))
    return tuple(pictures)


def _verdicts(results: Sequence[Result]) -> tuple[Verdict, ...]:
    own = [of for of in results if of.name == ROFI]
    if not own:
        return ()
    worst = min(own, key=lambda of: of.protected.mean())
    share = _share(worst.protected)
    answer = (
        f"{worst.protected.sum()} of {len(worst.cases)} photographs are not identified by the best of {len(own)} "
        f"recognisers ({100 * share.estimate:.1f} %, 95 % interval {100 * share.low:.1f} to {100 * share.high:.1f})"
    )
    good = share.estimate >= ENOUGH
    return (Verdict("Do recognisers still find the patient?", answer, good, "identification"),)
