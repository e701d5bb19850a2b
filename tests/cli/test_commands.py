"""
What commands do, and the status that they end with.
"""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import searchkit
from searchkit import Article
from searchkit.annotations.model import Annotations
from searchkit.catalog.migrations import VERSION

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ESCAPE = "\x1b"

ROOT = Path(__file__).resolve().parents[2]


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
    @pytest.mark.parametrize("is_missing", [False, True])
    def test_it_says_once_that_the_extension_is_missing(
        self,
        run: Run,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        is_missing: bool,
    ) -> None:
        """
        When an index is made: what an installer says about it is rarely seen.
        """
        monkeypatch.setattr("searchkit.native.is_missing", lambda: is_missing)
        (tmp_path / "a.txt").write_text("Rates rise\n\nThe bank raised rates.\n")
        told = "the native extension was not compiled"
        first = run("index", tmp_path / "a.txt", "-i", tmp_path / "index")
        assert is_missing == (told in first.stderr)
        assert (
            told
            not in run("index", tmp_path / "a.txt", "-i", tmp_path / "index").stderr
        )

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
        assert "hint: Run `searchkit doctor --repair`" in broken.stderr
        assert "3 articles indexed anew" in run("rebuild", "-i", index_dir).stdout
        assert 0 == run("query", "bank", "-i", index_dir).exit_code


class TestUpgrade:
    def test_brings_an_old_index_up_to_date(self, run: Run, tmp_path: Path) -> None:
        """
        An old index is refused with the command that helps, and works after it.
        """
        home = tmp_path / "index"
        shutil.copytree(ROOT / "tests" / "compatibility" / "format-1", home)
        refused = run("query", "taliban", "-i", home)
        assert 2 == refused.exit_code
        told = f"has format 1, and this searchkit reads format {VERSION}"
        assert told in refused.stderr
        assert "hint: Run `searchkit upgrade`" in refused.stderr
        done = run("upgrade", "-i", home)
        assert (
            f"catalog upgraded from format 1 to {VERSION}\n10 articles indexed anew\n"
            == done.stdout
        )
        assert 0 == run("query", "taliban", "-i", home).exit_code
        again = run("upgrade", "-i", home)
        assert (0, f"nothing to do: the index has format {VERSION}\n") == (
            again.exit_code,
            again.stdout,
        )

    def test_there_has_to_be_an_index(self, run: Run, tmp_path: Path) -> None:
        """
        Nothing is made where there is nothing.
        """
        result = run("upgrade", "-i", tmp_path / "none")
        assert 2 == result.exit_code
        assert "there is no index" in result.stderr
        assert not (tmp_path / "none").exists()


class TestRecovery:
    def test_what_is_finished_is_said(self, run: Run, index_dir: Path) -> None:
        """
        A query that has to wait for what a killed run has left says why, once.
        """
        with searchkit.open_index(index_dir) as index, index._catalog.batch() as batch:
            for n in range(3):
                batch.put(Article(id=f"n{n}", title="Left"), Annotations(), {})
        result = run("query", "left", "-i", index_dir)
        assert 0 == result.exit_code
        assert 1 == result.stderr.count("finishing what an interrupted run has left\n")
        assert "3 articles found" in result.stderr
        assert "finishing" not in run("query", "left", "-i", index_dir).stderr


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
    assert "interrupted\n" == result.stderr


def test_an_index_from_a_stranger_is_made_anew_unopened(
    run: Run, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    ``rebuild --discard`` reads no file that Whoosh would unpickle.
    """
    from searchkit.engines.whoosh.engine import WhooshEngine

    opened: list[object] = []
    monkeypatch.setattr(WhooshEngine, "searcher", opened.append)
    (segment,) = index_dir.glob("MAIN_*.s*")
    result = run("rebuild", "--discard", "-i", index_dir)
    assert (0, []) == (result.exit_code, opened)
    assert not segment.exists()
    monkeypatch.undo()
    assert 0 == run("query", "bank", "-i", index_dir).exit_code


class TestStreams:
    """
    What stands at the other end of the streams decides neither answer nor status.
    """

    def shell(self, command: str, index_dir: Path) -> tuple[int, str, str]:
        """
        Run a shell command in which ``searchkit`` is this one.
        """
        done = subprocess.run(
            [
                "bash",
                "-c",
                f'searchkit() {{ "{sys.executable}" -m searchkit "$@"; }}\n{command}',
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env={**os.environ, "SEARCHKIT_INDEX": str(index_dir)},
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    def test_a_full_disk_is_an_error(self, index_dir: Path) -> None:
        """
        An answer that cannot be written is an error, and no traceback.
        """
        status, _, errors = self.shell("searchkit query bank > /dev/full", index_dir)
        assert 2 == status
        assert "error: no space left on device" in errors
        assert "Traceback" not in errors

    def test_a_pipe_that_closes_early_is_none(self, index_dir: Path) -> None:
        """
        ``| head -1`` ends the output, and the status stays that of an answer.
        """
        command = "searchkit query '*' -n 1000 | head -1; exit ${PIPESTATUS[0]}"
        status, shown, errors = self.shell(command, index_dir)
        assert 0 == status
        assert 1 == len(shown.splitlines())
        assert "Traceback" not in errors

    def test_closed_streams(self, index_dir: Path) -> None:
        """
        Streams that the caller has closed change nothing.
        """
        assert 0 == self.shell("searchkit query bank >&-", index_dir)[0]
        status, _, errors = self.shell("searchkit index - <&-", index_dir)
        assert 2 == status
        assert "standard input: it is closed" in errors

    def test_a_terminal_without_unicode(self, index_dir: Path) -> None:
        """
        Characters that the encoding of the output lacks are replaced.
        """
        with searchkit.open_index(index_dir) as index:
            index.add([Article(id="kyiv", title="Київ", body="Snow in Київ.")])
        command = "PYTHONIOENCODING=latin-1 searchkit query 'snow'"
        status, shown, errors = self.shell(command, index_dir)
        assert (0, "2 articles found\n") == (status, errors)
        assert "Snow in ????." in shown

    def test_a_folder_that_is_gone(self, index_dir: Path, tmp_path: Path) -> None:
        """
        A current folder that was deleted is said so.
        """
        command = f"mkdir {tmp_path}/x; cd {tmp_path}/x; rmdir ../x; searchkit index ."
        status, _, errors = self.shell(command, index_dir)
        assert 2 == status
        assert errors.startswith("error: no such file or directory")


class TestMinus:
    @pytest.mark.parametrize(
        "word", ["-bank", "-iran", "-negotiations", "-x", '-"a b"']
    )
    def test_a_word_with_a_minus_is_no_option(
        self, run: Run, index_dir: Path, word: str
    ) -> None:
        """
        Words may be excluded anywhere, and options still follow them.
        """
        result = run("query", "pass", word, "--json", "-i", index_dir, "-n1")
        assert 0 == result.exit_code
        assert f"pass {word}" == json.loads(result.stdout)["query"]


def test_annotations_that_were_not_made_are_missed(run: Run, tmp_path: Path) -> None:
    """
    An index without annotations says why ``place:`` finds nothing, and stays so.
    """
    file, home = tmp_path / "a.txt", tmp_path / "i"
    file.write_text("Kabul\nIn Kabul.\n")
    run("index", "--no-annotate", file, "-i", home)
    missed = 'no dates and entities were looked for, so place:"Kabul" finds nothing\n'
    assert missed in run("query", "place:Kabul", "-i", home).stderr
    again = run("index", "--annotate", file, "-i", home)
    assert "warning: the index was made without annotations, and stays so\n" in (
        again.stderr
    )


class TestEntities:
    def test_json_says_all(self, run: Run, seeds_index: Path) -> None:
        """
        What people see, and the numbers behind it.
        """
        result = run(
            *("entities", "doha", "-zeppelin", "--with", "Ghani", "--kind", "person"),
            *("-n1", "--json", "-i", seeds_index),
        )
        found = json.loads(result.stdout)
        assert ("doha -zeppelin", "Ghani") == (found["query"], found["with"])
        (entity,) = found["entities"]
        assert ("person", "Zalmay Khalilzad") == (entity["kind"], entity["name"])
        assert entity["count"] <= entity["background"]
        assert "Khalilzad" in entity["quote"]
        assert entity["sentences"] >= entity["count"]
        assert {"id", "title"} == set(entity["article"])

    def test_reasons_as_json(self, run: Run, seeds_index: Path) -> None:
        """
        Likewise for the explanation of a name.
        """
        result = run("entities", "--why", "u.s.", "--json", "-i", seeds_index)
        (entity,) = json.loads(result.stdout)["entities"]
        assert ("place", "United States") == (entity["kind"], entity["name"])
        texts = {one["text"]: one["reason"] for one in entity["spellings"]}
        assert "the name itself" == texts["United States"]
        assert {"text", "found_as", "count", "reason", "article"} == set(
            entity["spellings"][0]
        )

    def test_a_reason_is_for_a_name_alone(self, run: Run, seeds_index: Path) -> None:
        """
        A query beside it would have no effect, and is refused.
        """
        for more in (["doha"], ["--with", "Ghani"]):
            result = run("entities", "--why", "Ghani", *more, "-i", seeds_index)
            assert 2 == result.exit_code
            assert "--why NAME takes neither a query nor --with" in result.stderr

    def test_rules_that_cannot_be_read_are_an_error(
        self, run: Run, tmp_path: Path
    ) -> None:
        """
        With the line, a hint, and status 2.
        """
        file, home = tmp_path / "a.txt", tmp_path / "i"
        file.write_text("Kabul\nIn Kabul.\n")
        run("index", file, "-i", home)
        (home / "aliases.csv").write_text("action,name,type,value,note\njoin,A\n")
        for command in (["entities"], ["query", "place:Kabul"]):
            result = run(*command, "-i", home)
            assert 2 == result.exit_code
            message = f"error: {home}/aliases.csv, line 2: “join” is no action\n"
            assert message in result.stderr
            assert "hint: Write rows as action,name,type,value,note" in result.stderr

    def test_names_that_rules_leave_out_are_said(
        self, run: Run, tmp_path: Path
    ) -> None:
        """
        Nobody has to wonder where a name has gone.
        """
        file, home = tmp_path / "a.txt", tmp_path / "i"
        file.write_text("Rain\nIt rained in Kabul.\n")
        run("index", file, "-i", home)
        (home / "aliases.csv").write_text("action,name,type,value,note\nforbid,kabul\n")
        result = run("entities", "--why", "Kabul", "-i", home)
        assert 1 == result.exit_code
        assert "line 2 of aliases.csv forbids “kabul”\n" in result.stderr
        assert "mentions of it are left out by a rule" in result.stderr
        found = run("query", "place:Kabul", "-i", home)
        note = "aliases.csv says which mentions of “Kabul” are meant\n"
        assert (1, "") == (found.exit_code, found.stdout)
        assert note in found.stderr

    def test_without_annotations_there_are_no_names(
        self, run: Run, tmp_path: Path
    ) -> None:
        """
        And that is said.
        """
        file, home = tmp_path / "a.txt", tmp_path / "i"
        file.write_text("Kabul\nIn Kabul.\n")
        run("index", "--no-annotate", file, "-i", home)
        result = run("entities", "-i", home)
        assert 1 == result.exit_code
        assert "no dates and entities were looked for" in result.stderr


class TestIndexFolder:
    def test_an_index_may_stand_among_articles(self, run: Run, tmp_path: Path) -> None:
        """
        The files of an index are no articles, wherever it stands.
        """
        (tmp_path / "a.txt").write_text("A title\nA paragraph.\n")
        inner = tmp_path / "inner"
        for _ in range(2):
            assert 0 == run("index", tmp_path, "-i", inner).exit_code
        result = run("index", tmp_path, "-i", tmp_path)
        assert (0, "") == (result.exit_code, result.stderr)
        assert "articles: 1 added" in result.stdout


class TestPrune:
    def test_a_missing_folder_loses_nothing(self, run: Run, tmp_path: Path) -> None:
        """
        A folder that is gone as a whole may be a disk that is not mounted.
        """
        folder, home = tmp_path / "news", tmp_path / "i"
        folder.mkdir()
        (folder / "a.txt").write_text("A title\nA paragraph.\n")
        run("index", folder, "-i", home)
        folder.rename(tmp_path / "moved")
        result = run("index", "--prune", folder, "-i", home)
        assert 2 == result.exit_code
        assert "deleted" not in result.stdout

    def test_a_pattern_prunes_nothing_and_says_so(
        self, run: Run, tmp_path: Path
    ) -> None:
        """
        What a pattern does not find any more is kept, with a warning.
        """
        home = tmp_path / "i"
        for name in "ab":
            (tmp_path / f"{name}.txt").write_text(f"Title {name}\nA paragraph.\n")
        run("index", f"{tmp_path}/*.txt", "-i", home)
        (tmp_path / "b.txt").unlink()
        result = run("index", "--prune", f"{tmp_path}/*.txt", "-i", home)
        assert "what a pattern finds no more is kept; name the folder" in result.stderr
        assert "deleted" not in result.stdout

    def test_a_hit_names_a_file_that_is_there(self, run: Run, tmp_path: Path) -> None:
        """
        When one of two files with a text is pruned, the other is named.
        """
        folder, home = tmp_path / "news", tmp_path / "i"
        folder.mkdir()
        for name in "ab":
            (folder / f"{name}.txt").write_text("Same title\nThe same text.\n")
        run("index", folder, "-i", home)
        (folder / "a.txt").unlink()
        run("index", "--prune", folder, "-i", home)
        assert f"{folder}/b.txt" in run("query", "same", "-i", home).stdout
