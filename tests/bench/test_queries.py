"""
Queries of the benchmark: drawn by a seed, and each with something to find.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.bench.corpus import Prepared, Story, multiplied, prepared
from scripts.bench.queries import (
    CLASSES,
    BenchQuery,
    Vocabulary,
    draw,
    draw_class,
    text_of,
)
from searchkit.analysis import STOP_WORDS, english_analyzer
from searchkit.queries.fuzzy import NearWords

BODIES = [
    "The minister of finance raised taxes in March. Farmers protested in the capital.",
    "Farmers harvested wheat before the rains. Prices of wheat fell in the capital.",
    "The committee elected a chairman. Its members argued about taxes and prices.",
    "Rains flooded villages near the river. Engineers repaired bridges and roads.",
    "The chairman visited villages and bridges. Ministers promised new roads.",
]


@pytest.fixture(scope="module")
def documents() -> list[Prepared]:
    stories = [Story(str(number), "", body) for number, body in enumerate(BODIES)]
    stories = list(multiplied(stories, 40, 7))
    stories += [Story(id_, "", "An okapi escaped with an armadillo.") for id_ in "xy"]
    return [prepared(story) for story in stories]


@pytest.fixture(scope="module")
def vocabulary(documents: list[Prepared]) -> Vocabulary:
    return Vocabulary.of(documents)


def matches(tree: dict[str, Any], document: Prepared) -> bool:
    """
    Tell whether a document matches, by looking at it.
    """
    terms, words = document.terms.split(" "), document.words.split(" ")
    match tree["op"]:
        case "term":
            return tree["term"] in terms
        case "phrase":
            size = len(tree["terms"])
            runs = (terms[at : at + size] for at in range(len(terms)))
            return tree["terms"] in runs
        case "prefix":
            return any(word.startswith(tree["text"]) for word in words)
        case "fuzzy":
            near = NearWords(tree["text"], 1)
            return any(near.distance(word) is not None for word in words)
        case "and":
            return all(matches(child, document) for child in tree["of"])
        case "or":
            return any(matches(child, document) for child in tree["of"])
    raise AssertionError(tree["op"])


def leaves(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in tree.get("of", ()):
        yield from leaves(child)
    if "of" not in tree:
        yield tree


class TestVocabularies:
    def test_it_counts_documents(self, documents: list[Prepared]) -> None:
        """
        A term's frequency is the number of documents that have it.
        """
        vocabulary = Vocabulary.of(documents)
        having = sum("wheat" in d.terms.split(" ") for d in documents)
        assert having == vocabulary.frequencies["wheat"]
        assert len(documents) == vocabulary.documents

    def test_each_word_is_one_of_its_term(self, vocabulary: Vocabulary) -> None:
        """
        The word that is asked for analyses to the term that peers are asked for.
        """
        for term in vocabulary.between(1, 10_000):
            word = vocabulary.words[term]
            assert [(term, word)] == english_analyzer().terms(word)

    def test_it_counts_expansions(self, vocabulary: Vocabulary) -> None:
        """
        A prefix stands for the words that begin with it.
        """
        assert 2 == vocabulary.expansions("minister")
        assert 0 == vocabulary.expansions("zz")


class TestDrawing:
    @pytest.mark.parametrize("group", CLASSES)
    def test_words_are_found_where_they_were_drawn(
        self, group: str, vocabulary: Vocabulary, documents: list[Prepared]
    ) -> None:
        """
        Words that stand together somewhere make queries that match something.

        Filters are drawn for themselves, and may leave nothing.
        """
        drawn = draw_class(vocabulary, documents, group, count=10, seed=7)
        assert drawn
        for query in drawn:
            filtered = group in {"date", "entity"}
            words = query.tree["of"][0] if filtered else query.tree
            assert any(matches(words, document) for document in documents)

    def test_bands_of_frequency_are_kept(
        self, vocabulary: Vocabulary, documents: list[Prepared]
    ) -> None:
        """
        Rare terms are rare and common ones common.
        """
        frequencies = vocabulary.frequencies
        for group, least, most in (("rare", 2, 3), ("common", 4, 50)):
            for query in draw_class(vocabulary, documents, group, count=9, seed=7):
                assert least <= frequencies[query.tree["term"]] <= most

    @pytest.mark.parametrize(("group", "size"), [("and2", 2), ("and3", 3), ("or5", 5)])
    def test_sets_have_their_size(
        self,
        group: str,
        size: int,
        vocabulary: Vocabulary,
        documents: list[Prepared],
    ) -> None:
        """
        The terms of a set are different, and none is a stop word.
        """
        for query in draw_class(vocabulary, documents, group, count=10, seed=7):
            terms = {leaf["term"] for leaf in leaves(query.tree)}
            assert size == len(terms)
            assert not terms & STOP_WORDS

    def test_phrases_read_as_their_terms(
        self, vocabulary: Vocabulary, documents: list[Prepared]
    ) -> None:
        """
        The text of a phrase analyses to the terms that peers are asked for.
        """
        for query in draw_class(vocabulary, documents, "phrase3", count=20, seed=7):
            analysed = english_analyzer().terms(query.tree["text"])
            assert query.tree["terms"] == [term for term, _ in analysed]
            assert 3 == len(analysed)

    def test_a_misspelled_word_is_one_edit_away(
        self, vocabulary: Vocabulary, documents: list[Prepared]
    ) -> None:
        """
        A letter is left out, or two neighbours change places.
        """

        def edits(word: str) -> set[str]:
            places = range(len(word))
            left_out = {word[:at] + word[at + 1 :] for at in places}
            swapped = {
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :] for at in places
            }
            return left_out | swapped

        able = {edit for word in vocabulary.surfaces for edit in edits(word)}
        drawn = draw_class(vocabulary, documents, "fuzzy", count=20, seed=7)
        assert drawn
        assert able.issuperset(query.tree["text"] for query in drawn)

    def test_the_seed_decides(
        self, documents: list[Prepared], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """
        The same seed draws the same queries of a class, whatever others are drawn.
        """
        path = tmp_path_factory.mktemp("corpus") / "documents.txt"
        lines = [document.to_line() for document in documents]
        path.write_text("".join(lines), encoding="utf-8", newline="\n")

        def drawn(*groups: str, seed: int = 7) -> list[BenchQuery]:
            found = draw(path, groups, count=8, seed=seed)
            return [query for query in found if query.group == "and2"]

        assert drawn("and2") == drawn("rare", "and2")
        assert drawn("and2") != drawn("and2", seed=8)

    def test_filters_filter(
        self, vocabulary: Vocabulary, documents: list[Prepared]
    ) -> None:
        """
        Days make a range that begins before it ends; places are some that there are.
        """
        places = {document.entity for document in documents}
        for query in draw_class(vocabulary, documents, "date", count=20, seed=7):
            days = query.tree["of"][1]
            assert "2000-01-01" <= days["first"] < days["last"]
        drawn = draw_class(vocabulary, documents, "entity", count=20, seed=7)
        assert places & {query.tree["of"][1]["name"] for query in drawn}

    def test_no_query_comes_twice(
        self, vocabulary: Vocabulary, documents: list[Prepared]
    ) -> None:
        """
        Where the corpus has too few, there are fewer.
        """
        drawn = draw_class(vocabulary, documents, "rare", count=1000, seed=7)
        assert len(drawn) == len({str(query.tree) for query in drawn}) < 1000


class TestQueryStrings:
    def test_they_are_what_a_person_types(self) -> None:
        """
        Words side by side for all of them, OR for any, quotes for phrases.
        """
        wheat = {"op": "term", "term": "wheat", "word": "wheat"}
        rain = {"op": "term", "term": "rain", "word": "rains"}
        phrase = {"op": "phrase", "terms": ["rain", "fell"], "text": "rains fell"}
        assert "wheat rains" == text_of({"op": "and", "of": [wheat, rain]})
        assert "wheat OR rains" == text_of({"op": "or", "of": [wheat, rain]})
        assert '"rains fell"' == text_of(phrase)
        both = {"op": "and", "of": [wheat, rain]}
        assert '"wheat" "rains"' == text_of(both, quoted=True)
