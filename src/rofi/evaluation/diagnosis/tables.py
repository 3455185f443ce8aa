"""Tables of diagnosis: readers, health, diseases, ROFI against the others."""

from __future__ import annotations

from collections.abc import Sequence

from rofi.evaluation.bench import ORIGINAL, Bench
from rofi.evaluation.diagnosis.figures import (
    cleared,
    difference,
    disease_area,
    found,
    kappa,
    matthews_of,
)
from rofi.evaluation.diagnosis.panel import Panel
from rofi.evaluation.diagnosis.result import Result
from rofi.evaluation.diagnosis.targets import DISEASES, targets_of
from rofi.evaluation.report.document import Better, Cell, Table
from rofi.evaluation.tests_of_difference import holm

ROFI = "rofi"
_CARE = "Of a few patients each: what separates two methods in one row may be chance."


def readers_table(panel: Panel) -> Table:
    """What each reader is, and how good."""
    rows = tuple(
        (of.title, of.about, of.side, of.calibration.tuning_auroc, of.calibration.threshold) for of in panel.readers
    )
    columns = ("reader", "what it is", "input, px", "AUROC of health on the tuning originals", "threshold of disease")
    note = (
        "Readers on a frozen network look at a strip about both eyes, cut from the photograph's own pixels and as wide "
        "as the input; whole networks at the aligned face. The threshold has the highest sum of sensitivity and "
        "specificity on the tuning originals."
    )
    return Table("diagnosis-readers", "Machine readers", columns, rows, note)


_HEAD = ("split", "reader", "method", "photographs", "refused")


def _head(result: Result) -> tuple[Cell, ...]:
    reading = result.reading
    return result.split, reading.reader.title, reading.title, len(reading.cases), reading.refused


def health_table(results: Sequence[Result]) -> Table:
    """AUROC, sensitivity and specificity of the health state (Supplementary Table 4)."""
    rows = tuple((*_head(of), of.health, found(of.reading), cleared(of.reading)) for of in results)
    columns = (*_HEAD, "AUROC", "sensitivity", "specificity")
    note = "AUROC with DeLong's 95 % interval, shares with the exact binomial one (Clopper-Pearson)."
    # of sensitivity and specificity neither alone is the better for being higher: whoever calls everybody ill finds all
    better: tuple[Better | None, ...] = (*(None,) * len(_HEAD), "higher", None, None)
    return Table("diagnosis-health", "Health state: is there a disease?", columns, rows, note, better=better)


def agreement_table(bench: Bench, results: Sequence[Result]) -> Table:
    """Kappa, AUROC and Matthews' coefficient of the diagnosis (Figure 4, Supplementary Tables 6 and 9)."""
    seed, resamples = bench.settings.seed, bench.settings.resamples
    rows = tuple((*_head(of), of.agreement, of.diseases, matthews_of(of.reading, resamples, seed)) for of in results)
    columns = (*_HEAD, "kappa with the original", "AUROC, mean of the diseases", "MCC with the truth")
    note = (
        "Kappa over healthy and eleven diseases with its asymptotic 95 % interval; AUROC of one disease against all "
        "other photographs, and MCC over twelve classes, with BCa bootstrap intervals over patients."
    )
    better: tuple[Better | None, ...] = (*(None,) * len(_HEAD), "higher", "higher", "higher")
    return Table("diagnosis-agreement", "Diagnosis: healthy or which disease?", columns, rows, note, better=better)


def disease_tables(bench: Bench, results: Sequence[Result]) -> list[Table]:
    """By disease (Figure 3c, Supplementary Table 5): two tables a reader, a column for each method."""
    tables = []
    titles = list(dict.fromkeys(of.reading.title for of in results))
    for reader in dict.fromkeys(of.reading.reader for of in results):
        areas: list[tuple[Cell, ...]] = []
        kappas: list[tuple[Cell, ...]] = []
        for split in bench.splits:
            of_split = [of for of in results if of.split is split and of.reading.reader == reader]
            if not of_split:
                continue
            labels = targets_of(of_split[0].original.cases).diseases
            for place, disease in enumerate(DISEASES):
                count = int((labels == place).sum())
                if not count:
                    continue
                head = (split, disease.replace("_", " "), count)
                areas.append((*head, *(disease_area(of.reading, place) for of in of_split)))
                others = [of for of in of_split if of.reading.method != ORIGINAL]
                kappas.append((*head, *(kappa(of.original, of.reading, disease.value) for of in others)))
        columns = ("split", "disease", "patients")
        protected = [title for title in titles if title != of_split[0].original.title]
        tables += [
            Table(
                f"diseases-auroc-{reader.name}",
                f"AUROC by disease: {reader.title}",
                (*columns, *titles),
                tuple(areas),
                f"The disease against all other photographs, with DeLong's interval. {_CARE}",
                better=_higher(columns, titles),
                across=True,
            ),
            Table(
                f"diseases-kappa-{reader.name}",
                f"Kappa by disease: {reader.title}",
                (*columns, *protected),
                tuple(kappas),
                f"Whether the disease is named, on original and protected photograph; a dash: on neither. {_CARE}",
                better=_higher(columns, protected),
                across=True,
            ),
        ]
    return tables


def _higher(head: Sequence[str], methods: Sequence[str]) -> tuple[Better | None, ...]:
    ways: list[Better] = ["higher"] * len(methods)
    return (*(None,) * len(head), *ways)


def differences_table(bench: Bench, results: Sequence[Result]) -> Table:
    """ROFI against each other method by paired tests."""
    compared = []
    for own in results:
        for other in results:
            if own.reading.method != ROFI or other.reading.method in (ROFI, ORIGINAL):
                continue
            if other.split is not own.split or other.reading.reader != own.reading.reader:
                continue
            bench.progress(f"diagnosis, {own.split}: ROFI against {other.reading.title}, {own.reading.reader.title}")
            found_difference = difference(
                own.original, own.reading, other.reading, bench.settings.resamples, bench.settings.seed
            )
            if found_difference is not None:
                compared.append((own, other, found_difference))
    agreed = holm([of.agreed_p for _, _, of in compared])
    tested = [of.area_p for _, _, of in compared if of.area_p is not None]
    areas = iter(holm(tested))
    rows = tuple(
        (
            own.split,
            own.reading.reader.title,
            other.reading.title,
            of.images,
            of.agreed,
            of.other_agreed,
            agreed_p,
            of.area,
            None if of.area_p is None else next(areas),
        )
        for (own, other, of), agreed_p in zip(compared, agreed, strict=True)
    )
    columns = (
        "split", "reader", "ROFI against", "photographs of both", "as on the original with ROFI alone",
        "with the other alone", "P (McNemar, Holm)", "AUROC of diseases, ROFI minus the other", "P (permutation, Holm)",
    )  # fmt: skip
    note = (
        "On the photographs that both methods give. Exact McNemar tests of whose diagnosis is that of the original; "
        "two-sided permutation tests of the mean AUROC over the diseases, with a BCa bootstrap interval of the "
        "difference. Holm over all rows, for each kind of test."
    )
    return Table("diagnosis-differences", "ROFI against the others", columns, rows, note, decimals=4)
