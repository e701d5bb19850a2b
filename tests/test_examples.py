"""
The programs in ``scripts/examples`` run as they stand.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import searchkit

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "scripts" / "examples"


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """
    Run an example in a process of its own.
    """
    return subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=120,
    )


def test_search_folder() -> None:
    """
    Indexes a folder in passing and prints what has a phrase.
    """
    done = run("search_folder.py", "seeds/afghanistan", "Doha agreement")
    assert (0, "") == (done.returncode, done.stderr)
    first, *rest = done.stdout.splitlines()
    assert first.endswith("have “Doha agreement”")
    assert rest[0].startswith("2020-02-29  Doha agreement signed")
    assert "Doha agreement" in rest[1]


def test_people_by_year(tmp_path: Path) -> None:
    """
    Counts the people named in the articles that match, year by year.
    """
    with searchkit.create_index(tmp_path) as index:
        index.add_sources([str(ROOT / "seeds" / "afghanistan")])
    done = run("people_by_year.py", str(tmp_path), '"Doha agreement"')
    assert (0, "") == (done.returncode, done.stderr)
    years = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert {"2020", "2021"} <= set(years)
    assert "Zalmay Khalilzad" in years["2020"]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda p: p.name)
def test_usage_is_printed_for_wrong_arguments(path: Path) -> None:
    """
    Called without arguments, an example says how it is called.
    """
    done = run(path.name)
    assert 1 == done.returncode
    assert "Usage:" in done.stderr
