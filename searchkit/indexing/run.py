"""
One run of indexing: which articles are new, and which are to go.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from searchkit.articles import (
    ReadWarning,
    Source,
    SourceFailure,
    discover,
    read_source,
)
from searchkit.articles.globs import is_pattern
from searchkit.articles.model import Article
from searchkit.articles.sources import STDIN
from searchkit.catalog import Catalog, KnownArticle, KnownSource
from searchkit.errors import ArticleError
from searchkit.indexing.annotating import Annotating
from searchkit.indexing.report import IndexingReport, Progress
from searchkit.indexing.transfer import SourceRecord, Transfer
from searchkit.settings import RACY_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO, Self

    from searchkit.annotations.model import Annotator
    from searchkit.engines.base import Engine


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
        processes: How many processes annotate, at most; 1 for none but this one.
    """

    def __init__(
        self,
        catalog: Catalog,
        engine: Engine,
        annotators: Sequence[Annotator],
        *,
        processes: int = 1,
    ) -> None:
        self.report = IndexingReport()
        self._catalog = catalog
        self._annotating = Annotating(annotators, processes)
        self._fingerprints = self._annotating.fingerprints
        self._transfer = Transfer(catalog, engine, self._fingerprints, self.report)
        #: Whether the catalog was empty, and knows what this run has stored alone.
        self._is_first = catalog.generation == 0
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
            self._annotating.close()
            self._transfer.salvage()
            self.report.seconds = time.monotonic() - self._started

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
        stdin: BinaryIO | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """
        Add the articles of files and folders.

        Args:
            paths: As :func:`searchkit.articles.discover` takes them.
            prune: Delete articles whose files under ``paths`` are gone; a folder that
                is missing as a whole loses nothing.
            stdin: What is read for ``-``.
            progress: Called after each article and each source.
        """
        paths = list(paths)
        discovery = discover(paths, stdin=stdin)
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
        self._annotate_anew(progress)

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
        if known and known.fingerprint == record.fingerprint:
            self.report.unchanged += known.articles
            self._transfer.records.append(SourceRecord(record, {}))
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
        self._transfer.records.append(SourceRecord(record, produced, replaces))

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
        """
        Delete what came from files that are gone.

        Args:
            paths: As they were named.
            found: Locations of the sources that are there.
        """
        tops = []
        for path in paths:
            if is_pattern(path) and not os.path.lexists(path):
                message = (
                    "what a pattern finds no more is kept; name the folder instead"
                )
                self.report.warnings.append(ReadWarning(path, message))
            elif path != STDIN:
                tops.append(os.path.realpath(path))
        # A folder that is missing as a whole was moved, or is a disk not mounted.
        inside = tuple(os.path.join(t, "") for t in tops if os.path.lexists(t))  # noqa: PTH118
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
            # What other annotators have annotated waits until all files are read.
            if known.fingerprint == article.fingerprint and (
                location or dict(known.annotators) == self._fingerprints
            ):
                if not location and "" not in known.locations:
                    self._transfer.scripted[article.id] = article.fingerprint
                if article.id in self._stored:
                    self.report.duplicates += 1
                else:
                    self.report.unchanged += 1
                    if location and _has_moved(known, location):
                        self._move(article, location, known)
                return
        is_first = article.id not in self._stored
        self._transfer.put(
            article,
            self._annotating.begin(article),
            counts=is_first,
            is_new=known is None,
        )
        if not location:
            self._transfer.scripted[article.id] = article.fingerprint
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
            if self._is_first and here is None:
                return None
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

    def _move(self, article: Article, location: str, known: KnownArticle) -> None:
        """
        Give a stored article the path that it has now.
        """
        stored = self._catalog.get(article.id)
        moved = _changed(stored.article, path=article.path)
        annotations = self._annotating.begin(
            moved, known=stored.annotations, by=known.annotators
        )
        self._transfer.put(moved, annotations, counts=False)
        self._stored[article.id] = location

    def _annotate_anew(self, progress: Callable[[Progress], None] | None) -> None:
        """
        Annotate again what other annotators have annotated, from the catalog.

        It comes last, since it may take long: what is new can be found before, and what
        an interrupted run has not come to, the next one does.
        """
        outdated = self._catalog.annotated_otherwise(self._fingerprints)
        for done, article_id in enumerate(outdated, 1):
            stored = self._catalog.get(article_id)
            known = self._catalog.known_article(article_id)
            annotations = self._annotating.begin(
                stored.article,
                known=stored.annotations,
                by=known.annotators if known else {},
            )
            self._transfer.put(stored.article, annotations, counts=False)
            self._transfer.flush_if_full()
            self.report.reannotated += 1
            if progress:
                progress(Progress(done, len(outdated), done, "annotating"))
        self._transfer.flush()


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
    return all(other and _is_gone(other) for other in known.locations)


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
