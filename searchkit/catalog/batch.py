"""
Writing to the catalog.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from searchkit.catalog.packing import (
    DICTIONARY_TABLES,
    Packer,
    find_dictionary,
    train,
    write_dictionary,
)
from searchkit.catalog.rows import (
    CHECKED_COLUMNS,
    CHECKED_VALUES,
    CURRENT,
    FINGERPRINT,
    INSERT,
    is_storable,
    pack_annotators,
    pack_fingerprint,
    pack_records,
    row_checksum,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from searchkit.annotations.model import Annotations, EntityMention, TimeExpression
    from searchkit.articles.model import Article
    from searchkit.catalog.known import KnownSource


#: Most ids in one statement; SQLite's own limit is far higher.
_IDS_AT_ONCE = 500

#: Articles that a dictionary is made of, at most.
_MOST_SAMPLES = 2_000

Outcome: TypeAlias = Literal["added", "updated"]
"""What became of an article that was put into a batch."""

_UPDATE = (
    f"UPDATE articles SET {' = ?, '.join(CHECKED_COLUMNS)} = ?, checksum = ?"
    " WHERE number = ?"
)


class Batch:
    """
    Changes that become durable together; made by :meth:`Catalog.batch`.

    Attributes:
        generation: The number of the commit that it becomes.
        added: Articles added so far.
        updated: Articles changed so far.
        deleted: Articles deleted so far.
        packer: What bodies are packed with.

    Args:
        connection: To the catalog, in a transaction.
        generation: As above.
        packer: Of the batch before; left out, the catalog is asked.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        generation: int,
        packer: Packer | None = None,
    ) -> None:
        self._connection = connection
        self._changed = False
        self.packer = packer or self._packing()
        (removed,) = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM removed)"
        ).fetchone()
        self._has_removed = bool(removed)
        #: Numbers of current articles by id, as far as they are known here; ``None``
        #: where there is none.
        self._numbers: dict[str, int | None] = {}
        #: Fingerprints of the articles that were put, by id.
        self._fingerprints: dict[str, str] = {}
        #: What they were annotated with, packed.
        self._annotators_put: set[str] = set()
        #: The first number that is this batch's, and the next that is free.
        (last,) = connection.execute("SELECT MAX(number) FROM articles").fetchone()
        self._first = self._next = (last or 0) + 1
        self._annotators: tuple[Mapping[str, str], str] = {}, pack_annotators({})
        self.generation = generation
        self.added = self.updated = self.deleted = 0

    def learn(self, bodies: Sequence[str]) -> None:
        """
        Make a dictionary of the texts that will be put, unless there is one.

        Args:
            bodies: Of articles; a few hundred at least, or else nothing is done.
        """
        if self.packer.number:
            return
        content = train([body.encode() for body in bodies[:_MOST_SAMPLES]], 1)
        if content is not None:
            write_dictionary(self._connection, 1, content)
            self.packer = self._packing()

    def expect(self, ids: Iterable[str], *, new: Iterable[str] = ()) -> None:
        """
        Look up many articles at once, which will be put: faster than one by one.

        Args:
            ids: Of articles that may be there.
            new: Of articles that are not there, as is known; they are not looked up.
        """
        self._numbers.update(dict.fromkeys(new))
        wanted = [one for one in ids if one not in self._numbers and is_storable(one)]
        self._numbers.update(dict.fromkeys(wanted))
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            part = wanted[start : start + _IDS_AT_ONCE]
            marks = ", ".join("?" * len(part))
            self._numbers.update(
                self._connection.execute(
                    f"SELECT id, number FROM articles WHERE id IN ({marks})"
                    f" AND {CURRENT}",
                    part,
                )
            )

    def _packing(self) -> Packer:
        (newest,) = self._connection.execute(
            f"SELECT COALESCE(MAX(number), 0) FROM {DICTIONARY_TABLES[0]}"
        ).fetchone()
        return Packer(partial(find_dictionary, self._connection), newest)

    def put(
        self,
        article: Article,
        annotations: Annotations,
        annotators: Mapping[str, str],
    ) -> Outcome:
        """
        Add an article, or replace the one with the same id.

        Args:
            article: What to store.
            annotations: All of its annotations.
            annotators: Fingerprint of the annotator for each kind that was looked for.
        """
        return self.put_all([(article, annotations)], annotators)[0][0]

    def put_all(
        self,
        articles: Iterable[tuple[Article, Annotations]],
        annotators: Mapping[str, str],
    ) -> list[tuple[Outcome, int]]:
        """
        Add or replace many articles: faster than one by one.

        Args:
            articles: What to store, and its annotations.
            annotators: As for :meth:`put`.

        Returns:
            What became of each, and the bytes of its body.
        """
        packed_annotators = self._packed(annotators)
        generation, pack = self.generation, self.packer.pack
        outcomes: list[tuple[Outcome, int]] = []
        # Articles that are not there yet wait, and are written together.
        rows: list[Sequence[Any]] = []
        records: list[Sequence[Any]] = []
        put = list(articles)
        bodies = [article.body.encode() for article, _ in put]
        # All of them first: the compressor's tables stay in the processor's caches.
        packs = list(map(pack, bodies))
        for (article, found), body, packed in zip(put, bodies, packs, strict=True):
            fingerprint = article.fingerprint
            values = (
                article.id,
                int(article.explicit_id),
                article.title,
                article.published,
                article.source,
                article.url,
                (
                    json.dumps(article.authors, ensure_ascii=False)
                    if article.authors
                    else "[]"
                ),
                article.path,
                len(body),
                fingerprint,
                packed_annotators,
                generation,
                packed,
            )
            number = self._next
            row = [number, *values, row_checksum(*values)]
            row[FINGERPRINT + 1] = pack_fingerprint(fingerprint)
            before = self._number(article.id)
            if before is None:
                self._next += 1
                self._numbers[article.id] = number
                rows.append(row)
                self.added += 1
                outcomes.append(("added", len(body)))
            else:
                self._insert(rows, records)  # it may be among them
                number = self._replace(before, article.id, row)
                self.updated += 1
                outcomes.append(("updated", len(body)))
            self._fingerprints[article.id] = fingerprint
            if annotators:
                kinds: Mapping[str, Sequence[TimeExpression | EntityMention]] = {
                    "times": found.times,
                    "entities": found.entities,
                }
                for kind in annotators:
                    made = [annotation.to_record() for annotation in kinds[kind]]
                    records.append((number, kind, len(made), pack_records(made)))
        self._insert(rows, records)
        self._annotators_put.add(packed_annotators)
        self._changed = True
        return outcomes

    def _insert(self, rows: list[Sequence[Any]], records: list[Sequence[Any]]) -> None:
        """
        Write what waits, and empty the lists: articles, and annotations.
        """
        many = self._connection.executemany
        if rows:
            many(INSERT, rows)
            if self._has_removed:
                ids = [(row[1],) for row in rows]
                many("DELETE FROM removed WHERE id = ?", ids)
            rows.clear()
        if records:
            many("INSERT INTO annotations VALUES (?, ?, ?, ?)", records)
            records.clear()

    def _replace(self, before: int, article_id: str, row: Sequence[Any]) -> int:
        """
        Write an article that is there already.

        Args:
            before: The number of its current version.
            article_id: Its id.
            row: The new version, with the number that is next.

        Returns:
            The number of the new version.
        """
        execute = self._connection.execute
        if before >= self._first:
            # A version that this batch itself has written, and nobody has seen.
            number = before
            execute("DELETE FROM annotations WHERE article = ?", (number,))
            self._keep_origins(before, number, row[FINGERPRINT + 1])
            execute(_UPDATE, (*row[1:], number))
            return number
        number = self._next
        self._next += 1
        self._supersede(before)
        execute(INSERT, row)
        self._keep_origins(before, number, row[FINGERPRINT + 1])
        self._numbers[article_id] = number
        return number

    def _keep_origins(self, before: int, number: int, fingerprint: bytes) -> None:
        """
        Have what the sources of an article say of a version of it said of the next.
        """
        self._connection.execute(
            "UPDATE origins SET article = ?2, fingerprint = NULLIF(COALESCE("
            "fingerprint, (SELECT fingerprint FROM articles WHERE number = ?1)), ?3)"
            " WHERE article = ?1",
            (before, number, fingerprint),
        )

    def delete(self, article_id: str) -> bool:
        """
        Delete an article, and say whether there was one.
        """
        number = self._number(article_id)
        if number is None:
            return False
        execute = self._connection.execute
        execute("DELETE FROM origins WHERE article = ?", (number,))
        if number >= self._first:
            # A version that this batch itself has written, and nobody has seen.
            execute("DELETE FROM articles WHERE number = ?", (number,))
        else:
            self._supersede(number)
        execute(
            "INSERT OR REPLACE INTO removed VALUES (?, ?)",
            (article_id, self.generation),
        )
        self._has_removed = True
        self._numbers[article_id] = None
        self._fingerprints.pop(article_id, None)
        self.deleted += 1
        self._changed = True
        return True

    def record_source(
        self,
        source: KnownSource,
        produced: Mapping[str, str],
        *,
        keep_rest: bool = False,
    ) -> list[str]:
        """
        Say what a source produced, and let go of what it produced before.

        Args:
            source: As it was read.
            produced: For each article id the fingerprint of the article in the source.
            keep_rest: The source could be read in part only: keep what it produced
                before.

        Returns:
            Ids of articles that now come from no source at all; they were deleted.
        """
        execute = self._connection.execute
        execute(
            "INSERT INTO sources (location, path, size, modified_ns, read_ns,"
            " fingerprint) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (location) DO UPDATE"
            " SET path = excluded.path, size = excluded.size,"
            " modified_ns = excluded.modified_ns, read_ns = excluded.read_ns,"
            " fingerprint = excluded.fingerprint",
            (
                source.location,
                source.path,
                source.size,
                source.modified_ns,
                source.read_ns,
                source.fingerprint,
            ),
        )
        self._changed = True
        (number,) = execute(
            "SELECT number FROM sources WHERE location = ?", (source.location,)
        ).fetchone()
        same: list[int] = []
        changed, others = [], []
        known, numbers = self._fingerprints.get, self._numbers
        for article_id, fingerprint in produced.items():
            ours = known(article_id)
            if ours == fingerprint:
                same.append(numbers[article_id])  # type: ignore[arg-type]  # it was put
                continue
            other = pack_fingerprint(fingerprint)
            if ours is None:
                others.append((number, other, article_id))
            else:
                changed.append((number, numbers[article_id], other))
        many = self._connection.executemany
        # An "INSERT OR REPLACE" would take three times as long: it is ready for rows of
        # other tables that go with what is replaced.
        update = (
            " ON CONFLICT (source, article)"
            " DO UPDATE SET fingerprint = excluded.fingerprint"
        )
        many(
            "INSERT INTO origins SELECT ?, number, NULL FROM articles"
            f" WHERE number BETWEEN ? AND ?{update}",
            [(number, first, last) for first, last in _runs(sorted(same))],
        )
        many(f"INSERT INTO origins VALUES (?, ?, ?){update}", changed)
        many(
            "INSERT INTO origins SELECT ?, number, NULLIF(?, fingerprint)"
            f" FROM articles WHERE id = ? AND {CURRENT}{update}",
            others,
        )
        return [] if keep_rest else self.release(source.location, produced)

    def release(self, location: str, kept: Container[str]) -> list[str]:
        """
        Let go of what a source has produced before and has no more.

        Args:
            location: Of a source that was recorded.
            kept: Ids of the articles that it has.

        Returns:
            Ids of articles that now come from no source at all; they were deleted.
        """
        (number,) = self._connection.execute(
            "SELECT number FROM sources WHERE location = ?", (location,)
        ).fetchone()
        return self._let_go(number, [a for a in self._origins(number) if a not in kept])

    def forget_source(self, location: str) -> list[str]:
        """
        Let go of a source and of what it alone produced.

        Returns:
            Ids of articles that now come from no source at all; they were deleted.
        """
        execute = self._connection.execute
        row = execute(
            "SELECT number FROM sources WHERE location = ?", (location,)
        ).fetchone()
        if row is None:
            return []
        (number,) = row
        orphans = self._let_go(number, self._origins(number))
        execute("DELETE FROM sources WHERE number = ?", (number,))
        self._changed = True
        return orphans

    def finish(self) -> None:
        """
        Write the commit's own row; the catalog calls it.
        """
        if self._changed:
            annotators = self._annotators_put
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._connection.execute(
                "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(self.generation, now, self.added, self.updated, self.deleted),
                    *(self._first, self._next - 1),
                    min(annotators) if len(annotators) == 1 else None,
                ),
            )

    def _packed(self, annotators: Mapping[str, str]) -> str:
        """
        Return what :func:`pack_annotators` gives; a batch has the same throughout.
        """
        if annotators != self._annotators[0]:
            self._annotators = dict(annotators), pack_annotators(annotators)
        return self._annotators[1]

    def _number(self, article_id: str) -> int | None:
        if article_id in self._numbers:
            return self._numbers[article_id]
        if not is_storable(article_id):
            return None
        row = self._connection.execute(
            f"SELECT number FROM articles WHERE id = ? AND {CURRENT}", (article_id,)
        ).fetchone()
        return row[0] if row else None

    def _supersede(self, number: int) -> None:
        """
        Make the current version of an article a former one.
        """
        self._connection.execute(
            "UPDATE articles SET superseded = ? WHERE number = ?",
            (self.generation, number),
        )

    def _origins(self, source: int) -> list[str]:
        rows = self._connection.execute(
            "SELECT a.id FROM origins o JOIN articles a ON a.number = o.article"
            " WHERE o.source = ? ORDER BY a.number",
            (source,),
        )
        return [article_id for (article_id,) in rows]

    def _rename(self, article: int | None, source: int) -> None:
        """
        Name another file for an article that bears the name of one it has no more.
        """
        changed = self._connection.execute(
            "UPDATE articles SET path = (SELECT s.path FROM sources s JOIN origins o"
            " ON o.source = s.number WHERE o.article = :article"
            " ORDER BY s.location = '', s.location)"
            " WHERE number = :article"
            " AND path = (SELECT path FROM sources WHERE number = :source)"
            f" RETURNING {CHECKED_VALUES}",
            {"article": article, "source": source},
        ).fetchall()
        for values in changed:
            self._connection.execute(
                "UPDATE articles SET checksum = ? WHERE number = ?",
                (row_checksum(*values), article),
            )

    def _let_go(self, source: int, ids: Iterable[str]) -> list[str]:
        """
        Take articles from a source; delete those that no other source has.

        Where another source has a different text of the article, that source has to be
        read again.
        """
        execute = self._connection.execute
        orphans = []
        for article_id in ids:
            number = self._number(article_id)
            execute(
                "DELETE FROM origins WHERE source = ? AND article = ?",
                (source, number),
            )
            (others,) = execute(
                "SELECT COUNT(*) FROM origins WHERE article = ?", (number,)
            ).fetchone()
            if not others:
                self.delete(article_id)
                orphans.append(article_id)
            else:
                self._rename(number, source)
                execute(
                    "UPDATE sources SET fingerprint = '', size = -1 WHERE number IN"
                    " (SELECT o.source FROM origins o JOIN articles a"
                    "  ON a.number = o.article WHERE o.article = ?"
                    "  AND o.fingerprint <> a.fingerprint)",
                    (number,),
                )
        return orphans


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """
    Yield the first and the last of each run of numbers that follow each other.

    Args:
        numbers: In ascending order, each once.
    """
    first = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield numbers[first], numbers[at - 1]
            first = at
