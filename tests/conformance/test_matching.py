from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from searchkit.documents import Document, name_terms
from searchkit.errors import QueryTreeError
from searchkit.intervals import Interval
from searchkit.queries.tree import (
    And,
    DateRange,
    Everything,
    Exact,
    Fuzzy,
    Name,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)

if TYPE_CHECKING:
    from searchkit.engines.base import Engine

Find = Callable[[Query], set[str]]


def named(**names: str) -> dict[str, dict[str, int]]:
    """
    Return the names of a document, one mention of each, by type.
    """
    found = {kind: dict.fromkeys(name_terms(name), 1) for kind, name in names.items()}
    every = {term: 1 for terms in found.values() for term in terms}
    return {**found, "entities": every}


def mentioned(*texts: str) -> dict[Interval, int]:
    return {Interval.parse(text): 1 for text in texts}


def published(text: str) -> dict[str, Any]:
    return {"published": Interval.parse(text), "published_value": text}


DOCUMENTS = [
    Document(
        "talks",
        title="Ministers meet in Doha",
        body="The minister's aide said the Taliban's envoys would sign.",
        names=named(place="Doha", org="Taliban"),
        dates=mentioned("2020-02-29"),
        source="Daily  Gazette",
        url="https://example.org/talks",
        **published("2020-03-01"),
    ),
    Document(
        "play",
        title="To be or not to be",
        body="An evening with the prince, and with The Who on the radio.",
        dates=mentioned("2020", "198X"),
        source="Stage",
        **published("2020-02"),
    ),
    Document(
        "who",
        title="Who is to blame?",
        body="Not the band; the question be this, or that.",
        names=named(person="Recep Tayyip Erdoğan"),
        dates=mentioned("2021-09"),
        source="daily gazette",
    ),
    Document(
        "jet",
        title="F-16 and COVID-19",
        body="A U.S. jet cost $1,250.75; the US paid. Erdoğan ran, he runs, running.",
        names=named(person="Osama bin Laden", place="United States"),
        **published("2021"),
    ),
    Document("rural", title="Run", body="They were running late at Łódź. 東京"),
    Document("empty"),
]


@pytest.fixture
def find(engine: Engine) -> Find:
    """
    Give a search that returns ids, on documents spread over several segments.
    """
    for generation, part in enumerate((DOCUMENTS[:2], DOCUMENTS[2:]), 1):
        writer = engine.writer()
        for document in part:
            writer.put(document)
        writer.commit(generation)

    def run(query: Query) -> set[str]:
        with engine.searcher() as searcher:
            found = searcher.search(query, limit=100)
            assert found.total == len(found.page)
            assert bool(found.total) == searcher.matches_any(query)
            assert all(match.score >= 0 for match in found.page)
            return {match.id for match in found.page}

    return run


ALL = {document.id for document in DOCUMENTS}


class TestWords:
    @pytest.mark.parametrize(
        "text",
        ["minister", "ministers", "Minister's", "MINISTERS’", "minister’s"],
    )
    def test_any_inflection_finds_all(self, find: Find, text: str) -> None:
        """
        Plurals, possessives and letter case do not matter.
        """
        assert {"talks"} == find(Word(text))

    @pytest.mark.parametrize("text", ["Erdogan", "ERDOĞAN", "erdog\u0306an's"])
    def test_diacritics_do_not_matter(self, find: Find, text: str) -> None:
        """
        Letters are compared without their marks, however these are encoded.
        """
        assert {"jet"} == find(Word(text))
        assert {"rural"} == find(Word("Lodz"))

    @pytest.mark.parametrize("text", ["US", "U.S.", "u.s", "U.S.’s"])
    def test_acronyms_match_with_and_without_dots(self, find: Find, text: str) -> None:
        """
        Dots between single letters do not part them.
        """
        assert {"jet"} == find(Word(text.removesuffix("’s")))

    def test_several_tokens_must_stand_side_by_side(self, find: Find) -> None:
        """
        A word that the analyzer cuts is looked up as a phrase.
        """
        assert {"jet"} == find(Word("F-16"))
        assert {"jet"} == find(Word("covid-19"))
        assert {"jet"} == find(Word("F 16"))
        assert set() == find(Word("covid-16"))
        assert {"rural"} == find(Word("東京"))
        assert set() == find(Word("京東"))

    def test_a_field_narrows(self, find: Find) -> None:
        """
        With a field, the other one does not count.
        """
        assert {"talks"} == find(Word("doha", "title"))
        assert set() == find(Word("doha", "body"))
        assert {"talks", "play", "who"} == find(Word("the", "body")) - {"jet"}
        assert set() == find(Word("the", "title"))

    def test_stop_words_are_words(self, find: Find) -> None:
        """
        The engine leaves nothing out; that is for the parser to decide.
        """
        assert {"play", "who"} == find(Word("who"))
        assert {"play", "who"} == find(And((Word("to"), Word("be"), Word("not"))))

    @pytest.mark.parametrize("text", ["", "?!", "'", "-", "\ud800", "😀"])
    def test_a_text_without_words_finds_nothing(self, find: Find, text: str) -> None:
        """
        Where the analyzer finds no token, no document matches.
        """
        assert set() == find(Word(text))
        assert set() == find(Phrase(text))
        assert set() == find(Name("entity", text))


class TestPhrases:
    def test_stop_words_count(self, find: Find) -> None:
        """
        Phrases of nothing but stop words are found, and nothing like them.
        """
        assert {"play"} == find(Phrase("to be or not to be"))
        assert {"play"} == find(Phrase("The Who"))
        assert {"play"} == find(Phrase("be or not"))
        assert set() == find(Phrase("be not or"))
        assert {"who"} == find(Phrase("or that"))

    def test_words_must_be_adjacent_and_in_order(self, find: Find) -> None:
        """
        A phrase matches nowhere but where its words stand as written.
        """
        assert {"talks"} == find(Phrase("ministers meet"))
        assert set() == find(Phrase("meet ministers"))
        assert set() == find(Phrase("ministers in"))

    def test_a_phrase_stays_in_one_field(self, find: Find) -> None:
        """
        The end of a title and the beginning of the body are not adjacent.
        """
        assert {"talks"} == find(Phrase("in Doha"))
        assert set() == find(Phrase("Doha the minister"))
        assert set() == find(Phrase("in Doha", "body"))
        assert {"talks"} == find(Phrase("in Doha", "title"))

    def test_inflections_match(self, find: Find) -> None:
        """
        Words of a phrase are stemmed like any others.
        """
        assert {"talks"} == find(Phrase("minister aides"))
        assert {"jet"} == find(Phrase("a US jet"))


class TestPrefixes:
    def test_words_that_begin_so_match(self, find: Find) -> None:
        """
        A prefix is compared with words as written, folded and not stemmed.
        """
        assert {"talks"} == find(Prefix("tali"))
        assert {"jet", "rural"} == find(Prefix("RUNN"))
        assert {"jet"} == find(Prefix("erdoğ"))
        assert {"jet"} == find(Prefix("1250"))
        assert set() == find(Prefix("ministerial"))

    def test_a_field_narrows(self, find: Find) -> None:
        """
        With a field, the document has the word, and the field a form of it.
        """
        assert {"talks"} == find(Prefix("do", "title"))
        assert set() == find(Prefix("doh", "body"))
        assert {"talks"} == find(Prefix("envoy", "body"))

    def test_words_of_other_documents_do_not_count(self, find: Find) -> None:
        """
        That "running" stands elsewhere does not make "ran" match its beginning.
        """
        assert {"jet", "rural"} == find(Prefix("runni", "body"))
        assert {"rural"} == find(Prefix("runn", "title"))

    @pytest.mark.parametrize("text", ["", "'", "’", "\ud800", "\u0301"])
    def test_what_folds_away_begins_nothing(self, find: Find, text: str) -> None:
        """
        A prefix of no letters is no wildcard for everything.
        """
        assert set() == find(Prefix(text))
        assert set() == find(Prefix(text, "title"))


class TestFuzzyWords:
    @pytest.mark.parametrize("text", ["talban", "talibann", "Taliben", "tailban"])
    def test_one_edit_of_any_kind_is_near(self, find: Find, text: str) -> None:
        """
        A letter less, more or other, or two neighbours swapped, is one edit.
        """
        assert {"talks"} == find(Fuzzy(text, 1))

    def test_so_many_edits_are_near(self, find: Find) -> None:
        """
        What is two edits away needs two; what is three away is out of reach.
        """
        assert set() == find(Fuzzy("talbann", 1))
        assert {"talks"} == find(Fuzzy("talbann", 2))
        assert set() == find(Fuzzy("dalbann", 2))

    def test_any_letter_may_differ(self, find: Find) -> None:
        """
        The first letter may be another like any letter, and nothing need differ.
        """
        assert {"jet", "rural"} == find(Fuzzy("cunning", 1))
        assert {"jet", "rural"} == find(Fuzzy("running", 1))

    def test_words_are_compared_as_written(self, find: Find) -> None:
        """
        Words are folded on both sides, and not stemmed.
        """
        assert {"jet"} == find(Fuzzy("ERDOGEN", 1))
        assert {"jet"} == find(Fuzzy("erdoğen", 1))
        assert {"rural"} == find(Fuzzy("lotz", 1))
        assert {"jet"} == find(Fuzzy("1,260.75", 1))
        assert set() == find(Fuzzy("ministerial", 1))

    def test_a_field_narrows(self, find: Find) -> None:
        """
        With a field, the document has the word, and the field a form of it.
        """
        assert {"talks"} == find(Fuzzy("dohe", 1, "title"))
        assert set() == find(Fuzzy("dohe", 1, "body"))
        assert {"rural"} == find(Fuzzy("runing", 1, "title"))
        assert {"jet", "rural"} == find(Fuzzy("runing", 1, "body"))

    @pytest.mark.parametrize("text", ["", "'", "\ud800", "\u0301", "F-16", "two x"])
    def test_what_is_no_word_is_near_nothing(self, find: Find, text: str) -> None:
        """
        A text without letters, or of several words, finds nothing.
        """
        assert set() == find(Fuzzy(text, 2))
        assert set() == find(Fuzzy(text, 2, "title"))

    def test_other_distances_are_refused(self, find: Find) -> None:
        """
        One edit or two; all else is no tree.
        """
        with pytest.raises(QueryTreeError, match="distance"):
            find(Fuzzy("kabul", 3))


class TestNames:
    @pytest.mark.parametrize(
        "text",
        ["Osama bin Laden", "bin laden", "LADEN", "Osama", "osama  bin"],
    )
    def test_any_run_of_words_names_it(self, find: Find, text: str) -> None:
        """
        A name is found whole and by each stretch of its words.
        """
        assert {"jet"} == find(Name("person", text))
        assert {"jet"} == find(Name("entity", text))
        assert set() == find(Name("org", text))
        assert set() == find(Name("place", text))

    def test_words_must_be_a_run(self, find: Find) -> None:
        """
        Words out of order, or with a gap, are another name.
        """
        assert set() == find(Name("person", "Osama Laden"))
        assert set() == find(Name("person", "Laden bin"))
        assert set() == find(Name("person", "Osa"))

    def test_each_kind_is_its_own(self, find: Find) -> None:
        """
        A place is no person; an entity is any of them.
        """
        assert {"talks"} == find(Name("place", "doha"))
        assert {"talks"} == find(Name("org", "Taliban"))
        assert {"who"} == find(Name("person", "tayyip erdogan"))
        assert {"jet"} == find(Name("entity", "United States"))
        assert set() == find(Name("person", "doha"))

    def test_a_name_is_no_word_of_the_text(self, find: Find) -> None:
        """
        What is in the text and was not found to be a name is none.
        """
        assert set() == find(Name("entity", "minister"))
        assert set() == find(Name("entity", "one two three four five six seven"))


def dates(clock: str, first: str | None, last: str | None) -> DateRange:
    ends = (date.fromisoformat(text) if text else None for text in (first, last))
    return DateRange(clock, *ends)  # type: ignore[arg-type]


class TestDates:
    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            ("2020-02-29", "2020-02-29", {"talks", "play"}),
            ("2020-02-28", "2020-02-28", {"play"}),
            ("2020-03-01", "2020-12-31", {"play"}),
            ("2021-09-30", "2021-10-02", {"who"}),
            ("2021-10-01", "2021-10-02", set()),
            ("1985-05-05", "1985-05-05", {"play"}),
            ("1990-01-01", "2019-12-31", set()),
            (None, "1979-12-31", set()),
            (None, "1980-01-01", {"play"}),
            ("2020-12-31", None, {"play", "who"}),
            ("2021-10-01", None, set()),
            (None, None, {"talks", "play", "who"}),
            ("2021-01-01", "2020-01-01", set()),
        ],
    )
    def test_mentions_that_overlap_match(
        self, find: Find, first: str | None, last: str | None, expected: set[str]
    ) -> None:
        """
        A mention matches where it shares a day with what is asked, ends included.
        """
        assert expected == find(dates("dates", first, last))

    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            ("2020-03-01", "2020-03-01", {"talks"}),
            ("2020-02-10", "2020-02-10", {"play"}),
            ("2020-01-01", "2020-12-31", {"talks", "play"}),
            (None, "2020-02-29", {"play"}),
            ("2020-03-01", None, {"talks", "jet"}),
            ("2021-06-06", "2021-06-07", {"jet"}),
            (None, None, {"talks", "play", "jet"}),
            ("2022-01-01", None, set()),
        ],
    )
    def test_publication_is_the_other_clock(
        self, find: Find, first: str | None, last: str | None, expected: set[str]
    ) -> None:
        """
        When it appeared and what it mentions never mix.

        Undated documents match no range of days.
        """
        assert expected == find(dates("published", first, last))


class TestIdentifiers:
    def test_the_value_is_whole(self, find: Find) -> None:
        """
        An id is a name: part of it, or another case, is another one.
        """
        assert {"talks"} == find(Exact("id", "talks"))
        assert set() == find(Exact("id", "Talks"))
        assert set() == find(Exact("id", "talk"))
        assert {"talks"} == find(Exact("url", "https://example.org/talks"))
        assert set() == find(Exact("url", "https://example.org/"))

    def test_case_and_spacing_of_sources_do_not_count(self, find: Find) -> None:
        """
        A source is found however it is written.
        """
        assert {"talks", "who"} == find(Exact("source", "DAILY GAZETTE "))

    def test_words_of_a_source_will_do(self, find: Find) -> None:
        """
        One word of a source finds it, and several that stand side by side.
        """
        assert {"talks", "who"} == find(Exact("source", "gazette"))
        assert set() == find(Exact("source", "gazette daily"))

    @pytest.mark.parametrize("text", ["", " ", "\ud800", "x\ud800"])
    def test_nothing_is_no_value(self, find: Find, text: str) -> None:
        """
        Documents without a source are not found by an empty one.
        """
        assert set() == find(Exact("source", text))
        assert set() == find(Exact("url", text))
        assert set() == find(Exact("id", text))


class TestBranches:
    def test_everything_and_nothing(self, find: Find) -> None:
        """
        Both can stand anywhere in a tree.
        """
        assert ALL == find(Everything())
        assert set() == find(Nothing())
        assert {"talks"} == find(And((Word("doha"), Everything())))
        assert set() == find(And((Word("doha"), Nothing())))
        assert ALL == find(Or((Word("doha"), Everything())))
        assert {"talks"} == find(Or((Word("doha"), Nothing())))
        assert ALL == find(Not(Nothing()))
        assert set() == find(Not(Everything()))

    def test_children_are_joined(self, find: Find) -> None:
        """
        And keeps what all children match, Or what any does, in any depth.
        """
        doha, who, jet = Word("doha"), Word("who"), Word("jet")
        assert {"talks", "play", "who", "jet"} == find(Or((doha, who, jet)))
        assert set() == find(And((doha, who)))
        assert {"play"} == find(And((who, Or((Word("prince"), jet)))))
        assert {"talks"} == find(Or((And((who, jet)), And((doha, Word("sign"))))))

    def test_negations_take_away(self, find: Find) -> None:
        """
        Not works alone, among others, doubled, and under Or.
        """
        doha, who = Word("doha"), Word("who")
        assert ALL - {"talks"} == find(Not(doha))
        assert {"talks"} == find(Not(Not(doha)))
        assert {"play"} == find(And((who, Not(Word("blame")))))
        assert ALL - {"talks", "play", "who"} == find(And((Not(doha), Not(who))))
        assert ALL - {"play", "who"} == find(Or((doha, Not(who))))
        assert set() == find(And((doha, Not(doha))))
        assert ALL == find(Or((doha, Not(doha))))
        assert ALL - {"play"} == find(Not(And((who, Not(Word("blame"))))))

    def test_branches_without_children(self, find: Find) -> None:
        """
        All of nothing is everything, any of nothing is nothing.
        """
        assert ALL == find(And(()))
        assert set() == find(Or(()))

    def test_filters_narrow(self, find: Find) -> None:
        """
        Words, names, dates and sources mix.
        """
        tree = And(
            (
                Word("minister"),
                Name("place", "Doha"),
                dates("dates", "2020-02-01", "2020-02-29"),
                dates("published", "2020-01-01", None),
                Exact("source", "daily gazette"),
            )
        )
        assert {"talks"} == find(tree)


def test_a_tree_too_deep_is_refused(engine: Engine) -> None:
    """
    A tree made by hand may be deeper than any stack; that is no damage of the index.
    """
    writer = engine.writer()
    writer.put(Document("a", body="rain"))
    writer.commit(1)
    tree: Query = Word("rain")
    for _ in range(5000):
        tree = Not(tree)
    with engine.searcher() as searcher:
        with pytest.raises((QueryTreeError, RecursionError)):
            searcher.search(tree, limit=1)
        with pytest.raises((QueryTreeError, RecursionError)):
            searcher.matches_any(tree)
        assert 1 == searcher.search(Word("rain"), limit=1).total
