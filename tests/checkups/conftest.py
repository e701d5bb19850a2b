"""
What tests of checkups share: a good index, and copies of it to be damaged.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import searchkit
from searchkit import Article
from tests.checkups.good_index import COMET, NOTE, Good, ask

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Good:
    """
    Make an index of several commits and segments, and a copy on the way.
    """
    home = tmp_path_factory.mktemp("good")
    folder, older = home / "index", home / "older"
    with searchkit.create_index(folder) as index:
        index.add([NOTE, Article(id="comet", body="An early text.")])
        index.add_sources([SEEDS / "afghanistan"])
        index.add([COMET])
    shutil.copytree(folder, older)
    with searchkit.open_index(folder) as index:
        index.add_sources([SEEDS / "culture"])
    return Good(folder, older, ask(folder), ask(older))


@pytest.fixture
def folder(good: Good, tmp_path: Path) -> Path:
    """
    Give a copy of the good index, to be damaged.
    """
    return shutil.copytree(good.folder, tmp_path / "index")
