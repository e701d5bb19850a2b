from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import pytest

from searchkit.documents import Document
from searchkit.errors import SearchTimeoutError
from searchkit.intervals import Interval
from searchkit.queries.tree import (
    And,
    DateRange,
    Everything,
    Exact,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)

if TYPE_CHECKING:
    from searchkit.engines.base import Engine, Searcher, SortOrder

Rank = Callable[..., list[str]]

FILLER = " ".join(f"filler{number}" for number in range(30))


def fill(engine: Engine, documents: list[Document]) -> None:
    """
    Write documents in two commits, so that they lie in several segments.
    """
    half = len(documents) // 2
    for generation, part in enumerate((documents[:half], documents[half:]), 1):
        writer = engine.writer()
        for document in part:
            writer.put(document)
        writer.commit(generation)


@pytest.fixture
def rank(engine: Engine) -> Rank:
    """
    Give a function that ranks bodies, or documents, by a tree.
    """

    def run(query: Query, *documents: Document, **bodies: str) -> list[str]:
        made = [Document(one, body=body) for one, body in bodies.items()]
        others = [
            Document(f"other{number}", "Other news", FILLER) for number in range(6)
        ]
        fill(engine, [*documents, *made, *others])
        with engine.searcher() as searcher:
            return [match.id for match in searcher.search(query, limit=100).page]

    return run


class TestRelevance:
    def test_title_above_body(self, rank: Rank) -> None:
        """
        A word in the headline says more than one in the text.
        """
        documents = [
            Document("body", title="Weather today", body=f"Floods came. {FILLER}"),
            Document("title", title="Floods today", body=f"Rivers rose. {FILLER}"),
        ]
        assert ["title", "body"] == rank(Word("floods"), *documents)

    def test_more_occurrences_above_fewer(self, rank: Rank) -> None:
        """
        In texts of one length, more of a word is better.
        """
        expected = ["thrice", "twice", "once"]
        found = rank(
            Word("rain"),
            once="rain sun sun sun",
            twice="rain rain sun sun",
            thrice="rain rain rain sun",
        )
        assert expected == found

    def test_short_above_long(self, rank: Rank) -> None:
        """
        One occurrence weighs more in a short text.
        """
        found = rank(Word("rain"), long=f"rain {FILLER}", short="rain falls")
        assert ["short", "long"] == found

    def test_rare_above_common(self, rank: Rank) -> None:
        """
        A word that few documents have tells more than one that many have.
        """
        found = rank(
            Or((Word("rain"), Word("comet"))),
            common="rain sun sun",
            rare="comet sun sun",
            more="rain sun sea sea",
            again="rain sea sea sea",
        )
        assert "rare" == found[0]

    def test_all_words_above_some(self, rank: Rank) -> None:
        """
        Under Or, scores of the words that match add up.
        """
        found = rank(
            Or((Word("rain"), Word("wind"))),
            one=f"rain {FILLER}",
            both=f"rain {FILLER} wind",
            other=f"wind {FILLER}",
        )
        assert "both" == found[0]

    def test_the_phrase_above_scattered_words(self, rank: Rank) -> None:
        """
        Where words stand side by side, the document is better than where they do not.
        """
        found = rank(
            And((Word("interest"), Word("rate"))),
            scattered=f"The rate at which, {FILLER} {FILLER} interest fell, surprised.",
            adjacent=f"The interest rate {FILLER} {FILLER} at which fell, surprised.",
        )
        assert ["adjacent", "scattered"] == found

    def test_near_above_far(self, rank: Rank) -> None:
        """
        The closer two words stand, the better, up to the end of the window.
        """
        words = FILLER.split()
        bodies = {
            f"gap{gap:02}": " ".join(
                [*words[:gap], "rain", *words[gap:], "end"]
            ).replace(words[0], "wind", 1)
            for gap in (1, 3, 6)
        }
        bodies["gap20"] = " ".join(["wind", *words[1:20], "rain", *words[20:], "end"])
        found = rank(And((Word("wind"), Word("rain"))), **bodies)
        assert ["gap01", "gap03", "gap06", "gap20"] == found

    def test_a_day_above_its_decade(self, rank: Rank) -> None:
        """
        The narrower a mention of what was asked for, the better.
        """
        documents = [
            Document(text, dates={Interval.parse(text): 1})
            for text in ("198X", "1986-04", "1986", "1986-04-26")
        ]
        day = date(1986, 4, 26)
        expected = ["1986-04-26", "1986-04", "1986", "198X"]
        assert expected == rank(DateRange("dates", day, day), *documents)

    def test_the_best_mention_counts(self, engine: Engine) -> None:
        """
        A wide mention takes nothing from a narrow one, and adds nothing to it.
        """
        mentions = [("day",), ("day", "decade"), ("decade", "year"), ("year",)]
        texts = {"day": "1986-04-26", "year": "1986", "decade": "198X"}
        documents = [
            Document(
                "+".join(names), dates={Interval.parse(texts[n]): 1 for n in names}
            )
            for names in mentions
        ]
        fill(engine, documents)
        asked = DateRange("dates", date(1986, 4, 20), date(1986, 5, 2))
        with engine.searcher() as searcher:
            page = searcher.search(asked, limit=10).page
        scores = {match.id: match.score for match in page}
        assert scores["day"] == scores["day+decade"]
        assert scores["year"] == scores["decade+year"] < scores["day"]

    def test_mentions_inside_what_was_asked_are_equal(self, engine: Engine) -> None:
        """
        A decade asked for finds its days, months and years with one score.
        """
        documents = [
            Document(text, dates={Interval.parse(text): 3})
            for text in ("1986-04-26", "1986-04", "1986", "198X")
        ]
        fill(engine, documents)
        with engine.searcher() as searcher:
            decade = DateRange("dates", date(1980, 1, 1), date(1989, 12, 31))
            found = searcher.search(decade, limit=10).page
        assert ["1986", "1986-04", "1986-04-26", "198X"] == [m.id for m in found]
        assert 1 == len({match.score for match in found})

    def test_more_mentions_are_better(self, rank: Rank) -> None:
        """
        Among mentions inside the days asked for, their number decides.
        """
        may = [Interval.parse(f"1986-05-{day:02}") for day in range(1, 4)]
        documents = [
            Document("one", dates={may[0]: 1}),
            Document("one, four times", dates={may[0]: 4}),
            Document("three", dates=dict.fromkeys(may, 1)),
        ]
        asked = DateRange("dates", date(1986, 5, 1), date(1986, 5, 31))
        assert ["one, four times", "three", "one"] == rank(asked, *documents)

    @pytest.mark.parametrize(
        ("extra", "gain"),
        [
            (DateRange("published", date(2020, 1, 1), None), 0.0),
            (Exact("source", "gazette"), 0.0),
            (Not(Word("sun")), 0.0),
            (Everything(), 0.0),
            (Prefix("rai"), 1.0),
            (Fuzzy("rian", 1), 1.0),
        ],
    )
    def test_filters_add_nothing(
        self, engine: Engine, extra: Query, gain: float
    ) -> None:
        """
        Filters and negations leave scores as they are; all else adds a constant.
        """
        day = Interval.parse("2020-05-05")
        fill(
            engine,
            [
                Document("a", body="rain", source="gazette", published=day),
                Document("b", body="rain sun"),
            ],
        )
        with engine.searcher() as searcher:
            alone = searcher.search(Word("rain"), limit=10).page
            scores = {match.id: match.score for match in alone}
            (with_extra,) = searcher.search(And((Word("rain"), extra)), limit=1).page
        assert "a" == with_extra.id
        assert scores["a"] + gain == pytest.approx(with_extra.score)

    def test_a_phrase_scores_by_its_own_frequency(self, engine: Engine) -> None:
        """
        What counts is how often the phrase occurs, not its words.
        """
        fill(
            engine,
            [
                Document("once", body="red rose white rose red tulip red rose"),
                Document("twice", body="red rose red rose white tulip a rose"),
            ],
        )
        with engine.searcher() as searcher:
            found = searcher.search(Phrase("red rose"), limit=2).page
            again = searcher.search(Phrase("white rose red tulip"), limit=2).page
        assert found[0].score == found[1].score
        assert ["once"] == [match.id for match in again]


DATED: Mapping[str, str | None] = {
    "e": "2020-02-02",
    "d": None,
    "c": "2021",
    "b": "2019-12-31",
    "a": None,
    "f": "2020-02-02",
}


@pytest.fixture
def searcher(engine: Engine) -> Searcher:
    """
    Give a searcher on documents with and without a date, all of one text.
    """
    fill(
        engine,
        [
            Document(one, body="rain", published=Interval.parse(day) if day else None)
            for one, day in DATED.items()
        ],
    )
    return engine.searcher()


class TestTimeouts:
    @pytest.mark.parametrize("order", ["relevance", "newest"])
    def test_a_search_ends_when_its_time_is_up(
        self, searcher: Searcher, order: SortOrder
    ) -> None:
        """
        With an error that says how long that was; the next search goes on as ever.
        """
        with searcher, pytest.raises(SearchTimeoutError) as caught:
            searcher.search(Word("rain"), limit=10, order=order, timeout=0)
        assert 0 == caught.value.seconds

    def test_with_time_enough_nothing_is_different(self, searcher: Searcher) -> None:
        """
        The limit has no influence on an answer.
        """
        with searcher:
            whole = searcher.search(Word("rain"), limit=10)
            assert whole == searcher.search(Word("rain"), limit=10, timeout=60)


class TestOrders:
    @pytest.mark.parametrize(
        ("order", "expected"),
        [("newest", "cefbad"), ("oldest", "befcad"), ("relevance", "cefbad")],
    )
    @pytest.mark.parametrize("query", [Word("rain"), Everything()])
    def test_dates_order_with_undated_last(
        self, searcher: Searcher, query: Query, order: SortOrder, expected: str
    ) -> None:
        """
        Undated documents come last in every order.

        Equal scores are ordered by date, and what is equal in both by id.
        """
        with searcher:
            found = searcher.search(query, limit=10, order=order)
        assert list(expected) == [match.id for match in found.page]

    @pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
    def test_scores_are_the_same_in_every_order(
        self, engine: Engine, order: SortOrder
    ) -> None:
        """
        A score does not depend on the order, and orders what appeared on one day.
        """
        day = Interval.parse("2020-05-05")
        bodies = {"far": f"wind {FILLER} rain", "near": f"{FILLER} wind rain"}
        fill(engine, [Document(i, body=b, published=day) for i, b in bodies.items()])
        query = And((Word("wind"), Word("rain")))
        with engine.searcher() as searcher:
            best = searcher.search(query, limit=2)
            found = searcher.search(query, limit=1, order=order)
        assert best.page[:1] == found.page
        assert "near" == found.page[0].id


class TestPages:
    @pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
    @pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
    def test_pages_join_to_the_whole_list(
        self, engine: Engine, order: SortOrder, size: int
    ) -> None:
        """
        Each document has its place of the whole list on one page, ties included.
        """
        texts = [
            "wind rain",
            "rain wind sun",
            "wind sun sun rain",
            f"rain {FILLER} wind",
        ]
        days = [None, "2020-01-01", "2020-01-02"]
        documents = []
        for number in range(20):
            day = days[number % 3]
            interval = Interval.parse(day) if day else None
            body = texts[number % 4]
            documents.append(Document(f"a{number:02}", body=body, published=interval))
        fill(engine, documents)
        query = Or((Word("wind"), Word("rain"), Word("storm")))
        with engine.searcher() as searcher:
            whole = searcher.search(query, limit=100, order=order)
            pages = [
                searcher.search(query, limit=size, offset=offset, order=order)
                for offset in range(0, 20 + size, size)
            ]
        assert 20 == whole.total == len(whole.page)
        assert {20} == {page.total for page in pages}
        assert whole.page == tuple(match for page in pages for match in page.page)

    def test_the_total_is_exact_without_a_page(self, searcher: Searcher) -> None:
        """
        A limit of 0 counts and returns nothing; an offset behind the end as well.
        """
        with searcher:
            for limit, offset in ((0, 0), (0, 3), (5, 100)):
                found = searcher.search(Word("rain"), limit=limit, offset=offset)
                assert (6, ()) == (found.total, found.page)


class TestTerms:
    def test_terms_come_in_order_with_frequencies(self, engine: Engine) -> None:
        """
        All terms of one field with a prefix, each once, over all segments.
        """
        fill(
            engine,
            [
                Document("a", title="Rain", body="rain rains raining rainbow sun"),
                Document("b", body="Rain, Réunion"),
                Document("c", body="sea"),
            ],
        )
        with engine.searcher() as searcher:
            assert [
                ("rain", 2),
                ("rainbow", 1),
                ("reunion", 1),
                ("sea", 1),
                ("sun", 1),
            ] == (list(searcher.terms("body")))
            expected = [("rain", 2), ("rainbow", 1), ("raining", 1), ("rains", 1)]
            assert expected == list(searcher.terms("words", "rain"))
            assert [("rain", 1)] == list(searcher.terms("title"))
            assert [("a", 1), ("b", 1), ("c", 1)] == list(searcher.terms("id"))
            assert [] == list(searcher.terms("words", "rainz"))
            assert [] == list(searcher.terms("words", "\ud800"))
            assert [] == list(searcher.terms("person"))

    def test_document_frequency_counts_documents(self, engine: Engine) -> None:
        """
        However often a document has a term, it counts once, and each field for itself.
        """
        fill(
            engine,
            [
                Document("a", title="Rain", body="rain rain rain"),
                Document("b", body="rain"),
                Document("c", names={"place": {"kabul": 4}}),
            ],
        )
        with engine.searcher() as searcher:
            assert 2 == searcher.document_frequency("body", "rain")
            assert 1 == searcher.document_frequency("title", "rain")
            assert 1 == searcher.document_frequency("place", "kabul")
            assert 0 == searcher.document_frequency("person", "kabul")
            assert 0 == searcher.document_frequency("body", "raining")
            assert 0 == searcher.document_frequency("body", "\ud800")
