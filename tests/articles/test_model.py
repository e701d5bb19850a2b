"""
Texts of articles, and the hash of what is stored.
"""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Article
from searchkit.articles import model

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)


@given(ANY_TEXT)
def test_what_no_file_can_hold_is_replaced(text: str) -> None:
    """
    NUL and half code points become U+FFFD, one for one, and all else stays.
    """
    body = Article(body=text).body
    assert len(text) == len(body)
    for before, after in zip(text, body, strict=True):
        is_storable = before != "\0" and not "\ud800" <= before <= "\udfff"
        assert (before if is_storable else "\ufffd") == after


@given(ANY_TEXT)
def test_the_extension_tells_such_texts_as_the_pure_form(text: str) -> None:
    """
    Where there is no extension, both are the same function.
    """
    assert model._encodes_without_nul(text) == model._is_storable(text)


def test_what_is_no_text_is_refused() -> None:
    """
    At once, and not when it is written.
    """
    with pytest.raises(TypeError):
        Article(body=b"bytes")  # type: ignore[arg-type]


@given(ANY_TEXT, ANY_TEXT, st.lists(ANY_TEXT, max_size=3))
def test_the_fingerprint_is_of_all_that_is_stored(
    title: str, body: str, authors: list[str]
) -> None:
    """
    It is a hash of the fields in UTF-8, a NUL between two; it never changes in silence.
    """
    article = Article(title=title, body=body, authors=authors, published="2021-09")
    fields = (article.title, article.body, "2021-09", "", "", *article.authors)
    text = "\0".join(fields)
    expected = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    assert expected == article.fingerprint
