"""
A short run of the fuzz, without sanitizers, and proof that it sees what goes wrong.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from scripts.fuzz import child, children, layout, sanitized
from scripts.fuzz.children import Figures, NotStartedError, Setting, run_target
from searchkit.native import NATIVE_VARIABLE, load

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/fuzz"

needs_native = pytest.mark.skipif(
    load() is None, reason="the native extension is not compiled, or switched off"
)


def ignore(told: str) -> None:
    """
    Take what is said, and say nothing.
    """


@needs_native
@pytest.mark.parametrize(
    ("target", "runs"), [("segments", 400), ("texts", 200), ("plans", 800)]
)
def test_a_short_run(tmp_path: Path, target: str, runs: int) -> None:
    """
    Nothing crashes, hangs, or raises what is not documented.
    """
    figures = run_target(target, Setting(tmp_path, 3), range(runs), ignore)
    assert [] == figures.findings
    assert runs == figures.outcomes.total()
    assert 2 == len(figures.outcomes), "some cases end, and some are refused"
    assert [] == list(tmp_path.iterdir())


@needs_native
def test_a_case_can_be_had_again(tmp_path: Path) -> None:
    """
    A case depends on the seed and its number alone.
    """
    whole = run_target("segments", Setting(tmp_path, 5), range(40), ignore)
    parts = [
        run_target("segments", Setting(tmp_path, 5), range(at, at + 1), ignore)
        for at in (0, 17, 39)
    ]
    assert all(part.outcomes.total() == 1 for part in parts)
    assert sum((part.outcomes for part in parts), Counter()) <= whole.outcomes


CHILD = """
import json, os, sys, time
name, seed, first, end, folder = sys.argv[1:6]
print(json.dumps({"ready": True}), flush=True)
for number in range(int(first), int(end)):
    if number == 3:
        os.abort()
    if number == 5:
        time.sleep(60)
    told = {"case": number, "outcome": "KeyError" if number == 7 else "finished"}
    print(json.dumps(told), flush=True)
"""


def test_crashes_hangs_and_wrong_errors_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Each is counted, with how to have it again; the cases after it run.
    """
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    monkeypatch.setattr(children, "CHILD", script)
    folder = tmp_path / "reports"
    folder.mkdir()
    said: list[str] = []
    started = time.monotonic()
    setting = Setting(folder, 1, patience=0.5)
    figures = run_target("segments", setting, range(10), said.append)
    assert time.monotonic() - started < 50
    assert {"finished": 7, "crash": 1, "hang": 1, "KeyError": 1} == figures.outcomes
    assert said == figures.findings
    numbers = [line.split(": ")[1] for line in said]
    assert ["case 3", "case 5", "case 7"] == numbers
    assert "again: --target segments --seed 1 --first 3 --runs 1" in said[0]
    assert "10 runs, KeyError 1, finished 7, crashes 1, hangs 1" in str(figures)
    assert not figures.is_clean
    assert {"segments-crash-3.stderr", "segments-hang-5.stderr"} <= {
        path.name for path in folder.iterdir()
    }


def test_a_process_that_does_not_start_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It is no crash of a case; what it said is passed on.
    """
    script = tmp_path / "child.py"
    script.write_text("raise SystemExit('no extension')")
    monkeypatch.setattr(children, "CHILD", script)
    with pytest.raises(NotStartedError, match="no extension"):
        run_target("plans", Setting(tmp_path, 1), range(10), ignore)


def test_figures_without_findings_are_clean() -> None:
    """
    Refusals are no findings.
    """
    figures = Figures("plans")
    figures.outcomes.update({"refused": 3, "finished": 2})
    assert figures.is_clean
    assert "plans: 5 runs, finished 2, refused 3, crashes 0, hangs 0; 0 s" == str(
        figures
    )


def run_script(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


class TestCommand:
    def test_help(self) -> None:
        """
        The targets and the exit statuses are told.
        """
        done = run_script("--help")
        assert 0 == done.returncode
        assert all(name in done.stdout for name in child.TARGETS)
        assert "Exits with 0" in done.stdout

    @needs_native
    def test_plain(self, tmp_path: Path) -> None:
        """
        A clean run prints a line and exits with 0.
        """
        done = run_script(
            *("--plain", "--target", "plans", "--runs", "20"),
            *("--folder", str(tmp_path)),
        )
        assert 0 == done.returncode
        assert done.stdout.startswith("plans: 20 runs, ")

    @pytest.mark.skipif(sys.platform != "linux", reason="sanitizers are for Linux")
    def test_without_a_compiler(self, tmp_path: Path) -> None:
        """
        One sentence says what is missing, and the exit status is 2.
        """
        done = run_script("--folder", str(tmp_path), CXX="no-such-compiler")
        assert 2 == done.returncode
        assert "fuzz: the sanitizers need Linux and a C++ compiler" in done.stderr
        assert "Traceback" not in done.stderr

    def test_without_the_extension(self) -> None:
        """
        So do a switched-off extension and nothing compiled.
        """
        done = run_script("--plain", **{NATIVE_VARIABLE: "0"})
        assert 2 == done.returncode
        assert "switched off" in done.stderr


def test_a_compiler_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What the compiler says is passed on.
    """
    compiler = tmp_path / "compiler"
    compiler.write_text(
        '#!/bin/sh\ncase "$1" in -print*) echo /lib/x.so; exit;; esac\n'
        "echo no >&2\nexit 1\n"
    )
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(sanitized.UnavailableError, match=r"cannot be compiled.*\nno"):
        sanitized.build(tmp_path)


@pytest.mark.parametrize("size", [0, 1, 55, 56, 100])
def test_whatever_is_short_can_be_sealed(size: int) -> None:
    """
    Checksums are put right where there is room for them.
    """
    data = bytearray(b"\xff" * size)
    layout.seal(data)
    assert size == len(data)
