"""Studies without pictures, and readers who answer as told."""

from __future__ import annotations

from collections.abc import Callable

from rofi.cohort.diseases import Disease, Sign
from rofi.evaluation.readers.kinds import Kind
from rofi.evaluation.readers.study import Item, Study, Subject, Treatment

TREATMENTS = (Treatment("original", "Original"), Treatment("rofi", "ROFI"), Treatment("mosaic", "Mosaic"))


def patient(number: int, disease: Disease | None = None, signs: tuple[Sign, ...] = (), split: str = "internal"):
    return Subject(f"images/{number}.png", split, disease is not None, disease, signs)


def crossed_study(kind: Kind, subjects: tuple[Subject, ...], readers: int = 3, **others) -> Study:
    """Every reader sees every patient after every treatment."""
    return Study(
        "STUDY",
        kind,
        0,
        TREATMENTS,
        subjects,
        tuple(
            tuple(
                Item(f"R{reader}T{treatment}S{subject}", subject, treatment)
                for treatment in range(len(TREATMENTS))
                for subject in range(len(subjects))
            )
            for reader in range(1, readers + 1)
        ),
        **others,
    )


def answered(study: Study, say: Callable[[int, Item], dict[str, str]]) -> dict[int, dict[str, dict[str, str]]]:
    """Answers of all readers; `say` is asked with the reader's number and the item."""
    return {reader: {item.code: say(reader, item) for item in items} for reader, items in enumerate(study.readers, 1)}
