"""The web page of one reader: opens offline, asks one question at a time, keeps the answers, gives them as a file."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from importlib import resources

from rofi.evaluation.readers.kinds import INSTRUCTIONS, Kind, Question


def make_page(
    study: str,
    reader: int,
    kind: Kind,
    questions: Sequence[Question],
    items: Sequence[Mapping[str, object]],
    pictures: Mapping[str, bytes],
) -> bytes:
    """One HTML file with everything in it; a content security policy forbids it the network.

    Args:
        study: its name.
        reader: number, from 1.
        kind: what is asked.
        questions: of every item.
        items: `code`, `picture` and, of recognition, `candidates`: names of pictures.
        pictures: JPEG files by name.
    """
    style, script = _template("page.css"), _template("page.js")
    told = {
        "study": study,
        "reader": reader,
        "instructions": INSTRUCTIONS[kind],
        "questions": [asdict(question) for question in questions],
        "items": list(items),
        "pictures": {name: f"data:image/jpeg;base64,{_base64(data)}" for name, data in pictures.items()},
    }
    parts = {
        "TITLE": escape(f"Study {study}, reader {reader}"),
        "STYLE_HASH": _hash(style),
        "SCRIPT_HASH": _hash(script),
        "STYLE": style,
        "SCRIPT": script,
        "STUDY": json.dumps(told).replace("<", "\\u003c"),  # or a text could end the script
    }
    page = _template("page.html")
    for name, value in parts.items():
        page = page.replace(f"[[{name}]]", value)
    return page.encode()


def _template(name: str) -> str:
    return (resources.files("rofi.evaluation.readers") / "templates" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{_base64(hashlib.sha256(text.encode()).digest())}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
