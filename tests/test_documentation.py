"""
Documentation that can go stale is run, or compared with the code.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import searchkit
from searchkit.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path
    for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]
)
_SECONDS = re.compile(r"\d+\.\d s \([\d.]+ [kM]?B/s\)")


def blocks(page: Path, language: str) -> list[str]:
    """
    Return the fenced blocks of a page in one language.
    """
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """
    An empty folder with ``seeds/`` in it, as the current one.
    """
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEARCHKIT_INDEX", raising=False)
    return tmp_path


def test_the_transcript_of_the_readme_is_real(home: Path) -> None:
    """
    The commands of the README print what it says, but for the time they take.
    """
    (transcript,) = blocks(ROOT / "README.md", "console")
    for part in transcript.split("$ ")[1:]:
        command, _, expected = part.partition("\n")
        result = CliRunner().invoke(main, shlex.split(command)[1:])
        assert 0 == result.exit_code
        assert _SECONDS.sub("", expected) == _SECONDS.sub("", result.output)


def test_the_python_of_the_readme_runs(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    The ten lines of Python in the README print three hits with their quotations.
    """
    (example,) = blocks(ROOT / "README.md", "python")
    exec(compile(example, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert 6 == len(lines)
    assert "Doha agreement signed" in lines[0]
    assert all("Doha agreement" in line for line in lines[1::2])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """
    Every relative link of a page names a file that is there.
    """
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_command_is_in_the_readme_and_documents_its_options() -> None:
    """
    A command is listed in the README, and each of its options has a help text.
    """
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    context = main.make_context("searchkit", ["--help"], resilient_parsing=True)
    for name in main.list_commands(context):
        assert f"`searchkit {name}" in readme
        command = main.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or parameter.help


def test_every_field_is_in_the_readme() -> None:
    """
    The fields that a query can name are shown on the README's one screen.
    """
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in "title body entity person org place dates published source".split():
        assert f"`{name}:" in readme


def test_the_changelog_and_the_version_agree() -> None:
    """
    The newest entry is of this version, or not yet released.
    """
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (newest, *_) = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    assert "Unreleased" == newest or newest.startswith(searchkit.__version__)


def test_the_project_speaks_of_no_machine() -> None:
    """
    No page or source file names a folder of the machine that it was written on.
    """
    suffixes = {".py", ".md", ".txt", ".cfg", ".toml", ".csv", ".html", ".jsonl"}
    home = re.compile(rb"(?<![\w/.])/(?:home|root|Users)/\w")
    for folder in ("searchkit", "docs", "scripts", "seeds"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in suffixes:
                assert not home.search(path.read_bytes()), path
