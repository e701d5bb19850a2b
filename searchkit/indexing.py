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
  only.
- An id that a source gives to a text belongs to the source that was first: a different
  text under the same id from another file is refused with a message, and nothing is
  overwritten.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

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
    source: KnownSource
    produced: Mapping[str, str]
    keep_rest: bool


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
        self._engine = engine
        self._annotators = annotators
        self._fingerprints: dict[str, str] = {a.kind: a.fingerprint for a in annotators}
        #: Whether nothing that is stored was annotated by other annotators.
        self._all_annotated = catalog.annotators() <= set(self._fingerprints.items())
        self._pending: dict[str, tuple[Article, Annotations]] = {}
        self._pending_size = 0
        self._records: list[_SourceRecord] = []
        #: Articles stored in this run, with the location that they came from.
        self._stored: dict[str, str] = {}
        #: Those of them that are in the catalog.
        self._written: set[str] = set()
        self._writer: Writer | None = None
        self._uncommitted = 0
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._flush()
            self._commit_engine()
        else:
            # What the catalog has is safe; the engine catches up at the next opening
            # where it cannot be written to now.  The first error is the one to see.
            with suppress(Exception):
                self._commit_engine()
        self.report.seconds = time.monotonic() - self._started

    # --- what goes in -----------------------------------------------------------

    def add(self, articles: Iterable[Article]) -> None:
        """
        Add articles that come from no file.
        """
        for article in articles:
            self._consider(article, "")

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
        if prune:
            self._prune(paths, {item.location for item in found})
        total, done = sum(source.size for source in sources), 0
        for source in sources:
            inside = 0
            for size in chain(self._add_source(source), [source.size]):
                # Readers do not say where they are; the text that came out does.
                inside = min(inside + size, source.size)
                if progress:
                    seen = self.report.seen + len(self._pending)
                    progress(Progress(done + inside, total, seen))
            done += source.size

    def delete(self, ids: Iterable[str]) -> list[str]:
        """
        Delete articles by id.

        Returns:
            Ids that no article has.
        """
        self._flush()
        missing: list[str] = []
        gone: list[str] = []
        with self._catalog.batch() as batch:
            for article_id in ids:
                (gone if batch.delete(article_id) else missing).append(article_id)
        self._delete_documents(gone)
        return missing

    # --- sources ----------------------------------------------------------------

    def _add_source(self, source: Source) -> Iterator[int]:
        """
        Add the articles of one source.

        Yields:
            After each article about how many bytes of text it has.
        """
        known = self._catalog.known_source(source.location) if source.location else None
        if known and self._is_untouched(source, known):
            self.report.unchanged += known.articles
            return
        now = time.time_ns()
        failures = len(self.report.failures)
        fingerprint = ""
        if source.location:
            try:
                fingerprint = source.fingerprint()
            except ArticleError as error:
                self.report.failures.append(error)
                return
        if known and known.fingerprint == fingerprint and self._all_annotated:
            self.report.unchanged += known.articles
            produced: dict[str, str] = {}
            keep_rest = True
        else:
            produced = {}
            for reading in read_source(source):
                size = 0
                if isinstance(reading, Article):
                    size = len(reading.title) + len(reading.body)
                    self._add_from(source, reading, produced)
                elif isinstance(reading, ReadWarning):
                    self.report.warnings.append(reading)
                else:
                    self.report.failures.append(reading)
                yield size
            keep_rest = len(self.report.failures) > failures
            if keep_rest:
                # Not read in full: it is read, and complained about, again next time.
                fingerprint = ""
        if source.location:
            record = KnownSource(
                source.location,
                source.path,
                source.size,
                source.modified_ns,
                now,
                fingerprint,
            )
            self._records.append(_SourceRecord(record, produced, keep_rest))
            if len(self._records) >= BATCH_ARTICLES:
                self._flush()

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
        fingerprint = article.fingerprint
        try:
            self._consider(article, source.location, again=before is not None)
        except ArticleError as error:
            self.report.failures.append(error)
        else:
            produced[article.id] = fingerprint

    def _prune(self, paths: Sequence[str], found: set[str]) -> None:
        tops = [os.path.realpath(path) for path in paths if path != "-"]
        gone: list[str] = []
        with self._catalog.batch() as batch:
            for known in list(self._catalog.known_sources()):
                if known.location in found or os.path.lexists(known.location):
                    continue
                inside = (os.path.join(top, "") for top in tops)  # noqa: PTH118
                if known.location in tops or known.location.startswith(tuple(inside)):
                    gone += batch.forget_source(known.location)
        self.report.deleted += len(gone)
        self._delete_documents(gone)

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
        if known is not None and self._taken_by(known, article, location):
            # The other source may have let go of it in this very batch.
            self._flush()
            known = self._known(article.id)
            if known and (other := self._taken_by(known, article, location)):
                reason = (
                    f"the id {article.id!r} already names another text, from {other}"
                )
                raise ArticleError(article.path, reason)
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
                return
        self._store(article, location)

    def _taken_by(
        self, known: KnownArticle, article: Article, location: str
    ) -> str | None:
        """
        Return the file whose text has the id already, if it is another text.
        """
        if not article.explicit_id or known.fingerprint == article.fingerprint:
            return None
        others = (other for other in known.locations if other not in ("", location))
        return next(filter(os.path.lexists, others), None) if location else None

    def _known(self, article_id: str) -> KnownArticle | None:
        here = self._stored.get(article_id)
        if article_id in self._pending:
            article, _ = self._pending[article_id]
            known = KnownArticle(
                article.fingerprint, article.explicit_id, self._fingerprints, ()
            )
        else:
            found = self._catalog.known_article(article_id)
            if found is None:
                return None
            known = found
        # Sources are recorded when they have been read to the end.
        if here is not None:
            known = replace(known, locations=(*known.locations, here))
        return known

    def _article(self, article_id: str) -> Article:
        if article_id in self._pending:
            return self._pending[article_id][0]
        return self._catalog.get(article_id).article

    def _store(self, article: Article, location: str) -> None:
        annotations = self._annotate(article)
        self._pending[article.id] = article, annotations
        self._stored[article.id] = location
        size = len(article.title.encode()) + len(article.body.encode())
        self._pending_size += size
        self.report.text_bytes += size
        self.report.entities += len(annotations.entities)
        self.report.dates += len(annotations.times)
        if (
            len(self._pending) >= BATCH_ARTICLES
            or self._pending_size >= BATCH_CHARACTERS
        ):
            self._flush()

    def _annotate(self, article: Article) -> Annotations:
        found = {a.kind: tuple(a.annotate(article)) for a in self._annotators}
        return Annotations(**found)  # type: ignore[arg-type]

    # --- commits ----------------------------------------------------------------

    def _flush(self) -> None:
        """
        Commit what is pending to the catalog, then hand it to the engine.
        """
        if not self._pending and not self._records:
            return
        gone: list[str] = []
        with self._catalog.batch() as batch:
            for article, annotations in self._pending.values():
                outcome = batch.put(article, annotations, self._fingerprints)
                if outcome == "added":
                    self.report.added += 1
                elif article.id not in self._written:
                    self.report.updated += 1
            for record in self._records:
                gone += batch.record_source(
                    record.source, record.produced, keep_rest=record.keep_rest
                )
        self.report.deleted += len(gone)
        pending = self._pending
        self._pending, self._pending_size, self._records = {}, 0, []
        self._written.update(pending)
        if pending:
            writer = self._open_writer()
            for article, annotations in pending.values():
                writer.put(document_of(article, annotations))
        self._delete_documents(gone)
        self._uncommitted += len(pending)
        if self._uncommitted >= ARTICLES_PER_COMMIT:
            self._commit_engine()

    def _delete_documents(self, ids: Sequence[str]) -> None:
        if ids:
            writer = self._open_writer()
            for article_id in ids:
                writer.delete(article_id)

    def _open_writer(self) -> Writer:
        if self._writer is None:
            self._writer = self._engine.writer()
        return self._writer

    def _commit_engine(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.commit(self._catalog.generation)
        self._uncommitted = 0


def _completed(stored: Article, article: Article) -> Article:
    """
    Return a stored article with what only another copy of its text knows.
    """
    completed = replace(
        stored,
        published=stored.published or article.published,
        source=stored.source or article.source,
        url=stored.url or article.url,
        authors=stored.authors or article.authors,
    )
    object.__setattr__(completed, "explicit_id", stored.explicit_id)
    return completed


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
