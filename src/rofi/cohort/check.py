"""Checking the folder of a cohort, made or a hospital's own: its tables, its files, and every image."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rofi.cohort.check_image import Entry, SeeJob, Seen
from rofi.cohort.check_truth import check_truth
from rofi.cohort.csv_file import Scanned
from rofi.cohort.diseases import FACTS
from rofi.cohort.finding import Finding
from rofi.cohort.follow_up_table import Pair, scan_pairs
from rofi.cohort.gallery_table import IdPhotograph, scan_gallery
from rofi.cohort.layout import FOLLOW_UP, GALLERY, TRUTH, TRUTH_FOLDER
from rofi.cohort.row import Label, Row
from rofi.cohort.table import scan_table
from rofi.errors import CohortError
from rofi.imaging.photo_source import SUFFIXES
from rofi.processes import in_processes


@dataclass(frozen=True)
class CohortTables:
    """The tables of a folder.

    Attributes:
        table: the file.
        rows: of the images.
        pairs: of the follow-up, where there is one.
        gallery: ID photographs, where there are any.
    """

    table: Path
    rows: Scanned[Row]
    pairs: Scanned[Pair]
    gallery: Scanned[IdPhotograph]

    @property
    def entries(self) -> list[Entry]:
        """Every image that a table names, once."""
        entries = {row.image: Entry(row.image, row.points) for row in self.rows.records.values()}
        for pair in self.pairs.records.values():
            for image in (pair.before, pair.after):
                entries.setdefault(image, Entry(image))
        for photograph in self.gallery.records.values():
            entries.setdefault(photograph.image, Entry(photograph.image, face_only=True))
        return list(entries.values())


def open_cohort(folder: Path) -> CohortTables:
    """The tables of a folder, bad rows and all.

    Raises:
        CohortError: there is no table, or one that has no rows or other columns.
    """
    if not folder.is_dir():
        raise CohortError(f"{folder}: no such folder; name that of a cohort")
    table, rows = scan_table(folder)
    pairs: Scanned[Pair] = scan_pairs(folder) if (folder / FOLLOW_UP).exists() else Scanned({}, ())
    gallery: Scanned[IdPhotograph] = scan_gallery(folder) if (folder / GALLERY).exists() else Scanned({}, ())
    return CohortTables(table, rows, pairs, gallery)


def check_cohort(
    folder: Path,
    workers: int = 1,
    on_seen: Callable[[Seen], None] = lambda seen: None,
    tables: CohortTables | None = None,
) -> list[Finding]:
    """Everything that is wrong with a cohort; nothing, if all is well.

    Tables: columns, values, labels that contradict diseases, patients in two splits. Files: missing, unreadable,
    surplus, the same picture twice. Images: no face, several, too small, too blurred, no eye visible, which are the
    paper's criteria (section 2.1); of an ID photograph only that it shows a face. Truth and masks, where there are any.

    Args:
        folder: of the cohort.
        workers: processes.
        on_seen: called as each image was looked at.
        tables: those of `open_cohort`, if they are at hand.

    Raises:
        CohortError: a table has other columns or no rows, or is not there.
    """
    tables = tables or open_cohort(folder)
    findings = [Finding(tables.table.name, bad.number, "", bad.reason) for bad in tables.rows.bad]
    findings += [Finding(FOLLOW_UP, bad.number, "", bad.reason) for bad in tables.pairs.bad]
    findings += [Finding(GALLERY, bad.number, "", bad.reason) for bad in tables.gallery.bad]
    findings += _check_rows(tables.table.name, tables.rows.records)
    findings += _check_pairs(tables)
    findings += _check_gallery(tables)
    seen = {one.image: one for one in _see(folder, tables.entries, workers, on_seen)}
    findings += _check_images(tables, seen)
    findings += _check_surplus(folder, seen, complete=not (tables.rows.bad or tables.pairs.bad or tables.gallery.bad))
    if (folder / TRUTH).exists():
        findings += check_truth(folder, tables.rows.records.values(), {one.image: one.size for one in seen.values()})
    return findings


def _see(folder: Path, entries: Sequence[Entry], workers: int, on_seen: Callable[[Seen], None]) -> Iterator[Seen]:
    if workers > 1:
        results = in_processes(SeeJob(folder, threads=1), entries, workers, _died)
    else:
        job = SeeJob(folder)
        job.prepare()
        results = map(job, entries)
    for seen in results:
        on_seen(seen)
        yield seen


def _died(entry: Entry) -> Seen:
    return Seen(entry.image, ("the process that looked at it died; make the image smaller",))


def _check_rows(table: str, rows: Mapping[int, Row]) -> Iterator[Finding]:
    splits: dict[str, tuple[str, int]] = {}
    for line, row in rows.items():
        for problem in _contradictions(row):
            yield Finding(table, line, row.image, problem)
        split, before = splits.setdefault(row.patient, (row.split, line))
        if split != row.split:
            problem = f"patient {row.patient!r} is in {row.split} here and in {split} on line {before}; keep to one"
            yield Finding(table, line, row.image, problem)


def _contradictions(row: Row) -> Iterator[str]:
    if row.label is Label.HEALTHY:
        told = [name for name in ("disease", "signs", "severity", "side") if getattr(row, name) not in (None, ())]
        if told:
            yield f"labelled healthy, but has {', '.join(told)}; leave these empty or mend the label"
    elif row.disease is not None and row.signs and not set(row.signs) & set(FACTS[row.disease].signs):
        usual = ", ".join(FACTS[row.disease].signs)
        yield f"{row.disease} shows as {usual}, not as {', '.join(row.signs)} alone; mend one of them"


def _check_pairs(tables: CohortTables) -> Iterator[Finding]:
    splits = {row.patient: row.split for row in tables.rows.records.values()}
    for line, pair in tables.pairs.records.items():
        if pair.before == pair.after:
            yield Finding(FOLLOW_UP, line, pair.before, "one image before and after; name two")
        if splits.get(pair.pair, pair.split) != pair.split:
            problem = f"patient {pair.pair!r} is in {pair.split} here and in {splits[pair.pair]} in the other table"
            yield Finding(FOLLOW_UP, line, pair.before, problem)


def _check_gallery(tables: CohortTables) -> Iterator[Finding]:
    patients = {row.patient for row in tables.rows.records.values()}
    images = {row.image for row in tables.rows.records.values()}
    for line, photograph in tables.gallery.records.items():
        if photograph.patient not in patients and not tables.rows.bad:
            problem = f"patient {photograph.patient!r} is not in the other table; mend the name or remove the row"
            yield Finding(GALLERY, line, photograph.image, problem)
        if photograph.image in images:
            yield Finding(GALLERY, line, photograph.image, "is a patient's photograph; name one of another day")


def _check_images(tables: CohortTables, seen: Mapping[str, Seen]) -> Iterator[Finding]:
    named: dict[str, tuple[str, int]] = {}
    for line, row in tables.rows.records.items():
        named.setdefault(row.image, (tables.table.name, line))
    for line, pair in tables.pairs.records.items():
        for image in (pair.before, pair.after):
            named.setdefault(image, (FOLLOW_UP, line))
    for line, photograph in tables.gallery.records.items():
        named.setdefault(photograph.image, (GALLERY, line))
    first: dict[str, str] = {}
    for image, (table, line) in named.items():
        for problem in seen[image].problems:
            yield Finding(table, line, image, problem)
        if seen[image].digest and (same := first.setdefault(seen[image].digest, image)) != image:
            yield Finding(table, line, image, f"the same picture as {same}; leave one out")


def _check_surplus(folder: Path, seen: Iterable[str], complete: bool) -> Iterator[Finding]:
    """Images that no table names; not told while rows are bad, for theirs would be among them."""
    if not complete:
        return
    known = set(seen)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        apart = name.parts[0] == TRUTH_FOLDER or any(part.startswith(".") for part in name.parts)
        if path.suffix.lower() in SUFFIXES and path.is_file() and not apart and name.as_posix() not in known:
            yield Finding("", None, name.as_posix(), "in no table; add a row or remove it")


def count_by_split(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """Patients, images, and images of each label, for every split that has any."""
    of_split: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of_split[row.split].append(row)
    return {
        split: {
            "patients": len({row.patient for row in found}),
            "images": len(found),
            **{str(label): sum(row.label is label for row in found) for label in Label},
        }
        for split, found in of_split.items()
    }
