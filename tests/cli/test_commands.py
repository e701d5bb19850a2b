"""
What commands do, and the status that they end with.
"""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import searchkit
from searchkit import Article

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ESCAPE = "\x1b"


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """
    A small index, for writing.
    """
    home = tmp_path / "index"
    with searchkit.create_index(home) as index:
        index.add(
            [
                Article(id="alpha", title="Rates rise", body="The bank raised rates."),
                Article(id="alpine", title="Snow", body="Snow fell on the pass."),
                Article(
                    id="beta", title="Evil \x1b[31mtitle", body="A \x1b]0;x\x07 body."
                ),
            ]
        )
    return home


class TestStatus:
    def test_a_match_is_0(self, run: Run, index_dir: Path) -> None:
        """
        Something matched.
        """
        assert 0 == run("query", "bank", "-i", index_dir).exit_code

    def test_no_match_is_1(self, run: Run, index_dir: Path) -> None:
        """
        Nothing matched.
        """
        assert 1 == run("query", "-i", index_dir, "--", "-bank -snow -body").exit_code

    def test_an_error_is_2_with_a_message_and_a_hint(
        self, run: Run, tmp_path: Path
    ) -> None:
        """
        An error of the library is one sentence and a hint, never a traceback.
        """
        for command in (["query", "x"], ["show", "x"], ["stats"], ["rebuild"]):
            result = run(*command, "-i", tmp_path / "none")
            assert 2 == result.exit_code
            assert "" == result.stdout
            first, second = result.stderr.splitlines()
            assert first.startswith("error: there is no index at ")
            assert second.startswith("hint: Make one with `searchkit index")

    def test_a_match_beyond_the_page_is_still_a_match(
        self, run: Run, index_dir: Path
    ) -> None:
        """
        An offset past the end shows nothing, and the total says that there is more.
        """
        result = run("query", "bank", "--offset", "5", "-i", index_dir)
        assert (0, "") == (result.exit_code, result.stdout)
        assert "1 article found, none of them on this page\n" == result.stderr


class TestIndex:
    def test_a_bad_file_is_reported_and_the_rest_goes_on(
        self, run: Run, tmp_path: Path
    ) -> None:
        """
        Failures are listed with their place and counted; the status is 2.
        """
        (tmp_path / "good.txt").write_text("A title\nA paragraph.\n")
        (tmp_path / "bad.jsonl").write_text('{"title": "T", "body": "B"}\n{oops\n')
        result = run("index", tmp_path, tmp_path / "gone.txt", "-i", tmp_path / "i")
        assert 2 == result.exit_code
        assert "articles: 2 added, 0 updated, 0 unchanged, 2 failed" in result.stdout
        assert f"{tmp_path}/bad.jsonl, line 2: " in result.stderr
        assert f"{tmp_path}/gone.txt: no such file or directory" in result.stderr

    def test_standard_input(self, run: Run, tmp_path: Path) -> None:
        """
        ``-`` reads articles from standard input.
        """
        line = b'{"title": "Piped", "body": "Through a pipe."}\n'
        result = run("index", "-", "-i", tmp_path / "i", stdin=line)
        assert "1 added" in result.stdout
        assert "Piped" in run("query", "pipe", "-i", tmp_path / "i").stdout

    def test_prune_deletes_what_is_gone(self, run: Run, tmp_path: Path) -> None:
        """
        Without ``--prune`` articles outlive their files; with it they do not.
        """
        folder, home = tmp_path / "news", tmp_path / "i"
        folder.mkdir()
        (folder / "one.txt").write_text("Comet seen\nA comet was seen.\n")
        (folder / "two.txt").write_text("Moon seen\nThe moon was seen.\n")
        run("index", folder, "-i", home)
        (folder / "one.txt").unlink()
        assert "1 unchanged" in run("index", folder, "-i", home).stdout
        assert 0 == run("query", "comet", "-i", home).exit_code
        assert "1 deleted" in run("index", "--prune", folder, "-i", home).stdout
        assert 1 == run("query", "comet", "-i", home).exit_code

    def test_no_annotate(self, run: Run, tmp_path: Path) -> None:
        """
        An index made without annotations stays without.
        """
        file, home = tmp_path / "a.txt", tmp_path / "i"
        file.write_text("Kabul\nIn Kabul on 3 May 2020.\n")
        for _ in range(2):
            result = run("index", "--no-annotate", file, "-i", home)
            assert 0 == result.exit_code
            file.write_text("Kabul\nIn Kabul on 4 May 2020.\n")
        assert "0 mentions" in run("stats", "-i", home).stdout
        assert 1 == run("query", "place:Kabul", "-i", home).exit_code


class TestIndexOption:
    def test_the_environment_names_the_index(
        self, run: Run, index_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        ``SEARCHKIT_INDEX`` stands in for ``--index``, which wins over it.
        """
        monkeypatch.setenv("SEARCHKIT_INDEX", str(index_dir))
        assert 0 == run("query", "bank").exit_code
        assert 2 == run("query", "bank", "--index", index_dir / "none").exit_code


class TestJson:
    def test_hits_carry_spans_into_the_text(self, run: Run, index_dir: Path) -> None:
        """
        ``query --json`` has every field, and spans that cut what matched.
        """
        answer = json.loads(run("query", "rates", "-i", index_dir, "--json").stdout)
        assert ("rates", 1) == (answer["interpretation"], answer["total"])
        (hit,) = answer["hits"]
        assert "alpha" == hit["id"]
        (snippet,) = hit["snippets"]
        body = json.loads(run("show", "alpha", "-i", index_dir, "--json").stdout)[
            "body"
        ]
        assert body[slice(*snippet["span"])] == snippet["text"]
        assert ["rates"] == [snippet["text"][slice(*h)] for h in snippet["highlights"]]

    def test_stats(self, run: Run, index_dir: Path) -> None:
        """
        ``stats --json`` is for scripts.
        """
        totals = json.loads(run("stats", "-i", index_dir, "--json").stdout)
        assert (3, 3) == (totals["articles"], totals["undated"])


class TestShow:
    def test_the_beginning_of_an_id_will_do(self, run: Run, index_dir: Path) -> None:
        """
        An id may be shortened as long as it fits one article only.
        """
        assert "Snow" in run("show", "alpi", "-i", index_dir).stdout
        result = run("show", "al", "-i", index_dir)
        assert 2 == result.exit_code
        assert "'al' is the beginning of several ids: alpha, alpine" in result.stderr


class TestDelete:
    def test_deletes_all_or_nothing(self, run: Run, index_dir: Path) -> None:
        """
        An id that fits nothing stops the whole, so that a slip deletes nothing.
        """
        assert 2 == run("delete", "alpha", "nope", "-i", index_dir).exit_code
        assert 0 == run("query", "bank", "-i", index_dir).exit_code
        assert "2 articles deleted\n" == (
            run("delete", "alpha", "alpi", "-i", index_dir).stdout
        )
        assert 1 == run("query", "bank", "-i", index_dir).exit_code


class TestRebuild:
    def test_mends_a_damaged_index(self, run: Run, index_dir: Path) -> None:
        """
        After damage the message names the command, and the command mends it.
        """
        for toc in index_dir.glob("*.toc"):
            toc.write_bytes(b"")
        broken = run("query", "bank", "-i", index_dir)
        assert 2 == broken.exit_code
        assert "hint: Run `searchkit rebuild`" in broken.stderr
        assert "3 articles indexed anew" in run("rebuild", "-i", index_dir).stdout
        assert 0 == run("query", "bank", "-i", index_dir).exit_code


class TestTerminal:
    def on_terminal(self, *arguments: str, **environment: str) -> str:
        """
        Run searchkit on a pseudo-terminal and return what appears there.
        """
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "searchkit", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "COLUMNS": "60",
                **environment,
            },
        )
        os.close(slave)
        shown = b""
        try:
            while chunk := os.read(master, 65536):
                shown += chunk
        except OSError:  # Linux reports the end of a pseudo-terminal as an error
            pass
        process.wait(timeout=60)
        os.close(master)
        return shown.decode()

    def test_highlights_are_coloured(self, index_dir: Path) -> None:
        """
        On a terminal what matched is bold and red.
        """
        shown = self.on_terminal("query", "bank", "-i", str(index_dir))
        assert "The \x1b[1;31mbank\x1b[22;39m raised rates." in shown

    def test_no_color_is_respected(self, index_dir: Path) -> None:
        """
        ``NO_COLOR`` and ``--plain`` leave plain text.
        """
        arguments = "query", "bank", "-i", str(index_dir)
        assert ESCAPE not in self.on_terminal(*arguments, NO_COLOR="1")
        assert ESCAPE not in self.on_terminal(*arguments, "--plain")

    def test_a_progress_bar_counts_articles(self, tmp_path: Path) -> None:
        """
        Indexing on a terminal shows articles, rate and time left.
        """
        lines = (f'{{"title": "T{n}", "body": "Body {n}."}}\n' for n in range(300))
        (tmp_path / "a.jsonl").write_text("".join(lines))
        shown = self.on_terminal(
            "index", str(tmp_path / "a.jsonl"), "-i", str(tmp_path / "i")
        )
        assert "300 articles" in shown
        assert re.search(r"B/s.*\d:\d\d:\d\d", shown)

    def test_an_article_cannot_take_over_the_terminal(
        self, run: Run, index_dir: Path
    ) -> None:
        """
        Escape sequences in a title or body are made harmless wherever they are shown.
        """
        for command in (["query", "evil"], ["show", "beta"], ["query", "body"]):
            result = run(*command, "-i", index_dir)
            assert ESCAPE not in result.output
            assert "\x07" not in result.output


def test_wide_lines_are_broken_between_words() -> None:
    """
    Lines are as wide as the terminal at most, and their words stay whole.
    """
    from searchkit.cli.output import wrapped

    line = "one two \x1b[1;31mthree\x1b[22;39m four five"
    assert "| one two \x1b[1;31mthree\x1b[22;39m four\n| five" == wrapped(
        line, "| ", 22
    )
    assert "| " + line == wrapped(line, "| ", None)


def test_the_interrupt_key_ends_with_130(
    run: Run, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An interrupted command says so and ends as shells expect.
    """

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("searchkit.index.Index.search", interrupted)
    result = run("query", "bank", "-i", index_dir)
    assert 130 == result.exit_code
    assert "interrupted; what was committed is kept\n" == result.stderr


def test_an_index_from_a_stranger_is_made_anew_unopened(
    run: Run, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    ``rebuild --discard`` reads no file that Whoosh would unpickle.
    """
    from searchkit.engines.whoosh.engine import WhooshEngine

    opened: list[object] = []
    monkeypatch.setattr(WhooshEngine, "searcher", opened.append)
    (segment,) = index_dir.glob("MAIN_*.seg")
    result = run("rebuild", "--discard", "-i", index_dir)
    assert (0, []) == (result.exit_code, opened)
    assert not segment.exists()
    monkeypatch.undo()
    assert 0 == run("query", "bank", "-i", index_dir).exit_code
