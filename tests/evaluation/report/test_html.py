"""The page for people, read by a parser rather than by eye."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from PIL import Image

from evaluation.report.made_report import CELLS, HOSTILE, SECTIONS, make_facts, png
from evaluation.report.page_reader import Node, read_page
from rofi.errors import RofiError
from rofi.evaluation.report.document import Picture, Section, Table
from rofi.evaluation.report.html import to_html, write_report


@pytest.fixture(scope="module")
def page() -> Node:
    return read_page(to_html(SECTIONS, make_facts(cohort=HOSTILE)))


def table_rows(page: Node, name: str) -> list[list[str]]:
    (table,) = [table for table in page.all("table") if table.attributes["aria-labelledby"] == f"t-{name}"]
    return [[cell.text for cell in row.children if isinstance(cell, Node)] for row in table.all("tr")]


def test_nothing_in_the_page_is_fetched_or_run(page):
    addresses = [
        value
        for tag in ("img", "a", "link", "script", "iframe", "object", "form", "source", "use")
        for node in page.all(tag)
        for name, value in node.attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "xlink:href")
    ]
    assert addresses
    assert all(address.startswith(("#", "data:image/")) for address in addresses)
    assert not page.all("script")
    (style,) = page.all("style")
    assert not re.search(r"url\(|@import", style.text)
    assert not [name for node in page.all("*") for name in node.attributes if name.startswith("on")]


def test_the_policy_allows_this_style_sheet_and_nothing_else():
    text = to_html(SECTIONS, make_facts())
    page = read_page(text)
    (policy,) = [
        meta.attributes["content"]
        for meta in page.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    style = text.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"\sstyle=", text), "the policy would block it"


def test_every_text_is_escaped(page):
    assert HOSTILE in page.all("h1")[0].text
    assert HOSTILE in page.all("title")[0].text
    for tag in ("h2", "figcaption", "li", "dd", "p", "th"):
        assert any(HOSTILE in node.text for node in page.all(tag)), tag
    assert any(HOSTILE in (image.attributes["alt"] or "") for image in page.all("img"))


def test_links_lead_somewhere_and_no_place_is_there_twice(page):
    def places(node: Node) -> list[str]:
        inner = [place for child in node.children if isinstance(child, Node) for place in places(child)]
        return inner if node.attributes.get("id") is None else [node.attributes["id"], *inner]

    found = places(page)
    assert len(found) == len(set(found))
    links = [node.attributes["href"][1:] for node in page.all("a")]
    assert {"c-first-chapter", "c-second-chapter", "the-data"} <= set(links)
    assert set(links) <= set(found)
    labels = [node.attributes["aria-labelledby"] for tag in ("section", "table", "div") for node in page.all(tag)
              if "aria-labelledby" in node.attributes]  # fmt: skip
    assert set(labels) <= set(found)


@pytest.mark.parametrize(
    ("folder", "title"),
    [("clinic", "ROFI on the cohort clinic"), ("cohort", "ROFI on the cohort"), ("My-Cohort", "ROFI on the My-Cohort")],
)
def test_the_title_says_cohort_once(folder, title):
    page = read_page(to_html(SECTIONS, make_facts(cohort=folder)))
    assert page.all("h1")[0].text == title
    assert page.all("title")[0].text == f"Evaluation of {title}"


def test_headings_go_down_one_step_at_a_time():
    text = to_html(SECTIONS, make_facts())
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_cell_has_a_header_and_every_picture_a_text(page):
    for table in page.all("table"):
        (head,) = table.all("thead")
        assert {cell.attributes["scope"] for cell in head.all("th")} == {"col"}
        for row in table.all("tbody")[0].all("tr"):
            assert row.all("th")[0].attributes["scope"] in ("row", "rowgroup")
    assert all(image.attributes["alt"] for image in page.all("img"))


def test_cells_read_as_people_read_them(page):
    header, split, original, rofi, hostile, *_ = table_rows(page, "every-cell")
    assert header == ["method", "images", "share", "kappa", "P (Holm)", "remark"]
    assert split == ["internal"]
    assert original == ["original", "12 345", "1.000", "1.000", "–", "–"]
    assert rofi == ["ROFI", "231", "0.667 (best)", "0.953 (0.912 to 0.978) (best)", "< 0.001", "good"]
    assert hostile[0] == HOSTILE
    assert hostile[1:] == ["230", "−0.250", "−0.100 (−0.200 to 0.050)", "0.040", "=1+1"]
    assert table_rows(page, "every-cell")[6:] == [
        ["ROFI", "0", "–", "–", "0.500", "a, b c"],
        ["Mosaic", "−3", "∞", "–", "1.000", "ä ö"],
    ]


def test_the_best_of_methods_in_columns_is_marked_by_row(page):
    assert table_rows(page, "error-by-disease-internal")[1:] == [
        ["ptosis", "1.500 (best)", "5.500"],
        ["pterygium", "3.000", "2.000 (best)"],
        ["healthy", "1.000", "1.000"],
    ]


def test_tables_by_disease_are_folded_and_others_are_not(page):
    (folded,) = page.all("details")
    assert [table.attributes["aria-labelledby"] for table in folded.all("table")] == ["t-error-by-disease-internal"]


def test_the_first_page_answers_the_questions(page):
    (verdicts,) = [node for node in page.all("ol") if node.attributes.get("class") == "verdicts"]
    lines = [line.text for line in verdicts.all("li")]
    assert [("✓ reached" in line, "✗ not reached" in line, "○ no level set" in line) for line in lines] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    links = [[link.attributes["href"] for link in line.all("a")] for line in verdicts.all("li")]
    assert links == [["#c-first-chapter"], [], ["#c-first-chapter"]], "a section that is not there has no link"
    facts = page.all("dl")[0].text
    for told in (
        "233 of 230 patients",
        "version 0.1.0",
        "0123456789abcdef",
        "01 March 2026, 08:05 UTC",
        "Run69 min, seed 0",
    ):
        assert told in facts


def test_only_a_quick_run_says_that_its_figures_mean_little():
    assert "figures mean little" in to_html(SECTIONS, make_facts(quick=True))
    assert "figures mean little" not in to_html(SECTIONS, make_facts(quick=False))


def test_a_missing_chapter_is_told_with_its_reason(page):
    assert "1 chapter is missing. Readers: nobody read." in page.text


def test_pictures_are_embedded_bit_for_bit_where_that_is_small(page):
    (image,) = page.all("img")
    kind, data = image.attributes["src"].split(",")
    assert kind == "data:image/webp;base64"
    shown = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    assert shown.tobytes() == Image.open(io.BytesIO(png())).tobytes()


def test_a_path_of_this_machine_is_nowhere_in_the_report(tmp_path):
    facts = make_facts()
    paths = {name: tmp_path / name for name in ("networks", "diagnosis_weights")}
    facts = replace(facts, settings=replace(facts.settings, **paths))
    write_report(SECTIONS, facts, tmp_path / "out")
    for file in (tmp_path / "out").rglob("*.*"):
        assert str(tmp_path).encode() not in file.read_bytes()


def section_of(*tables: Table, pictures: tuple[Picture, ...] = ()) -> Section:
    return Section("a", "t", "", "", tables, pictures)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (Section("Bad name", "t", "", ""), "section 'Bad name': use lower case"),
        (section_of(replace(CELLS, name="../up")), "table '../up': use lower case"),
        (section_of(CELLS, CELLS), "'every-cell': the name is there twice"),
        (section_of(Table("t", "t", ("a", "b"), (("x", 1), ("y",)))), "row 1: 1 cells under 2 columns"),
        (section_of(Table("t", "t", ("a", "b"), (), better=("lower",))), "speaks of 1 columns out of 2"),
        (section_of(pictures=(Picture("p", "t", b"no picture"),)), "picture 'p': not a PNG"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is_left(section, message, tmp_path):
    with pytest.raises(RofiError, match=re.escape(message)):
        write_report([section], make_facts(), tmp_path / "out")
    assert not list(tmp_path.iterdir())
