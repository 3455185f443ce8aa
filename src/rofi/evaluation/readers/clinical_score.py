"""Health, disease and signs as readers see them, after each method and in the originals (paper sections 2.3, 2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rofi.cohort.diseases import Disease, Sign
from rofi.evaluation.agreement import cohen_kappa, matthews
from rofi.evaluation.intervals import Interval, exact_binomial
from rofi.evaluation.readers.answers import Answers
from rofi.evaluation.readers.fleiss import fleiss_kappa
from rofi.evaluation.readers.kinds import ABSENT, CANNOT_TELL, NO, PRESENT, YES, Kind
from rofi.evaluation.readers.study import Study, Subject
from rofi.evaluation.readers.votes import decide, votes_on
from rofi.evaluation.report.document import Cell, Table
from rofi.evaluation.tests_of_difference import holm, mcnemar_exact

_POSITIVE = {Kind.HEALTH: YES, Kind.SIGNS: PRESENT}


@dataclass(frozen=True)
class Reading:
    """What readers say of one question.

    Attributes:
        question: its name.
        single: by treatment and patient, the answers in the readers' order.
        votes: by treatment and patient, what they say together.
        truth: by patient, what the cohort says; nothing of those of whom it is not known.
    """

    question: str
    single: Mapping[int, Mapping[int, tuple[str, ...]]]
    votes: Mapping[int, Mapping[int, str]]
    truth: Mapping[int, str]


def read(study: Study, answers: Mapping[int, Answers]) -> tuple[Reading, ...]:
    """One reading a question."""
    readings = []
    for question in study.questions:
        found = votes_on(study, answers, question.name)
        truths = {number: _truth(study.kind, question.name, one) for number, one in enumerate(study.subjects)}
        readings.append(
            Reading(
                question.name,
                {
                    t: {s: tuple(v for _, v in sorted(votes.items())) for s, votes in of.items()}
                    for t, of in found.items()
                },
                {t: {s: decide(votes) for s, votes in of.items()} for t, of in found.items()},
                {number: truth for number, truth in truths.items() if truth is not None},
            )
        )
    return tuple(readings)


def summary(study: Study, readings: Sequence[Reading], resamples: int) -> Table:
    """A row for each question, set of the cohort and treatment."""
    positive = _POSITIVE.get(study.kind)
    rates = ("sensitivity", "specificity") if positive else ("named rightly",)
    rows: list[tuple[Cell, ...]] = []
    for reading in readings:
        for split in dict.fromkeys(subject.split for subject in study.subjects):
            within = {number for number, subject in enumerate(study.subjects) if subject.split == split}
            for number, treatment in enumerate(study.treatments):
                votes = {patient: vote for patient, vote in reading.votes[number].items() if patient in within}
                known = [patient for patient in votes if patient in reading.truth]
                truth = [reading.truth[patient] for patient in known]
                said = [votes[patient] for patient in known]
                cells: tuple[Cell, ...]
                if positive:
                    cells = (_rate(truth, said, positive), _rate(truth, said, _other(study.kind)))
                else:
                    cells = (_share([one == other for one, other in zip(truth, said, strict=True)]),)
                kappa = None if number == 0 else _kappa(reading.votes[0], votes)
                mcc = matthews(truth, said, resamples=resamples) if len(set(truth)) > 1 else None
                single = [reading.single[number][patient] for patient in votes]
                rows.append(
                    (
                        reading.question,
                        split,
                        treatment.title,
                        len(votes),
                        kappa,
                        *cells,
                        mcc,
                        _fleiss(single, resamples),
                    )
                )
    columns = ("question", "set", "method", "patients", "kappa with the originals", *rates, "MCC", "Fleiss' kappa")
    return Table(f"readers-{study.kind}", "What readers see after each method", columns, tuple(rows), _NOTE)


def per_disease(study: Study, reading: Reading) -> tuple[Table, ...]:
    """Of studies of health and disease: each disease after each method, all sets together."""
    if study.kind is Kind.SIGNS:
        return ()
    of_disease = {
        disease: [number for number, subject in enumerate(study.subjects) if subject.disease is disease]
        for disease in Disease
    }
    diseases = [disease for disease, patients in of_disease.items() if patients]
    columns = ("disease", "patients", *(treatment.title for treatment in study.treatments))
    found = tuple(
        (
            disease.value,
            len(of_disease[disease]),
            *(
                _share(
                    [votes[patient] == reading.truth[patient] for patient in of_disease[disease] if patient in votes]
                )
                for votes in reading.votes.values()
            ),
        )
        for disease in diseases
    )
    tables = [Table(f"readers-{study.kind}-sensitivity", "Sensitivity by disease", columns, found, _SENSITIVITY_NOTE)]
    if study.kind is Kind.DISEASE:
        agreed = tuple(
            (
                disease.value,
                len(of_disease[disease]),
                None,
                *(
                    _kappa(_is(reading.votes[0], disease), _is(votes, disease))
                    for number, votes in reading.votes.items()
                    if number
                ),
            )
            for disease in diseases
        )
        tables += [
            Table("readers-disease-kappa", "Kappa with the originals by disease", columns, agreed, _KAPPA_NOTE),
            _confusion(study, reading, diseases),
        ]
    return tuple(tables)


def comparisons(study: Study, readings: Sequence[Reading], reference: int) -> Table | None:
    """The reference against every other method: whose readings agree with the originals' more often."""
    pairs: list[tuple[str, str, list[bool], list[bool]]] = []
    for reading in readings:
        for number, treatment in enumerate(study.treatments):
            if number in (0, reference):
                continue
            ours, theirs, original = reading.votes[reference], reading.votes[number], reading.votes[0]
            shared = sorted(ours.keys() & theirs.keys() & original.keys())
            if shared:
                as_ours = [ours[patient] == original[patient] for patient in shared]
                as_theirs = [theirs[patient] == original[patient] for patient in shared]
                pairs.append((reading.question, treatment.title, as_ours, as_theirs))
    if not pairs:
        return None
    values = [mcnemar_exact(ours, theirs).p_value for _, _, ours, theirs in pairs]
    rows = tuple(
        (
            question,
            title,
            len(ours),
            sum(a and not b for a, b in zip(ours, theirs, strict=True)),
            sum(b and not a for a, b in zip(ours, theirs, strict=True)),
            value,
            corrected,
        )
        for (question, title, ours, theirs), value, corrected in zip(pairs, values, holm(values), strict=True)
    )
    ours_title = study.treatments[reference].title
    columns = (
        "question",
        "compared with",
        "patients",
        f"{ours_title} alone as the original",
        "the other alone",
        "P",
        "P, corrected",
    )
    note = "Exact two-sided McNemar tests on the same patients; corrected for their number by Holm's method."
    title = f"{ours_title} against the other methods: agreement with the originals"
    return Table(f"readers-{study.kind}-tests", title, columns, rows, note, decimals=5)


def kappa_with_originals(reading: Reading, treatment: int) -> Interval | None:
    """Of the votes after a method with those on the originals, all sets together."""
    return _kappa(reading.votes[0], reading.votes[treatment])


_NOTE = """Every figure is of the readers' majority. Kappa (Cohen's) is with the majority on the originals of the same
patients, its interval asymptotic; where that has no width, from the exact limits of the share of agreements.
Sensitivity, specificity and what is named rightly are against the cohort's table, with exact binomial intervals; MCC,
too, with BCa bootstrap intervals over patients (all right or all wrong: from the exact limits of the share), a dash
where the table has one answer only. Fleiss' kappa is between the readers, with BCa bootstrap intervals over patients, a
dash where they all give one and the same answer."""
_SENSITIVITY_NOTE = (
    "Share of the patients with each disease whom the readers' majority finds; exact binomial intervals."
)
_KAPPA_NOTE = "Each disease against all other answers, majority after the method with majority on the originals."


def _truth(kind: Kind, question: str, subject: Subject) -> str | None:
    match kind:
        case Kind.HEALTH:
            return YES if subject.diseased else NO
        case Kind.DISEASE:
            return subject.disease.value if subject.disease else None
        case _:
            if subject.diseased and not subject.signs:
                return None
            return PRESENT if Sign(question) in subject.signs else ABSENT


def _other(kind: Kind) -> str:
    return NO if kind is Kind.HEALTH else ABSENT


def _rate(truth: Sequence[str], said: Sequence[str], value: str) -> Interval | None:
    return _share([answer == value for state, answer in zip(truth, said, strict=True) if state == value])


def _share(right: Sequence[bool]) -> Interval | None:
    return exact_binomial(sum(right), len(right)) if right else None


def _kappa(original: Mapping[int, object], after: Mapping[int, object]) -> Interval | None:
    shared = sorted(original.keys() & after.keys())
    if len(shared) < 2:
        return None
    return cohen_kappa([str(original[patient]) for patient in shared], [str(after[patient]) for patient in shared])


def _is(votes: Mapping[int, str], disease: Disease) -> dict[int, bool]:
    return {patient: vote == disease for patient, vote in votes.items()}


def _fleiss(single: Sequence[tuple[str, ...]], resamples: int) -> Interval | None:
    whole = [answers for answers in single if len(answers) == max(map(len, single))]
    if len(whole) < 2 or len(whole[0]) < 2:
        return None
    return fleiss_kappa(whole, resamples=resamples)


def _confusion(study: Study, reading: Reading, diseases: Sequence[Disease]) -> Table:
    said = [*(disease.value for disease in Disease), CANNOT_TELL]
    rows = tuple(
        (
            treatment.title,
            disease.value,
            *(
                sum(vote == answer and reading.truth.get(patient) == disease for patient, vote in votes.items())
                for answer in said
            ),
        )
        for treatment, votes in zip(study.treatments, reading.votes.values(), strict=True)
        for disease in diseases
    )
    columns = ("method", "disease", *said)
    note = "Patients by their disease (rows) and by what the readers' majority says (columns)."
    return Table("readers-disease-confusion", "Confusion matrices", columns, rows, note)
