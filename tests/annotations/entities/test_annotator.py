"""
The annotator's contract: spans, order, determinism, cost.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchkit.annotations.entities import EntityAnnotator
from searchkit.annotations.entities.gazetteer import data_digest
from searchkit.articles.model import Article

if TYPE_CHECKING:
    from searchkit.annotations.model import Annotator, EntityMention

PIECES = st.sampled_from(
    """
    Mr. Gen. President Minister of and for the in The , . ( ) ' ’s - – " “ ” : ; \n
    Ashraf Ghani Kabul U.S. UN WHO bin Laden al-Qaeda University Ministry Province
    Zarnik ZRF J. II said says New York Washington, D.C. May Park King De van der
    Monday Afghan Act KABUL Jean-Pierre India-Pakistan é Ł İ ß 中 $ 45 Inc. & 's
    """.split(" ")
)
NEWS = st.lists(PIECES, max_size=40).map(" ".join)
TEXTS = st.one_of(st.text(max_size=200), NEWS, st.lists(PIECES).map("".join))

HOSTILE = [
    "Aa ", "Aa of ", "of ", "A.", "A. ", "A", "Aa-", "Aa'", "al-", "Aa and ", "Aa, ",
    "Mr Aa ", "New York of ", "Aa (AA) ", "Ministry of Aa and ", "(", "’s ", "Aa’s ",
    "bin ", "The ", "Aa\n", "“Aa” ", "Minister of Finance of ", "John Q. Smith, ",
]  # fmt: skip


def annotate(title: str, body: str) -> list[EntityMention]:
    return EntityAnnotator().annotate(Article(title=title, body=body, id="x"))


def test_is_an_annotator() -> None:
    """
    It has what the protocol asks for, and its fingerprint holds the hash of the data.
    """
    annotator: Annotator = EntityAnnotator()

    assert annotator.kind == "entities"
    assert annotator.fingerprint.startswith("entities-")
    assert annotator.fingerprint.endswith(data_digest())
    assert annotator.fingerprint == EntityAnnotator().fingerprint


@given(title=TEXTS, body=TEXTS)
@settings(max_examples=200, deadline=None)
@example(title="", body="Aa of " * 40)
@example(title="GHANI LEAVES THE UN", body="King of the Ministry of New York, D.C.")
def test_contract(title: str, body: str) -> None:
    """
    On any text: surfaces are the text at their span, in order, disjoint, and named.
    """
    article = Article(title=title, body=body, id="x")
    found = EntityAnnotator().annotate(article)
    texts = {"title": article.title, "body": article.body}
    places = [(m.field != "title", m.span.start, m.span.end) for m in found]

    assert [texts[m.field][m.span.start : m.span.end] for m in found] == [
        m.surface for m in found
    ]
    assert all(m.surface and m.name and m.surface == m.surface.strip() for m in found)
    assert sorted(places) == places
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(places))


@given(title=NEWS, body=NEWS)
@settings(max_examples=100, deadline=None)
def test_is_deterministic(title: str, body: str) -> None:
    """
    The same article gives the same mentions, whatever was annotated before.
    """
    annotator = EntityAnnotator()
    article = Article(title=title, body=body, id="x")
    before = annotator.annotate(article)
    annotator.annotate(Article(title=body, body=title, id="y"))

    assert before == annotator.annotate(article)


def test_does_not_depend_on_the_hash_seed() -> None:
    """
    Another process with another order of sets finds the same.
    """
    program = (
        "from searchkit.annotations.entities import EntityAnnotator as A;"
        "from searchkit.articles.model import Article;"
        "b = 'Ann Lee met Tor Lee, Ann Q. Lee and Lee. The ZRF (Zarnik Relief Fund)"
        " paid Zarnik in Zarnik. Zarnik said no. Lee left Kabul University.';"
        "print([m.to_record() for m in A().annotate(Article(title=b, body=b, id='x'))])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert 1 == len(outputs)
    assert outputs.pop().count("person") > 4


@pytest.mark.parametrize(
    ("field", "piece"),
    [("body", piece) for piece in HOSTILE]
    + [("title", piece) for piece in HOSTILE[:6]],
)
@pytest.mark.usefixtures("it_ends")
def test_hostile_text(field: str, piece: str) -> None:
    """
    Time grows with the length of a text, whatever it is made of.
    """
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    article = Article(id="x", **{field: text})
    stored = getattr(article, field)
    for entity in EntityAnnotator().annotate(article):
        assert entity.surface == entity.span.cut(stored)


def test_counts_code_points() -> None:
    """
    Spans count code points, also behind characters outside the basic plane.
    """
    body = "🙂🙂 We met José Zárnik in İstanbul and Kabul."
    found = annotate("", body)

    assert [("José Zárnik", 10), ("Kabul", body.index("Kabul"))] == [
        (m.surface, m.span.start) for m in found if m.surface != "İstanbul"
    ]


def test_fields_in_order() -> None:
    """
    Mentions of the title come first, and say so.
    """
    found = annotate("Talks in Doha go on", "They left Kabul.")

    assert [("title", "Doha"), ("body", "Kabul")] == [
        (m.field, m.surface) for m in found
    ]


def test_empty_article() -> None:
    """
    Nothing names nothing.
    """
    assert [] == annotate("", "")
