"""
The command line as a process: what it prints arrives, and its status tells how it went.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import searchkit
from searchkit import Article, Index


def searchkit_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    """
    Run ``python -m searchkit`` to its end.
    """
    return subprocess.run(
        [sys.executable, "-m", "searchkit", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("query", "status"), [("doha", 0), ("-the -a -of", 1), ("--no-such-option", 2)]
)
def test_the_status_is_that_of_the_command(
    seeds: Index, query: str, status: int
) -> None:
    """
    0 something matched, 1 nothing did, 2 an error.
    """
    done = searchkit_process("query", "--index", seeds.path, query)
    assert status == done.returncode, done.stderr
    assert "Traceback" not in done.stderr


def test_all_of_a_long_answer_arrives(tmp_path: Path) -> None:
    """
    Through a pipe, in spite of the haste to end.
    """
    count = 1000
    with searchkit.create_index(tmp_path / "index", annotate=False) as index:
        index.add(Article(title=f"Rain {n}", body="Rain. " * 60) for n in range(count))
    done = searchkit_process(
        "query", "rain", "--json", "-n", count, "--index", tmp_path / "index"
    )
    assert 0 == done.returncode
    assert count == len(json.loads(done.stdout)["hits"])
    assert "" == done.stderr
