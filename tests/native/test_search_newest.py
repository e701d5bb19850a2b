"""
Pages of equal scores: the newest documents, however they are found.

A searcher looks for the newest first when it has done so much work otherwise that this
pays; so every page is asked for again and again.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.native.test_search_model import (
    Corpus,
    Entry,
    Plan,
    make_corpus,
    needs_native,
)

pytestmark = needs_native

DAYS = 60
OFTEN = 12
"""Turns after which a searcher knows the order of its documents."""


def drawn(chance: random.Random, number: int) -> Entry:
    """
    Draw a document: words of any frequency, and some that only old ones have.
    """
    day = chance.choice((0, *range(1, DAYS)))
    shares = {"aa": 0.6, "ab": 0.25, "ac": 0.04, "ba": 0.9, "bb": 0.01, "bc": 0.002}
    tokens = [word for word, share in shares.items() if chance.random() < share]
    if day < 4:
        tokens.append("old")
    if chance.random() < 0.05:
        tokens.append(f"only{chance.randrange(200)}")
    # Keys are in another order than documents, and some have none.
    key = f"{chance.randrange(10**6):06}-{number}" if number % 500 else ""
    return Entry(key, day, {"body": tokens})


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """
    Two segments with some documents deleted, among them the newest.
    """
    chance = random.Random(11)
    sizes = (7000, 3000)
    segments = [[drawn(chance, number) for number in range(size)] for size in sizes]
    deleted = {
        number
        for number, entry in enumerate(segments[0])
        if entry.day > DAYS - 2 or chance.random() < 0.05
    }
    return make_corpus(tmp_path_factory.mktemp("newest"), segments, [deleted, set()])


def best(corpus: Corpus, plan: Plan, count: int) -> list[tuple[Any, ...]]:
    """
    Return the first page by the definition: score, day, key, place.
    """
    scores = corpus.model.scores(plan)

    def key(place: Any) -> tuple[Any, ...]:
        entry = corpus.model.entry(place)
        return (-scores[place], -entry.day, entry.key, place)

    ordered = sorted(scores, key=key)[:count]
    return [(corpus.model.entry(at).key, scores[at], *at) for at in ordered]


@pytest.mark.parametrize("limit", [1, 10, 300, 20_000])
@pytest.mark.parametrize(
    "plan",
    [
        ("prefix", "words", "a"),
        ("prefix", "words", "b"),
        ("prefix", "words", "only"),
        ("prefix", "words", "o"),
        ("prefix", "words", ""),
        ("prefix", "words", "missing"),
        ("constant", 2.5, ("prefix", "words", "ab")),
        ("constant", 2.5, ("term", "words", "aa", 1.0)),
        ("constant", 1.0, ("term", "words", "old", 1.0)),
        ("term", "body", "ac", 0.0),
        ("term", "body", "bc", 0.0),
        ("range", "words", "ab", "bb", True, True),
        ("or", (("prefix", "words", "ab"), ("term", "body", "old", 0.0))),
        ("not", ("prefix", "words", "a")),
        ("all",),
    ],
)
def test_equal_scores_give_the_newest(corpus: Corpus, plan: Plan, limit: int) -> None:
    """
    The page is the same whether the total is wanted or not, at first and later on.
    """
    expected = best(corpus, plan, limit)
    total = len(corpus.model.scores(plan))
    for _ in range(OFTEN):
        assert (None, expected, []) == corpus.searcher.search(
            plan, limit=limit, count=False
        )
        assert (total, expected, []) == corpus.searcher.search(
            plan, limit=limit, count=True
        )


@pytest.mark.parametrize("word", ["aa", "bb", "bc", "only7", "missing"])
@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_single_words_of_any_frequency(
    corpus: Corpus, word: str, weight: float
) -> None:
    """
    Rare words take another way than frequent ones, with the same answers.
    """
    plan: Plan = ("term", "body", word, weight)
    scores = corpus.everything(plan)
    assert scores == {
        place: pytest.approx(score, rel=1e-5)
        for place, score in corpus.model.scores(plan).items()
    }

    def key(place: Any) -> tuple[Any, ...]:
        entry = corpus.model.entry(place)
        return (-scores[place], -entry.day, entry.key, place)

    ordered = sorted(scores, key=key)
    for limit, offset in ((5, 0), (3, 4), (100, 0), (2, 10_000)):
        expected = [
            (corpus.model.entry(at).key, scores[at], *at)
            for at in ordered[offset : offset + limit]
        ]
        for count in (True, False):
            total, page, _ = corpus.searcher.search(
                plan, limit=limit, offset=offset, count=count
            )
            assert expected == page
            assert (len(scores) if count else None) == total
