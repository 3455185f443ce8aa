"""Whether a tumour of the lids keeps its outline (paper section 2.4, Supplementary Table 8).

The segmenter is trained once, some two and a half minutes of one core (ten seconds if quick); then it takes three
hundredths of a second per image and method.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import torch

from rofi.cohort.row import Split
from rofi.evaluation.bench import ORIGINAL, Bench, Case
from rofi.evaluation.dice import dice
from rofi.evaluation.intervals import Interval
from rofi.evaluation.methods.method import Method
from rofi.evaluation.patients import mean_over_patients, paired_test, patient_means
from rofi.evaluation.report.document import Better, Cell, Picture, Section, Table, Verdict
from rofi.evaluation.report.plots import bars
from rofi.evaluation.tests_of_difference import holm
from rofi.evaluation.tumours.cohort_tumours import TUMOURS, TrainingRows, read_training, training_rows, true_masks
from rofi.evaluation.tumours.eye_halves import VIEW, halves
from rofi.evaluation.tumours.training import SegmenterSettings, train_segmenter
from rofi.evaluation.tumours.unet import UNet, segment

Masks = Mapping[str, npt.NDArray[np.bool_]]

ROFI = "rofi"
BOTH = "both"
GOOD_DICE = 0.7389
"""The paper's Dice coefficient, of basal cell carcinomas that physicians outlined (section 2.4)."""
LEAST = 20
"""Masks of the train split without which nothing is trained."""


@dataclass(frozen=True)
class _Effort:
    """How much is trained on, and how long."""

    tumours: int
    others: int
    steps: int


_FULL, _QUICK = _Effort(1000, 600, 1000), _Effort(120, 60, 60)


@dataclass(frozen=True)
class _Result:
    """A method on the tumours of a split; Dice coefficients by image."""

    split: Split
    method: Method | None
    cases: tuple[Case, ...]
    asked: int
    to_original: Mapping[str, float]
    to_truth: Mapping[str, float]

    def means(self, values: Mapping[str, float], tumour: str) -> dict[str, float]:
        """By patient, of one kind of tumour or of both."""
        cases = [case for case in self.cases if tumour in (BOTH, case.disease)]
        return patient_means((case.row.patient, values[case.row.image]) for case in cases if case.row.image in values)


def measure(bench: Bench) -> Section:
    """Dice between tumours segmented in originals and in what every method makes of them, and against true masks."""
    effort = _QUICK if bench.settings.quick else _FULL
    cases = [case for case in bench.cases if case.disease in TUMOURS]
    if not cases:
        return _section((), left_out=("tumours: no photograph with a known carcinoma among those measured",))
    rows = training_rows(bench.cohort, effort.tumours, effort.others, bench.settings.seed)
    if len(rows.tumours) < LEAST:
        reason = f"the train split has {len(rows.tumours)} masks of carcinomas; {LEAST} are needed to learn from"
        return _section((), left_out=(f"tumours: {reason}",))
    network = _trained(bench, rows, effort)
    truths = true_masks(bench, cases)
    results = []
    for split in bench.splits:
        of_split = tuple(case for case in cases if case.row.split is split)
        if not of_split:
            continue
        originals = _segmented(bench, network, rows, of_split, None)
        found = {image: region for image, region in originals.items() if region.any()}
        for method in (None, *bench.methods):
            regions = originals if method is None else _segmented(bench, network, rows, of_split, method)
            kept = tuple(case for case in of_split if case.row.image in regions)
            to_original = {} if method is None else _dice(found, regions)
            results.append(_Result(split, method, kept, len(of_split), to_original, _dice(truths, regions)))
    left_out = []
    if all(_name(result) != ROFI for result in results):
        left_out.append("tests against ROFI: it is not among the methods compared")
    if len(truths) < len(cases):
        left_out.append(f"the true outline of {len(cases) - len(truths)} of {len(cases)} tumours: no mask is known")
    trained = f"{len(rows.tumours)} tumours and {len(rows.others)} other faces of the train split, {effort.steps} steps"
    return _section(
        (_table(bench, results),), trained, tuple(_pictures(bench, results)), _verdicts(bench, results), left_out
    )


def _section(
    tables: tuple[Table, ...],
    trained: str = "",
    pictures: tuple[Picture, ...] = (),
    verdicts: Sequence[Verdict] = (),
    left_out: Sequence[str] = (),
) -> Section:
    text = _TEXT + (f" Trained on {trained}." if trained else "")
    title, source = "Does a tumour keep its outline?", "section 2.4, Supplementary Table 8"
    return Section("tumour-segmentation", title, source, text, tables, pictures, tuple(verdicts), tuple(left_out))


_TEXT = """A small U-Net (0.5 million parameters) learns from original photographs and the true masks of basal and
squamous cell carcinomas to mark a tumour in the two halves of the aligned face, 96 x 128 pixels each. The region that
it marks in the protected picture is then compared with the one that it marks in the original (the paper's comparison,
where physicians outlined the tumours, and basal cell carcinomas only), and with the true mask. The first is asked only
of tumours that it finds in the original, for a method cannot lose what was not seen."""

_NOTE = """Dice coefficients, means over patients with 95 % intervals (BCa bootstrap). P: Wilcoxon's signed-rank test of
the coefficient against the original's region from ROFI's, over patients that both have, corrected by Holm's method over
the table. An interval of no width: all patients have the same coefficient, such as 0 where no tumour is left."""


def _trained(bench: Bench, rows: TrainingRows, effort: _Effort) -> UNet:
    """From the store, or trained now."""
    settings = SegmenterSettings(steps=effort.steps, seed=bench.settings.seed)

    def make() -> dict[str, npt.NDArray[np.generic]]:
        views, masks = read_training(bench.cohort, rows, bench.progress)
        network = train_segmenter(
            halves(views),
            halves(masks),
            settings,
            lambda step: bench.progress(f"learning to segment tumours: step {step} of {settings.steps}"),
        )
        return {name: tensor.numpy() for name, tensor in network.state_dict().items()}

    arrays = bench.store.arrays("tumour-segmenter", _made_of(bench, rows, settings), make)
    network = UNet()
    network.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return network.eval()


def _made_of(bench: Bench, rows: TrainingRows, settings: SegmenterSettings) -> dict[str, object]:
    return {"cohort": str(bench.cohort.resolve()), "training": rows.images, "settings": asdict(settings)}


def _segmented(bench: Bench, network: UNet, rows: TrainingRows, cases: Sequence[Case], method: Method | None) -> Masks:
    """By image, what the network marks after a method; those that the method refuses are not there."""
    images = [case.row.image for case in cases]
    after, version = (ORIGINAL, "") if method is None else (method.facts.name, method.facts.version)

    def make() -> dict[str, npt.NDArray[np.generic]]:
        bench.progress(f"tumours, {after}")
        kept, views = bench.views(cases, method, VIEW)
        numbers = {image: number for number, image in enumerate(images)}
        return {
            "numbers": np.array([numbers[case.row.image] for case in kept], np.int64),
            "regions": segment(network, views),
        }

    weights = sum(float(tensor.double().abs().sum()) for tensor in network.state_dict().values())
    made_of = {"cohort": str(bench.cohort.resolve()), "images": images, "version": version, "weights": weights}
    arrays = bench.store.arrays(f"tumours-{after}", made_of, make)
    return {images[int(number)]: region for number, region in zip(arrays["numbers"], arrays["regions"], strict=True)}


def _dice(references: Masks, regions: Masks) -> dict[str, float]:
    """By image, of those that both have."""
    shared = [image for image in regions if image in references]
    if not shared:
        return {}
    of = dice(np.stack([references[image] for image in shared]), np.stack([regions[image] for image in shared]))
    return dict(zip(shared, of.tolist(), strict=True))


def _table(bench: Bench, results: Sequence[_Result]) -> Table:
    kinds = [
        (result, tumour)
        for split in bench.splits
        for tumour in (*map(str, TUMOURS), BOTH)
        for result in results
        if result.split is split and any(tumour in (BOTH, case.disease) for case in result.cases)
    ]
    adjusted = _tested(results, kinds)
    rows: list[tuple[Cell, ...]] = [
        (
            result.split,
            tumour,
            ORIGINAL if result.method is None else result.method.facts.title,
            sum(tumour in (BOTH, case.disease) for case in result.cases),
            None if result.method is None else len(result.means(result.to_original, tumour)),
            _mean(bench, result.means(result.to_original, tumour)),
            adjusted.get(number),
            _mean(bench, result.means(result.to_truth, tumour)),
        )
        for number, (result, tumour) in enumerate(kinds)
    ]
    columns = (
        "split",
        "tumour",
        "method",
        "images",
        "patients whose tumour is found in the original",
        "Dice with the region in the original",
        "P (Holm)",
        "Dice with the true mask",
    )
    better: tuple[Better | None, ...] = (None, None, None, None, None, "higher", None, "higher")
    title = "Tumours segmented after every method"
    return Table("tumour-segmentation", title, columns, tuple(rows), _NOTE + _refusals(results), better=better)


def _refusals(results: Sequence[_Result]) -> str:
    refused = [
        f"{result.method.facts.title} {result.asked - len(result.cases)} of {result.asked} ({result.split})"
        for result in results
        if result.method is not None and len(result.cases) < result.asked
    ]
    return f" Refused: {', '.join(refused)}." if refused else ""


def _tested(results: Sequence[_Result], kinds: Sequence[tuple[_Result, str]]) -> dict[int, float]:
    """By number of the row, Holm's p-value of the difference from ROFI."""
    references = {result.split: result for result in results if _name(result) == ROFI}
    raw = {}
    for number, (result, tumour) in enumerate(kinds):
        reference = references.get(result.split)
        if reference is None or result.method is None or result is reference:
            continue
        outcome = paired_test(reference.means(reference.to_original, tumour), result.means(result.to_original, tumour))
        if outcome is not None:
            raw[number] = outcome.p_value
    return dict(zip(raw, holm(list(raw.values())), strict=True))


def _pictures(bench: Bench, results: Sequence[_Result]) -> list[Picture]:
    axis = "Dice with the region in the original"
    panels = {
        str(split): [
            _mean(bench, result.means(result.to_original, BOTH))
            for result in results
            if result.split is split and result.method is not None
        ]
        for split in dict.fromkeys(result.split for result in results)
    }
    titles = [method.facts.title for method in bench.methods]
    png = bars(titles, panels, axis, limits=(0.0, 1.0))
    return [Picture("tumour-segmentation", "Tumours segmented after every method", png, "Both kinds of tumours.")]


def _verdicts(bench: Bench, results: Sequence[_Result]) -> list[Verdict]:
    """Of every split; the worst decides."""
    own = {of.split: _mean(bench, of.means(of.to_original, BOTH)) for of in results if _name(of) == ROFI}
    known = {split: found for split, found in own.items() if found is not None}
    if not known:
        return []
    worst = min(known.values(), key=lambda found: found.estimate)
    told = ", ".join(f"{found.estimate:.2f} {split}" for split, found in known.items())
    untold = "".join(f", too few patients in {split}" for split in own if split not in known)
    interval = f"{worst.low:.2f} to {worst.high:.2f}" + (" in the worst case" if len(known) > 1 else "")
    answer = f"Dice {told}{untold}, with the region in the original ({interval})"
    good = worst.estimate >= GOOD_DICE
    return [Verdict("Does a tumour keep its outline?", answer, good, "tumour-segmentation")]


def _name(result: _Result) -> str:
    return ORIGINAL if result.method is None else result.method.facts.name


def _mean(bench: Bench, means: Mapping[str, float]) -> Interval | None:
    return mean_over_patients(means, bench.settings.resamples, bench.settings.seed)
