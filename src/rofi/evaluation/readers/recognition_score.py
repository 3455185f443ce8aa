"""Whether people recognise patients after each method (paper section 2.6, human face recognition study)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rofi.evaluation.intervals import Interval, exact_binomial
from rofi.evaluation.readers.answers import Answers
from rofi.evaluation.readers.kinds import LETTERS, NONE
from rofi.evaluation.readers.study import Study
from rofi.evaluation.report.document import Cell, Table
from rofi.evaluation.tests_of_difference import fisher_fewer, holm, kruskal_wallis

QUESTION = "person"


@dataclass(frozen=True)
class Trials:
    """What came of the trials with one method, all readers together.

    Attributes:
        recognised: of each trial, whether the patient was chosen.
        nobody: trials with the answer "none, or cannot tell".
    """

    recognised: tuple[bool, ...]
    nobody: int

    @property
    def rate(self) -> Interval | None:
        """Share recognised, with its exact binomial interval; None without a trial."""
        return exact_binomial(sum(self.recognised), len(self.recognised)) if self.recognised else None


def count_trials(study: Study, answers: Mapping[int, Answers]) -> tuple[Trials, ...]:
    """One for each treatment."""
    recognised: list[list[bool]] = [[] for _ in study.treatments]
    nobody = [0] * len(study.treatments)
    for reader, given in answers.items():
        for item in study.readers[reader - 1]:
            answer = given[item.code][QUESTION]
            if answer == NONE:
                nobody[item.treatment] += 1
            chosen = None if answer == NONE else item.candidates[LETTERS.index(answer)]
            recognised[item.treatment].append(chosen == item.subject)
    return tuple(Trials(tuple(hits), none) for hits, none in zip(recognised, nobody, strict=True))


def rates(study: Study, trials: tuple[Trials, ...]) -> Table:
    """How often patients are recognised."""
    rows: list[tuple[Cell, ...]] = [
        (
            treatment.title,
            len(of.recognised),
            sum(of.recognised),
            of.rate,
            len(of.recognised) - sum(of.recognised) - of.nobody,
            of.nobody,
        )
        for treatment, of in zip(study.treatments, trials, strict=True)
    ]
    columns = ("method", "trials", "recognised", "rate", "another person chosen", "none, or cannot tell")
    count = max((len(item.candidates) for items in study.readers for item in items), default=0)
    note = (
        f"Exact binomial intervals. One of {count} people was the patient: guessing finds {1 / count:.3f}. "
        "The intervals take the trials for independent, though readers and patients have several."
    )
    return Table("readers-recognition", "Patients recognised by people", columns, tuple(rows), note, decimals=4)


def comparisons(study: Study, trials: tuple[Trials, ...], reference: int | None) -> Table | None:
    """All methods with one another, and the reference against each other one; None where there is but one."""
    protected = [number for number, of in enumerate(trials) if number and of.recognised]
    if len(protected) < 2:
        return None
    overall = kruskal_wallis(*(trials[number].recognised for number in protected))
    rows: list[tuple[Cell, ...]] = [("Kruskal-Wallis", "all methods", overall.statistic, overall.p_value, None)]
    note = "Kruskal-Wallis test over all methods, without the originals."
    if reference in protected:
        ours = trials[reference].recognised
        others = [number for number in protected if number != reference]
        counts = [(sum(trials[number].recognised), len(trials[number].recognised)) for number in others]
        values = [fisher_fewer((sum(ours), len(ours)), theirs).p_value for theirs in counts]
        title = study.treatments[reference].title
        rows += [
            ("Fisher, one-tailed", f"{title} against {study.treatments[number].title}", None, value, corrected)
            for number, value, corrected in zip(others, values, holm(values), strict=True)
        ]
        note += (
            f" Fisher's exact tests, one-tailed: fewer recognised after {title}; corrected for their number by "
            "Holm's method."
        )
    note += " All take the trials for independent, though readers and patients have several."
    columns = ("test", "compared", "H", "P", "P, corrected")
    return Table("readers-recognition-tests", "Methods compared", columns, tuple(rows), note, decimals=6)
