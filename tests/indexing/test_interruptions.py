"""
Runs that end early: what was committed is found, and the next run completes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from whoosh.index import open_dir

import searchkit
from searchkit import Article, ArticleError, Index, IndexAccessError, native
from searchkit.annotations.model import Annotations
from searchkit.catalog.batch import Batch
from searchkit.documents import document_of
from searchkit.engines.whoosh import native_writer
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.native_writer import NativeWriter
from searchkit.engines.whoosh.writer import WhooshWriter
from searchkit.indexing import Progress, transfer

Write = Callable[..., Path]
Ids = Callable[[Index], set[str]]

BATCH = 5
COUNT = 23


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Make batches of five articles, and an engine's commit of two batches.
    """
    monkeypatch.setattr(transfer, "BATCH_ARTICLES", BATCH)
    monkeypatch.setattr(transfer, "ARTICLES_PER_COMMIT", 2 * BATCH)


def records(count: int = COUNT) -> list[dict[str, Any]]:
    return [
        {"id": f"id-{n:02}", "title": f"Number {n}", "body": f"Text of n{n}."}
        for n in range(count)
    ]


def ids(count: int = COUNT) -> set[str]:
    return {f"id-{n:02}" for n in range(count)}


def after(
    calls: int, original: Callable[..., Any], error: BaseException
) -> Callable[..., Any]:
    """
    Let a function work so many times, then raise.
    """
    left = calls

    def wrapped(*args: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise error
        return original(*args, **options)

    return wrapped


@pytest.mark.parametrize("calls", [0, 1, 4, 5, 6, 9, 10, 11, 14, 22])
def test_the_interrupt_key_leaves_whole_batches(
    index: Index, news: Path, write: Write, agreed_ids: Ids, calls: int
) -> None:
    """
    After an interrupt, whole batches can be found; a second run does the rest.
    """
    write("a.jsonl", *records())

    def interrupt(progress: Progress) -> None:
        if progress.articles > calls:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.add_sources([news], progress=interrupt)
    whole = (calls + 1) // BATCH * BATCH
    assert ids(whole) == agreed_ids(index)
    assert whole == index.search("text", limit=0).total
    report = index.add_sources([news])
    assert (COUNT - whole, whole) == (report.added, report.unchanged)
    assert ids() == agreed_ids(index)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("broken pipe")])
def test_a_generator_that_fails_leaves_whole_batches(
    index: Index, agreed_ids: Ids, error: BaseException
) -> None:
    """
    The exception of the caller's own generator comes out as it is.
    """

    def articles() -> Iterator[Article]:
        yield from (Article(**record) for record in records(13))
        raise error

    with pytest.raises(type(error)) as caught:
        index.add(articles())
    assert error is caught.value
    assert ids(10) == agreed_ids(index)
    index.add(Article(**record) for record in records())
    assert ids() == agreed_ids(index)


def test_what_an_interrupted_run_has_read_is_pruned_like_the_rest(
    index: Index, news: Path, write: Write, agreed_ids: Ids
) -> None:
    """
    Also the articles of a file that was never read to the end come from that file.
    """
    path = write("a.jsonl", *records())

    def interrupt(progress: Progress) -> None:
        if progress.articles > 11:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.add_sources([news], progress=interrupt)
    assert ids(10) == agreed_ids(index)
    path.unlink()
    assert 10 == index.add_sources([news], prune=True).deleted
    assert set() == agreed_ids(index)


def test_a_source_that_was_not_read_to_the_end_replaces_nothing(
    index: Index, news: Path, write: Write, agreed_ids: Ids
) -> None:
    """
    An interrupt in a changed file deletes none of what the file had before.
    """
    write("a.jsonl", *records())
    index.add_sources([news])
    write("a.jsonl", *({**r, "body": "New."} for r in records()[::-1][:15]))

    def interrupt(progress: Progress) -> None:
        if progress.done > progress.total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.add_sources([news], progress=interrupt)
    assert ids() == agreed_ids(index)
    assert 8 == index.add_sources([news]).deleted
    assert 15 == len(agreed_ids(index))
    assert 15 == index.search("new", limit=0).total


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left")])
@pytest.mark.parametrize("calls", [0, 3, 7, 12])
@pytest.mark.parametrize("method", ["document", "commit", "record_commit"])
def test_a_failure_of_the_engine_loses_nothing(
    *,
    index: Index,
    news: Path,
    write: Write,
    agreed_ids: Ids,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    calls: int,
    error: BaseException,
) -> None:
    """
    The catalog keeps what it committed; opened again, the engine has caught up with it.
    """
    write("a.jsonl", *records())
    is_native = native.load() is not None
    owner: Any
    owner, method, scale = {
        "document": (
            (native_writer, "native_document", 1)
            if is_native
            else (WhooshWriter, "put", 1)
        ),
        "commit": (NativeWriter if is_native else WhooshWriter, "commit", 7),
        "record_commit": (WhooshEngine, "record_commit", 7),
    }[method]
    original = getattr(owner, method)
    monkeypatch.setattr(owner, method, after(calls // scale, original, error))
    with pytest.raises((type(error), IndexAccessError)):
        index.add_sources([news])
    monkeypatch.undo()
    held = index._engine.generation
    assert held is not None
    assert held <= index._catalog.generation
    kept = len(index._catalog)
    with searchkit.open_index(index.path) as again:
        assert kept == len(agreed_ids(again)) >= BATCH
    index.add_sources([news])
    assert ids() == agreed_ids(index)


@pytest.mark.parametrize("calls", range(1, 9))
def test_an_interrupt_while_documents_are_made_loses_nothing(
    index: Index,
    agreed_ids: Ids,
    monkeypatch: pytest.MonkeyPatch,
    calls: int,
) -> None:
    """
    Between two documents of a batch, the engine does not claim to have both.
    """
    broken = after(calls, document_of, KeyboardInterrupt())
    monkeypatch.setattr(transfer, "document_of", broken)
    with pytest.raises(KeyboardInterrupt):
        index.add(Article(**record) for record in records())
    monkeypatch.undo()
    with searchkit.open_index(index.path) as again:
        assert ids(-(-(calls + 1) // BATCH) * BATCH) == agreed_ids(again)


@pytest.mark.parametrize("method", ["put_all", "record_source", "finish"])
def test_a_failure_of_the_catalog_leaves_no_writer_behind(
    *,
    index: Index,
    news: Path,
    write: Write,
    agreed_ids: Ids,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    """
    A full disk fails the run; the next one in the same process works.
    """
    write("a.jsonl", *records(13))
    calls = {"put_all": 2, "record_source": 2, "finish": 2}[method]
    error = OSError(28, "No space left on device")
    original = getattr(Batch, method)
    monkeypatch.setattr(Batch, method, after(calls, original, error))
    with pytest.raises(OSError, match="No space"):
        index.add_sources([news])
    monkeypatch.undo()
    assert ids(10) == agreed_ids(index)
    index.add_sources([news])
    assert ids(13) == agreed_ids(index)


def test_a_deletion_that_the_engine_missed_is_made_up_for(
    index: Index, agreed_ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What the catalog has deleted goes from the engine at the latest on opening.
    """
    index.add(Article(**record) for record in records())
    writer = WhooshWriter if native.load() is None else NativeWriter
    broken = after(2, writer.delete, KeyboardInterrupt())
    monkeypatch.setattr(writer, "delete", broken)
    with pytest.raises(KeyboardInterrupt):
        index.delete(sorted(ids())[:6])
    monkeypatch.undo()
    with searchkit.open_index(index.path) as again:
        assert ids() - set(sorted(ids())[:6]) == agreed_ids(again)


def test_hits_stay_what_they_were_while_the_catalog_goes_on(index: Index) -> None:
    """
    Between the two commits, and until it is refreshed, an index answers as before.
    """
    index.add(Article(**record) for record in records(3))
    with index._catalog.batch() as batch:
        batch.delete("id-01")
        batch.put(
            Article(id="id-00", title="Changed", body="Changed."), Annotations(), {}
        )
    for _ in range(2):
        hits = index.search("text")
        assert [f"id-0{n}" for n in range(3)] == sorted(hit.id for hit in hits)
        assert [] == [note.kind for note in hits.notes]
        assert "Changed" not in {index.get("id-00").title, *(h.title for h in hits)}
        assert 3 == len(index) == index.totals().articles
        assert "id-01" in index
        index.refresh()
    index.delete([])
    assert ["id-02"] == sorted(hit.id for hit in index.search("text"))
    assert "Changed" == index.get("id-00").title
    assert "id-01" not in index


def test_hits_from_another_program_are_left_out_and_mentioned(index: Index) -> None:
    """
    What Whoosh's own API has added is found, but there is nothing to quote.
    """
    index.add(Article(**record) for record in records(3))
    writer = open_dir(index.path).writer()
    writer.add_document(id="foreign", title="Foreign", body="A text.")
    writer.commit()
    index.refresh()
    hits = index.search("text")
    assert [f"id-0{n}" for n in range(3)] == sorted(hit.id for hit in hits)
    assert ["index"] == [note.kind for note in hits.notes]


def test_a_reader_that_is_refused_does_not_block_the_index(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A file that cannot be annotated is a bug, and ends the run without a lock left.
    """
    from searchkit.annotations.times import TimeAnnotator

    broken = after(7, TimeAnnotator.annotate, ZeroDivisionError())
    monkeypatch.setattr(TimeAnnotator, "annotate", broken)
    with pytest.raises(ZeroDivisionError):
        index.add(Article(**record) for record in records())
    monkeypatch.undo()
    assert 5 == len(index)
    assert COUNT - 5 == index.add(Article(**record) for record in records()).added


def test_a_catalog_from_a_copy_takes_the_engine_back(
    index: Index, agreed_ids: Ids, tmp_path: Path
) -> None:
    """
    With an older catalog put in place, what it never had is found no more.
    """
    index.add(Article(**record) for record in records(3))
    index.close()
    catalog = index.path / "catalog.db"
    copy = catalog.read_bytes()
    with searchkit.open_index(index.path) as again:
        again.add(Article(**record) for record in records(9))
        again.delete(["id-01"])
    catalog.write_bytes(copy)
    with searchkit.open_index(index.path) as again:
        assert ids(3) == agreed_ids(again)


def test_the_error_of_a_source_is_none_of_the_run(
    index: Index, news: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An ``ArticleError`` that a generator raises is the caller's, not a refusal.
    """

    def articles() -> Iterator[Article]:
        yield Article(title="One")
        raise ArticleError("feed", "not a feed")

    with pytest.raises(ArticleError, match="not a feed"):
        index.add(articles())


def test_engine_files_made_anew_while_reading_fails(index: Index) -> None:
    """
    An engine that lost all of its files is filled again from the catalog.
    """
    index.add(Article(**record) for record in records(3))
    index.close()
    WhooshEngine(index.path).reset()
    for path in index.path.glob("_MAIN_*.toc"):
        path.unlink()
    with searchkit.open_index(index.path) as again:
        assert 3 == again.search("text", limit=0).total
