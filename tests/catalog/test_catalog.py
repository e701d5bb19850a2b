from __future__ import annotations

import sqlite3
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.annotations.model import Annotations, EntityMention, TimeExpression
from searchkit.articles.model import Article
from searchkit.catalog import Batch, Catalog, KnownSource
from searchkit.errors import (
    AmbiguousIdError,
    ArticleNotFoundError,
    IndexAccessError,
    IndexDamagedError,
    IndexExistsError,
)
from searchkit.intervals import Interval
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

NONE = Annotations()
ANNOTATORS = {"times": "times-1", "entities": "entities-1"}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """
    Give an empty catalog.
    """
    with Catalog.create(tmp_path) as made:
        yield made


def article(article_id: str, body: str = "Rain.", **values: str) -> Article:
    return Article(id=article_id, body=body, **values)


def put(catalog: Catalog, *articles: Article) -> None:
    with catalog.batch() as batch:
        for one in articles:
            batch.put(one, NONE, ANNOTATORS)


def ids(catalog: Catalog) -> set[str]:
    return {stored.article.id for stored in catalog.changed_since(0)}


class TestBatches:
    def test_a_batch_is_one_commit(self, catalog: Catalog) -> None:
        """
        All changes of a batch carry one generation, the next after the last.
        """
        assert 0 == catalog.generation
        with catalog.batch() as batch:
            assert 1 == batch.generation
            assert "added" == batch.put(article("a"), NONE, ANNOTATORS)
            assert "added" == batch.put(article("b"), NONE, ANNOTATORS)
        assert 1 == catalog.generation
        with catalog.batch() as batch:
            assert "updated" == batch.put(article("a", "Sun."), NONE, ANNOTATORS)
            assert batch.delete("b")
            assert not batch.delete("c")
            assert (0, 1, 1) == (batch.added, batch.updated, batch.deleted)
        assert 2 == catalog.generation
        assert "Sun." == catalog.get("a").article.body

    def test_a_batch_without_changes_is_no_commit(self, catalog: Catalog) -> None:
        """
        The generation moves only when something does.
        """
        put(catalog, article("a"))
        with catalog.batch() as batch:
            batch.delete("nobody")
            batch.forget_source("/nowhere")
        assert 1 == catalog.generation

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, ValueError])
    def test_an_exception_leaves_nothing(
        self, catalog: Catalog, error: type[BaseException]
    ) -> None:
        """
        Whatever ends the block early, the catalog is as before and can be written to.
        """
        put(catalog, article("a"))
        before = catalog.totals()

        def fail(batch: Batch) -> None:
            batch.put(article("b"), NONE, ANNOTATORS)
            batch.delete("a")
            batch.record_source(source("/news.txt"), {"b": "0a"})
            raise error

        with pytest.raises(error), catalog.batch() as batch:
            fail(batch)
        assert {"a"} == ids(catalog)
        assert 1 == catalog.generation
        assert [] == list(catalog.known_sources())
        assert before.articles == catalog.totals().articles
        put(catalog, article("c"))
        assert 2 == catalog.generation

    def test_a_batch_that_fails_half_way_in_a_call_leaves_nothing(
        self, catalog: Catalog
    ) -> None:
        """
        An annotator of unknown kind is an error after the article was written.
        """
        with pytest.raises(KeyError), catalog.batch() as batch:
            batch.put(article("a"), NONE, {"weather": "weather-1"})
        assert 0 == catalog.generation
        assert set() == ids(catalog)

    def test_others_see_whole_commits(self, catalog: Catalog, tmp_path: Path) -> None:
        """
        A second catalog reads the last commit until the open batch has ended.
        """
        put(catalog, article("a"))
        with Catalog.open(tmp_path) as other:
            with catalog.batch() as batch:
                batch.put(article("b"), NONE, ANNOTATORS)
                assert {"a"} == ids(other)
                assert 1 == other.generation
            assert {"a", "b"} == ids(other)
            assert 2 == other.generation

    def test_a_commit_that_the_disk_refuses_is_rolled_back(
        self, catalog: Catalog, tmp_path: Path
    ) -> None:
        """
        A full disk ends the batch with IndexAccessError, and no transaction is open.
        """
        put(catalog, article("a"))
        connection = catalog._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        noise = "".join(f"{n * n:x}" for n in range(60_000))
        with pytest.raises(IndexAccessError, match="full"), catalog.batch() as batch:
            batch.put(article("b", noise), NONE, ANNOTATORS)
        assert not connection.in_transaction
        assert {"a"} == ids(catalog)
        connection.execute("PRAGMA max_page_count = 100000")
        put(catalog, article("b", noise))
        assert {"a", "b"} == ids(catalog)

    def test_a_catalog_stays_after_closing(self, tmp_path: Path) -> None:
        """
        What was committed is there when the catalog is opened again.
        """
        with Catalog.create(tmp_path) as made:
            put(made, article("a", title="Talks"))
            made.set_setting("annotate", {"times": [1, None, "é"]})
        with Catalog.open(tmp_path) as again:
            assert "Talks" == again.get("a").article.title
            assert {"times": [1, None, "é"]} == again.setting("annotate", default=0)
            assert 0 == again.setting("other", default=0)
        with pytest.raises(IndexExistsError):
            Catalog.create(tmp_path)
        again.close()

    def test_use_after_closing_is_no_damage(self, tmp_path: Path) -> None:
        """
        A mistake of the program is not blamed on the file.
        """
        made = Catalog.create(tmp_path)
        made.close()
        with pytest.raises(sqlite3.ProgrammingError):
            made.get("a")


class TestChanges:
    def test_changes_since_a_generation(self, catalog: Catalog) -> None:
        """
        An engine lacks what later commits changed or removed.

        An id that came back is not gone.
        """
        put(catalog, article("a"), article("b"), article("c"))
        put(catalog, article("b", "Sun."), article("d"))
        with catalog.batch() as batch:
            batch.delete("a")
            batch.delete("c")
        put(catalog, article("c", "Sea."))

        def since(generation: int) -> tuple[list[str], set[str]]:
            changed = catalog.changed_since(generation)
            removed = set(catalog.removed_since(generation))
            return sorted(stored.article.id for stored in changed), removed

        assert (["b", "c", "d"], {"a"}) == since(0)
        assert (["b", "c", "d"], {"a"}) == since(1)
        assert (["c"], {"a"}) == since(2)
        assert (["c"], set()) == since(3)
        assert ([], set()) == since(4)

    def test_many_changes_come_whole(self, catalog: Catalog) -> None:
        """
        More articles than one statement takes come all, in order of their number.
        """
        wanted = [f"a{number:04}" for number in range(1201)]
        put(catalog, *map(article, wanted))
        found = [stored.article.id for stored in catalog.changed_since(0)]
        assert wanted == found
        assert set(wanted) == catalog.get_many([*wanted, "x", "half \ud800"]).keys()

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.lists(
                st.tuples(st.sampled_from("pd"), st.sampled_from("abcd")), max_size=5
            ),
            max_size=6,
        )
    )
    def test_an_engine_can_catch_up_from_anywhere(
        self, batches: list[list[tuple[str, str]]]
    ) -> None:
        """
        From each generation on, removals first and changes then lead to what is there.
        """
        states: list[dict[str, str]] = [{}]
        with (
            tempfile.TemporaryDirectory() as folder,
            Catalog.create(Path(folder)) as catalog,
        ):
            for number, changes in enumerate(batches):
                state = dict(states[-1])
                with catalog.batch() as batch:
                    for what, one in changes:
                        if what == "p":
                            state[one] = f"{one} {number}"
                            batch.put(article(one, state[one]), NONE, {})
                        else:
                            assert (state.pop(one, None) is not None) == batch.delete(
                                one
                            )
                if catalog.generation == len(states):
                    states.append(state)
                assert states[-1] == state
            for generation, state in enumerate(states):
                reached = dict(state)
                for one in catalog.removed_since(generation):
                    reached.pop(one, None)
                for stored in catalog.changed_since(generation):
                    reached[stored.article.id] = stored.article.body
                assert states[-1] == reached


class TestLookup:
    def test_a_beginning_is_enough(self, catalog: Catalog) -> None:
        """
        An id is found by a beginning that fits it alone, and by itself in any case.
        """
        put(catalog, *map(article, ("abc", "abd", "ab", "b%", "b_x", "é", "Abc")))
        assert "abc" == catalog.resolve("abc")
        assert "ab" == catalog.resolve("ab")
        assert "Abc" == catalog.resolve("A")
        assert "b%" == catalog.resolve("b%")
        assert "b_x" == catalog.resolve("b_")
        assert "é" == catalog.resolve("é")
        with pytest.raises(AmbiguousIdError) as caught:
            catalog.resolve("a")
        assert ("ab", "abc", "abd") == caught.value.candidates

    @pytest.mark.parametrize(
        "prefix", ["", "x", "abcd", "%", "_", "B", "\ud800", "a\ud800", "a\x00", "a b"]
    )
    def test_what_fits_nothing_is_not_found(
        self, catalog: Catalog, prefix: str
    ) -> None:
        """
        No text raises anything but ArticleNotFoundError, and patterns are plain text.
        """
        put(catalog, *map(article, ("abc", "b1")))
        with pytest.raises(ArticleNotFoundError) as caught:
            catalog.resolve(prefix)
        assert prefix == caught.value.article_id
        with pytest.raises(ArticleNotFoundError):
            catalog.get(prefix)
        assert catalog.known_article(prefix) is None
        with catalog.batch() as batch:
            assert not batch.delete(prefix)

    def test_what_is_known_of_an_article(self, catalog: Catalog) -> None:
        """
        Fingerprint, annotators and sources, without the text.
        """
        given_id, derived = article("a"), Article(body="Sea.")
        with catalog.batch() as batch:
            batch.put(given_id, NONE, ANNOTATORS)
            batch.put(derived, NONE, {})
            batch.record_source(source("/b"), {"a": given_id.fingerprint})
            batch.record_source(source("/a"), {"a": given_id.fingerprint})
        known = catalog.known_article("a")
        assert known is not None
        assert given_id.fingerprint == known.fingerprint
        assert ("/a", "/b") == known.locations
        assert dict(known.annotators) == ANNOTATORS
        assert known.explicit_id
        other = catalog.known_article(derived.id)
        assert other is not None
        assert not other.explicit_id
        assert ((), {}) == (other.locations, dict(other.annotators))
        assert [derived.id] == catalog.annotated_otherwise(ANNOTATORS)


texts = st.text(max_size=40)
days = st.none() | st.dates(date(1000, 1, 1)).flatmap(
    lambda day: st.sampled_from([f"{day:%Y-%m-%d}", f"{day:%Y-%m}", f"{day:%Y}"])
)
articles = st.builds(
    Article,
    title=texts,
    body=st.text(max_size=300),
    published=days,
    source=texts,
    url=texts | st.just("https://example.org/a?b=c"),
    authors=st.lists(texts, max_size=3),
    path=texts,
    id=texts,
)
spans = st.tuples(st.integers(0, 99), st.integers(0, 9)).map(
    lambda pair: Span(pair[0], sum(pair))
)
fields = st.sampled_from(("title", "body"))
storable = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
times = st.builds(
    TimeExpression,
    spans,
    storable,
    st.sampled_from(("DATE", "TIME", "DURATION", "SET")),
    storable,
    st.none() | st.dates().map(Interval.of_day),
    st.booleans(),
    st.booleans(),
    fields,
)
mentions = st.builds(
    EntityMention,
    spans,
    storable,
    st.sampled_from(("person", "org", "place", "group", "event")),
    storable,
    fields,
)
found_annotations = st.builds(
    Annotations, st.lists(times, max_size=4).map(tuple), st.lists(mentions).map(tuple)
)


def test_any_article_comes_back_as_it_was(tmp_path: Path) -> None:
    """
    Every field of an article and of its annotations survives being stored.
    """
    with Catalog.create(tmp_path) as catalog:

        @settings(max_examples=100, deadline=None)
        @given(articles, found_annotations, found_annotations)
        def check(one: Article, first: Annotations, last: Annotations) -> None:
            with catalog.batch() as batch:
                batch.put(one, first, ANNOTATORS)
                batch.put(one, last, ANNOTATORS)
            stored = catalog.get(one.id)
            assert one == stored.article
            assert one.explicit_id == stored.article.explicit_id
            assert one.fingerprint == stored.article.fingerprint
            assert last == stored.annotations
            assert one.id == catalog.resolve(one.id)
            known = catalog.known_article(one.id)
            assert known is not None
            assert one.fingerprint == known.fingerprint

        check()


def source(location: str, size: int = 1, fingerprint: str = "f") -> KnownSource:
    return KnownSource(location, location.strip("/"), size, 10, 20, fingerprint)


def record(
    catalog: Catalog, location: str, *articles: Article, keep_rest: bool = False
) -> list[str]:
    """
    Store what a source produced, and return what it took with it.
    """
    with catalog.batch() as batch:
        for one in articles:
            batch.put(one, NONE, {})
        produced = {one.id: one.fingerprint for one in articles}
        return batch.record_source(source(location), produced, keep_rest=keep_rest)


class TestRowsOfCommits:
    """
    Which rows a commit has written, its own row says.
    """

    def test_what_has_changed_since_a_commit(self, catalog: Catalog) -> None:
        """
        Articles of later commits come in order, replaced and deleted ones do not.
        """
        put(catalog, article("a"), article("b"), article("c"))
        put(catalog, article("d"), article("a", "Sun."))
        with catalog.batch() as batch:
            batch.delete("d")
        put(catalog, article("e"))
        changed = [
            [stored.article.id for stored in catalog.changed_since(generation)]
            for generation in range(5)
        ]
        assert [["b", "c", "a", "e"], ["a", "e"], ["e"], ["e"], []] == changed

    def test_numbers_that_are_used_again(self, catalog: Catalog) -> None:
        """
        After the last rows are gone for good, the next ones take their numbers.
        """
        put(catalog, article("a"), article("b"))
        with catalog.batch() as batch:
            batch.delete("b")
        catalog.forget_superseded(2)
        put(catalog, article("c"))
        changed = [stored.article.id for stored in catalog.changed_since(2)]
        assert ["c"] == changed
        assert {"a", "c"} == ids(catalog)

    def test_who_was_annotated_otherwise(self, catalog: Catalog) -> None:
        """
        Articles of one commit, and of several, are told apart by their annotators.
        """
        put(catalog, article("a"), article("b"))
        with catalog.batch() as batch:
            batch.put(article("c"), NONE, ANNOTATORS)
            batch.put(article("d"), NONE, {})
        with catalog.batch() as batch:
            batch.put(article("e"), NONE, {})
            batch.put(article("a", "Sun."), NONE, {})
        assert ["d", "e", "a"] == catalog.annotated_otherwise(ANNOTATORS)
        assert ["b", "c"] == catalog.annotated_otherwise({})
        assert ["b", "c", "d", "e", "a"] == catalog.annotated_otherwise({"times": "2"})

    def test_many_are_put_at_once(self, catalog: Catalog) -> None:
        """
        One after the other or together makes no difference, nor an id that comes twice.
        """
        put(catalog, article("b"))
        articles = [article(one, one) for one in "abcad"]
        with catalog.batch() as batch:
            batch.expect(["b"], new=["a", "c"])
            outcomes = batch.put_all([(one, NONE) for one in articles], ANNOTATORS)
            assert (3, 2) == (batch.added, batch.updated)
        added, updated = ("added", 1), ("updated", 1)
        assert [added, updated, added, updated, added] == outcomes
        assert {"a", "b", "c", "d"} == ids(catalog)
        assert "b" == catalog.get("b").article.body
        assert ["a", "b", "c", "d"] == catalog.ids()

    def test_what_is_new_is_not_taken_on_trust(self, catalog: Catalog) -> None:
        """
        No id has two current versions, whatever a writer thinks to know.
        """
        put(catalog, article("a"))

        def put_as_new() -> None:
            with catalog.batch() as batch:
                batch.expect([], new=["a"])
                batch.put(article("a", "Sun."), NONE, ANNOTATORS)

        with pytest.raises(IndexDamagedError, match="UNIQUE"):
            put_as_new()
        assert "Rain." == catalog.get("a").article.body


class TestSources:
    def test_a_source_is_known_again(self, catalog: Catalog) -> None:
        """
        Size, times and fingerprint of the last reading, and how much it produced.
        """
        assert catalog.known_source("/news") is None
        record(catalog, "/news", article("a"), article("b"))
        expected = KnownSource("/news", "news", 1, 10, 20, "f", articles=2)
        assert expected == catalog.known_source("/news")
        with catalog.batch() as batch:
            later = KnownSource("/news", "./news", 5, 11, 21, "g")
            assert ["b"] == batch.record_source(later, {"a": article("a").fingerprint})
        expected = KnownSource("/news", "./news", 5, 11, 21, "g", articles=1)
        assert [expected] == list(catalog.known_sources())

    def test_what_a_source_does_not_produce_any_more_goes(
        self, catalog: Catalog
    ) -> None:
        """
        Articles of the last reading that are not in this one are deleted.
        """
        assert [] == record(catalog, "/news", article("a"), article("b"))
        assert ["a"] == record(catalog, "/news", article("b"), article("c"))
        assert {"b", "c"} == ids(catalog)
        assert ["a"] == catalog.removed_since(0)

    def test_a_partial_reading_takes_nothing_away(self, catalog: Catalog) -> None:
        """
        What a source had before stays, and its own, when a part could not be read.
        """
        record(catalog, "/news", article("a"), article("b"))
        assert [] == record(catalog, "/news", article("b"), keep_rest=True)
        assert {"a", "b"} == ids(catalog)
        assert ["a", "b"] == record(catalog, "/news", article("c"))

    def test_shared_articles_stay_while_one_source_has_them(
        self, catalog: Catalog
    ) -> None:
        """
        An article goes with its last source.
        """
        record(catalog, "/one", article("a"), article("b"))
        record(catalog, "/two", article("a"))
        with catalog.batch() as batch:
            assert ["b"] == batch.forget_source("/one")
        assert {"a"} == ids(catalog)
        known = catalog.known_source("/two")
        assert known is not None
        assert "f" == known.fingerprint, "its text of the article is the stored one"
        with catalog.batch() as batch:
            assert ["a"] == batch.forget_source("/two")
            assert [] == batch.forget_source("/two")
        assert set() == ids(catalog)
        assert [] == list(catalog.known_sources())

    def test_the_other_text_of_a_shared_article_is_read_again(
        self, catalog: Catalog
    ) -> None:
        """
        A source with another text of the article counts as changed.

        So its text takes the place of the one whose source let go.
        """
        record(catalog, "/one", article("a", "Old."))
        record(catalog, "/two", article("a", "New."))
        with catalog.batch() as batch:
            assert [] == batch.forget_source("/two")
        known = catalog.known_source("/one")
        assert known is not None
        assert ("", -1) == (known.fingerprint, known.size)
        assert {"a"} == ids(catalog)

    def test_sources_that_agree_are_not_read_again(self, catalog: Catalog) -> None:
        """
        Whoever has the text that is stored, though first another, is up to date.
        """
        record(catalog, "/one", article("a", "Old."))
        record(catalog, "/two", article("a", "New."))
        record(catalog, "/one", article("a", "New."))
        with catalog.batch() as batch:
            batch.put(article("a", "Newer."), NONE, ANNOTATORS)
            batch.put(article("a", "New."), NONE, ANNOTATORS)
        with catalog.batch() as batch:
            assert [] == batch.forget_source("/two")
        known = catalog.known_source("/one")
        assert known is not None
        assert ("f", 1) == (known.fingerprint, known.size)

    def test_articles_without_a_source_stay(self, catalog: Catalog) -> None:
        """
        What a script added belongs to no source, and no source takes it along.
        """
        put(catalog, article("script"))
        record(catalog, "/one", article("a"))
        record(catalog, "/one")
        assert {"script"} == ids(catalog)

    def test_deleting_an_article_frees_its_sources(self, catalog: Catalog) -> None:
        """
        A deleted article counts for no source, and naming one does no harm.
        """
        record(catalog, "/one", article("a"), article("b"))
        with catalog.batch() as batch:
            batch.delete("a")
            batch.record_source(source("/two"), {"nobody": "0a"})
        assert {"/one": 1, "/two": 0} == {
            known.location: known.articles for known in catalog.known_sources()
        }


def test_totals_count_all(catalog: Catalog) -> None:
    """
    Articles, bytes, dates, sources, annotations, collections, commits.
    """
    empty = catalog.totals()
    assert (0, 0, 0, None, None) == (
        empty.articles,
        empty.text_bytes,
        empty.undated,
        empty.first_published,
        empty.last_published,
    )
    moment = TimeExpression(Span(0, 4), "2020", "DATE", "2020")
    place = EntityMention(Span(0, 4), "Doha", "place", "Doha")
    found = Annotations((moment,), (place, place))
    with catalog.batch() as batch:
        batch.put(article("a", "é", published="2020-02", source="G"), found, ANNOTATORS)
        batch.put(article("b", "xyz", published="2019", source="G"), found, ANNOTATORS)
        batch.put(article("c", "", source="Stage"), NONE, ANNOTATORS)
        batch.put(article("d", ""), found, {"times": "times-1"})
        batch.record_source(source("/one"), {"a": "0a"})
    totals = catalog.totals()
    assert 4 == totals.articles
    assert 5 == totals.text_bytes
    assert 2 == totals.undated
    assert ("2019", "2020-02") == (totals.first_published, totals.last_published)
    assert 1 == totals.sources
    assert {"times": 3, "entities": 4} == dict(totals.annotations)
    assert (("G", 2), ("Stage", 1)) == totals.collections
    assert 1 == totals.commits
    assert totals.size > 0


def test_a_batch_is_what_the_package_names(catalog: Catalog) -> None:
    """
    ``Catalog.batch`` gives the public class.
    """
    with catalog.batch() as batch:
        assert isinstance(batch, Batch)
