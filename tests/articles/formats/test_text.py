from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.articles import Article, Reading, ReadWarning
from searchkit.articles.formats.text import TextReader
from searchkit.errors import ArticleError


def read(text: str | bytes) -> list[Reading]:
    data = text.encode() if isinstance(text, str) else text
    return list(TextReader().read(io.BytesIO(data), "a.txt"))


def article(text: str) -> Article:
    [reading] = read(text)
    assert isinstance(reading, Article)
    return reading


def test_the_first_line_is_the_headline() -> None:
    """
    Each further line that holds something is a paragraph.
    """
    found = article(
        "\n\n Harbour reopens \n\nShips came in.\n  \nCranes moved.\nAll day."
    )
    assert "Harbour reopens" == found.title
    assert "Ships came in.\n\nCranes moved.\n\nAll day." == found.body
    assert "a.txt" == found.path
    assert found.published is None


def test_a_header_block_gives_the_facts() -> None:
    """
    Known headers in any letter case, up to a blank line, are no part of the text.
    """
    found = article(
        "PUBLISHED: 29 February 2020\nurl: https://news.example/1\nSource: The Quay\n"
        "By: Ann Poe and Joe Roe\nId: quay-1\n\nHarbour reopens\n\nShips came in."
    )
    assert "2020-02-29" == found.published
    assert "https://news.example/1" == found.url
    assert "The Quay" == found.source
    assert ("Ann Poe", "Joe Roe") == found.authors
    assert "quay-1" == found.id
    assert ("Harbour reopens", "Ships came in.") == (found.title, found.body)


def test_a_title_in_the_header_is_not_repeated() -> None:
    """
    With a title in the header, the text begins behind it, and behind its repetition.
    """
    assert "Ships." == article("Title: Harbour\nDate: 2020\n\nHarbour\n\nShips.").body
    assert "Port\n\nShips." == article("Title: Harbour\n\nPort\n\nShips.").body


@pytest.mark.parametrize(
    "text",
    [
        "Source: the river rises here\nIt flows south.\n\nMore.",
        "Note: read this\nDate: 2020\n\nMore.",
        "Date 2020-02-29\n\nMore.",
    ],
)
def test_other_lines_make_it_text(text: str) -> None:
    """
    A block with one line that is no known header is text, and nothing of it is lost.
    """
    found = article(text)
    first, *rest = text.split("\n")
    assert first == found.title
    assert [line for line in rest if line] == found.body.split("\n\n")
    assert found.published is None


def test_a_date_that_is_none_is_told() -> None:
    """
    The article is read without a date, and a warning names the line.
    """
    warning, found = read("Id: a\nPublished: someday\n\nHarbour reopens")
    message = "'someday' is not a date; the article has none"
    assert ReadWarning("a.txt", message, "line 2") == warning
    assert "a.txt, line 2: " + message == str(warning)
    assert isinstance(found, Article)
    assert found.published is None


def test_an_overlong_first_line_is_no_headline() -> None:
    """
    A text without a headline keeps its first paragraph in the body.
    """
    found = article("Ships came in. " * 50 + "\n\nMore.")
    assert "" == found.title
    assert found.body.startswith("Ships came in.")


@pytest.mark.parametrize("data", [b"", b" \n\r\n ", b"\xef\xbb\xbf", b"Date: 2020\n\n"])
def test_nothing_to_read_is_an_error(data: bytes) -> None:
    """
    A file without text is an error, not an empty article.
    """
    assert ["a.txt: it holds no text"] == [str(reading) for reading in read(data)]


def test_binary_data_are_an_error() -> None:
    """
    A picture that is named .txt is not read as one long word.
    """
    [error] = read(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\xff\x07")
    assert isinstance(error, ArticleError)
    assert "binary data" in error.reason


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_yield_values(data: bytes) -> None:
    """
    Whatever the bytes are, readings come out and nothing is raised.
    """
    assert read(data)


@given(st.lists(st.text("ab: \t", max_size=20).map(str.strip), max_size=8))
def test_no_paragraph_is_lost(lines: list[str]) -> None:
    """
    Without headers, title and body hold every line that is not blank, in order.
    """
    kept = [" ".join(line.split()) for line in lines if line]
    found = [
        reading for reading in read("\n".join(lines)) if isinstance(reading, Article)
    ]
    text = [part for a in found for part in (a.title, *a.body.split("\n\n")) if part]
    assert kept == [" ".join(part.split()) for part in text]
