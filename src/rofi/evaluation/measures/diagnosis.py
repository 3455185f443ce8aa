"""Health state and disease by machine readers (paper 2.4, 2.5, 4.5, Figures 3 and 4, Supplementary Tables 4 to 6, 9).

On one core: 10 ms a look at a photograph to learn from at 224 pixels, 60 to 100 ms at 512; of 6,000 photographs one
minute to train the convolutional head and four the transformer; 20 ms to read a photograph of 800 pixels after a
method, decoding included; two minutes for the statistics of twelve methods.
"""

from __future__ import annotations

from collections.abc import Sequence

from rofi.evaluation.bench import Bench
from rofi.evaluation.diagnosis.figures import found, truth
from rofi.evaluation.diagnosis.panel import Panel, train_panel
from rofi.evaluation.diagnosis.pictures import GOOD_KAPPA, diagnosis_pictures
from rofi.evaluation.diagnosis.result import Result, results_of
from rofi.evaluation.diagnosis.settings import DiagnosisSettings
from rofi.evaluation.diagnosis.tables import (
    ROFI,
    agreement_table,
    differences_table,
    disease_tables,
    health_table,
    readers_table,
)
from rofi.evaluation.diagnosis.whole_desk import NETWORKS
from rofi.evaluation.report.document import Section, Verdict


def measure(bench: Bench) -> Section:
    """Machine readers trained on originals, on what each method makes of them."""
    return measure_with(bench, DiagnosisSettings.of(bench.settings))


def measure_with(bench: Bench, settings: DiagnosisSettings) -> Section:
    """The same with other readers.

    Args:
        bench: with the cases.
        settings: of the readers.

    Raises:
        CohortError: too few photographs of the cohort tell their disease.
        WeightsMismatch, TrainingError: see `train_panel`.
    """
    panel = train_panel(bench, settings)
    results = [result for split in bench.splits for result in results_of(bench, panel, split)]
    first = [result for result in results if result.reading.reader.side == min(settings.sides)]
    tables = (
        readers_table(panel),
        health_table(results),
        agreement_table(bench, results),
        *disease_tables(bench, first),
        differences_table(bench, results),
    )
    return Section(
        "diagnosis",
        "Do machine readers reach the same diagnosis?",
        "sections 2.4, 2.5 and 4.5, Figures 3 and 4, Supplementary Tables 4 to 6 and 9, Supplementary Figures 4 to 9",
        f"{_TEXT}\n\n{panel.about} {_repeats(bench, panel)}".strip(),
        tuple(table for table in tables if table.rows),
        tuple(diagnosis_pictures(first, bench.splits[:1] if bench.settings.quick else bench.splits)),
        tuple(_verdicts(results)),
        _left_out(panel, settings, results),
    )


_TEXT = """Machine readers stand in for ophthalmologists here: image classifiers that were trained on originals alone
and then look at what each method makes of photographs that they have never seen. Each answers two questions, as the
paper's physicians do: is there a disease (from a threshold on that was fixed on originals), and if so, which of eleven.
What they cannot see, a physician may, and the other way round: to ask people, make a reader study with `rofi study`.

Agreement (Cohen's kappa) is that of a reader with itself, on the original and on the protected photograph, over healthy
and eleven diseases. A poor reader can agree with itself in its errors, so the areas under its curves (AUROC) and
Matthews' coefficient (MCC), which ask for the truth, stand beside it. The sensitivity alone would praise a method after
which everybody looks ill: read it with the specificity.

A photograph that a method refuses cannot be diagnosed. It is counted as refused, and all other figures are of the
rest."""


def _repeats(bench: Bench, panel: Panel) -> str:
    left = [case for case in bench.cases if panel.partition.may_test(case)]
    more = len(left) - len({(case.row.split, case.row.patient) for case in left})
    return "" if not more else f"Of patients with several photographs the first one is taken ({more} others left out)."


def _verdicts(results: Sequence[Result]) -> list[Verdict]:
    own = [of for of in results if of.reading.method == ROFI]
    agreements = [(of.agreement, of) for of in own if of.agreement is not None]
    verdicts = []
    if agreements:
        worst, of = min(agreements, key=lambda pair: pair[0].estimate)
        verdicts.append(
            Verdict(
                "Do machines reach the same diagnosis on protected photographs?",
                f"kappa {worst.estimate:.2f} ({worst.low:.2f} to {worst.high:.2f}) with the diagnosis on the original, "
                f"in the worst case ({of.reading.reader.title}, {of.split})",
                worst.estimate >= GOOD_KAPPA,
                "diagnosis",
            )
        )
    shares = [(found(of.reading), found(of.original), of) for of in own]
    losses = [(before.estimate - after.estimate, after, before, of) for after, before, of in shares if after and before]
    if losses:
        _, after, before, of = max(losses, key=lambda loss: loss[0])
        verdicts.append(
            Verdict(
                "Are the ill still found by machines?",
                f"{100 * after.estimate:.0f} % ({100 * after.low:.0f} to {100 * after.high:.0f}), on originals "
                f"{100 * before.estimate:.0f} %, in the worst case ({of.reading.reader.title}, {of.split})",
                after.high >= before.estimate,
                "diagnosis",
            )
        )
    return verdicts


def _left_out(panel: Panel, settings: DiagnosisSettings, results: Sequence[Result]) -> tuple[str, ...]:
    missing = []
    trained = {facts.title.split(",")[0] for desk in panel.desks for facts in desk.facts}
    lacking = [kind for kind in NETWORKS if kind.title not in trained]
    if len(lacking) == len(NETWORKS):
        missing.append(
            "ResNet-50 and ViT themselves: they run where a folder with their ImageNet weights is given "
            "(--diagnosis-weights) or there is a GPU; two small heads on a frozen ImageNet network stand in for them"
        )
    else:
        missing += [f"{kind.title} itself: the folder of --diagnosis-weights has no {kind.name}*" for kind in lacking]
    if max(settings.sides) < 512:
        missing.append("input of 512 pixels (Supplementary Table 9): in full runs only")
    if all(of.reading.method != ROFI for of in results):
        missing.append("tests of ROFI against the others: it is not among the methods compared")
    if any(None in truth(of.original) for of in results):
        missing.append("diseased photographs whose disease nobody tells: in the health state and in kappa only")
    return tuple(missing)
