"""
What findings depend on is installed with the package, and is small.
"""

from __future__ import annotations

import configparser
from fnmatch import fnmatch
from pathlib import Path

from searchkit.annotations import entities
from searchkit.annotations.entities.gazetteer import DATA_FILES

PACKAGE = Path(entities.__file__).parent
ROOT = PACKAGE.parents[2]
LARGEST = 15_000_000
"""Bytes that model and lists may have together."""


def test_every_data_file_is_listed_as_package_data() -> None:
    """
    A wheel has the lists, the weights and the invented articles.
    """
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    patterns = config["options.package_data"]["*"].split()
    files = [
        *(PACKAGE / name for name in DATA_FILES),
        PACKAGE / "training/articles.txt",
    ]
    for file in files:
        assert file.is_file()
        assert any(fnmatch(file.name, pattern) for pattern in patterns)
        assert (file.parent / "__init__.py").is_file()
    data = [path for path in PACKAGE.rglob("*") if path.suffix in {".txt", ".csv"}]
    assert {path.name for path in data} == {path.name for path in files}
    assert sum(path.stat().st_size for path in data) < LARGEST
