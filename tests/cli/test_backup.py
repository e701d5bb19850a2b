"""
The commands ``backup`` and ``restore``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import searchkit
from searchkit import Article

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """
    Give the folder of an index with two articles.
    """
    with searchkit.create_index(tmp_path / "index") as index:
        index.add([Article(id="a", body="Rain."), Article(id="b", body="Snow.")])
    return tmp_path / "index"


def test_there_and_back(run: Run, home: Path, tmp_path: Path) -> None:
    """
    Each command prints one line of what it did.
    """
    file, new = tmp_path / "news.zip", tmp_path / "new"
    result = run("backup", file, "--index", home)
    assert (0, "") == (result.exit_code, result.stderr)
    expected = (
        rf"2 articles backed up to {re.escape(str(file))} \([\d.]+ kB\), verified"
    )
    assert re.fullmatch(expected + "\n", result.stdout)
    result = run("backup", "--verify", file)
    expected = rf"{re.escape(str(file))} is whole: 2 articles, made [-\d]+ [\d:]+ UTC"
    assert (0, "") == (result.exit_code, result.stderr)
    assert re.fullmatch(expected + "\n", result.stdout)
    result = run("restore", file, "--index", new)
    assert (0, "") == (result.exit_code, result.stderr)
    expected = rf"2 articles restored to {re.escape(str(new))} in \d+\.\d s"
    assert re.fullmatch(expected + "\n", result.stdout)
    assert 0 == run("query", "rain", "--index", new).exit_code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["backup", "{file}", "--index", "{home}"], "of that name already"),
        (["backup", "{home}/a.zip", "--index", "{home}"], "inside the index folder"),
        (["backup", "{tmp}/b.zip", "--index", "{tmp}/none"], "there is no index"),
        (["backup", "--verify", "{home}/catalog.db"], "it is no backup"),
        (["backup", "--verify", "{tmp}/none.zip"], "No such file"),
        (["restore", "{file}", "--index", "{home}"], "there is an index at"),
        (["restore", "{home}/catalog.db", "--index", "{tmp}/new"], "it is no backup"),
    ],
)
def test_an_error_is_2_and_one_sentence(
    run: Run, home: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    """
    What cannot be done is said, and nothing is changed.
    """
    file = searchkit.back_up_index(home, tmp_path / "news.zip").path
    before = sorted(tmp_path.glob("**/*"))
    named = {"file": file, "home": home, "tmp": tmp_path}
    result = run(*(argument.format(**named) for argument in arguments))
    assert (2, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("error: ")
    assert words in result.stderr
    assert before == sorted(tmp_path.glob("**/*"))


def test_verifying_needs_no_index(run: Run, home: Path, tmp_path: Path) -> None:
    """
    A file is looked at wherever it lies, and changes nothing.
    """
    file = searchkit.back_up_index(home, tmp_path / "news.zip").path
    content = bytearray(file.read_bytes())
    content[300] ^= 1
    file.write_bytes(content)
    result = run("backup", "--verify", file, "--index", tmp_path / "none")
    assert 2 == result.exit_code
    assert "altered" in result.stderr
    assert "hint: Use another copy of the backup." in result.stderr
