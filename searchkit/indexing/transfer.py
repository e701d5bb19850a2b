"""
Articles on their way: in batches to the catalog, and from there to the engine.

The order is what makes a crash harmless.  A batch is committed to the catalog first;
only then is it handed to the engine, whose transaction is committed at the end, and now
and then on the way, under the number of the last commit that it holds in full.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from searchkit.catalog import KnownSource
from searchkit.documents import document_of
from searchkit.errors import IndexDamagedError, IndexForeignError
from searchkit.indexing.interrupts import interrupts_deferred
from searchkit.indexing.report import Progress
from searchkit.settings import ARTICLES_PER_COMMIT, BATCH_ARTICLES, BATCH_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from searchkit.articles.model import Article
    from searchkit.catalog import Catalog
    from searchkit.catalog.batch import Outcome
    from searchkit.documents import Document
    from searchkit.engines.base import Engine, Writer
    from searchkit.indexing.annotating import Promise
    from searchkit.indexing.report import IndexingReport


#: Stands for what comes from no file: a script, or standard input.
_NO_FILE = KnownSource("", "", 0, 0, 0, "")


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """
    What the catalog is told of a source.

    Attributes:
        source: As it was found.
        produced: For each article id the fingerprint of the article in the source.
        replaces: It was read to the end: what it had before, and has no more, goes.
    """

    source: KnownSource
    produced: Mapping[str, str]
    replaces: bool = False


class PendingArticle(NamedTuple):
    """
    An article on its way.

    Attributes:
        article: The article.
        annotations: All of its annotations, once they are there.
        counts: Unless nothing in it is new to this run's report.
        is_new: The catalog has none with this id.
    """

    article: Article
    annotations: Promise
    counts: bool
    is_new: bool


class Transfer:
    """
    Takes articles in batches to the catalog, and from there to the engine.

    Args:
        catalog: Where articles go first.
        engine: Where they go then; up to date with the catalog.
        fingerprints: Of the annotators by kind.
        report: What is counted in.

    Attributes:
        pending: Articles that are in no commit yet, by id.
        records: Sources that are in no commit yet.
        scripted: Fingerprints by id of articles that came from no file and of which no
            commit knows that yet.
        reading: The source that is being read.
        fresh: What came out of it since the last flush, as in :class:`SourceRecord`.
    """

    def __init__(
        self,
        catalog: Catalog,
        engine: Engine,
        fingerprints: Mapping[str, str],
        report: IndexingReport,
    ) -> None:
        self.pending: dict[str, PendingArticle] = {}
        self.records: list[SourceRecord] = []
        self.scripted: dict[str, str] = {}
        self.reading: KnownSource | None = None
        self.fresh: dict[str, str] = {}
        self._catalog = catalog
        self._engine = engine
        self._fingerprints = fingerprints
        self._report = report
        self._size = 0
        self._writer: Writer | None = None
        self._uncommitted = 0
        #: The commits of the catalog that the engine, and its open transaction, hold.
        self._committed = self._handed = catalog.generation

    def put(
        self,
        article: Article,
        annotations: Promise,
        *,
        counts: bool,
        is_new: bool = False,
    ) -> None:
        """
        Take an article to be written with the next flush.

        Args:
            article: The article.
            annotations: All of its annotations, by then.
            counts: The report is to count it, as added or updated.
            is_new: Nothing with this id is in the catalog, or pending.
        """
        before = self.pending.get(article.id)
        if before is not None:
            counts, is_new = counts or before.counts, before.is_new
        self.pending[article.id] = PendingArticle(article, annotations, counts, is_new)
        self._size += len(article.title) + len(article.body)
        self._size += len(article.source) + len(article.url)
        if article.authors:
            self._size += sum(map(len, article.authors))

    def flush_if_full(self) -> None:
        """
        Flush when there is enough for a batch.
        """
        if (
            len(self.pending) >= BATCH_ARTICLES
            or len(self.records) >= BATCH_ARTICLES
            or len(self.scripted) >= BATCH_ARTICLES
            or self._size >= BATCH_CHARACTERS
        ):
            self.flush()

    def flush(self) -> None:
        """
        Commit what is pending to the catalog, then hand it to the engine.
        """
        if self.pending or self.records or self.scripted:
            # This takes longest; until it is through, nothing is lost by an end.
            for one in self.pending.values():
                one.annotations.result()
            with interrupts_deferred():
                self._flush()

    def _flush(self) -> None:
        gone: list[str] = []
        records = list(self.records)
        if self.reading is not None:
            records.append(SourceRecord(self.reading, self.fresh))
        if self.scripted:
            # So that what a script has added stays when a file with the same text goes.
            records.append(SourceRecord(_NO_FILE, self.scripted))
        written = list(self.pending.values())
        with self._catalog.batch() as batch:
            batch.expect(
                (key for key, one in self.pending.items() if not one.is_new),
                new=(key for key, one in self.pending.items() if one.is_new),
            )
            batch.learn([one.article.body for one in written])
            outcomes = batch.put_all(
                ((one.article, one.annotations.result()) for one in written),
                self._fingerprints,
            )
            # First what sources have, then what they have no more: an article that went
            # from one to another is never without.
            for record in records:
                batch.record_source(record.source, record.produced, keep_rest=True)
            for record in records:
                if record.replaces:
                    gone += batch.release(record.source.location, record.produced)
        self.pending, self._size = {}, 0
        self.records, self.fresh, self.scripted = [], {}, {}
        self._count(written, outcomes)
        self._report.deleted += len(gone)
        self.hand_over(written, gone)
        if self._uncommitted >= ARTICLES_PER_COMMIT:
            self._commit()

    def hand_over(self, written: Sequence[PendingArticle], gone: Sequence[str]) -> None:
        """
        Tell the engine what the last commit of the catalog has changed.

        Args:
            written: Articles added or replaced.
            gone: Ids of articles deleted.
        """
        if written or gone:
            writer = self._open_writer()
            try:
                writer.put_all(
                    document_of(one.article, one.annotations.result())
                    for one in written
                )
                for article_id in gone:
                    writer.delete(article_id)
                self._uncommitted += len(written)
                self._handed = self._catalog.generation
            except BaseException:
                # The engine would hold a part of the commit only.
                self._writer = None
                writer.cancel()
                raise
        else:
            self._handed = self._catalog.generation

    def finish(self) -> None:
        """
        Write and commit everything.
        """
        self.flush()
        if self._handed != self._committed:
            # If only sources changed, the engine is to know that it lacks nothing.
            self._open_writer()
        with interrupts_deferred():
            self._commit()

    def salvage(self) -> None:
        """
        Commit what was handed over in full; for the way out after an exception.
        """
        # What the catalog has is safe; the engine catches up at the next opening where
        # it cannot be written to now.  The first error is the one to see.
        with suppress(Exception), interrupts_deferred():
            self._commit()

    def _count(
        self, written: Sequence[PendingArticle], outcomes: Sequence[tuple[Outcome, int]]
    ) -> None:
        """
        Count articles that are in the catalog now.

        Args:
            written: All of them.
            outcomes: From :meth:`Batch.put_all`.
        """
        report = self._report
        for one, (outcome, size) in zip(written, outcomes, strict=True):
            if not one.counts:
                continue
            if outcome == "added":
                report.added += 1
            else:
                report.updated += 1
            report.text_bytes += size
            annotations = one.annotations.result()
            report.entities += len(annotations.entities)
            report.dates += len(annotations.times)

    def _open_writer(self) -> Writer:
        if self._writer is None:
            self._writer = self._engine.writer()
        return self._writer

    def _commit(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            try:
                writer.commit(self._handed)
            except BaseException:
                writer.cancel()
                raise
            self._committed = self._handed
            if (held := self._engine.generation) is not None:
                self._catalog.forget_superseded(held)
        self._uncommitted = 0


def catch_up(
    catalog: Catalog,
    engine: Engine,
    *,
    anew: bool = False,
    may_go: Callable[[Article], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """
    Write into the engine what the catalog has and the engine lacks.

    The caller holds the writer's lock.

    Args:
        catalog: What is true.
        engine: What is derived from it.
        anew: Write everything, and delete whatever else the engine holds.
        may_go: Tells of a document of another program whether it may be deleted then;
            without, none may.
        progress: Called after each article, with articles in place of bytes.

    Returns:
        How many articles were written.

    Raises:
        IndexForeignError: The engine is to be made anew, and has documents of another
            program that may not go; nothing was changed.
    """
    generation = catalog.generation
    held = engine.generation
    if held == generation and not anew:
        return 0
    if held is None:
        engine.reset()
    if held is None:
        anew = True
    elif not catalog.oldest_generation <= held <= generation:
        # One of the two was put back from a copy: what the catalog has not, goes.
        anew = True
    behind = 0 if anew or held is None else held
    total = len(catalog) if progress else 0
    writer = engine.writer()
    try:
        if anew:
            # Now that no other program can add one.
            if foreign := _count(engine, may_go):
                raise IndexForeignError(str(catalog.folder), foreign)  # noqa: TRY301
            writer.clear()
        else:
            for article_id in catalog.removed_since(behind):
                writer.delete(article_id)
        written = 0

        def documents() -> Iterator[Document]:
            nonlocal written
            for stored in catalog.changed_since(behind):
                yield document_of(stored.article, stored.annotations)
                written += 1
                if progress:
                    progress(Progress(written, total, written))

        writer.put_all(documents())
    except BaseException:
        writer.cancel()
        raise
    writer.commit(generation)
    catalog.forget_superseded(generation)
    return written


def _count(engine: Engine, may_go: Callable[[Article], bool] | None) -> int:
    """
    Count documents of other programs that may not go, as far as they can be read.
    """
    count = 0
    with suppress(IndexDamagedError):
        for article in engine.foreign_documents():
            if may_go is None or not may_go(article):
                count += 1
    return count
