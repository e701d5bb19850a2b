"""
Any sequence of edits and runs, compared with a model of what must be in the index.

The model is a dictionary: for each file that was indexed, the ids it gives and the
texts that it may have for each.  It knows nothing of batches, times of change,
fingerprints or the order in which files are read.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article, Index
from searchkit.indexing import transfer

Ids = Callable[[Index], set[str]]
Entry = tuple[str, int]
"""An article of the game: a given id, which may be empty, and the number of a text."""

NAMES = ("a.jsonl", "b.jsonl", "c.txt", "sub/d.jsonl")
BAD = ("bad", -1)

entries = st.tuples(st.sampled_from(["", "", "", "one", "two"]), st.integers(0, 4))
contents = st.lists(st.one_of(entries, entries, entries, st.just(BAD)), max_size=5)
names = st.sampled_from(NAMES)
steps = st.one_of(
    st.tuples(st.just("write"), names, contents),
    st.tuples(st.just("write"), names, contents),
    st.tuples(st.just("touch"), names),
    st.tuples(st.just("remove"), names),
    st.tuples(st.just("move"), names, names),
    st.tuples(st.just("index"), st.booleans()),
    st.tuples(st.just("index"), st.booleans()),
    st.tuples(st.just("delete"), entries),
    st.tuples(st.just("rebuild")),
    st.tuples(st.just("reopen")),
)


def article(entry: Entry) -> Article:
    given_id, number = entry
    return Article(id=given_id, title=f"Title {number}", body=f"Text number n{number}.")


class Model:
    """
    The folder of files, and what an index of it must hold.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, list[Entry]] = {}
        #: What was indexed of each file: texts by id.
        self.indexed: dict[str, dict[str, set[int]]] = {}
        #: Ids deleted by hand; they come back when a file is read again.
        self.deleted: set[str] = set()
        self._clock = 10**9

    def write(self, name: str, lines: list[Entry]) -> None:
        if name.endswith(".txt"):
            lines = [entry for entry in lines if entry != BAD][:1]
            if not lines:
                return
        self.files[name] = lines
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(self._line(name, entry) for entry in lines))
        self.touch(name)

    def touch(self, name: str) -> None:
        if name in self.files:
            self._clock += 1
            os.utime(self.folder / name, (self._clock, self._clock))

    def remove(self, name: str) -> None:
        if self.files.pop(name, None) is not None:
            (self.folder / name).unlink()

    def move(self, old: str, new: str) -> None:
        if (
            old in self.files
            and new not in self.files
            and old.endswith(".jsonl")
            and new.endswith(".jsonl")
        ):
            (self.folder / new).parent.mkdir(exist_ok=True)
            (self.folder / old).rename(self.folder / new)
            self.files[new] = self.files.pop(old)

    def index(self, *, prune: bool) -> None:
        for name, lines in self.files.items():
            claims: dict[str, set[int]] = {}
            for entry in lines:
                if entry != BAD:
                    # Of two texts with one given id in one file, the first counts.
                    claims.setdefault(article(entry).id, {entry[1]})
            if BAD in lines or not lines:  # an empty file is an error, too
                for article_id, numbers in self.indexed.get(name, {}).items():
                    claims[article_id] = claims.get(article_id, set()) | numbers
            self.indexed[name] = claims
        if prune:
            self.indexed = {n: c for n, c in self.indexed.items() if n in self.files}

    def texts(self) -> dict[str, set[int]]:
        """
        Return the ids that must be there, each with the texts that it may have.
        """
        found: dict[str, set[int]] = {}
        for claims in self.indexed.values():
            for article_id, numbers in claims.items():
                found.setdefault(article_id, set()).update(numbers)
        return found

    def _line(self, name: str, entry: Entry) -> str:
        if entry == BAD:
            return "{\n"
        made = article(entry)
        if name.endswith(".txt"):
            header = f"Id: {made.id}\n\n" if entry[0] else ""
            return f"{header}{made.title}\n\n{made.body}\n"
        values: dict[str, Any] = {"title": made.title, "body": made.body}
        if entry[0]:
            values["id"] = made.id
        return json.dumps(values) + "\n"


def check(index: Index, model: Model, agreed_ids: Ids) -> None:
    expected = model.texts()
    found = agreed_ids(index)
    assert set(expected) - model.deleted == found - model.deleted
    for article_id in found:
        text = index.get(article_id).body
        assert text in {f"Text number n{n}." for n in expected[article_id]}
        (word,) = {word.rstrip(".") for word in text.split() if word[:1] == "n"} - {
            "number"
        }
        assert article_id in {hit.id for hit in index.search(word, limit=100)}
    for number in range(5):
        hits = index.search(f"n{number}", limit=100)
        assert {f"Title {number}"} >= {hit.title for hit in hits}


@pytest.mark.parametrize("batch", [2, 500])
def test_the_index_holds_what_the_files_hold(batch: int, agreed_ids: Ids) -> None:
    """
    After every run, catalog, engine and answers are what the model says.
    """

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(steps, max_size=14))
    def play(moves: list[tuple[Any, ...]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            _play(Path(folder), moves, agreed_ids)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "BATCH_ARTICLES", batch)
        patch.setattr(transfer, "ARTICLES_PER_COMMIT", 2 * batch)
        play()


def _play(folder: Path, moves: list[tuple[Any, ...]], agreed_ids: Ids) -> None:
    news = folder / "news"
    news.mkdir()
    model = Model(news)
    index = searchkit.create_index(folder / "index", annotate=False)
    try:
        for name, *values in [*moves, ("index", True)]:
            match name:
                case "write":
                    model.write(*values)
                case "touch":
                    model.touch(*values)
                case "remove":
                    model.remove(*values)
                case "move":
                    model.move(*values)
                case "index":
                    (prune,) = values
                    model.index(prune=prune)
                    index.add_sources([news], prune=prune)
                    check(index, model, agreed_ids)
                case "delete":
                    article_id = article(values[0]).id
                    known = article_id in index
                    assert known == bool(index.delete([article_id]))
                    assert article_id not in agreed_ids(index)
                    if known:
                        model.deleted.add(article_id)
                case "rebuild":
                    assert len(index) == index.rebuild()
                    check(index, model, agreed_ids)
                case "reopen":
                    index.close()
                    index = searchkit.open_index(folder / "index")
                    check(index, model, agreed_ids)
        _check_against_a_new_index(folder, model, index)
    finally:
        index.close()


def _check_against_a_new_index(folder: Path, model: Model, index: Index) -> None:
    """
    Without ids in dispute and deletions by hand, history leaves no trace.
    """
    lines = [entry for entries in model.files.values() for entry in entries]
    given_ids = {entry for entry in lines if entry[0]}
    disputed = len({article_id for article_id, _ in given_ids}) != len(given_ids)
    if disputed or BAD in lines or model.deleted or not all(model.files.values()):
        return
    with searchkit.create_index(folder / "new", annotate=False) as new:
        report = new.add_sources([model.folder])
        assert [] == report.failures
        stored = {s.article.id: s.article for s in index._catalog.changed_since(0)}
        anew = {s.article.id: s.article for s in new._catalog.changed_since(0)}
        assert {i: a.body for i, a in anew.items()} == {
            i: a.body for i, a in stored.items()
        }
