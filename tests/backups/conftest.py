"""
What tests of backups share: an index, an archive of it, and archives made by hand.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import searchkit
from searchkit import Article

Forge = Callable[..., Path]

SOURCE = [
    {"id": "doha", "title": "Talks in Doha", "body": "They met in Doha in 2020."},
    {"id": "snow", "title": "Snow", "body": "Snow fell on Kabul on 3 May 2019."},
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """
    Give the folder of an index with three articles, two of them from a file.
    """
    news = tmp_path / "news.jsonl"
    news.write_text("".join(json.dumps(line) + "\n" for line in SOURCE))
    with searchkit.create_index(tmp_path / "index") as index:
        index.add_sources([news])
        index.add([Article(id="script", title="Rain", body="Rain in Paris, 2001.")])
    return tmp_path / "index"


@pytest.fixture
def archive(home: Path, tmp_path: Path) -> Path:
    """
    Give a backup of that index.
    """
    return searchkit.back_up_index(home, tmp_path / "news.zip").path


def seal(content: bytes) -> bytes:
    """
    Write the digest at the end of an archive, as whoever forges one can.
    """
    return content[:-64] + hashlib.sha256(content[:-64]).hexdigest().encode()


@pytest.fixture
def forge(archive: Path, tmp_path: Path) -> Forge:
    """
    Make an archive of other content, with every digest right.
    """
    with zipfile.ZipFile(archive) as old:
        files = {name: old.read(name) for name in old.namelist()}

    def make(
        *,
        changed: Mapping[str, bytes | None] | None = None,
        described: Mapping[str, Any] | None = None,
        extra: list[tuple[str | zipfile.ZipInfo, bytes]] | None = None,
        method: int = zipfile.ZIP_DEFLATED,
    ) -> Path:
        content = {**files, **(changed or {})}
        description = json.loads(files["backup.json"])
        description["files"] = {
            name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in content.items()
            if data is not None and name != "backup.json"
        }
        description.update(described or {})
        if "backup.json" not in (changed or {}):
            content["backup.json"] = json.dumps(description).encode()
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as new:
            for name, data in content.items():
                if data is not None:
                    new.writestr(name, data)
            for item, data in extra or []:
                new.writestr(item, data)
            new.comment = b"sha256:" + b"0" * 64
        path = tmp_path / "forged.zip"
        path.write_bytes(seal(stream.getvalue()))
        return path

    return make


@pytest.fixture
def altered_catalog(home: Path) -> Callable[..., bytes]:
    """
    Return the bytes of the catalog after some statements.
    """

    def alter(*statements: str) -> bytes:
        path = home.with_name("altered.db")
        path.write_bytes((home / "catalog.db").read_bytes())
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            for statement in statements:
                connection.execute(statement)
        return path.read_bytes()

    return alter
