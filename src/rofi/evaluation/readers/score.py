"""A reader study as a chapter of the report."""

from __future__ import annotations

from collections.abc import Mapping

from rofi.evaluation.intervals import Interval
from rofi.evaluation.readers import clinical_score, recognition_score
from rofi.evaluation.readers.answers import Answers
from rofi.evaluation.readers.kinds import Kind
from rofi.evaluation.readers.study import Study
from rofi.evaluation.report.document import Section, Table, Verdict

REFERENCE = "rofi"
"""The method that is held against the others."""
_REMARKABLE = 0.81
"""Kappa of remarkable agreement (paper section 2.4)."""

_TITLES = {
    Kind.HEALTH: ("Do readers see who is ill?", "section 2.4, Figure 3b"),
    Kind.DISEASE: ("Do readers name the disease?", "section 2.4, Figure 3c, d, Supplementary Tables 5, 6"),
    Kind.SIGNS: ("Do readers see the signs?", "section 2.3, Figure 2d, Supplementary Table 3"),
    Kind.RECOGNITION: ("Do people recognise patients?", "section 2.6, Supplementary Table 10"),
}
_TIES = (
    "The answer of most readers counts. In a tie it is, of the tied answers, the one of the reader with the lowest "
    "number; reader 1 should be the most experienced."
)


def score_study(
    study: Study, answers: Mapping[int, Answers], resamples: int = 2000, reference: str = REFERENCE
) -> Section:
    """All figures of a study.

    Args:
        study: from its key.
        answers: by reader, see `read_answers`.
        resamples: of bootstraps.
        reference: name of the method that is held against the others.
    """
    title, source = _TITLES[study.kind]
    names = [treatment.name for treatment in study.treatments]
    number = names.index(reference) if reference in names else None
    left_out = list(study.left_out)
    left_out += [
        f"{name}: {len(images)} images that the method refused are in no figure of it"
        for name, images in study.refused.items()
    ]
    if len(answers) < len(study.readers):
        left_out.append(f"answers of {len(study.readers) - len(answers)} of {len(study.readers)} readers")
    if number is None:
        left_out.append(f"tests against the other methods: {reference} is not in the study")
    tables, verdicts = (_recognition if study.kind is Kind.RECOGNITION else _clinical)(
        study, answers, number, resamples
    )
    return Section(
        f"readers-{study.kind}",
        title,
        source,
        _text(study, answers),
        tables,
        verdicts=verdicts,
        left_out=tuple(left_out),
    )


def _text(study: Study, answers: Mapping[int, Answers]) -> str:
    methods = ", ".join(treatment.title for treatment in study.treatments[1:])
    judged = sum(len(study.readers[reader - 1]) for reader in answers)
    told = (
        f"{len(answers)} readers judged {judged} pictures of {len(study.subjects)} patients: originals and what became "
        f"of them by {methods}. Nobody was told which was which, and the order was another for each reader."
    )
    if study.kind is not Kind.RECOGNITION:
        return f"{told}\n\n{_TIES}"
    if study.other_photographs:
        whom = "The people to choose among were shown in other photographs than those that the methods had."
    else:
        whom = (
            "The cohort has no other photographs of enough patients, so the people to choose among were shown in the "
            "originals. Light, pose and expression are then the same in both, which makes it easier than life is. An "
            "original is found below as the same picture, so the originals' rate only tells whether readers attended."
        )
    return f"{told}\n\n{whom} All were shown as aligned faces, without clothes and with little hair."


def _clinical(
    study: Study, answers: Mapping[int, Answers], reference: int | None, resamples: int
) -> tuple[tuple[Table, ...], tuple[Verdict, ...]]:
    readings = clinical_score.read(study, answers)
    tables = [clinical_score.summary(study, readings, resamples), *clinical_score.per_disease(study, readings[0])]
    if reference is None:
        return tuple(tables), ()
    tests = clinical_score.comparisons(study, readings, reference)
    kappas = [clinical_score.kappa_with_originals(reading, reference) for reading in readings]
    worst = min((kappa for kappa in kappas if kappa), key=lambda kappa: kappa.estimate, default=None)
    title = study.treatments[reference].title
    verdicts: tuple[Verdict, ...] = ()
    if worst:
        of = "" if len(kappas) == 1 else ", of the sign that is kept worst"
        verdicts = (
            Verdict(
                f"{_TITLES[study.kind][0][:-1]} after {title} as in the originals?",
                f"kappa {_short(worst)}{of}",
                worst.estimate > _REMARKABLE,
                f"readers-{study.kind}",
            ),
        )
    return (*tables, *((tests,) if tests else ())), verdicts


def _recognition(
    study: Study, answers: Mapping[int, Answers], reference: int | None, resamples: int
) -> tuple[tuple[Table, ...], tuple[Verdict, ...]]:
    trials = recognition_score.count_trials(study, answers)
    tests = recognition_score.comparisons(study, trials, reference)
    tables = (recognition_score.rates(study, trials), *((tests,) if tests else ()))
    rate = None if reference is None else trials[reference].rate
    if reference is None or rate is None:
        return tables, ()
    answer = f"share recognised {_short(rate)}, of {len(trials[reference].recognised)} trials"
    question = f"Do people recognise patients after {study.treatments[reference].title}?"
    return tables, (Verdict(question, answer, None, f"readers-{study.kind}"),)


def _short(interval: Interval) -> str:
    return f"{interval.estimate:z.3f} ({interval.low:z.3f} to {interval.high:z.3f})"
