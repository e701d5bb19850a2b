"""
Counts of buckets: those of brute force, on both codecs, and a size that suits them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchkit.documents import Document
from searchkit.engines.base import Matches, Searcher
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.errors import TooManyBucketsError
from searchkit.intervals import Interval
from searchkit.queries.tree import Clock, Everything, Query, Word
from searchkit.timelines import counting
from searchkit.timelines.calendar import BUCKET_SIZES, BucketSize, bucket_number
from searchkit.timelines.counting import BucketCounter, middle
from tests.conformance.brute_force import BruteForceEngine
from tests.conformance.conftest import codecs

#: Days at the borders of weeks, months, years, decades, centuries and millennia.
BORDERS = [
    *(date.min, date(9, 12, 31), date(999, 12, 31), date(1066, 10, 14)),
    *(date(1899, 12, 31), date(1999, 12, 31), date(2000, 1, 2), date(2009, 12, 31)),
    *(date(2020, 2, 29), date(2020, 12, 27), date(2020, 12, 28), date(2021, 1, 3)),
    *(date(2021, 1, 4), date(2021, 8, 15), date(2021, 8, 31), date(2029, 12, 31)),
    *(date(9998, 12, 31), date(9999, 12, 26), date.max),
]
LENGTHS = [1, 1, 1, 2, 5, 7, 28, 31, 365, 366, 3652, 3653]


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    first = draw(st.sampled_from(BORDERS)).toordinal() + draw(st.integers(-2, 2))
    first = min(max(first, 1), date.max.toordinal())
    last = min(first + draw(st.sampled_from(LENGTHS)) - 1, date.max.toordinal())
    return Interval(date.fromordinal(first), date.fromordinal(last))


#: Partial dates make whole buckets more often than chance does.
partial = st.sampled_from(
    ["2021-08-15", "2021-08", "2021", "202X", "20XX", "1999", "000X", "9999"]
).map(Interval.parse)
dates = st.one_of(intervals(), partial)


@st.composite
def corpora(draw: st.DrawFn) -> list[Document]:
    return [
        Document(
            f"a{number}",
            body=draw(st.sampled_from(["talks", "talks in Doha", "rain"])),
            dates=draw(st.dictionaries(dates, st.integers(1, 2), max_size=3)),
            published=draw(st.none() | dates),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


@contextmanager
def searching(documents: Sequence[Document], *, is_native: bool) -> Iterator[Searcher]:
    """
    Write documents into an index of a codec, and open it.
    """
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshEngine(Path(folder), is_native=is_native)
        engine.reset()
        writer = engine.writer()
        for document in documents:
            writer.put(document)
        writer.commit(1)
        with engine.searcher() as searcher:
            yield searcher


@contextmanager
def by_brute_force(documents: Sequence[Document]) -> Iterator[Searcher]:
    engine = BruteForceEngine()
    writer = engine.writer()
    for document in documents:
        writer.put(document)
    writer.commit(1)
    with engine.searcher() as searcher:
        yield searcher


def counter(
    searcher: Searcher, clock: Clock, tree: Query | None = None
) -> BucketCounter:
    return BucketCounter(tree or Everything(), clock, searcher.search)


def days_of(document: Document, clock: Clock) -> list[Interval]:
    if clock == "dates":
        return list(document.dates)
    return [document.published] if document.published else []


def numbers_of(document: Document, clock: Clock, size: BucketSize) -> set[int]:
    """
    Name the buckets in which a date of a document lies: both of its ends do.
    """
    ends = (
        [bucket_number(size, day) for day in interval]
        for interval in days_of(document, clock)
    )
    return {first for first, last in ends if first == last}


@pytest.mark.parametrize("clock", ["dates", "published"])
@codecs
@settings(max_examples=12)
@given(documents=corpora(), word=st.sampled_from(["", "talks"]))
@example(
    documents=[
        # A week across two millennia, two decades across a century, the ends of all.
        Document("week", dates={Interval(date(1999, 12, 27), date(2000, 1, 2)): 1}),
        Document("first", published=Interval.of_day(date.min)),
        Document("last", published=Interval(date(9999, 12, 27), date.max)),
        Document("wide", published=Interval(date.min, date.max)),
    ],
    word="",
)
def test_counts_are_those_of_brute_force(
    documents: list[Document], word: str, clock: Clock, is_native: bool
) -> None:
    """
    Each bucket counts the articles with a date in it, once; and no bucket is missed.
    """
    tree: Query = Word(word) if word else Everything()
    matching = [one for one in documents if word in one.body]
    with searching(documents, is_native=is_native) as searcher:
        found = counter(searcher, clock, tree)
        for size in BUCKET_SIZES:
            numbers = [numbers_of(one, clock, size) for one in matching]
            expected = {
                number: sum(number in some for some in numbers)
                for number in sorted(set().union(*numbers))
            }
            tallies = found.tallies(size)
            counts = {number: tally.articles for number, tally in tallies.items()}
            assert list(expected.items()) == list(counts.items())
            assert sum(map(bool, numbers)) == found.count_articles(size)


@codecs
@settings(max_examples=8)
@given(documents=corpora())
def test_the_best_is_that_of_brute_force(
    documents: list[Document], is_native: bool
) -> None:
    """
    The top article of a bucket has the best score for the query and the bucket.
    """
    tree = Word("talks")
    with (
        searching(documents, is_native=is_native) as searcher,
        by_brute_force(documents) as oracle,
    ):
        for size in BUCKET_SIZES:
            best = counter(oracle, "dates", tree).tallies(size)
            tallies = counter(searcher, "dates", tree).tallies(size)
            assert best.keys() == tallies.keys()
            assert [one.top.score for one in best.values()] == pytest.approx(
                [one.top.score for one in tallies.values()], rel=1e-5
            )


def of_days(*days: date) -> list[Document]:
    return [
        Document(f"a{number}", published=Interval.of_day(day))
        for number, day in enumerate(days)
    ]


def stretch(first: date, count: int, step: int = 1) -> list[date]:
    return [first + timedelta(days=step * number) for number in range(count)]


class TestChoice:
    """
    The size of buckets that shows most and still fits a screen.
    """

    def choose(self, documents: list[Document], clock: Clock = "published") -> str:
        dated = sum(bool(days_of(one, clock)) for one in documents)
        with by_brute_force(documents) as searcher:
            return counter(searcher, clock).choose(dated)

    @pytest.mark.parametrize(
        ("days", "size"),
        [
            ([], "decade"),
            ([date(2021, 8, 15)], "day"),
            (stretch(date(2021, 7, 1), 40), "day"),
            (stretch(date(2021, 7, 1), 48), "week"),
            (stretch(date(2021, 1, 4), 40, 7), "week"),
            (stretch(date(2021, 1, 4), 60, 7), "month"),
            (stretch(date(2018, 1, 1), 40, 30), "month"),
            (stretch(date(2015, 1, 1), 60, 30), "year"),
            (stretch(date(1985, 6, 1), 40, 365), "year"),
            (stretch(date(1901, 6, 1), 60, 365), "decade"),
        ],
    )
    def test_the_finest_that_fits(self, days: list[date], size: str) -> None:
        """
        Forty bars are enough, more are not.
        """
        assert size == self.choose(of_days(*days))

    def test_what_lies_far_away_does_not_count(self) -> None:
        """
        A single mention of the year 1066 forces no decades.
        """
        days = stretch(date(2021, 7, 1), 38)
        assert "day" == self.choose(of_days(date(1066, 10, 14), *days))
        assert "week" == self.choose(of_days(*stretch(date(2021, 7, 1), 48)))

    def test_half_of_the_articles_are_counted(self) -> None:
        """
        What is known to the month is not shown by days, however few these are.
        """
        days = of_days(*stretch(date(2021, 8, 1), 10))
        months = [
            Document(f"m{number}", published=Interval.parse("2021-08"))
            for number in range(11)
        ]
        assert "month" == self.choose([*days, *months])
        assert "day" == self.choose([*days, *months[:10]])

    def test_one_article_with_many_days_counts_once(self) -> None:
        """
        A calendar of events does not outweigh the articles that mention years.
        """
        events = {Interval.of_day(day): 1 for day in stretch(date(2021, 8, 1), 20)}
        years = [
            Document(f"y{number}", dates={Interval.parse("2021"): 1})
            for number in range(3)
        ]
        assert "year" == self.choose([Document("e", dates=events), *years], "dates")


class TestMiddle:
    def test_a_twentieth_may_lie_on_each_side(self) -> None:
        """
        Not an article more, on either side.
        """
        assert (1, 3) == middle({0: 5, 1: 45, 3: 45, 9: 5})
        assert (0, 3) == middle({0: 6, 1: 45, 3: 45, 9: 4})
        assert (1, 9) == middle({0: 4, 1: 45, 3: 45, 9: 6})

    def test_it_is_never_empty(self) -> None:
        """
        Of one bucket, or of two, the middle is all.
        """
        assert (7, 7) == middle({7: 1})
        assert (7, 8) == middle({7: 1, 8: 1})


class TestLimit:
    @pytest.fixture(autouse=True)
    def limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(counting, "MAX_BUCKETS", 5)

    def test_too_many_buckets_are_an_error(self) -> None:
        """
        It names the limit and what there is too much of, and advises.
        """
        with by_brute_force(of_days(*stretch(date(2021, 8, 1), 6))) as searcher:
            with pytest.raises(TooManyBucketsError) as caught:
                counter(searcher, "published").tallies("day")
            assert "more than 5 bars of one day" in str(caught.value)
            assert "wider buckets" in str(caught.value.hint)
            assert 1 == len(counter(searcher, "published").tallies("month"))

    def test_as_many_as_the_limit_are_none(self) -> None:
        """
        The limit itself may be reached.
        """
        with by_brute_force(of_days(*stretch(date(2021, 8, 1), 5))) as searcher:
            assert 5 == len(counter(searcher, "published").tallies("day"))

    def test_a_size_that_is_chosen_stays_below(self) -> None:
        """
        ``auto`` never fails of it while wider buckets do not.
        """
        with by_brute_force(of_days(*stretch(date(2021, 8, 1), 6))) as searcher:
            assert "week" == counter(searcher, "published").choose(6)


def test_the_calendar_is_not_walked_through() -> None:
    """
    Two days far apart take some hundred questions, not millions.
    """
    documents = of_days(date(1066, 10, 14), date(2021, 8, 15))
    with by_brute_force(documents) as searcher:
        asked: list[Query] = []

        def ask(query: Query, /, *, limit: int, count: bool = True) -> Matches:
            asked.append(query)
            return searcher.search(query, limit=limit, count=count)

        for size in BUCKET_SIZES:
            asked.clear()
            found = BucketCounter(Everything(), "published", ask).tallies(size)
            assert 2 == len(found)
            assert len(asked) < 250
