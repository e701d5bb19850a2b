"""
Indexing: articles in, two commits out.

The path of writing, from sources to the engine::

    source -> articles -> annotations -> catalog (a batch) -> engine (a transaction)

Articles go to the catalog in batches, each a commit of its own, and to the engine only
after that; the engine commits at the end, and now and then on the way.  So the engine
may be behind the catalog after a crash and is never ahead of it: :func:`catch_up`
writes what is missing.

What decides whether an article is stored:

- A source whose bytes have not changed is not read again.
- An article whose content has not changed is not annotated or written again.
- Identical content from several sources is one article; what one of them does not know,
  such as the date, is taken from another.
- A source that has changed replaces what it produced before.  What it does not produce
  any more is deleted, unless another source has it, or the source was readable in part
  only.  An article that goes from one source to another stays.
- An id that a source gives to a text belongs to the source that was first: a different
  text under the same id from another file is refused with a message, and nothing is
  overwritten.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from searchkit.annotations.model import Annotations
from searchkit.articles import (
    ReadWarning,
    Source,
    SourceFailure,
    discover,
    read_source,
)
from searchkit.articles.model import Article
from searchkit.catalog import Catalog, KnownArticle, KnownSource
from searchkit.documents import document_of
from searchkit.errors import ArticleError
from searchkit.settings import (
    ARTICLES_PER_COMMIT,
    BATCH_ARTICLES,
    BATCH_CHARACTERS,
    RACY_NS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO, Self

    from searchkit.annotations.model import Annotator
    from searchkit.engines.base import Engine, Writer


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far a run of indexing is.

    Attributes:
        done: Bytes of sources dealt with, about.
        total: Bytes of all sources; 0 where it is not known.
        articles: Articles seen so far.
    """

    done: int
    total: int
    articles: int


@dataclass(slots=True)
class IndexingReport:
    """
    What a run of indexing did.

    Attributes:
        added: Articles that are new.
        updated: Articles that were there with other content.
        unchanged: Articles that were there already.
        duplicates: Articles that came twice in this run with the same text.
        deleted: Articles that no source has any more.
        entities: Mentions of entities found in what was added and updated.
        dates: Time expressions found there.
        text_bytes: UTF-8 bytes of titles and bodies of what was added and updated.
        seconds: Time that the run took.
        skipped: Files in folders that no reader takes.
        failures: What could not be read, and why.
        warnings: What was set aside of articles that were read.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    deleted: int = 0
    entities: int = 0
    dates: int = 0
    text_bytes: int = 0
    seconds: float = 0.0
    skipped: int = 0
    failures: list[ArticleError] = field(default_factory=list)
    warnings: list[ReadWarning] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """
        How many articles the run has looked at.
        """
        return self.added + self.updated + self.unchanged + self.duplicates


@dataclass(frozen=True, slots=True)
class _SourceRecord:
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


@dataclass(frozen=True, slots=True)
class _Pending:
    """
    An article on its way; ``counts`` unless nothing in it is new to this run's report.
    """

    article: Article
    annotations: Annotations
    counts: bool


class _Transfer:
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
        reading: The source that is being read.
        fresh: What came out of it since the last flush, as in ``_SourceRecord``.
    """

    def __init__(
        self,
        catalog: Catalog,
        engine: Engine,
        fingerprints: Mapping[str, str],
        report: IndexingReport,
    ) -> None:
        self.pending: dict[str, _Pending] = {}
        self.records: list[_SourceRecord] = []
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

    def put(self, article: Article, annotations: Annotations, *, counts: bool) -> None:
        """
        Take an article to be written with the next flush.

        Args:
            article: The article.
            annotations: All of its annotations.
            counts: The report is to count it, as added or updated.
        """
        before = self.pending.get(article.id)
        counts = counts or (before is not None and before.counts)
        self.pending[article.id] = _Pending(article, annotations, counts)
        self._size += _text_bytes(article)

    def flush_if_full(self) -> None:
        """
        Flush when there is enough for a batch.
        """
        if (
            len(self.pending) >= BATCH_ARTICLES
            or len(self.records) >= BATCH_ARTICLES
            or self._size >= BATCH_CHARACTERS
        ):
            self.flush()

    def flush(self) -> None:
        """
        Commit what is pending to the catalog, then hand it to the engine.
        """
        if not self.pending and not self.records:
            return
        gone: list[str] = []
        records = list(self.records)
        if self.reading is not None:
            records.append(_SourceRecord(self.reading, self.fresh))
        with self._catalog.batch() as batch:
            outcomes = [
                batch.put(one.article, one.annotations, self._fingerprints)
                for one in self.pending.values()
            ]
            # First what sources have, then what they have no more: an article that went
            # from one to another is never without.
            for record in records:
                batch.record_source(record.source, record.produced, keep_rest=True)
            for record in records:
                if record.replaces:
                    gone += batch.record_source(record.source, record.produced)
        written = list(self.pending.values())
        self.pending, self._size = {}, 0
        self.records, self.fresh = [], {}
        self._count(written, outcomes)
        self._report.deleted += len(gone)
        self.hand_over(written, gone)
        if self._uncommitted >= ARTICLES_PER_COMMIT:
            self._commit()

    def hand_over(self, written: Sequence[_Pending], gone: Sequence[str]) -> None:
        """
        Tell the engine what the last commit of the catalog has changed.

        Args:
            written: Articles added or replaced.
            gone: Ids of articles deleted.
        """
        if written or gone:
            writer = self._open_writer()
            try:
                for one in written:
                    writer.put(document_of(one.article, one.annotations))
                for article_id in gone:
                    writer.delete(article_id)
            except BaseException:
                # The engine would hold a part of the commit only.
                self._writer = None
                writer.cancel()
                raise
        self._uncommitted += len(written)
        self._handed = self._catalog.generation

    def finish(self) -> None:
        """
        Write and commit everything.
        """
        self.flush()
        if self._handed != self._committed:
            # If only sources changed, the engine is to know that it lacks nothing.
            self._open_writer()
        self._commit()

    def salvage(self) -> None:
        """
        Commit what was handed over in full; for the way out after an exception.
        """
        # What the catalog has is safe; the engine catches up at the next opening where
        # it cannot be written to now.  The first error is the one to see.
        with suppress(Exception):
            self._commit()

    def _count(self, written: Sequence[_Pending], outcomes: Sequence[str]) -> None:
        """
        Count articles that are in the catalog now.
        """
        report = self._report
        for one, outcome in zip(written, outcomes, strict=True):
            if not one.counts:
                continue
            if outcome == "added":
                report.added += 1
            else:
                report.updated += 1
            report.text_bytes += _text_bytes(one.article)
            report.entities += len(one.annotations.entities)
            report.dates += len(one.annotations.times)

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
        self._uncommitted = 0


@dataclass(frozen=True, slots=True)
class _Refusal:
    """
    An article that was refused since its id named another text.

    Attributes:
        id: The id.
        fingerprint: Of the text that had the id.
        owner: The location that this text came from.
    """

    id: str
    fingerprint: str
    owner: str


class IndexingRun:
    """
    One run of writing; the caller holds the writer's lock.

    Use it as a context manager: leaving the block commits, also when an exception (such
    as the interrupt key) ends it, so that what was stored until then can be found.

    Args:
        catalog: Where articles go first.
        engine: Where they go then; up to date with the catalog.
        annotators: What is looked for in each article.
    """

    def __init__(
        self, catalog: Catalog, engine: Engine, annotators: Sequence[Annotator]
    ) -> None:
        self.report = IndexingReport()
        self._catalog = catalog
        self._annotators = annotators
        self._fingerprints: dict[str, str] = {a.kind: a.fingerprint for a in annotators}
        self._transfer = _Transfer(catalog, engine, self._fingerprints, self.report)
        #: Articles stored in this run, with the location that they came from.
        self._stored: dict[str, str] = {}
        #: What was refused, by the location of its source.
        self._refusals: dict[str, list[_Refusal]] = {}
        #: Whether a source has let go of articles that another one may have.
        self._released = False
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if error is None:
                self._transfer.finish()
        finally:
            self._transfer.salvage()
            self.report.seconds = time.monotonic() - self._started

    @cached_property
    def _all_annotated(self) -> bool:
        """
        Whether nothing that is stored was annotated by other annotators.
        """
        return self._catalog.annotators() <= set(self._fingerprints.items())

    # --- what goes in -----------------------------------------------------------

    def add(self, articles: Iterable[Article]) -> None:
        """
        Add articles that come from no file.
        """
        for article in articles:
            self._consider(article, "")
            self._transfer.flush_if_full()

    def add_sources(
        self,
        paths: Iterable[str],
        *,
        prune: bool = False,
        exclude: Iterable[str] = (),
        stdin: BinaryIO | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """
        Add the articles of files and folders.

        Args:
            paths: As :func:`searchkit.articles.discover` takes them.
            prune: Delete articles whose files under ``paths`` are gone.
            exclude: Folders to leave out, such as the index itself.
            stdin: What is read for ``-``.
            progress: Called after each article and each source.
        """
        paths = list(paths)
        discovery = discover(paths, stdin=stdin, exclude=exclude)
        found = list(discovery)
        self.report.skipped += discovery.skipped
        sources = [item for item in found if isinstance(item, Source)]
        for item in found:
            if isinstance(item, SourceFailure):
                self.report.failures.append(item.error)
        total, done = sum(source.size for source in sources), 0
        for source in sources:
            inside = 0
            for size in chain(self._add_source(source), [source.size]):
                # Readers do not say where they are; the text that came out does.
                inside = min(inside + size, source.size)
                if progress:
                    seen = self.report.seen + len(self._transfer.pending)
                    progress(Progress(done + inside, total, seen))
            done += source.size
        self._transfer.flush()
        if prune:
            # Only now: what was moved has been found in its new place.
            self._prune(paths, {item.location for item in found})
        self._add_again(sources)

    def delete(self, ids: Iterable[str]) -> list[str]:
        """
        Delete articles by id.

        Returns:
            Ids that no article has.
        """
        self._transfer.flush()
        missing: list[str] = []
        gone: list[str] = []
        with self._catalog.batch() as batch:
            for article_id in ids:
                (gone if batch.delete(article_id) else missing).append(article_id)
        self._transfer.hand_over([], gone)
        return missing

    # --- sources ----------------------------------------------------------------

    def _add_source(self, source: Source) -> Iterator[int]:
        """
        Add the articles of one source.

        Yields:
            After each article about how many bytes of text it has.
        """
        if not source.location:
            yield from self._read(source, {}, [])
            return
        known = self._catalog.known_source(source.location)
        if known and self._is_untouched(source, known):
            self.report.unchanged += known.articles
            return
        try:
            record = KnownSource(
                source.location,
                source.path,
                source.size,
                source.modified_ns,
                time.time_ns(),
                source.fingerprint(),
            )
        except ArticleError as error:
            self.report.failures.append(error)
            return
        if known and known.fingerprint == record.fingerprint and self._all_annotated:
            self.report.unchanged += known.articles
            self._transfer.records.append(_SourceRecord(record, {}))
        else:
            yield from self._add_articles(source, record, is_new=known is None)
        self._transfer.flush_if_full()

    def _add_articles(
        self, source: Source, record: KnownSource, *, is_new: bool
    ) -> Iterator[int]:
        # Until it has been read to the end, it has to be read again.
        unread = replace(record, fingerprint="")
        produced: dict[str, str] = {}
        failures: list[ArticleError] = []
        failed = len(self.report.failures)
        self._transfer.reading = unread
        yield from self._read(source, produced, failures)
        self._transfer.reading, self._transfer.fresh = None, {}
        if len(self.report.failures) > failed:
            # Read, and complained about, again next time.
            record = unread
        replaces = not is_new and not failures
        self._released |= replaces
        self._transfer.records.append(_SourceRecord(record, produced, replaces))

    def _read(
        self, source: Source, produced: dict[str, str], failures: list[ArticleError]
    ) -> Iterator[int]:
        """
        Read a source.

        Args:
            source: What to read.
            produced: Gets the fingerprint of each article by its id.
            failures: Gets what could not be read.

        Yields:
            After each reading about how many bytes of text it has.
        """
        for reading in read_source(source):
            size = 0
            if isinstance(reading, Article):
                size = len(reading.title) + len(reading.body)
                self._add_from(source, reading, produced)
            elif isinstance(reading, ReadWarning):
                self.report.warnings.append(reading)
            else:
                failures.append(reading)
                self.report.failures.append(reading)
            yield size

    def _is_untouched(self, source: Source, known: KnownSource) -> bool:
        """
        Tell from its size and time of change that a source need not be read.

        A file that was changed at about the time of the last reading may change again
        within the same tick of the clock, so its bytes are compared.
        """
        return (
            bool(known.fingerprint)
            and (known.size, known.modified_ns) == (source.size, source.modified_ns)
            and known.modified_ns + RACY_NS < known.read_ns
            and self._all_annotated
        )

    def _add_from(
        self, source: Source, article: Article, produced: dict[str, str]
    ) -> None:
        before = produced.get(article.id)
        if before is not None and before != article.fingerprint:
            if article.explicit_id:
                reason = f"the id {article.id!r} stands twice, with different texts"
                self.report.failures.append(ArticleError(source.label, reason))
                return
            if not article.has_content_id:
                article = article.identified_by_content()
                before = produced.get(article.id)
        fingerprint = article.fingerprint
        try:
            self._consider(article, source.location, again=before is not None)
        except ArticleError as error:
            self.report.failures.append(error)
            return
        produced[article.id] = self._transfer.fresh[article.id] = fingerprint
        # Not before: with the article, the catalog has to learn where it comes from.
        self._transfer.flush_if_full()

    def _prune(self, paths: Sequence[str], found: set[str]) -> None:
        tops = [os.path.realpath(path) for path in paths if path != "-"]
        inside = tuple(os.path.join(top, "") for top in tops)  # noqa: PTH118
        gone: list[str] = []
        with self._catalog.batch() as batch:
            for known in list(self._catalog.known_sources()):
                location = known.location
                if location in tops or location.startswith(inside):
                    if location in found or not _is_gone(location):
                        continue
                    gone += batch.forget_source(location)
                    self._released = True
        self.report.deleted += len(gone)
        self._transfer.hand_over([], gone)

    def _add_again(self, sources: Sequence[Source]) -> None:
        """
        Read sources again where a later one has let go of an article of theirs.

        So what is stored does not depend on the order in which sources were read.
        """
        again = [source for source in sources if self._is_wanted_again(source)]
        if not again:
            return
        report, labels = self.report, {source.label for source in again}
        report.failures = [e for e in report.failures if e.path not in labels]
        report.warnings = [w for w in report.warnings if w.path not in labels]
        counts = report.unchanged, report.duplicates
        for source in again:
            for _ in self._add_source(source):
                pass
        self._transfer.flush()
        report.unchanged, report.duplicates = counts

    def _is_wanted_again(self, source: Source) -> bool:
        if not source.location:
            return False
        for refusal in self._refusals.get(source.location, ()):
            known = self._catalog.known_article(refusal.id)
            if (
                known is None
                or known.fingerprint != refusal.fingerprint
                or refusal.owner not in known.locations
            ):
                return True
        if not self._released:
            return False
        # The catalog gives a size to no source whose version of an article is missing.
        known_source = self._catalog.known_source(source.location)
        return known_source is not None and known_source.size < 0

    # --- articles ---------------------------------------------------------------

    def _consider(
        self, article: Article, location: str, *, again: bool = False
    ) -> None:
        """
        Store an article if it says anything new.

        Args:
            article: As it was read.
            location: The source that it comes from; empty for none.
            again: The same source had an article with this id before.

        Raises:
            ArticleError: Its id belongs to another text.
        """
        known = self._known(article.id)
        if known is not None and article.explicit_id and location:
            known = self._owned(known, article, location)
        if known is not None:
            if known.fingerprint != article.fingerprint and article.has_content_id:
                others = again or not location or set(known.locations) - {location}
                if others:
                    article = _completed(self._article(article.id), article)
            if known.fingerprint == article.fingerprint and (
                dict(known.annotators) == self._fingerprints
            ):
                if article.id in self._stored:
                    self.report.duplicates += 1
                else:
                    self.report.unchanged += 1
                    if location and _has_moved(known, location):
                        self._move(article, location)
                return
        is_first = article.id not in self._stored
        self._transfer.put(article, self._annotate(article), counts=is_first)
        self._stored[article.id] = location

    def _owned(
        self, known: KnownArticle, article: Article, location: str
    ) -> KnownArticle | None:
        """
        Make sure that a given id names no other text, from another file.

        Returns:
            What is known of the article by now.

        Raises:
            ArticleError: It does.
        """
        if _owner(known, article, location) and self._transfer.records:
            # The other source may have let go of it in this very batch.
            self._transfer.flush()
            found = self._known(article.id)
            if found is None:
                return None
            known = found
        if owner := _owner(known, article, location):
            refusal = _Refusal(article.id, known.fingerprint, owner)
            self._refusals.setdefault(location, []).append(refusal)
            reason = f"the id {article.id!r} already names another text, from {owner}"
            raise ArticleError(article.path, reason)
        return known

    def _known(self, article_id: str) -> KnownArticle | None:
        here = self._stored.get(article_id)
        if article_id in self._transfer.pending:
            article = self._transfer.pending[article_id].article
            known = KnownArticle(
                article.fingerprint, article.explicit_id, self._fingerprints, ()
            )
        else:
            found = self._catalog.known_article(article_id)
            if found is None:
                return None
            known = found
        # Sources are recorded when a batch is written.
        if here is not None:
            known = replace(known, locations=(*known.locations, here))
        return known

    def _article(self, article_id: str) -> Article:
        if article_id in self._transfer.pending:
            return self._transfer.pending[article_id].article
        return self._catalog.get(article_id).article

    def _move(self, article: Article, location: str) -> None:
        """
        Give a stored article the path that it has now.
        """
        stored = self._catalog.get(article.id)
        moved = _changed(stored.article, path=article.path)
        self._transfer.put(moved, stored.annotations, counts=False)
        self._stored[article.id] = location

    def _annotate(self, article: Article) -> Annotations:
        found = {a.kind: tuple(a.annotate(article)) for a in self._annotators}
        return Annotations(**found)  # type: ignore[arg-type]


def _owner(known: KnownArticle, article: Article, location: str) -> str | None:
    """
    Return the other file that gives the id of an article to another text, if one does.
    """
    if known.fingerprint == article.fingerprint:
        return None
    for other in known.locations:
        if other not in ("", location) and not _is_gone(other):
            return other
    return None


def _is_gone(location: str) -> bool:
    """
    Tell whether a file is known not to exist; one out of reach may.
    """
    try:
        os.lstat(location)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _has_moved(known: KnownArticle, location: str) -> bool:
    """
    Tell whether an article is at ``location`` now and nowhere else any more.
    """
    if location in known.locations or not known.locations:
        return False
    return all(_is_gone(other) for other in known.locations)


def _text_bytes(article: Article) -> int:
    return len(article.title.encode()) + len(article.body.encode())


def _changed(article: Article, **values: Any) -> Article:
    """
    Return an article with other values and the same id, given or derived as it was.
    """
    changed = replace(article, **values)
    object.__setattr__(changed, "explicit_id", article.explicit_id)
    return changed


def _completed(stored: Article, article: Article) -> Article:
    """
    Return a stored article with what only another copy of its text knows.
    """
    return _changed(
        stored,
        published=stored.published or article.published,
        source=stored.source or article.source,
        url=stored.url or article.url,
        authors=stored.authors or article.authors,
    )


def catch_up(catalog: Catalog, engine: Engine, *, anew: bool = False) -> int:
    """
    Write into the engine what the catalog has and the engine lacks.

    The caller holds the writer's lock.

    Args:
        catalog: What is true.
        engine: What is derived from it.
        anew: Write everything, and delete whatever else the engine holds.

    Returns:
        How many articles were written.
    """
    generation = catalog.generation
    behind = 0 if anew else engine.generation
    if behind == generation and not anew:
        return 0
    if behind > generation:
        # The catalog was put back from a copy: what it never had has to go.
        behind, anew = 0, True
    writer = engine.writer()
    try:
        if anew:
            writer.clear()
        else:
            for article_id in catalog.removed_since(behind):
                writer.delete(article_id)
        written = 0
        for stored in catalog.changed_since(behind):
            writer.put(document_of(stored.article, stored.annotations))
            written += 1
    except BaseException:
        writer.cancel()
        raise
    writer.commit(generation)
    return written
