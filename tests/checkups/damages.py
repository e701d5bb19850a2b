"""
Ways to damage an index, and what an examination has to say of each.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import socket
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import searchkit
import searchkit.engines.whoosh.engine as engine_module
from searchkit import Article
from searchkit.annotations.model import Annotations
from searchkit.catalog import Catalog
from searchkit.catalog.migrations import APPLICATION_ID, MIGRATIONS, PAGE_BYTES
from searchkit.catalog.rows import CHECKED_COLUMNS, CHECKED_VALUES
from tests.checkups.good_index import NOTE


@dataclass(frozen=True, slots=True)
class Scene:
    """
    What a damage is done to: a copy of the index, and an older state of it.
    """

    folder: Path
    older: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def catalog(self) -> Path:
        return self.folder / "catalog.db"

    @property
    def manifest(self) -> Path:
        return self.folder / "manifest.json"

    @property
    def table(self) -> Path:
        (path,) = self.folder.glob("*.toc")
        return path

    @property
    def segments(self) -> list[Path]:
        return sorted(self.folder.glob("MAIN_*.s*"))

    def sql(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.catalog)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def edit_manifest(self, **values: Any) -> None:
        manifest = json.loads(self.manifest.read_text(encoding="utf-8"))
        self.manifest.write_text(json.dumps({**manifest, **values}), encoding="utf-8")

    @property
    def generation(self) -> int:
        manifest = json.loads(self.manifest.read_text(encoding="utf-8"))
        return int(manifest["generation"])


@dataclass(frozen=True, slots=True)
class Damage:
    """
    One way to damage an index.

    Attributes:
        do: Does it.
        codes: What is found, no more and no less.
        mended: Whether ``repair_index`` mends it.
        loses: Ids of articles that cannot be saved.
        is_older: The catalog has its older state, and all else is gone.
    """

    do: Callable[[Scene], object]
    codes: set[str]
    mended: bool = True
    loses: tuple[str, ...] = ()
    is_older: bool = False


def cut(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def flip(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


# --- the catalog -----------------------------------------------------------------


def make_foreign_database(scene: Scene) -> None:
    scene.catalog.unlink()
    with closing(sqlite3.connect(scene.catalog)) as connection, connection:
        connection.execute("CREATE TABLE moz_places (url TEXT)")


def overwrite_a_page(scene: Scene) -> None:
    whole = bytearray(scene.catalog.read_bytes())
    middle = len(whole) // 2 // PAGE_BYTES * PAGE_BYTES
    whole[middle : middle + PAGE_BYTES] = b"\xee" * PAGE_BYTES
    scene.catalog.write_bytes(whole)


def alter_a_body(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.catalog)) as connection, connection:
        connection.execute(
            "UPDATE articles SET body = ? WHERE id = 'note'", (zlib.compress(b"lies"),)
        )


def put_back_the_catalog(scene: Scene) -> None:
    shutil.copy(scene.older / "catalog.db", scene.catalog)


def put_back_the_index(scene: Scene) -> None:
    for path in (*scene.segments, scene.table):
        path.unlink()
    for pattern in ("MAIN_*.s*", "*.toc", "manifest.json"):
        for path in scene.older.glob(pattern):
            shutil.copy(path, scene.folder)


def delete_the_log(scene: Scene) -> None:
    """
    Copy the index while its last commit is in the log only, without that.
    """
    aside = scene.folder.with_name("aside")
    with searchkit.open_index(scene.folder) as index:
        index.add([Article(id="late", body="A late article.")])
        shutil.copytree(scene.folder, aside)
    shutil.rmtree(scene.folder)
    aside.rename(scene.folder)
    assert (scene.folder / "catalog.db-wal").stat().st_size
    (scene.folder / "catalog.db-wal").unlink()
    (scene.folder / "catalog.db-shm").unlink()


def older_release(scene: Scene) -> None:
    """
    Write the catalog as the release before would have.
    """
    newer = scene.folder.with_name("newer.db")
    scene.catalog.rename(newer)
    columns = ", ".join(CHECKED_COLUMNS)
    with closing(sqlite3.connect(scene.catalog)) as connection:
        connection.executescript(
            f"{MIGRATIONS[0]}; PRAGMA user_version = 1;"
            f" PRAGMA application_id = {APPLICATION_ID};"
            f" ATTACH {str(newer)!r} AS newer;"
            f" INSERT INTO articles (number, {columns}) SELECT number, {CHECKED_VALUES}"
            "  FROM newer.articles WHERE superseded IS NULL;"
        )
        for table in ("annotations", "removed", "sources"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM newer.{table}")
        connection.execute(
            "INSERT INTO origins SELECT o.source, o.article, a.fingerprint"
            " FROM newer.origins o JOIN articles a ON a.number = o.article"
        )
        connection.execute(
            "INSERT INTO commits SELECT generation, committed, added, updated, deleted"
            " FROM newer.commits"
        )
        connection.commit()
    newer.unlink()


# --- the files of the index ------------------------------------------------------


class RunsCode:
    """
    Makes a file when it is unpickled.
    """

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.marker}",)


def marker_of(folder: Path) -> Path:
    return folder.with_name("marker")


def hide_code(scene: Scene, *, forge: bool = False) -> None:
    """
    Put a command in the place of the list of segments.
    """
    from whoosh.filedb.structfile import StructFile

    path = scene.table
    with path.open("rb") as file:
        stream = StructFile(file)
        for _ in range(3):
            stream.read_varint()
        stream.read_int()
        stream.read_int()
        for _ in range(3):
            stream.read_varint()
        stream.read_string()
        stream.read_int()
        stream.read_int()
        head = file.tell()
    attack = pickle.dumps(RunsCode(marker_of(scene.folder)), 2)
    path.write_bytes(path.read_bytes()[:head] + attack)
    if forge:
        whole = path.read_bytes()
        manifest = json.loads(scene.manifest.read_text(encoding="utf-8"))
        record = {"size": len(whole), "crc32": zlib.crc32(whole)}
        manifest["files"][path.name] = record
        scene.edit_manifest(files=manifest["files"])


def leave_files(scene: Scene) -> None:
    (scene.folder / "MAIN_0123456789abcdef.seg").write_bytes(b"half")
    (scene.folder / "MAIN_0123456789abcdef.trm").write_bytes(b"half")
    (scene.folder / "_MAIN_99.toc.1582000000.1").write_bytes(b"")
    (scene.folder / "manifest.json.tmp").write_text("{", encoding="utf-8")
    (scene.folder / "MAIN.tmp").mkdir()


def begin_anew(scene: Scene) -> None:
    engine_module.WhooshEngine(scene.folder).reset()


# --- documents -------------------------------------------------------------------


def through_whoosh(act: Callable[[Any], object]) -> Callable[[Scene], None]:
    def do(scene: Scene) -> None:
        from whoosh.index import open_dir

        writer = open_dir(str(scene.folder)).writer()
        act(writer)
        writer.commit()

    return do


def lose_a_document(scene: Scene) -> None:
    engine = engine_module.WhooshEngine(scene.folder)
    writer = engine.writer()
    writer.delete("note")
    writer.commit(scene.generation)


def die_between_the_commits(scene: Scene) -> None:
    with Catalog.open(scene.folder) as catalog, catalog.batch() as batch:
        batch.put(NOTE, catalog.get("note").annotations, annotators(catalog))


def annotators(catalog: Catalog) -> dict[str, str]:
    known = catalog.known_article("note")
    assert known
    return dict(known.annotators)


def annotate_otherwise(scene: Scene) -> None:
    with Catalog.open(scene.folder) as catalog:
        older = dict.fromkeys(annotators(catalog), "older")
        with catalog.batch() as batch:
            batch.put(NOTE, Annotations((), ()), older)
    searchkit.open_index(scene.folder).close()


# --- locks and the machine -------------------------------------------------------


def leave_a_name(scene: Scene) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    holder = {
        "pid": ended.pid,
        "host": socket.gethostname(),
        "since": "2020-02-29T12:00:00+00:00",
    }
    text = json.dumps(holder)
    (scene.folder / "writer.json").write_text(text, encoding="utf-8")


def install_another_whoosh(scene: Scene) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name == "Whoosh":
            return "2.7.4"
        if name.startswith("Whoosh"):
            raise metadata.PackageNotFoundError(name)
        return real(name)

    scene.monkeypatch.setattr(metadata, "version", version)


FOREIGN = {"foreign-commit", "documents-foreign"}

DAMAGES: dict[str, Damage] = {
    "catalog missing": Damage(
        lambda s: s.catalog.unlink(), {"catalog-missing"}, mended=False
    ),
    "catalog empty": Damage(
        lambda s: s.catalog.write_bytes(b""), {"catalog-empty"}, mended=False
    ),
    "catalog cut short": Damage(
        lambda s: os.truncate(s.catalog, 3 * PAGE_BYTES),
        {"catalog-damaged"},
        mended=False,
    ),
    "catalog of another program": Damage(
        make_foreign_database, {"catalog-foreign"}, mended=False
    ),
    "catalog of a newer release": Damage(
        lambda s: s.sql("PRAGMA user_version = 99"), {"catalog-newer"}, mended=False
    ),
    "catalog of an older release": Damage(
        older_release, {"catalog-older"}, mended=False
    ),
    "a page of the catalog overwritten": Damage(overwrite_a_page, {"catalog-damaged"}),
    "the body of an article altered": Damage(
        alter_a_body, {"article-damaged"}, loses=("note",)
    ),
    "an article deleted by hand": Damage(
        lambda s: s.sql("DELETE FROM articles WHERE id = 'note'"),
        {"catalog-inconsistent", "documents-unknown"},
        loses=("note",),
    ),
    "annotations altered": Damage(
        lambda s: s.sql("UPDATE annotations SET records = X'00' WHERE kind = 'times'"),
        {"annotations-damaged"},
    ),
    "a trigger added": Damage(
        lambda s: s.sql(
            "CREATE TRIGGER evil AFTER INSERT ON commits"
            " BEGIN DELETE FROM articles; END"
        ),
        {"catalog-altered"},
    ),
    "a setting altered": Damage(
        lambda s: s.sql("UPDATE settings SET value = '{' WHERE name = 'annotate'"),
        {"setting-damaged"},
    ),
    "catalog put back from a copy": Damage(
        put_back_the_catalog, {"index-ahead"}, is_older=True
    ),
    "index put back from a copy": Damage(put_back_the_index, {"index-behind"}),
    "log deleted": Damage(delete_the_log, {"index-ahead"}),
    "manifest missing": Damage(lambda s: s.manifest.unlink(), {"manifest-missing"}),
    "manifest cut short": Damage(lambda s: cut(s.manifest), {"manifest-damaged"}),
    "manifest of garbage": Damage(
        lambda s: s.manifest.write_bytes(b"\xff\xfe\x00"), {"manifest-damaged"}
    ),
    "manifest ahead": Damage(
        lambda s: s.edit_manifest(generation=s.generation + 5), {"index-ahead"}
    ),
    "manifest behind": Damage(
        lambda s: s.edit_manifest(generation=s.generation - 1),
        {"index-behind", "documents-unknown"},
    ),
    "manifest far behind": Damage(
        lambda s: s.edit_manifest(generation=0), {"index-outrun"}
    ),
    "manifest of a newer release": Damage(
        lambda s: s.edit_manifest(format=99), {"index-format"}, mended=False
    ),
    "manifest of an older release": Damage(
        lambda s: s.edit_manifest(format=1), {"index-format"}, mended=False
    ),
    "analysis of another release": Damage(
        lambda s: s.edit_manifest(schema="0123456789abcdef"),
        {"index-outdated"},
        mended=False,
    ),
    "being made anew when the writer died": Damage(begin_anew, {"index-unfinished"}),
    "table of contents missing": Damage(
        lambda s: s.table.unlink(), {"contents-missing"}
    ),
    "table of contents empty": Damage(
        lambda s: s.table.write_bytes(b""), {"contents-truncated"}
    ),
    "table of contents cut short": Damage(
        lambda s: cut(s.table), {"contents-truncated"}
    ),
    "table of contents with code": Damage(hide_code, {"contents-truncated"}),
    "table of contents with code, and the manifest forged": Damage(
        lambda s: hide_code(s, forge=True), {"contents-damaged"}
    ),
    "segment missing": Damage(lambda s: s.segments[0].unlink(), {"segment-missing"}),
    "segment cut short": Damage(lambda s: cut(s.segments[0]), {"segment-truncated"}),
    "one bit of a segment flipped": Damage(
        lambda s: flip(s.segments[0]), {"segment-altered"}
    ),
    "segments swapped": Damage(lambda s: swap(*s.segments[:2]), {"segment-truncated"}),
    "document lost": Damage(lose_a_document, {"documents-missing"}),
    "writer died between the commits": Damage(
        die_between_the_commits, {"index-behind"}
    ),
    "document added by another program": Damage(
        through_whoosh(lambda w: w.add_document(id="theirs", body="A foreign text.")),
        FOREIGN,
        mended=False,
    ),
    "document without an id added by another program": Damage(
        through_whoosh(lambda w: w.add_document(title="No id", body="Foreign text.")),
        FOREIGN,
        mended=False,
    ),
    "document replaced by another program": Damage(
        through_whoosh(lambda w: w.update_document(id="note", body="A foreign text.")),
        FOREIGN,
        mended=False,
    ),
    "document deleted by another program": Damage(
        through_whoosh(lambda w: w.delete_by_term("id", "note")),
        {"foreign-commit", "documents-missing"},
    ),
    "annotators of another release": Damage(
        annotate_otherwise, {"annotations-older"}, mended=False
    ),
    "name of a dead writer": Damage(leave_a_name, {"holder-dead"}),
    "files of a dead writer": Damage(leave_files, {"leftovers"}),
    "salvaged copy": Damage(
        lambda s: shutil.copy(s.catalog, s.folder / "catalog.db.damaged-20200229"),
        {"salvaged-copy"},
        mended=False,
    ),
    "another distribution of Whoosh": Damage(
        install_another_whoosh, {"whoosh-distribution"}, mended=False
    ),
}
