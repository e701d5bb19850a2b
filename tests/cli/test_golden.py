"""
What people see: the output of every command on ``seeds/``, word for word.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Golden, Run

QUERIES = {
    "phrase": '"Doha agreement"',
    "words-and-date": "withdrawal dates:2021-09-11",
    "place-and-word": "place:Kabul taliban",
    "decade-and-word": "dates:1980s soviet",
    "misspelt": "dohaa agrement",
    "stop-words-in-quotes": '"to be or not to be"',
    "diacritics": "erdogan",
    "fuzzy": "kandahr~ OR Qabul~1",
    "nothing": "zeppelin",
    "set-aside": 'dates:banana "doha climate',
    "some-of-the-words": "doha volcano taliban",
    "relative-date": 'dates:"last week"',
    "dates-within": "dates-within:2020-02 taliban",
    "undated": "published:none soviet",
}


@pytest.mark.parametrize("name", QUERIES)
def test_answers(run: Run, golden: Golden, seeds_index: Path, name: str) -> None:
    """
    A query prints its hits, and on standard error its notes and the total.
    """
    result = run("query", QUERIES[name], "--limit", "3", "--index", seeds_index)
    golden(
        f"query-{name}",
        f"$ searchkit query '{QUERIES[name]}' --limit 3\n{result.stdout}"
        f"--- standard error\n{result.stderr}--- status {result.exit_code}\n",
    )


def test_indexing(run: Run, golden: Golden, tmp_path: Path) -> None:
    """
    Indexing prints what was done, and the second time that nothing has changed.
    """
    first = run("index", "seeds/", "--index", tmp_path)
    second = run("index", "seeds/", "--index", tmp_path)
    golden("index", f"{first.output}--- again\n{second.output}")


def test_totals(run: Run, golden: Golden, seeds_index: Path) -> None:
    """
    ``stats`` says what is in the index.
    """
    golden("stats", run("stats", "--index", seeds_index).output)


ENTITIES = {
    "all": "--limit 3",
    "query": '"Doha agreement" --limit 3',
    "dates": "--from 2021-04 --to 2021-09 --kind org --limit 3",
    "with": "--with Ghani --kind person --kind org --limit 2",
    "with-query": 'kunduz --with "United States" --limit 1',
    "with-nobody": '--with "Nobody Whoever"',
    "nothing": "zeppelin",
    "why": '--why "united states"',
    "why-spelling": "--why Ghani",
    "why-nobody": '--why "Nobody Whoever"',
}


@pytest.mark.parametrize("name", ENTITIES)
def test_names(run: Run, golden: Golden, seeds_index: Path, name: str) -> None:
    """
    ``entities`` prints names, and on standard error where they come from.
    """
    result = run("entities", *shlex.split(ENTITIES[name]), "--index", seeds_index)
    golden(
        f"entities-{name}",
        f"$ searchkit entities {ENTITIES[name]}\n{result.stdout}"
        f"--- standard error\n{result.stderr}--- status {result.exit_code}\n",
    )


def test_article(run: Run, golden: Golden, seeds_index: Path) -> None:
    """
    ``show`` prints an article, and with ``--annotations`` what was found in it.
    """
    shown = run("show", "fieyg2rv", "--annotations", "--index", seeds_index)
    golden("show", shown.output)


@pytest.mark.parametrize(
    "command",
    [
        *("", "index", "query", "show", "stats", "delete", "rebuild", "doctor"),
        *("backup", "restore", "upgrade", "timeline", "entities"),
    ],
)
def test_help(run: Run, golden: Golden, command: str) -> None:
    """
    Every command explains itself, with examples.
    """
    result = run(*command.split(), "--help")
    assert 0 == result.exit_code
    assert not command or "Example" in result.output
    golden(f"help-{command or 'searchkit'}", result.output)
