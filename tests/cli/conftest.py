"""
Running the command line, and comparing what it prints with files kept beside the tests.

Set ``SEARCHKIT_UPDATE_GOLDEN=1`` to write the files anew, then read the difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from searchkit.cli import main

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"

#: What differs between runs and machines: times, rates, sizes on disk.
_VARIES = (
    (re.compile(r"\d+\.\d s\b"), "#.# s"),
    (re.compile(r"\d[\d.]* [kM]?B/s"), "# B/s"),
    (re.compile(r"(?<=^catalog: )[\d.]+ [kM]?B", re.MULTILINE), "# B"),
)

Run = Callable[..., Result]
Golden = Callable[[str, str], None]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """
    Run ``searchkit`` with some arguments in the project's folder.
    """
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("SEARCHKIT_INDEX", raising=False)

    def call(*arguments: str | Path, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(
            main, [str(a) for a in arguments], input=stdin, prog_name="searchkit"
        )

    return call


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    An index of ``seeds/``, for reading.
    """
    home = tmp_path_factory.mktemp("seeds") / "index"
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        result = CliRunner().invoke(main, ["index", "seeds/", "--index", str(home)])
    finally:
        os.chdir(before)
    assert 0 == result.exit_code, result.output
    return home


@pytest.fixture
def golden() -> Golden:
    """
    Compare a text with the file of that name.
    """

    def compare(name: str, text: str) -> None:
        for pattern, placeholder in _VARIES:
            text = pattern.sub(placeholder, text)
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("SEARCHKIT_UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return compare
