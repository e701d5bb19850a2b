"""
``searchkit timeline``: bars, JSON, CSV and pictures.
"""

from __future__ import annotations

import csv
import io
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
from searchkit import Article, Hit, Timeline
from searchkit.cli.timeline import bar_lines, cell
from searchkit.timelines import Bucket
from searchkit.timelines.calendar import bucket_days, bucket_label

if TYPE_CHECKING:
    from tests.cli.conftest import Golden, Run

ESCAPE = "\x1b"

CASES = {
    "all": "",
    "by-dates": "--by dates --bucket year taliban",
    "months": "kabul --from 2021 --to 2021 --bucket month",
    "misspelt": "dohaa agrement",
    "nothing": "zeppelin",
    "wider": "--bucket day",
    "json": "--json --by dates --bucket decade soviet",
    "csv": "--csv doha",
}


@pytest.mark.parametrize("name", CASES)
def test_answers(run: Run, golden: Golden, seeds_index: Path, name: str) -> None:
    """
    A timeline prints its bars, and on standard error what is in none of them.
    """
    arguments = CASES[name]
    result = run("timeline", *arguments.split(), "--index", seeds_index)
    golden(
        f"timeline-{name}",
        f"$ searchkit timeline {arguments}\n{result.stdout}"
        f"--- standard error\n{result.stderr}--- status {result.exit_code}\n",
    )


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """
    Articles whose titles and ids come from strangers.
    """
    home = tmp_path / "index"
    titles = ["=1+1", "+1", "-1", "@x", '\t=cmd|"x"!A1', "＝1", 'Plain, "quoted"\nx']
    with searchkit.create_index(home) as index:
        index.add(
            [
                Article(id="=id", title="Evil \x1b[31mtitle", published="2019"),
                *[
                    Article(title=title, published=str(year))
                    for year, title in enumerate(titles, 2020)
                ],
            ]
        )
    return home


class TestStatus:
    def test_the_status_is_that_of_a_query(self, run: Run, index_dir: Path) -> None:
        """
        0 something matched, though it is in no bar; 1 nothing did; 2 an error.
        """
        assert 0 == run("timeline", "-i", index_dir).exit_code
        assert 0 == run("timeline", "--bucket", "day", "-i", index_dir).exit_code
        assert 1 == run("timeline", "zeppelin", "-i", index_dir).exit_code
        assert 1 == run("timeline", "zeppelin", "--json", "-i", index_dir).exit_code
        for arguments in (["-i", index_dir / "no"], ["--from", "x", "-i", index_dir]):
            result = run("timeline", *arguments)
            assert 2 == result.exit_code
            assert re.match("error: .*\nhint: .*\n", result.stderr)

    @pytest.mark.parametrize(
        "options", [["--json", "--csv"], ["--csv", "--png", "a"], ["--json", "--png=a"]]
    )
    def test_one_form_of_output(self, run: Run, options: list[str]) -> None:
        """
        JSON, CSV and a picture exclude one another.
        """
        result = run("timeline", *options)
        assert 2 == result.exit_code
        assert "--json, --csv and --png exclude one another" in result.stderr

    def test_words_with_a_minus_sign(self, run: Run, index_dir: Path) -> None:
        """
        They are words, as for ``query``.
        """
        shown = run("timeline", "--json", "-evil", "-i", index_dir).stdout
        assert ("-evil", 7) == (json.loads(shown)["query"], json.loads(shown)["total"])


class TestCsv:
    def test_no_title_is_a_formula(self, run: Run, index_dir: Path) -> None:
        """
        What a spreadsheet would run gets an apostrophe; numbers and days stay as is.
        """
        printed = run("timeline", "--csv", "--bucket=year", "-i", index_dir).stdout
        header, *rows = csv.reader(io.StringIO(printed))
        assert "bucket first last articles filter top_id top_title".split() == header
        assert ["2019", "2019-01-01", "2019-12-31", "1"] == rows[0][:4]
        assert ["published-within:2019", "'=id", "Evil �[31mtitle"] == rows[0][4:]
        titles = ["'=1+1", "'+1", "'-1", "'@x", '\'=cmd|"x"!A1', "'＝1"]
        assert [*titles, 'Plain, "quoted" x'] == [row[-1] for row in rows[1:]]

    @pytest.mark.parametrize("text", ["", "3 May", "a=b", "'quoted'"])
    def test_other_titles_stay(self, text: str) -> None:
        """
        Only the first character can make a formula.
        """
        assert text == cell(text)


class TestJson:
    def test_it_has_all_of_it(self, run: Run, index_dir: Path) -> None:
        """
        Titles as they are, and the filter that asks for a bar again.
        """
        arguments = "timeline", "--json", "--bucket=year", "--to=2020", "-i", index_dir
        found = json.loads(run(*arguments).stdout)
        assert ("", "published:..2020-12-31") == (
            found["query"],
            found["interpretation"],
        )
        assert ("published", "year", 2) == (
            found["by"],
            found["bucket"],
            found["total"],
        )
        assert (0, 0, []) == (found["undated"], found["wider"], found["notes"])
        first, second = found["buckets"]
        top = {"id": "=id", "title": "Evil \x1b[31mtitle", "published": "2019"}
        assert top == first.pop("top")
        assert {
            "bucket": "2019",
            "first": "2019-01-01",
            "last": "2019-12-31",
            "count": 1,
            "filter": "published-within:2019",
        } == first
        again = run("query", second["filter"], "--json", "-i", index_dir).stdout
        assert second["count"] == json.loads(again)["total"]


class TestPicture:
    def test_it_is_drawn(self, run: Run, index_dir: Path, tmp_path: Path) -> None:
        """
        The file has the bars, and standard output nothing.
        """
        pytest.importorskip("matplotlib")
        file = tmp_path / "a.png"
        result = run("timeline", "--png", file, "-i", index_dir)
        assert (0, "") == (result.exit_code, result.stdout)
        assert "8 articles found, all in 8 years\n" == result.stderr
        assert file.read_bytes().startswith(b"\x89PNG")

    def test_without_the_extra(
        self,
        run: Run,
        index_dir: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """
        The error says how to install it.
        """
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
        monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
        result = run("timeline", "--png", tmp_path / "a.png", "-i", index_dir)
        assert 2 == result.exit_code
        assert "error: drawing a picture needs the extra 'plot'" in result.stderr
        assert "hint: Install it with `pip install 'searchkit[plot]'`" in result.stderr


def timeline(counts: dict[int, int], title: str = "A title") -> Timeline:
    """
    Make a timeline of years.
    """
    buckets = [
        Bucket(
            bucket_days("year", year),
            bucket_label("year", year),
            count,
            f"published-within:{year}",
            Hit("a", 1.0, title),
        )
        for year, count in counts.items()
    ]
    total = sum(counts.values())
    return Timeline("", "*", "published", "year", total, 0, 0, tuple(buckets))


def lines(shown: Timeline, *, width: int = 80, blocks: bool = True) -> list[str]:
    return list(bar_lines(shown, coloured=False, width=width, blocks=blocks))


class TestBars:
    def test_up_to_two_empty_buckets_are_shown(self) -> None:
        """
        A longer run is one line that says how long it is.
        """
        shown = lines(timeline({2000: 1, 2003: 1, 2007: 1}), width=20)
        assert [
            "2000  ███████████  1",
            "2001               0",
            "2002               0",
            "2003  ███████████  1",
            "⋮ 3 years without an article",
            "2007  ███████████  1",
        ] == shown

    def test_no_line_is_wider_than_the_terminal(self) -> None:
        """
        Titles are cut, letters of double width counted twice; or bars have all room.
        """
        wide = timeline({2000: 123_456, 2001: 1}, "東京の朝" * 20)
        for width in range(24, 101):
            for line in lines(wide, width=width):
                letters = sum(2 if char >= "⺀" else 1 for char in line)
                assert letters <= width
                assert "123,456" in line or line.split()[2] == "1"
        assert lines(wide, width=80)[0].endswith("京の朝…")
        assert "東" not in lines(wide, width=40)[0]

    def test_the_shortest_bar_can_be_seen(self) -> None:
        """
        One article beside a million is not nothing.
        """
        many = timeline({2000: 1_000_000, 2001: 1})
        assert lines(many)[1].startswith("2001  ▏ ")
        assert lines(many, blocks=False)[1].startswith("2001  # ")

    def test_eighths(self) -> None:
        """
        Bars are drawn to an eighth of a character.
        """
        shown = lines(timeline({2000: 80, 2001: 41, 2002: 47}), width=20)
        bars = [line.split()[1] for line in shown]
        assert ["█" * 10, "█" * 5 + "▏", "█" * 5 + "▉"] == bars

    def test_an_article_without_a_title_shows_its_id(self) -> None:
        """
        So that it can be looked at.
        """
        assert lines(timeline({2000: 1}, ""))[0].endswith("  1  a")

    def test_an_article_cannot_take_over_the_terminal(
        self, run: Run, index_dir: Path
    ) -> None:
        """
        Escape sequences in a title are made harmless.
        """
        for options in ([], ["--csv"], ["--json"]):
            shown = run("timeline", "evil", *options, "-i", index_dir).output
            assert "title" in shown
            assert ESCAPE not in shown


class TestTerminal:
    def on_terminal(self, *arguments: str, **environment: str) -> str:
        """
        Run searchkit on a pseudo-terminal of 60 columns, and return what appears there.
        """
        master, slave = pty.openpty()
        settings = {"TERM": "xterm-256color", "COLUMNS": "60", **environment}
        process = subprocess.Popen(
            [sys.executable, "-m", "searchkit", "timeline", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "NO_COLOR": "", **settings},
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

    def test_colours(self, index_dir: Path) -> None:
        """
        On a terminal bars are coloured, unless somebody does not want it.
        """
        arguments = "plain", "-i", str(index_dir)
        assert "\x1b[36m█" in self.on_terminal(*arguments)
        assert ESCAPE not in self.on_terminal(*arguments, "--plain")
        assert ESCAPE not in self.on_terminal(*arguments, NO_COLOR="1")

    def test_lines_are_as_wide_as_the_terminal(self, index_dir: Path) -> None:
        """
        At most, colours apart.
        """
        shown = self.on_terminal("-i", str(index_dir), "--bucket", "year")
        bare = re.sub(r"\x1b\[[0-9;]*m", "", shown)
        assert 9 == len(bare.splitlines())
        assert all(len(line) <= 60 for line in bare.splitlines())

    def test_a_terminal_without_blocks(self, index_dir: Path) -> None:
        """
        Where the encoding has no blocks, bars are made of ASCII.
        """
        arguments = "plain", "-i", str(index_dir), "--plain"
        shown = self.on_terminal(*arguments, PYTHONIOENCODING="ascii")
        assert re.search(r"2026-?[0-9-]*  #+  1  Plain", shown)
        assert shown.isascii()
