"""The report for people: one page that opens offline, and its figures beside it for machines."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from rofi.errors import RofiError
from rofi.evaluation.report.cells import shown
from rofi.evaluation.report.document import Section, Verdict
from rofi.evaluation.report.facts import ReportFacts
from rofi.evaluation.report.layout import Numbers, chapter
from rofi.evaluation.report.output import write_all
from rofi.evaluation.report.record import picture_path, table_path, to_csv, to_json

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
REPORT, RECORD = "report.html", "report.json"


def write_report(sections: Sequence[Section], facts: ReportFacts, out: Path) -> None:
    """Write report.html, report.json, tables/*.csv and pictures/*.png: all of them, or none.

    Files of an earlier report that this one does not have are removed; nothing else in the folder is touched.

    Args:
        sections: in the order of the report.
        facts: of the run.
        out: the folder; made if need be.

    Raises:
        RofiError: a name that is no name or there twice, a row of another length, a picture that is none.
        OutputError: full disk, read-only folder.
    """
    check(sections)
    contents = {table_path(table.name): to_csv(table) for section in sections for table in section.tables}
    contents |= {picture_path(of.name): of.png for section in sections for of in section.pictures}
    contents[RECORD] = to_json(sections, facts)
    contents[REPORT] = to_html(sections, facts).encode()
    write_all(out, contents, RECORD)


def check(sections: Sequence[Section]) -> None:
    """Refuse what cannot be written.

    Raises:
        RofiError: see `write_report`.
    """
    tables = [table for section in sections for table in section.tables]
    pictures = [picture for section in sections for picture in section.pictures]
    for kind, parts in (("section", sections), ("table", tables), ("picture", pictures)):
        names = [part.name for part in parts]
        for name in names:
            if not _NAME.fullmatch(name):
                raise RofiError(f"{kind} {name!r}: use lower case, digits and hyphens for its name")
            if names.count(name) > 1:
                raise RofiError(f"{kind} {name!r}: the name is there twice in the report; give each its own")
    for table in tables:
        wrong = [number for number, row in enumerate(table.rows) if len(row) != len(table.columns)]
        if wrong:
            raise RofiError(
                f"table {table.name!r}, row {wrong[0]}: {len(table.rows[wrong[0]])} cells under "
                f"{len(table.columns)} columns; give as many"
            )
        if table.better and len(table.better) != len(table.columns):
            raise RofiError(
                f"table {table.name!r}: 'better' speaks of {len(table.better)} columns out of {len(table.columns)}; "
                "give one entry each"
            )


def to_html(sections: Sequence[Section], facts: ReportFacts) -> str:
    """The page: no script, nothing fetched, every text escaped.

    Raises:
        RofiError: a picture that is none.
    """
    style = _resource("report.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    numbers = Numbers()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        _environment()
        .from_string(_resource("report.html.jinja"))
        .render(
            facts=facts,
            style=Markup(style),  # our own file, not anybody's input
            policy=policy,
            verdicts=[verdict for section in sections for verdict in section.verdicts],
            levels={verdict: _level(verdict) for section in sections for verdict in section.verdicts},
            chapters=[chapter(section, numbers) for section in sections],
            names={section.name for section in sections},
            duration=_duration(facts.seconds),
            disease=lambda name: name.replace("_", " "),
            count=lambda number: shown(number, 0),
        )
    )


def _level(verdict: Verdict) -> tuple[str, str, str]:
    """Class, sign and words."""
    if verdict.good is None:
        return "none", "○", "no level set"
    return ("good", "✓", "reached") if verdict.good else ("bad", "✗", "not reached")


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)


def _resource(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")
