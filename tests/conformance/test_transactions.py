from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from searchkit.documents import Document
from searchkit.errors import IndexDamagedError
from searchkit.intervals import Interval
from searchkit.queries.tree import DateRange, Everything, Exact, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.engines.base import Engine, Searcher
    from searchkit.queries.tree import Query

ALL = Everything()


def documents(*ids: str, body: str = "rain") -> list[Document]:
    return [Document(one, body=body) for one in ids]


def commit(engine: Engine, generation: int, *changes: Document | str) -> None:
    """
    Put documents and delete ids in one transaction.
    """
    writer = engine.writer()
    for change in changes:
        if isinstance(change, Document):
            writer.put(change)
        else:
            writer.delete(change)
    writer.commit(generation)


def ids(engine: Engine) -> set[str]:
    with engine.searcher() as searcher:
        found = searcher.search(ALL, limit=1000)
        assert found.total == len(found.page) == searcher.document_count
        assert {match.id for match in found.page} == set(searcher.ids())
        return set(searcher.ids())


class TestGenerations:
    def test_a_new_engine_holds_nothing(self, engine: Engine) -> None:
        """
        Before the first commit there is nothing to be searched; then nothing matches.
        """
        with pytest.raises(IndexDamagedError):
            engine.searcher()
        before = engine.generation
        engine.writer().commit(0)
        assert (None, 0) == (before, engine.generation)
        with engine.searcher() as searcher:
            assert 0 == searcher.generation
            assert 0 == searcher.document_count
            assert 0 == searcher.search(ALL, limit=10).total
            assert not searcher.matches_any(Word("rain"))
            assert 0 == searcher.document_frequency("body", "rain")
            assert [] == list(searcher.terms("words"))
            assert [] == list(searcher.ids())

    def test_an_empty_commit_counts(self, engine: Engine) -> None:
        """
        A commit without any change still brings the engine to its generation.
        """
        commit(engine, 3)
        assert 3 == engine.generation
        assert set() == ids(engine)

    def test_the_generation_is_that_of_the_last_commit(self, engine: Engine) -> None:
        """
        Engine and new searchers name the last commit, whatever numbers were skipped.
        """
        for generation in (1, 2, 7):
            commit(engine, generation, *documents(f"a{generation}"))
            with engine.searcher() as searcher:
                assert generation == engine.generation == searcher.generation


class TestWriting:
    def test_nothing_is_visible_before_the_commit(self, engine: Engine) -> None:
        """
        Searchers opened while a transaction is open see what was there before it.
        """
        commit(engine, 1, *documents("a"))
        writer = engine.writer()
        writer.put(Document("b", body="rain"))
        writer.delete("a")
        assert {"a"} == ids(engine)
        assert 1 == engine.generation
        writer.commit(2)
        assert {"b"} == ids(engine)

    def test_cancelling_forgets(self, engine: Engine) -> None:
        """
        After ``cancel`` all is as before, and another transaction can be opened.
        """
        commit(engine, 1, *documents("a"))
        writer = engine.writer()
        writer.put(Document("b", body="rain"))
        writer.delete("a")
        writer.cancel()
        writer.cancel()
        assert {"a"} == ids(engine)
        assert 1 == engine.generation
        commit(engine, 2, *documents("c"))
        assert {"a", "c"} == ids(engine)

    def test_a_cancelled_clearing_is_forgotten(self, engine: Engine) -> None:
        """
        ``clear`` is part of the transaction like anything else.
        """
        commit(engine, 1, *documents("a"))
        writer = engine.writer()
        writer.clear()
        writer.cancel()
        assert {"a"} == ids(engine)

    @pytest.mark.parametrize("end", ["commit", "cancel"])
    def test_a_transaction_ends_once(self, engine: Engine, end: str) -> None:
        """
        After its end a writer takes nothing more, and harms nothing.
        """
        commit(engine, 1)
        writer = engine.writer()
        writer.put(Document("a", body="rain"))
        if end == "commit":
            writer.commit(2)
        else:
            writer.cancel()
        with pytest.raises(ValueError, match="ended"):
            writer.put(Document("b"))
        with pytest.raises(ValueError, match="ended"):
            writer.delete("a")
        with pytest.raises(ValueError, match="ended"):
            writer.clear()
        with pytest.raises(ValueError, match="ended"):
            writer.commit(3)
        writer.cancel()
        assert ({"a"} if end == "commit" else set()) == ids(engine)

    def test_an_error_cancels(self, engine: Engine) -> None:
        """
        When a document cannot be written, nothing of its transaction is kept.
        """
        commit(engine, 1, *documents("a"))
        writer = engine.writer()
        writer.put(Document("b", body="rain"))
        with pytest.raises(Exception, match="colour"):
            writer.put(Document("c", names={"colour": {"red": 1}}))
        with pytest.raises(ValueError, match="ended"):
            writer.commit(2)
        assert {"a"} == ids(engine)
        assert 1 == engine.generation
        commit(engine, 2, *documents("d"))
        assert {"a", "d"} == ids(engine)

    def test_putting_replaces(self, engine: Engine) -> None:
        """
        A document takes the place of the one with its id, in all fields.
        """
        commit(engine, 1, Document("a", title="Storm", body="rain", source="Gazette"))
        commit(engine, 2, Document("a", body="sun"))
        assert {"a"} == ids(engine)
        with engine.searcher() as searcher:
            assert not searcher.matches_any(Word("storm"))
            assert not searcher.matches_any(Word("rain"))
            assert not searcher.matches_any(Exact("source", "Gazette"))
            assert searcher.matches_any(Word("sun"))

    @pytest.mark.parametrize("before", [[], ["old"]])
    @pytest.mark.parametrize("steps", ["pp", "pd", "dp", "pdp", "dpd", "ppdpp", "pdpd"])
    def test_the_last_call_for_an_id_counts(
        self, engine: Engine, steps: str, before: list[str]
    ) -> None:
        """
        However often one id is put and deleted, what the last call said is left.
        """
        commit(engine, 1, *[Document("a", body=body) for body in before])
        changes = [
            Document("a", body=f"step{number}") if step == "p" else "a"
            for number, step in enumerate(steps)
        ]
        commit(engine, 2, *changes, Document("b", body="rain"))
        expected = {"a", "b"} if steps.endswith("p") else {"b"}
        assert expected == ids(engine)
        with engine.searcher() as searcher:
            for number in range(len(steps)):
                is_last = number == len(steps) - 1 and steps.endswith("p")
                assert is_last == searcher.matches_any(Word(f"step{number}"))
            assert not searcher.matches_any(Word("old"))

    def test_many_documents_are_put_as_one_by_one(self, engine: Engine) -> None:
        """
        However many there are, and wherever one follows another with its id.
        """
        commit(engine, 1, *documents("d3", "other"))
        published = Interval.parse("2021-09-11"), Interval.parse("2021"), None
        several = [
            Document(
                f"d{number % 150}",
                body=f"step{number}",
                source=("Gazette", "", "Courier")[number % 3],
                published=published[number % 3],
            )
            for number in range(200)
        ]
        writer = engine.writer()
        writer.put_all(several[:1])
        writer.delete("d0")
        writer.put_all(iter(several))
        writer.put_all([])
        writer.commit(2)
        assert {"other", *(f"d{number}" for number in range(150))} == ids(engine)

        def found(searcher: Searcher, query: Query) -> set[str]:
            return {match.id for match in searcher.search(query, limit=200).page}

        last = {document.id: document for document in several}.values()
        days = DateRange("published", date(2021, 9, 1), date(2021, 9, 30), within=True)
        with engine.searcher() as searcher:
            assert not searcher.matches_any(Word("step0"))
            assert {"d0"} == found(searcher, Word("step150"))
            for source in ("Gazette", "Courier"):
                expected = {one.id for one in last if one.source == source}
                assert expected == found(searcher, Exact("source", source))
            expected = {one.id for one in last if one.published == published[0]}
            assert expected == found(searcher, days)

    @pytest.mark.parametrize(
        "error", [KeyError("no more"), BrokenPipeError(), OSError()]
    )
    def test_an_error_where_documents_come_from_cancels(
        self, engine: Engine, error: Exception
    ) -> None:
        """
        It comes out as it is, and nothing of the transaction is kept.
        """
        commit(engine, 1, *documents("a"))

        def failing() -> Iterator[Document]:
            yield from documents(*(f"d{number}" for number in range(100)))
            raise error

        writer = engine.writer()
        with pytest.raises(type(error)) as caught:
            writer.put_all(failing())
        assert error is caught.value
        with pytest.raises(ValueError, match="ended"):
            writer.commit(2)
        assert {"a"} == ids(engine)

    def test_deleting_what_is_not_there_does_nothing(self, engine: Engine) -> None:
        """
        Any string may be named, even one that can be no id.
        """
        commit(engine, 1, *documents("a"), "b", "", "half \ud800", "a b")
        assert {"a"} == ids(engine)

    def test_clearing_keeps_what_the_transaction_adds(self, engine: Engine) -> None:
        """
        ``clear`` takes away what was there before, wherever it stands among the calls.
        """
        commit(engine, 1, *documents("a", "b", "c"))
        writer = engine.writer()
        writer.put(Document("d", body="rain"))
        writer.put(Document("a", body="sun"))
        writer.clear()
        writer.put(Document("b", body="sun"))
        writer.put(Document("e", body="sun"))
        writer.delete("e")
        writer.commit(2)
        assert {"a", "b", "d"} == ids(engine)
        with engine.searcher() as searcher:
            assert 2 == searcher.search(Word("sun"), limit=0).total

    def test_clearing_alone_empties(self, engine: Engine) -> None:
        """
        A transaction may do nothing but clear.
        """
        commit(engine, 1, *documents("a", "b"))
        writer = engine.writer()
        writer.clear()
        writer.commit(2)
        assert set() == ids(engine)
        commit(engine, 3, *documents("a"))
        assert {"a"} == ids(engine)

    def test_all_documents_may_be_deleted(self, engine: Engine) -> None:
        """
        An engine that has lost every document works on.
        """
        commit(engine, 1, *documents("a", "b"))
        commit(engine, 2, "a", "b")
        assert set() == ids(engine)
        commit(engine, 3, *documents("b"))
        assert {"b"} == ids(engine)

    def test_resetting_makes_the_engine_new(self, engine: Engine) -> None:
        """
        ``reset`` leaves an empty engine without a generation.
        """
        commit(engine, 1, *documents("a"))
        engine.reset()
        assert engine.generation is None
        commit(engine, 1)
        assert set() == ids(engine)


class TestSnapshots:
    def test_a_searcher_answers_from_its_own_commit(self, engine: Engine) -> None:
        """
        Later commits, merges and deletions of files do not show in an open searcher.

        Not even where it had not looked yet.
        """
        commit(engine, 1, *documents("a", "b"), Document("c", title="To the sea"))
        commit(engine, 2, *documents("d"))
        with engine.searcher() as before, engine.searcher() as untouched:
            expected = before.search(Word("rain"), limit=10)
            assert {"a", "b", "d"} == {match.id for match in expected.page}
            for generation in range(3, 25):
                commit(engine, generation, *documents(f"n{generation}"), "a")
            for generation, gone in enumerate(("b", "c", "d"), 25):
                commit(engine, generation, gone)
            assert expected == before.search(Word("rain"), limit=10)
            assert expected == untouched.search(Word("rain"), limit=10)
            assert {"a", "b", "c", "d"} == set(untouched.ids())
            assert 2 == untouched.generation
            assert 4 == untouched.document_count
            assert [("sea", 1)] == list(untouched.terms("title", "sea"))
        assert {f"n{number}" for number in range(3, 25)} == ids(engine)

    def test_a_searcher_outlives_a_clearing(self, engine: Engine) -> None:
        """
        The snapshot stays when everything is written anew.
        """
        commit(engine, 1, *documents("a"))
        with engine.searcher() as before:
            writer = engine.writer()
            writer.clear()
            writer.put(Document("z", body="sun"))
            writer.commit(2)
            assert ["a"] == list(before.ids())
            assert before.matches_any(Word("rain"))
        assert {"z"} == ids(engine)

    def test_closing_twice_does_nothing(self, engine: Engine) -> None:
        """
        ``close`` may be called again, on an empty engine as on any other.
        """
        commit(engine, 0)
        for generation in (1, 2, 3):
            searcher = engine.searcher()
            searcher.close()
            searcher.close()
            commit(engine, generation, *documents(f"a{generation}"))

    def test_many_commits_lose_nothing(self, engine: Engine) -> None:
        """
        Documents survive being moved from segment to segment by merges.
        """
        expected: set[str] = set()
        for generation in range(1, 31):
            gone = f"a{generation - 7}"
            commit(engine, generation, Document(f"a{generation}", body="rain"), gone)
            expected = (expected | {f"a{generation}"}) - {gone}
        assert expected == ids(engine)
