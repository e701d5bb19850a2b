"""
The schema of the catalog, and the way from each version to the next.

``PRAGMA user_version`` holds the version; an empty file has version 0.  A released
migration is never edited: a change of the schema is a new one at the end.

Version 2 keeps a version of an article that was replaced or deleted until no reader can
ask for it any more, so that a reader sees one commit throughout, and gives every
version a checksum.  Version 3 packs bodies as ``packing`` says, and makes its checksums
faster; the bodies that were there before stay as they are.  Version 4 says things once:
ids stand in one index, fingerprints are half as long and stand with an origin only
where they differ from that of its article, and commits say which rows they wrote, in
place of two indexes that had an entry for every row.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from typing import TYPE_CHECKING, Any

from searchkit.catalog.rows import CHECKED_COLUMNS, pack_fingerprint, row_checksum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CHECKED = ", ".join(CHECKED_COLUMNS)

APPLICATION_ID = 0x53_4B_43_31
"""``PRAGMA application_id``: "SKC1" in ASCII, so that ``file`` can tell what it is."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE articles (
        number      INTEGER PRIMARY KEY,
        id          TEXT NOT NULL UNIQUE,
        explicit_id INTEGER NOT NULL,
        title       TEXT NOT NULL,
        published   TEXT,
        source      TEXT NOT NULL,
        url         TEXT NOT NULL,
        authors     TEXT NOT NULL,     -- JSON list of strings
        path        TEXT NOT NULL,
        body_size   INTEGER NOT NULL,  -- bytes of UTF-8
        fingerprint TEXT NOT NULL,     -- of all but id and path
        annotators  TEXT NOT NULL,     -- JSON: kind to fingerprint of the annotator
        generation  INTEGER NOT NULL,  -- commit that last changed the article
        body        BLOB NOT NULL      -- UTF-8, zlib; last, for it is long
    );
    CREATE INDEX articles_by_generation ON articles (generation);
    CREATE INDEX articles_by_annotators ON articles (annotators);

    CREATE TABLE annotations (
        article   INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
        kind      TEXT NOT NULL,       -- 'times' or 'entities'
        amount    INTEGER NOT NULL,
        records   BLOB NOT NULL,       -- JSON list of records, zlib
        PRIMARY KEY (article, kind)
    ) WITHOUT ROWID;

    CREATE TABLE removed (
        id         TEXT PRIMARY KEY,
        generation INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX removed_by_generation ON removed (generation);

    CREATE TABLE sources (
        number      INTEGER PRIMARY KEY,
        location    TEXT NOT NULL UNIQUE,  -- absolute path, links resolved
        path        TEXT NOT NULL,         -- as last named by a person
        size        INTEGER NOT NULL,      -- bytes
        modified_ns INTEGER NOT NULL,
        read_ns     INTEGER NOT NULL,      -- when it was read
        fingerprint TEXT NOT NULL          -- of its bytes; empty to read it again
    );

    CREATE TABLE origins (
        source      INTEGER NOT NULL REFERENCES sources (number) ON DELETE CASCADE,
        article     INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
        fingerprint TEXT NOT NULL,         -- of the article as this source has it
        PRIMARY KEY (source, article)
    ) WITHOUT ROWID;
    CREATE INDEX origins_by_article ON origins (article);

    CREATE TABLE settings (
        name  TEXT PRIMARY KEY,
        value TEXT NOT NULL                -- JSON
    ) WITHOUT ROWID;

    CREATE TABLE commits (
        generation INTEGER PRIMARY KEY,
        committed  TEXT NOT NULL,          -- UTC, ISO 8601
        added      INTEGER NOT NULL,
        updated    INTEGER NOT NULL,
        deleted    INTEGER NOT NULL
    );
    """,
    f"""
    CREATE TABLE versions (
        number      INTEGER PRIMARY KEY,
        id          TEXT NOT NULL,
        explicit_id INTEGER NOT NULL,
        title       TEXT NOT NULL,
        published   TEXT,
        source      TEXT NOT NULL,
        url         TEXT NOT NULL,
        authors     TEXT NOT NULL,     -- JSON list of strings
        path        TEXT NOT NULL,
        body_size   INTEGER NOT NULL,  -- bytes of UTF-8
        fingerprint TEXT NOT NULL,     -- of all but id and path
        annotators  TEXT NOT NULL,     -- JSON: kind to fingerprint of the annotator
        generation  INTEGER NOT NULL,  -- commit that wrote this version
        superseded  INTEGER,           -- commit that replaced or deleted it, or NULL
        checksum    INTEGER NOT NULL,  -- CRC-32; see rows.row_checksum
        body        BLOB NOT NULL      -- UTF-8, zlib; last, for it is long
    );
    INSERT INTO versions
        SELECT number, id, explicit_id, title, published, source, url, authors, path,
            body_size, fingerprint, annotators, generation, NULL,
            former_checksum({_CHECKED}), body
        FROM articles;
    DROP TABLE articles;
    ALTER TABLE versions RENAME TO articles;
    CREATE UNIQUE INDEX articles_current ON articles (id) WHERE superseded IS NULL;
    CREATE INDEX articles_by_id ON articles (id);
    CREATE INDEX articles_by_generation ON articles (generation);
    CREATE INDEX articles_by_annotators ON articles (annotators);
    CREATE INDEX articles_superseded ON articles (superseded)
        WHERE superseded IS NOT NULL;
    """,
    f"""
    CREATE TABLE dictionaries (
        number   INTEGER PRIMARY KEY,  -- as frames of bodies name it
        checksum INTEGER NOT NULL,     -- CRC-32 of the content
        content  BLOB NOT NULL         -- Zstandard dictionary
    );
    CREATE TABLE dictionary_copies (
        number   INTEGER PRIMARY KEY,
        checksum INTEGER NOT NULL,
        content  BLOB NOT NULL
    );
    UPDATE articles SET checksum = row_checksum({_CHECKED})
        WHERE checksum = former_checksum({_CHECKED});
    """,
    """
    ALTER TABLE commits ADD COLUMN first_number INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE commits ADD COLUMN last_number INTEGER NOT NULL DEFAULT -1;
    ALTER TABLE commits ADD COLUMN annotators TEXT;  -- of all these rows; or NULL
    UPDATE commits SET (first_number, last_number, annotators) = (
        SELECT COALESCE(MIN(number), 0), COALESCE(MAX(number), -1),
            CASE MIN(annotators) WHEN MAX(annotators) THEN MIN(annotators) END
        FROM articles WHERE articles.generation = commits.generation
    );

    CREATE TABLE slim_origins (
        source      INTEGER NOT NULL REFERENCES sources (number) ON DELETE CASCADE,
        article     INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
        fingerprint BLOB,              -- where this source has it otherwise
        PRIMARY KEY (source, article)
    ) WITHOUT ROWID;
    INSERT INTO slim_origins
        SELECT o.source, o.article,
            CASE WHEN o.fingerprint <> a.fingerprint
                THEN slim_fingerprint(o.fingerprint) END
        FROM origins o JOIN articles a ON a.number = o.article;
    DROP TABLE origins;
    ALTER TABLE slim_origins RENAME TO origins;
    CREATE INDEX origins_by_article ON origins (article);

    CREATE TABLE slim_articles (
        number      INTEGER PRIMARY KEY,   -- ascends with each version
        id          TEXT NOT NULL,
        explicit_id INTEGER NOT NULL,
        title       TEXT NOT NULL,
        published   TEXT,
        source      TEXT NOT NULL,
        url         TEXT NOT NULL,
        authors     TEXT NOT NULL,     -- JSON list of strings
        path        TEXT NOT NULL,
        body_size   INTEGER NOT NULL,  -- bytes of UTF-8
        fingerprint BLOB NOT NULL,     -- of all but id and path
        annotators  TEXT NOT NULL,     -- JSON: kind to fingerprint of the annotator
        generation  INTEGER NOT NULL,  -- commit that wrote this version
        superseded  INTEGER,           -- commit that replaced or deleted it, or NULL
        checksum    INTEGER NOT NULL,  -- CRC-32; see rows.row_checksum
        body        BLOB NOT NULL      -- packed UTF-8; last, for it is long
    );
    INSERT INTO slim_articles
        SELECT number, id, explicit_id, title, published, source, url, authors, path,
            body_size, slim_fingerprint(fingerprint), annotators, generation,
            superseded, checksum, body
        FROM articles ORDER BY number;
    DROP TABLE articles;
    ALTER TABLE slim_articles RENAME TO articles;
    CREATE UNIQUE INDEX articles_by_id ON articles (id, COALESCE(superseded, 0));
    CREATE INDEX articles_superseded ON articles (superseded)
        WHERE superseded IS NOT NULL;
    """,
)

PAGE_BYTES = 16 * 2**10
"""
Size of the pages of a new catalog: several articles fit on one, and little of it stays
empty.
"""

VERSION = len(MIGRATIONS)
"""The version that this release reads and writes."""


def make(connection: sqlite3.Connection) -> None:
    """
    Make the tables of an empty catalog.

    Args:
        connection: In autocommit mode, to a file without anything in it.
    """
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    migrate(connection)


def add_functions(connection: sqlite3.Connection) -> None:
    """
    Let a connection run the migrations.
    """
    functions: dict[str, Callable[..., Any]] = {
        "row_checksum": row_checksum,
        "former_checksum": former_checksum,
        "slim_fingerprint": slim_fingerprint,
    }
    for name, function in functions.items():
        connection.create_function(name, -1, function, deterministic=True)


def former_checksum(*values: Any) -> int:
    """
    Return the checksum that version 2 gave a row.
    """
    *columns, body = values
    return zlib.crc32(body, zlib.crc32(json.dumps(columns).encode()))


def slim_fingerprint(fingerprint: Any) -> Any:
    """
    Return the fingerprint of an article as version 4 keeps it; all else as it is.
    """
    try:
        return pack_fingerprint(fingerprint)
    except (ValueError, TypeError):
        return fingerprint


def renewed_checksum(checksum: Any, values: Sequence[Any]) -> Any:
    """
    Return what the checksum of a row would be in the newest version.

    Args:
        checksum: As any version may have written it.
        values: Of ``CHECKED_COLUMNS``.

    Returns:
        ``checksum`` itself where the row is not what was written.
    """
    try:
        is_former = former_checksum(*values) == checksum
    except (ValueError, TypeError):
        return checksum
    return row_checksum(*values) if is_former else checksum


def migrate(connection: sqlite3.Connection) -> None:
    """
    Bring a catalog to the newest version, in one transaction.

    Args:
        connection: In autocommit mode, at a version of at most ``VERSION``.

    Raises:
        sqlite3.Error: A step failed; the catalog is as it was.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found == len(MIGRATIONS):
        return
    add_functions(connection)
    # A table that others refer to is replaced by its next form.
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE; {'; '.join(MIGRATIONS[found:])};"
            f"PRAGMA user_version = {len(MIGRATIONS)};"
            f"PRAGMA application_id = {APPLICATION_ID}; COMMIT;"
        )
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("PRAGMA foreign_keys = ON")
