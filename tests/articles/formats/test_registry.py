from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest

from searchkit.articles.formats import registry
from searchkit.errors import ArticleError, UnsupportedFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """
    Install readers of other packages: one for mail, one for text, one that is broken.
    """
    found = {
        f".{name}": EntryPoint(name, value, registry.ENTRY_POINT_GROUP)
        for name, value in {
            "eml": "searchkit.articles.formats.text:TextReader",
            "txt": "searchkit.articles.formats.html:HtmlReader",
            "bad": "no.such.module:Reader",
        }.items()
    }
    monkeypatch.setattr(registry, "_entry_points", lambda: found)
    yield
    registry._third_party.cache_clear()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.txt", "plain text"),
        ("x/A.TXT.GZ", "plain text"),
        ("a.html", "HTML"),
        ("a.htm", "HTML"),
        ("a.b.xhtml", "HTML"),
        ("a.jsonl", "JSON Lines"),
        ("a.ndjson.gz", "JSON Lines"),
        ("a.json", "JSON Lines"),
    ],
)
def test_the_name_of_a_file_tells_its_reader(path: str, name: str) -> None:
    """
    Endings are compared without regard to letter case and to .gz behind them.
    """
    reader = registry.reader_for(path)
    assert name == reader.name
    assert registry.extension_of(path) in reader.extensions
    assert registry.is_supported(path)


@pytest.mark.parametrize("path", ["a", "a.pdf", ".txt", "a.gz", "txt", "a.txt/b", ""])
def test_unknown_endings_have_none(path: str) -> None:
    """
    A file without a known ending is of an unsupported format.
    """
    assert not registry.is_supported(path)
    with pytest.raises(UnsupportedFormatError):
        registry.reader_for(path)


@pytest.mark.usefixtures("plugins")
class TestOtherPackages:
    def test_they_add_readers(self) -> None:
        """
        An entry point gives the reader of an ending.
        """
        assert registry.is_supported("a.eml")
        assert "plain text" == registry.reader_for("a.EML").name

    def test_they_replace_none(self) -> None:
        """
        The readers of searchkit keep their endings.
        """
        assert "plain text" == registry.reader_for("a.txt").name

    def test_a_broken_one_is_an_error(self) -> None:
        """
        A reader that cannot be loaded is an error of the file, with the reason.
        """
        with pytest.raises(
            ArticleError, match=r"no\.such\.module:Reader cannot be loaded"
        ):
            registry.reader_for("a.bad")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b'{"title": "A"}', "JSON Lines"),
        (b'\xef\xbb\xbf [\n {"title": "A"}]', "JSON Lines"),
        ('{"title": "A"}'.encode("utf-16"), "JSON Lines"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"\n<!-- saved --><HTML lang=en>", "HTML"),
        (b'<?xml version="1.0"?><html xmlns="x">', "HTML"),
        (b"<p>Ships</p>", "HTML"),
        (b"Harbour reopens\n\n<p> is a tag.", "plain text"),
        (b"[LONDON] Ships came in.", "plain text"),
        (b"<3 from the quay", "plain text"),
        (b"", "plain text"),
        (b"\xff\x00\xfe", "plain text"),
    ],
)
def test_the_first_bytes_tell_the_reader(data: bytes, name: str) -> None:
    """
    A source without a name is told by how it opens.
    """
    assert name == registry.sniff(data).name


def test_importing_loads_no_library() -> None:
    """
    ``import searchkit.articles`` loads none of the libraries that readers use.
    """
    heavy = "bs4 lxml trafilatura htmldate charset_normalizer importlib.metadata"
    code = (
        "import sys, searchkit.articles\n"
        f"print(*[name for name in {heavy.split()} if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "" == run.stdout.strip()
