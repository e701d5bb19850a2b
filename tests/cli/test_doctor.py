"""
``searchkit doctor``: what it prints, and the status that scripts go by.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from whoosh.index import open_dir

import searchkit.checkups.repair as repair_module
from searchkit.catalog import WriterLock

if TYPE_CHECKING:
    from tests.cli.conftest import Golden, Run


@pytest.fixture
def folder(seeds_index: Path, tmp_path: Path) -> Path:
    """
    Give a copy of the index of ``seeds/``, to be damaged.
    """
    return shutil.copytree(seeds_index, tmp_path / "index")


@pytest.fixture
def segment(folder: Path) -> Path:
    """
    Give the one segment of that index, in which one bit is another.
    """
    (path,) = folder.glob("MAIN_*.s*")
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    return path


def leave_a_file(folder: Path) -> None:
    (folder / "MAIN_0123456789abcdef.seg").write_bytes(b"half")


def write_through_whoosh(folder: Path) -> None:
    writer = open_dir(str(folder)).writer()
    writer.add_document(id="theirs", body="A text from Vienna.")
    writer.commit()


def record(run: Run, *arguments: str | Path) -> dict[str, Any]:
    result = run("doctor", "--json", *arguments)
    values: dict[str, Any] = json.loads(result.stdout)
    return values


def test_help(run: Run, golden: Golden) -> None:
    """
    The help text says what is changed, and the status for scripts.
    """
    result = run("doctor", "--help")
    assert 0 == result.exit_code
    golden("help-doctor", result.output)


class TestHealthy:
    def test_it_is_said_so(self, run: Run, folder: Path) -> None:
        """
        What was looked at, and that nothing was found: status 0.
        """
        result = run("doctor", "--index", folder)
        assert (
            f"examined: {folder}: the catalog, the files of the index, both",
            "no problems found (50 articles, 50 documents)",
        ) == tuple(result.stdout.splitlines())
        assert ("", 0) == (result.stderr, result.exit_code)

    def test_for_scripts(self, run: Run, folder: Path) -> None:
        """
        ``--json`` says the same.
        """
        values = record(run, "--index", folder)
        assert values.pop("seconds") >= 0
        expected = {
            "path": str(folder),
            "healthy": True,
            "articles": 50,
            "documents": 50,
            "commands": [],
            "findings": [],
            "done": [],
            "left": [],
        }
        assert expected == values

    def test_there_is_nothing_to_repair(self, run: Run, folder: Path) -> None:
        """
        Repairing and adopting a healthy index says what a look at it says.
        """
        expected = run("doctor", "--index", folder).output
        result = run("doctor", "--repair", "--adopt", "--index", folder)
        assert (expected, 0) == (result.output, result.exit_code)


class TestDamaged:
    def test_findings_are_named(self, run: Run, folder: Path, segment: Path) -> None:
        """
        A line each, errors first, with the path inside the folder and what helps.
        """
        (folder / "catalog.db.damaged-1").write_bytes(b"")
        result = run("doctor", "--index", folder)
        _, error, warning, remedy, total = result.stdout.splitlines()
        assert error.startswith(f"error: {segment.name}: the file is not what was")
        assert warning.startswith("warning: catalog.db.damaged-1: ")
        assert "help: run `searchkit doctor --repair`" == remedy
        assert ("1 error, 1 warning", 1) == (total, result.exit_code)

    def test_for_scripts(self, run: Run, folder: Path, segment: Path) -> None:
        """
        ``--json`` gives the code, the whole path, and the command.
        """
        (finding,) = record(run, "--index", folder)["findings"]
        assert {
            "code": "segment-altered",
            "severity": "error",
            "path": str(segment),
            "remedy": "index",
            "command": "searchkit doctor --repair",
            "details": [],
        } == {name: finding[name] for name in finding if name != "message"}

    def test_warnings_alone_are_no_failure(self, run: Run, folder: Path) -> None:
        """
        What only asks for care leaves the status at 0.
        """
        leave_a_file(folder)
        result = run("doctor", "--index", folder)
        assert "1 warning" == result.stdout.splitlines()[-1]
        assert 0 == result.exit_code

    def test_repairing_says_what_was_done(
        self, run: Run, folder: Path, segment: Path
    ) -> None:
        """
        What was done comes first, then what is found now: status 0.
        """
        result = run("doctor", "--repair", "--index", folder)
        lines = result.stdout.splitlines()
        assert "made the index anew from the catalog: 50 articles indexed" == lines[0]
        assert "no problems found (50 articles, 50 documents)" == lines[-1]
        assert 0 == result.exit_code
        assert not segment.exists()

    def test_what_cannot_be_repaired_is_a_failure(self, run: Run, folder: Path) -> None:
        """
        What is left has its sentence, and the status stays 1.
        """
        (folder / "catalog.db").unlink()
        result = run("doctor", "--repair", "--index", folder)
        assert "searchkit restore FILE" in result.stdout.splitlines()[0]
        assert "1 error" == result.stdout.splitlines()[-1]
        assert 1 == result.exit_code


class TestForeignDocuments:
    def test_they_are_named(self, run: Run, folder: Path) -> None:
        """
        Documents of another program are an error, and the command imports them.
        """
        write_through_whoosh(folder)
        result = run("doctor", "--index", folder)
        assert "another program has written a document to the index (theirs)" in (
            result.stdout
        )
        assert "help: run `searchkit doctor --repair --adopt`" in result.stdout
        assert 1 == result.exit_code

    def test_a_repair_leaves_them(self, run: Run, folder: Path) -> None:
        """
        Without ``--adopt`` they stay where they are.
        """
        write_through_whoosh(folder)
        result = run("doctor", "--repair", "--index", folder)
        assert result.stdout.startswith("left: the documents of another program")
        assert 1 == result.exit_code

    @pytest.mark.parametrize("options", [["--adopt"], ["--adopt", "--repair"]])
    def test_they_are_imported(
        self, run: Run, folder: Path, options: list[str]
    ) -> None:
        """
        With ``--adopt`` they are articles, and all is well.
        """
        write_through_whoosh(folder)
        result = run("doctor", *options, "--index", folder)
        assert 0 == result.exit_code
        assert result.stdout.startswith("imported")
        assert "no problems found (51 articles, 51 documents)" in result.stdout
        assert "Vienna" in run("show", "theirs", "--index", folder).output


class TestNoExamination:
    def test_no_index(self, run: Run, tmp_path: Path) -> None:
        """
        Where there is no index there is nothing to say: status 2.
        """
        for options in ([], ["--repair"], ["--adopt"], ["--json"]):
            result = run("doctor", *options, "--index", tmp_path)
            assert ("", 2) == (result.stdout, result.exit_code)
            assert f"there is no index at {tmp_path}" in result.stderr

    def test_another_writer(
        self, run: Run, folder: Path, segment: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An index that is being written is examined, and not repaired: status 2.
        """
        monkeypatch.setattr(repair_module, "WRITER_PATIENCE", 0.0)
        with WriterLock(folder):
            assert 1 == run("doctor", "--index", folder).exit_code
            result = run("doctor", "--repair", "--index", folder)
        assert ("", 2) == (result.stdout, result.exit_code)
        assert "is being written by process" in result.stderr
