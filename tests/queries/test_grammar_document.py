"""
The document of the grammar says what the parser does.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from searchkit.queries import Nothing, parse
from searchkit.queries.dates import ReferenceDay
from searchkit.queries.lexer import FIELD_NAMES
from searchkit.settings import (
    MAX_EXPANSIONS,
    MAX_QUERY_DEPTH,
    MAX_QUERY_LEAVES,
    MAX_QUERY_LENGTH,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "specs" / "query-grammar.md"
SECTIONS = dict(
    re.findall(
        r"^#+ (.+?)\n(.*?)(?=^#|\Z)",
        DOCUMENT.read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)


def rows(section: str) -> list[list[str]]:
    """
    Return the cells of the table in a section, without its head.
    """
    lines = [x for x in SECTIONS[section].splitlines() if x.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[1:]]


def test_every_field_is_in_the_table() -> None:
    """
    The table lists each name of a field, and no other.
    """
    table = {
        alias: name.strip("`:")
        for name, also, _ in rows("Fields")
        for alias in re.findall(r"([\w-]+):", name + also)
    }
    assert FIELD_NAMES == table


@pytest.mark.parametrize("row", rows("At a glance"), ids=lambda row: row[0])
def test_examples_need_no_note(row: list[str]) -> None:
    """
    Every example of the first table is understood whole.
    """
    for example in re.findall(r"`([^`]+)`", row[0]):
        assert not isinstance(parse(example).tree, Nothing)
        assert not parse(example).notes


@pytest.mark.parametrize("row", rows("Dates"), ids=lambda row: row[0])
def test_forms_of_dates_need_no_note(row: list[str]) -> None:
    """
    Every form of a date in the table is one for the parser.
    """
    for example in re.findall(r"`([^`]+)`", row[1]):
        parsed = parse(
            f"dates:{example}", reference=lambda: ReferenceDay(date(2020, 3, 4))
        )
        none = "-" if row[0] == "none at all" else ""
        assert str(parsed.tree).startswith(f"{none}dates:")
        relative = ["anchored"] if row[0] == "relative" else []
        assert relative == [note.kind for note in parsed.notes]


@pytest.mark.parametrize(
    "row", rows("What happens to everything else"), ids=lambda row: row[0]
)
def test_bad_input_has_the_note_of_the_table(row: list[str]) -> None:
    """
    Everything that is not understood has a note of the kind that the table says.
    """
    for example in re.findall(r"`([^`]+)`", row[0]):
        kinds = {note.kind for note in parse(example).notes} - {"stopwords"}
        assert {row[2]} - {"none"} == kinds


def test_limits_are_those_of_the_settings() -> None:
    """
    The table of limits gives the numbers that hold.
    """
    numbers = [
        int(re.sub(r"\D", "", limit.partition(" ")[0]))
        for _, limit, _ in rows("Limits")
    ]
    limits = [MAX_QUERY_LENGTH, MAX_QUERY_LEAVES, MAX_QUERY_DEPTH, MAX_EXPANSIONS]
    assert limits == numbers
