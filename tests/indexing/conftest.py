"""
Files to index, and a record of which of them were opened and read.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from searchkit.articles import Reading, Source, reading
from searchkit.indexing import run

#: Seconds that files of these tests are old, so that their age proves something.
_AGE = 3600


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """
    Make a folder for sources.
    """
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


@pytest.fixture
def write(news: Path) -> Callable[..., Path]:
    """
    Write a file into the folder: JSON Lines from objects, plain text from strings.

    Each writing gives the file another time of change, in the past.
    """
    ticks = count(int(time.time()) - _AGE)

    def write(name: str, *articles: dict[str, Any] | str) -> Path:
        path = news / name
        path.parent.mkdir(exist_ok=True)
        lines = (a if isinstance(a, str) else json.dumps(a) for a in articles)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        tick = next(ticks)
        os.utime(path, (tick, tick))
        return path

    return write


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """
    Record the names of sources that are opened.
    """
    names: list[str] = []
    original = Source._open_stored

    def open_stored(source: Source) -> Any:
        names.append(Path(source.path).name)
        return original(source)

    monkeypatch.setattr(Source, "_open_stored", open_stored)
    return names


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """
    Record the names of sources that are read as articles.
    """
    names: list[str] = []
    original = reading.read_source

    def read_source(source: Source) -> Iterator[Reading]:
        names.append(Path(source.path).name)
        return original(source)

    monkeypatch.setattr(run, "read_source", read_source)
    return names
