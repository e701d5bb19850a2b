from __future__ import annotations

import gc
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit.articles
from searchkit.articles import Source, discover, read_articles, read_source
from searchkit.articles.formats import registry


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("news").mkdir()
    return Path("news")


def test_articles_of_all_formats_carry_their_path(folder: Path) -> None:
    """
    A script gets the articles of a folder in order, each with where it came from.
    """
    (folder / "a.txt").write_text("Harbour reopens\n\nShips came in.")
    (folder / "b.jsonl").write_text('{"title": "Two"}\n{"title": "Three"}')
    (folder / "c.json.gz").write_bytes(gzip.compress(b'[{"title": "Four"}]'))
    found = [(article.title, article.path) for article in read_articles(["news"])]
    assert [
        ("Harbour reopens", "news/a.txt"),
        ("Two", "news/b.jsonl"),
        ("Three", "news/b.jsonl"),
        ("Four", "news/c.json.gz"),
    ] == found


def test_failures_are_gathered(folder: Path) -> None:
    """
    What could not be read, and what was set aside, is there after the articles.
    """
    (folder / "a.txt").write_text("")
    (folder / "b.jsonl").write_text('{oops}\n{"title": "B", "date": "soon"}')
    (folder / "c.txt.gz").write_bytes(gzip.compress(b"Ships came in.")[:-6])
    (folder / "d.pdf").write_text("")
    articles = read_articles(["missing", "news"])
    assert ["B"] == [article.title for article in articles]
    assert ["missing", "news/a.txt", "news/b.jsonl, line 1", "news/c.txt.gz"] == [
        str(error).partition(": ")[0] for error in articles.errors
    ]
    assert ["line 2"] == [warning.place for warning in articles.warnings]
    assert 1 == articles.skipped


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (b'{"title": "Ships"}', "Ships"),
        (b"Ships\n\nThey came in.", "Ships"),
        (gzip.compress(b"Ships\n\nThey came in."), "Ships"),
    ],
)
def test_standard_input_is_told_by_its_bytes(data: bytes, title: str) -> None:
    """
    What is piped in is read as what it looks like, and has no path.
    """
    [article] = read_articles(["-"], stdin=io.BytesIO(data))
    assert (title, "") == (article.title, article.path)


def test_messages_name_standard_input() -> None:
    """
    Errors and warnings of what is piped in say so in the place of a path.
    """
    data = b'{oops}\n{"title": "B", "date": "soon"}'
    articles = read_articles(["-"], stdin=io.BytesIO(data.replace(b"{oops}", b'{"a"}')))
    assert ["B"] == [article.title for article in articles]
    [error], [warning] = articles.errors, articles.warnings
    assert "standard input, line 1" == str(error).partition(": ")[0]
    assert "standard input, line 2" == str(warning).partition(": ")[0]


def test_a_source_that_vanished_is_an_error(folder: Path) -> None:
    """
    A file that is gone when it is read gives an error, not an exception.
    """
    (folder / "a.txt").write_text("Ships")
    [source] = discover(["news"])
    (folder / "a.txt").unlink()
    assert isinstance(source, Source)
    assert ["news/a.txt: no such file or directory"] == [
        str(reading) for reading in read_source(source)
    ]


@pytest.mark.parametrize("raised", [RecursionError, MemoryError])
def test_readers_that_run_out_of_means(
    folder: Path, monkeypatch: pytest.MonkeyPatch, raised: type[Exception]
) -> None:
    """
    A reader that runs out of stack or memory gives an error for its source.
    """

    class Reader:
        name, extensions, max_bytes = "greedy", (".txt",), 100

        def read(self, stream: object, path: str) -> object:
            raise raised

    (folder / "a.txt").write_text("Ships")
    [source] = discover(["news"])
    assert isinstance(source, Source)
    monkeypatch.setattr(registry, "_built_in", lambda target: Reader())
    [error] = read_source(source)
    assert str(error).startswith("news/a.txt: it ")


def test_no_open_files_are_left(folder: Path) -> None:
    """
    A source is closed even where its articles are not read to the end.
    """
    (folder / "a.jsonl").write_text('{"title": "A"}\n' * 3)
    opened = Path("/proc/self/fd")
    if not opened.exists():
        pytest.skip("this system does not list open files")
    gc.collect()
    before = len(list(opened.iterdir()))
    articles = read_articles(["news"])
    next(articles)
    del articles
    gc.collect()
    assert before == len(list(opened.iterdir()))


@settings(max_examples=100)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_yield_values(data: bytes, packed: bool) -> None:
    """
    Whatever is piped in, packed or not, nothing is raised and something comes out.
    """
    stream = io.BytesIO(gzip.compress(data) if packed else data)
    articles = read_articles(["-"], stdin=stream)
    assert len(list(articles)) + len(articles.errors) > 0


def test_the_public_names_are_there() -> None:
    """
    Every name of ``__all__`` exists, and is there once.
    """
    names = searchkit.articles.__all__
    assert [] == [name for name in names if not hasattr(searchkit.articles, name)]
    assert len(set(names)) == len(names)
