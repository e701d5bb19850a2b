"""
Annotating: dates and entities of articles, found here or by workers.

Annotating takes longer than all the rest of indexing, and needs nothing but the
article.  So where there is enough to do, and more than one core to do it, articles go
to workers (``searchkit.indexing.workers``) while this process reads the next ones.
Which of the two it is makes no difference to what is found: where workers cannot be
started, have other annotators or die, the articles are annotated here.
"""

from __future__ import annotations

import os
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from searchkit.annotations.model import Annotations
from searchkit.articles.model import Article
from searchkit.indexing.workers import Workers, WorkersLostError, can_start
from searchkit.settings import MAX_PROCESSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from searchkit.annotations.model import Annotator
    from searchkit.indexing.workers import Answer

WORTHWHILE = 300_000
"""Code points of text that have to wait before workers are started: about a second."""

CHUNK = 30_000
"""Code points of text that a worker gets at a time, about."""

NO_ANNOTATIONS = Annotations()
_NO_ARTICLE = Article(id="none")
NOBODY: Mapping[str, str] = MappingProxyType({})


def usual_processes() -> int:
    """
    Return how many cores this process may use, at most ``MAX_PROCESSES``.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        cores = os.cpu_count() or 1
    return min(cores, MAX_PROCESSES)


class Promise:
    """
    The annotations of an article, made by the time that they are asked for.

    Args:
        annotating: What makes them.
        article: The article.
        kinds: What is to be looked for.
        known: Annotations of all other kinds.
    """

    __slots__ = (
        "_annotating",
        "_found",
        "_known",
        "article",
        "future",
        "kinds",
        "place",
    )

    def __init__(
        self,
        annotating: Annotating,
        article: Article,
        kinds: Sequence[str],
        known: Annotations,
    ) -> None:
        self.article = article
        self.kinds = kinds
        #: What workers will say of several articles, and where this one is among them.
        self.future: Future[list[Answer]] | None = None
        self.place = 0
        self._annotating = annotating
        self._known = known
        self._found = None if kinds else known

    def result(self) -> Annotations:
        """
        Return the annotations, once they are there.
        """
        if self._found is None:
            answer: Mapping[str, Any] = self._annotating.answer(self)
            self._found = replace(self._known, **answer)
            self.future = None
        return self._found


class Annotating:
    """
    Annotates articles, by workers where that is worthwhile.

    Args:
        annotators: What is looked for.
        processes: Workers, at most; 1 for none, since one alone saves nothing.

    Attributes:
        fingerprints: Of the annotators by kind.
    """

    def __init__(self, annotators: Sequence[Annotator], processes: int = 1) -> None:
        self.fingerprints: dict[str, str] = {a.kind: a.fingerprint for a in annotators}
        self._annotators: dict[str, Annotator] = {a.kind: a for a in annotators}
        self._processes = processes if annotators and can_start() else 1
        self._workers: Workers | None = None
        #: What is promised where nothing is looked for: the same of every article.
        self._nothing = Promise(self, _NO_ARTICLE, (), NO_ANNOTATIONS)
        #: Begun, and not yet given to workers; code points of these, and of all.
        self._waiting: list[Promise] = []
        self._waiting_size = self._size = 0

    def begin(
        self,
        article: Article,
        *,
        known: Annotations = NO_ANNOTATIONS,
        by: Mapping[str, str] = NOBODY,
    ) -> Promise:
        """
        Begin to annotate an article.

        Args:
            article: The article.
            known: Annotations that it has already.
            by: Fingerprints of the annotators that have made them, by kind; those made
                by the present ones are kept.
        """
        if not self.fingerprints:
            return self._nothing
        wanted = [
            kind for kind, mark in self.fingerprints.items() if by.get(kind) != mark
        ]
        kept = {
            kind: getattr(known, kind)
            for kind in self.fingerprints
            if kind not in wanted
        }
        promise = Promise(self, article, wanted, Annotations(**kept))
        if wanted and self._processes > 1:
            size = len(article.title) + len(article.body)
            self._waiting.append(promise)
            self._waiting_size += size
            self._size += size
            if self._workers is None and self._size >= WORTHWHILE:
                self._workers = Workers(self.fingerprints, self._processes)
            if self._waiting_size >= CHUNK:
                self._hand_out()
        return promise

    def answer(self, promise: Promise) -> Answer:
        """
        Return the annotations that were promised, by kind.
        """
        if promise.future is None:
            self._hand_out()
        if promise.future is not None and self._workers is not None:
            try:
                return promise.future.result()[promise.place]
            except WorkersLostError:
                self._processes = 1
                self.close()
        return {
            kind: tuple(self._annotators[kind].annotate(promise.article))
            for kind in promise.kinds
        }

    def close(self) -> None:
        """
        End all workers; what they have not answered is annotated here.
        """
        if self._workers is not None:
            self._workers.close()
            self._workers = None

    def _hand_out(self) -> None:
        """
        Give all that waits to the workers, if there are any by now.
        """
        waiting, self._waiting, self._waiting_size = self._waiting, [], 0
        if self._workers is None:
            return
        part: list[Promise] = []
        size = 0
        for promise in waiting:
            part.append(promise)
            size += len(promise.article.body)
            if size >= CHUNK:
                self._submit(part)
                part, size = [], 0
        if part:
            self._submit(part)

    def _submit(self, part: Sequence[Promise]) -> None:
        assert self._workers is not None
        future = self._workers.submit([(one.article, one.kinds) for one in part])
        for place, promise in enumerate(part):
            promise.future, promise.place = future, place
