"""What readers say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rofi.evaluation.agreement import majority_vote
from rofi.evaluation.readers.answers import Answers
from rofi.evaluation.readers.study import Study


def decide(votes: Mapping[int, str]) -> str:
    """The answer of the majority; in a tie, of the tied answers the one of the reader with the lowest number.

    So reader 1 should be the most experienced.

    Args:
        votes: by reader's number; at least one.
    """
    by_rank = [votes[reader] for reader in sorted(votes)]
    majority = majority_vote(by_rank)
    if majority is not None:
        return majority
    counts = Counter(by_rank)
    most = max(counts.values())
    return next(answer for answer in by_rank if counts[answer] == most)


def votes_on(study: Study, answers: Mapping[int, Answers], question: str) -> dict[int, dict[int, dict[int, str]]]:
    """By treatment and patient, both by number, what each reader answers to a question."""
    found: dict[int, dict[int, dict[int, str]]] = {number: {} for number in range(len(study.treatments))}
    for reader, given in answers.items():
        for item in study.readers[reader - 1]:
            found[item.treatment].setdefault(item.subject, {})[reader] = given[item.code][question]
    return found
