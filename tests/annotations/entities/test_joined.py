"""
Names that a lost space has run together with the next word.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.annotations.entities import EntityAnnotator
from searchkit.annotations.entities.gazetteer import load_gazetteer
from searchkit.annotations.entities.joined import joined_words
from searchkit.articles.model import Article

GAZETTEER = load_gazetteer()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zarnik came. Mr. Zarniksaid no.", {"Zarniksaid": 6}),
        ("Zarnik came. He saw Zarnik’sclaim before.", {"Zarnik’sclaim": 6}),
        ("Zarnik and Orvel met. So ZarnikandOrvel left.", {"ZarnikandOrvel": 6}),
    ],
)
def test_words_are_cut_behind_the_name(text: str, expected: dict[str, int]) -> None:
    """
    Where the name stands elsewhere, and a verb or small word follows.
    """
    assert expected == joined_words(text, GAZETTEER)


@pytest.mark.parametrize(
    "text",
    [
        "Zarniksaid that nobody else had been there.",
        "The News came to the Newsroom, and Disney to Disneyland.",
        "How? However he could. Some came, and Someone did.",
        "In Anders we met Anderson; Clint and Clinton came to Scot and Scotland.",
        "Han saw Hanover. Brand went to Brandenburg, and Rich to Richmond.",
        "NATO said that NATOsaid is no word.",
    ],
)
def test_other_words_stay_whole(text: str) -> None:
    """
    Names that no one else bears, compounds, and names that begin like others.
    """
    assert {} == joined_words(text, GAZETTEER)


def test_the_name_alone_is_found() -> None:
    """
    With an edge where the next word begins, and folded to the full name.
    """
    body = "Maria Zarnik spoke on Monday. In Kabul, Zarnikwould not."
    found = EntityAnnotator().annotate(Article(id="x", body=body))
    assert ["Maria Zarnik", "Kabul", "Zarnik"] == [one.surface for one in found]
    assert ["Maria Zarnik", "Kabul", "Maria Zarnik"] == [one.name for one in found]


@given(st.text(alphabet="AaBbéÉ ’s.-\nandwould", max_size=60))
def test_the_cut_is_inside_the_word(text: str) -> None:
    """
    And what it leaves stands in the text as a word.
    """
    for word, length in joined_words(text, GAZETTEER).items():
        assert 0 < length < len(word)
        assert word in text
