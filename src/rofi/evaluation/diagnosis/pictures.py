"""Pictures of diagnosis: bars, ROC curves, confusion matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy.typing as npt
import sklearn.metrics

from rofi.cohort.row import Split
from rofi.evaluation.bench import ORIGINAL
from rofi.evaluation.diagnosis.figures import CLASSES, answers, truth
from rofi.evaluation.diagnosis.result import Result
from rofi.evaluation.diagnosis.targets import targets_of
from rofi.evaluation.diagnosis.told_apart import confusion
from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.document import Picture
from rofi.evaluation.report.plots import bars, confusion_matrices, roc_curves

GOOD_KAPPA = 0.81
"""The paper's "remarkable agreement" (section 2.4)."""


def diagnosis_pictures(results: Sequence[Result], splits: Sequence[Split]) -> list[Picture]:
    """Bars and ROC curves of the first split (Figure 4), confusion matrices (Figure 3d): two seconds for four methods.

    Args:
        results: of readers of one size of input.
        splits: whose confusion matrices are drawn.
    """
    if not results:
        return []
    split = results[0].split
    shown = [of for of in results if of.split is split]
    pictures = [
        _bars("diagnosis-kappa", "Agreement with the diagnosis on the original", shown, "kappa", _agreement),
        _bars("diagnosis-auroc", "Diseases told apart", shown, "AUROC, mean of the diseases", _diseases),
    ]
    curves: dict[str, dict[str, tuple[npt.ArrayLike, npt.ArrayLike]]] = {}
    under: dict[str, dict[str, float]] = {}
    for of in shown:
        ill = targets_of(of.reading.cases).diseased == 1
        if of.health is None:
            continue
        false, true, _ = sklearn.metrics.roc_curve(ill, of.reading.scores.diseased)
        curves.setdefault(of.reading.reader.title, {})[of.reading.title] = (false, true)
        under.setdefault(of.reading.reader.title, {})[of.reading.title] = of.health.estimate
    if curves:
        title = f"ROC curves of the health state, split {split}"
        pictures.append(Picture("diagnosis-roc", title, roc_curves(curves, under), "The legend gives the areas."))
    pictures += [_confusions(results, of) for of in dict.fromkeys(of.split for of in results) if of in splits]
    return pictures


def _bars(
    name: str, title: str, results: Sequence[Result], axis: str, figure: Callable[[Result], Interval | None]
) -> Picture:
    kept = [of for of in results if figure is not _agreement or of.reading.method != ORIGINAL]
    titles = list(dict.fromkeys(of.reading.title for of in kept))
    panels = {
        reader: [figure(of) for of in kept if of.reading.reader.title == reader]
        for reader in dict.fromkeys(of.reading.reader.title for of in kept)
    }
    level = GOOD_KAPPA if figure is _agreement else None
    note = f"Split {results[0].split}, 95 % intervals."
    if level is not None:
        note += f" Dashed: {level}, from where on the paper calls agreement remarkable."
    return Picture(name, title, bars(titles, panels, axis, limits=(0, 1), level=level), note)


def _agreement(result: Result) -> Interval | None:
    return result.agreement


def _diseases(result: Result) -> Interval | None:
    return result.diseases


def _confusions(results: Sequence[Result], split: Split) -> Picture:
    reader = results[0].reading.reader
    matrices = {}
    for of in results:
        if of.split is split and of.reading.reader == reader:
            pairs = [(so, said) for so, said in zip(truth(of.reading), answers(of.reading), strict=True) if so]
            matrices[of.reading.title] = confusion([so for so, _ in pairs], [said for _, said in pairs], CLASSES)
    drawn = confusion_matrices(cast(Mapping[str, npt.ArrayLike], matrices), CLASSES)
    title = f"Confusion matrices of the {reader.title}, split {split}"
    return Picture(f"confusion-{split.replace('_', '-')}", title, drawn, "Rows: the truth. Columns: the answer.")
