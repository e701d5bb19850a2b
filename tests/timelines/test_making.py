"""
Timelines of an index: what they count is what the query finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from whoosh.index import open_dir

import searchkit
from searchkit import (
    Article,
    Bucket,
    DateValueError,
    Hit,
    Index,
    SearchTimeoutError,
    Timeline,
    TooManyBucketsError,
)
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.intervals import Interval
from searchkit.queries.tree import Clock
from searchkit.timelines import BUCKET_SIZES, BucketSize, counting
from searchkit.timelines.calendar import bucket_number

ARTICLES = [
    Article(
        id="fall",
        title="Kabul falls",
        body="The president left on 15 August 2021. Talks had begun in February 2020.",
        published="2021-08-16",
    ),
    Article(
        id="talks",
        title="Talks in Doha",
        body="They signed on 29 February 2020, and spoke of the 1990s.",
        published="2020-03",
    ),
    Article(id="year", title="A year of talks", body="It was long.", published="2020"),
    Article(id="undated", title="Talks about talks", body="Nobody says when."),
]


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with searchkit.create_index(tmp_path_factory.mktemp("talks") / "index") as made:
        made.add(ARTICLES)
        yield made


def counts(timeline: Timeline) -> dict[str, int]:
    return {bucket.label: bucket.count for bucket in timeline}


class TestWhatIsCounted:
    def test_dates_of_publication(self, talks: Index) -> None:
        """
        An article counts where its date is known well enough; no other is hidden.
        """
        found = talks.timeline("talks", bucket="month")
        assert {"2020-03": 1, "2021-08": 1} == counts(found)
        assert (4, 1, 1) == (found.total, found.undated, found.wider)
        assert ("published", "month") == (found.by, found.bucket)
        found = talks.timeline("talks", bucket="year")
        assert {"2020": 2, "2021": 1} == counts(found)
        assert (4, 1, 0) == (found.total, found.undated, found.wider)

    def test_mentions(self, talks: Index) -> None:
        """
        An article counts in each bucket with one of its mentions.
        """
        found = talks.timeline("talks", by="dates", bucket="month")
        assert {"2020-02": 2, "2021-08": 1} == counts(found)
        found = talks.timeline("talks", by="dates", bucket="day")
        assert {"2020-02-29": 1, "2021-08-15": 1} == counts(found)
        found = talks.timeline("talks", by="dates", bucket="decade")
        assert {"1990s": 1, "2020s": 2} == counts(found)
        assert (4, 2, 0) == (found.total, found.undated, found.wider)

    def test_wider_mentions(self, talks: Index) -> None:
        """
        An article of which no mention fits a bucket is told apart from undated ones.
        """
        talks.add([Article(id="epoch", title="An epoch", body="In the 1980s.")])
        found = talks.timeline("epoch", by="dates", bucket="year")
        assert (1, 0, 1, ()) == (found.total, found.undated, found.wider, found.buckets)
        assert not found

    def test_all_articles_without_a_query(self, talks: Index) -> None:
        """
        A blank query asks for everything, and is kept as it was given.
        """
        for query in ("", " "):
            found = talks.timeline(query)
            assert len(talks) == found.total
            assert (query, "*") == (found.query, found.interpretation)

    def test_a_window(self, talks: Index) -> None:
        """
        Dates of publication narrow a timeline as they do a search.
        """
        found = talks.timeline(published_from="2020-03", published_to=date(2020, 3, 9))
        assert 2 == found.total  # the year overlaps it
        assert {"2020-03": 1} == counts(talks.timeline("doha", bucket="month"))

    def test_a_week_of_two_years(self, index: Index) -> None:
        """
        A week lies where it does, across the borders of years and decades.
        """
        days = ("2009-12-28", "2010-01-03", "2021-01-01", "2020-12-27")
        index.add([Article(title=day, published=day) for day in days])
        found = index.timeline(bucket="week")
        assert {"2009-W53": 2, "2020-W52": 1, "2020-W53": 1} == counts(found)


class TestBuckets:
    @pytest.mark.parametrize("by", ["dates", "published"])
    @pytest.mark.parametrize("size", BUCKET_SIZES)
    @pytest.mark.parametrize("query", ["", "taliban", "kabul OR doha", "kabul -doha"])
    def test_a_bar_can_be_asked_for_again(
        self, seeds: Index, by: Clock, size: BucketSize, query: str
    ) -> None:
        """
        The query with the filter of a bucket finds what it counts, its best one first.
        """
        found = seeds.timeline(query, by=by, bucket=size)
        assert found
        for bucket in found:
            hits = seeds.search(f"{query or '*'} {bucket.filter}", snippets=0)
            assert hits.total == bucket.count
            assert facts(hits[0]) == facts(bucket.top)
            assert hits.interpretation == (
                f"({query}) {bucket.filter}"
                if "OR" in query
                else f"{query} {bucket.filter}".strip()
            )

    @pytest.mark.parametrize("by", ["dates", "published"])
    @pytest.mark.parametrize("size", BUCKET_SIZES)
    def test_counts_are_those_of_brute_force(
        self, seeds: Index, by: Clock, size: BucketSize
    ) -> None:
        """
        Counted from the articles themselves, and what was found in them.
        """
        expected: dict[int, int] = {}
        undated = wider = 0
        for article_id in seeds._view.articles.ids():
            if by == "published":
                days = [seeds.get(article_id).published_interval]
            else:
                days = [time.interval for time in seeds.annotations(article_id).times]
            ends = [[bucket_number(size, day) for day in one] for one in days if one]
            numbers = {first for first, last in ends if first == last}
            undated += not ends
            wider += bool(ends) and not numbers
            for number in numbers:
                expected[number] = expected.get(number, 0) + 1
        found = seeds.timeline(by=by, bucket=size)
        assert (undated, wider) == (found.undated, found.wider)
        assert dict(sorted(expected.items())) == {
            bucket_number(size, bucket.interval.first): bucket.count for bucket in found
        }

    def test_both_codecs_agree(self, seeds: Index, tmp_path: Path) -> None:
        """
        The same articles in an index of Whoosh's own codec give the same timeline.
        """
        engine = WhooshEngine(tmp_path, is_native=False)
        engine.reset()
        whoosh = Index(seeds.path, seeds._catalog, engine)
        from searchkit.indexing import catch_up

        catch_up(seeds._catalog, engine)
        for by in ("dates", "published"):
            for size in BUCKET_SIZES:
                ours = seeds.timeline("kabul OR doha", by=by, bucket=size)
                theirs = whoosh.timeline("kabul OR doha", by=by, bucket=size)
                assert shown(ours) == shown(theirs)
        whoosh.refresh()

    def test_values(self, talks: Index) -> None:
        """
        A timeline is a sequence of its buckets.
        """
        found = talks.timeline("kabul", bucket="year")
        bucket = Bucket(
            Interval.parse("2021"),
            "2021",
            1,
            "published-within:2021",
            found[0].top,
        )
        assert isinstance(found[0].top, Hit)
        assert (bucket,) == found.buckets == tuple(found) == found[0:]
        assert "Kabul falls" == found[0].top.title


def facts(hit: Hit) -> list[Any]:
    """
    All of a hit but quotations and highlights, which a timeline has none of.
    """
    return [hit.id, hit.score, hit.title, hit.published, hit.source, hit.url, hit.path]


def shown(timeline: Timeline) -> list[Any]:
    return [
        (timeline.total, timeline.undated, timeline.wider),
        *[(bucket.label, bucket.count, bucket.top.id) for bucket in timeline],
    ]


class TestReading:
    """
    A query is read as a search reads it.
    """

    @pytest.mark.parametrize(
        "query",
        [
            "dohaa agrement",
            "doha volcano taliban",
            "zeppelin",
            "dates:banana doha",
            'dates:"last week"',
            "!!!",
        ],
    )
    def test_notes_and_totals_are_those_of_a_search(
        self, seeds: Index, query: str
    ) -> None:
        """
        Misspelt words are corrected, and what was set aside is said.
        """
        hits, found = seeds.search(query), seeds.timeline(query)
        assert (hits.total, hits.interpretation) == (found.total, found.interpretation)
        assert hits.notes == found.notes
        inside = sum(bucket.count for bucket in found)
        assert hits.total == inside + found.undated + found.wider

    def test_relative_dates(self, seeds: Index) -> None:
        """
        They count from the day that is given.
        """
        found = seeds.timeline('published:"last year"', today="2022-05-01")
        assert "published:2021" == found.interpretation

    def test_an_index_without_annotations_says_so(self, tmp_path: Path) -> None:
        """
        There are no mentions to count, and a note says why.
        """
        with searchkit.create_index(tmp_path / "i", annotate=False) as index:
            index.add(ARTICLES)
            found = index.timeline(by="dates")
            assert (4, 4, ()) == (found.total, found.undated, found.buckets)
            (note,) = found.notes
            assert ("index", True) == (note.kind, "were looked for" in note.message)
            assert () == index.timeline(by="published").notes

    def test_documents_of_other_programs(self, index: Index) -> None:
        """
        They count as in a search; their titles are not known.
        """
        index.add(ARTICLES[:1])
        writer = open_dir(str(index.path)).writer()
        writer.add_document(id="alien", title="Ufo", body="X", published="2021-08-16")
        writer.commit()
        index.refresh()
        found = index.timeline("ufo", bucket="day")
        assert {"2021-08-16": 1} == counts(found)
        assert ("alien", "") == (found[0].top.id, found[0].top.title)
        assert "`searchkit doctor --adopt`" in found.notes[-1].message


class TestBadArguments:
    def test_values_out_of_range(self, talks: Index) -> None:
        """
        Each is named in the message.
        """
        with pytest.raises(ValueError, match="by is dates or published"):
            talks.timeline(by="mentions")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="bucket is one of auto, day, week"):
            talks.timeline(bucket="hour")  # type: ignore[arg-type]
        with pytest.raises(DateValueError):
            talks.timeline(published_from="soon")
        with pytest.raises(DateValueError):
            talks.timeline(today="2021")

    def test_too_long(self, seeds: Index) -> None:
        """
        All the questions together end after the time that was given.
        """
        with pytest.raises(SearchTimeoutError, match="longer than 0 seconds"):
            seeds.timeline("kabul", timeout=0.0)
        assert seeds.timeline("kabul", timeout=60.0)

    def test_too_many_buckets(
        self, talks: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        More than anybody looks at are an error that says what to do.
        """
        monkeypatch.setattr(counting, "MAX_BUCKETS", 1)
        with pytest.raises(TooManyBucketsError, match="more than 1 bars of one decade"):
            talks.timeline(by="dates", bucket="decade")

    def test_a_query_at_the_limit_with_a_window_beyond_it(self, talks: Index) -> None:
        """
        Nothing of either is left out.
        """
        query = " ".join(f"-title:w{number}" for number in range(128))
        assert len(talks) == talks.timeline(query).total
        assert 0 == talks.timeline(query, published_from="9999").total
