"""
Both codecs in one index: what one has written, the other goes on with.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from whoosh.index import open_dir

from searchkit import native
from searchkit.documents import Document
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.native_searcher import NativeSearcher
from searchkit.errors import IndexCodecError
from searchkit.intervals import Interval
from searchkit.queries.tree import And, DateRange, Everything, Phrase, Query, Word

pytestmark = pytest.mark.skipif(
    native.load() is None, reason="the native extension is missing or switched off"
)

TREES: tuple[Query, ...] = (
    Word("minister"),
    Phrase("the ministers"),
    And((Word("storm"), Word("sea"))),
    DateRange("published", None, None),
    Everything(),
)


def document(number: int) -> Document:
    body = ("The ministers met. " * (number % 3)) + ("A storm at sea. " * (number % 4))
    day = Interval.parse(f"2020-02-{number % 28 + 1:02}")
    return Document(
        f"a{number:02}",
        title=f"Number {number}",
        body=body,
        published=day if number % 5 else None,
        source="Gazette",
    )


def write(engine: WhooshEngine, generation: int, numbers: range) -> None:
    writer = engine.writer()
    for number in numbers:
        writer.put(document(number))
    writer.delete(f"a{numbers[0] // 2:02}")
    writer.commit(generation)


def answers(engine: WhooshEngine) -> list[dict[str, float]]:
    with engine.searcher() as searcher:
        return [
            {match.id: match.score for match in searcher.search(tree, limit=100).page}
            for tree in TREES
        ]


def segment_files(folder: Path) -> set[str]:
    return {path.suffix for path in folder.glob("MAIN_*.s*")}


@pytest.fixture
def on_whoosh(tmp_path: Path) -> WhooshEngine:
    """
    Give an index of two commits on Whoosh's own codec.
    """
    engine = WhooshEngine(tmp_path, is_native=False)
    engine.reset()
    write(engine, 1, range(20))
    write(engine, 2, range(15, 40))
    return engine


def test_segments_of_whoosh_are_searched_as_they_are(on_whoosh: WhooshEngine) -> None:
    """
    The extension is no reason to refuse, or to rewrite, what Whoosh has written.
    """
    expected = answers(on_whoosh)
    engine = WhooshEngine(on_whoosh.folder, is_native=True)
    assert expected == answers(engine)
    assert {".seg"} == segment_files(engine.folder)
    assert 2 == engine.generation


def test_the_next_writer_makes_them_native(
    on_whoosh: WhooshEngine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """
    Then everything is found as if it had been native from the beginning.
    """
    engine = WhooshEngine(on_whoosh.folder, is_native=True)
    write(engine, 3, range(50, 60))
    assert {".sks"} == segment_files(engine.folder)
    assert 3 == engine.generation
    fresh = WhooshEngine(tmp_path_factory.mktemp("fresh"), is_native=True)
    fresh.reset()
    with engine.searcher() as searcher:
        assert isinstance(searcher, NativeSearcher)
        kept = {int(name[1:]) for name in searcher.ids()}
    writer = fresh.writer()
    for number in sorted(kept):
        writer.put(document(number))
    writer.commit(1)
    for found, expected in zip(answers(engine), answers(fresh), strict=True):
        assert expected.keys() == found.keys()


def test_a_conversion_alone_changes_no_answer(on_whoosh: WhooshEngine) -> None:
    """
    It is a commit that holds the same commit of the catalog.
    """
    expected = answers(on_whoosh)
    engine = WhooshEngine(on_whoosh.folder, is_native=True)
    engine.writer().cancel()
    assert {".sks"} == segment_files(engine.folder)
    assert 2 == engine.generation
    for found, before in zip(answers(engine), expected, strict=True):
        assert before.keys() == found.keys()
    assert [] == [finding.message for finding in engine.check()]


def test_documents_of_other_programs_are_kept(tmp_path: Path) -> None:
    """
    What Whoosh's own writer has added to native segments survives our next commit.
    """
    engine = WhooshEngine(tmp_path, is_native=True)
    engine.reset()
    write(engine, 1, range(5))
    with open_dir(str(tmp_path)).writer() as writer:
        writer.add_document(id="foreign", title="Foreign", body="A comet passed.")
    assert ["foreign"] == [article.id for article in engine.foreign_documents()]
    write(engine, 2, range(10, 12))
    assert {".sks"} == segment_files(tmp_path)
    (kept,) = engine.foreign_documents()
    assert ("foreign", "A comet passed.") == (kept.id, kept.body)
    with engine.searcher() as searcher:
        assert isinstance(searcher, NativeSearcher)
        assert ["foreign"] == [
            match.id for match in searcher.search(Word("comet"), limit=5).page
        ]


def test_without_the_extension_native_segments_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    In one sentence, with the ways out; and the index can be made anew without it.
    """
    engine = WhooshEngine(tmp_path, is_native=True)
    engine.reset()
    write(engine, 1, range(5))
    monkeypatch.setattr(native, "load", lambda: None)
    monkeypatch.setattr("searchkit.engines.whoosh.codec.load", lambda: None)
    without = WhooshEngine(tmp_path)
    for attempt in (without.searcher, without.writer):
        with pytest.raises(IndexCodecError, match="native extension") as caught:
            attempt()
        assert "compiler" in caught.value.hint
    without.reset()
    write(without, 2, range(5))
    assert {".seg"} == segment_files(tmp_path)
    assert 4 == len(answers(without)[-1])
