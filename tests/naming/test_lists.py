"""
Lists of entities, companions and explanations, on articles of a few sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchkit import AliasesError, Article, EntityList, Index
from searchkit.naming.significance import significance

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def news(index: Index) -> Index:
    index.add(
        [
            Article(
                id="a",
                title="Talks in Doha",
                body="Joe Biden met Ashraf Ghani in Doha. Ghani left. The U.S. stayed.",
                published="2020-01-01",
            ),
            Article(
                id="b",
                title="A visit",
                body="In Kabul, Ashraf Ghani met Angela Merkel. Merkel left Kabul.",
                published="2021-01-01",
            ),
            Article(
                id="c",
                title="Elsewhere",
                body="Joe Biden spoke in Washington about the United States.",
                published="2022-01-01",
            ),
            Article(id="d", title="A storm", body="It rained in Kabul and in Paris."),
        ]
    )
    return index


@pytest.fixture
def rules(news: Index) -> Callable[..., None]:
    def write(*rows: str) -> None:
        text = "\n".join(["action,name,type,value,note", *rows])
        (news.path / "aliases.csv").write_text(text + "\n", encoding="utf-8")

    return write


def names(listed: EntityList, kind: str) -> list[tuple[str, int]]:
    return [(one.name, one.count) for one in listed if one.kind == kind]


class TestLists:
    def test_without_a_query_the_most_frequent_come_first(self, news: Index) -> None:
        """
        Counted are articles, whatever the spelling; there is nothing to compare with.
        """
        listed = news.entities()
        people = [("Ashraf Ghani", 2), ("Joe Biden", 2), ("Angela Merkel", 1)]
        assert people == names(listed, "person")
        assert ("United States", 2) in names(listed, "place")
        (states,) = [one for one in listed if one.name == "United States"]
        assert {"U.S.", "United States"} == set(states.spellings)
        assert {None} == {one.significance for one in listed}
        assert (4, 4) == (listed.total, listed.examined)

    def test_with_a_query_the_most_telling_come_first(self, news: Index) -> None:
        """
        Significance is against the whole index, counts are within the answer.
        """
        listed = news.entities("doha", kinds=["person", "place"])
        assert (1, 1) == (listed.total, listed.examined)
        assert "doha" == listed.interpretation
        doha, *_ = [one for one in listed if one.kind == "place"]
        assert ("Doha", 1, 1, "a", "Talks in Doha") == (
            *(doha.name, doha.count, doha.background),
            *(doha.article_id, doha.title),
        )
        assert significance(1, 1, 1, 4) == doha.significance
        assert [("Ashraf Ghani", 1), ("Joe Biden", 1)] == names(listed, "person")

    def test_dates_and_limits_narrow_it(self, news: Index) -> None:
        """
        Dates make an answer of their own; the limit is for each kind.
        """
        listed = news.entities(published_from="2021", published_to="2021", limit=1)
        assert [("Angela Merkel", 1)] == names(listed, "person")
        assert [("Kabul", 1)] == names(listed, "place")
        assert 0 == len(news.entities("doha", limit=0))
        assert not news.entities("zeppelin")

    def test_every_article_as_a_query_counts_like_none(self, news: Index) -> None:
        """
        The two ways to count agree.
        """
        by_terms = news.entities()
        by_articles = news.entities("-zeppelin")
        for kind in ("person", "org", "place"):
            assert names(by_terms, kind) == names(by_articles, kind)

    def test_only_the_best_articles_are_read_and_that_is_said(
        self, news: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The total counts all the same.
        """
        monkeypatch.setattr("searchkit.naming.counting.MAX_ENTITY_ARTICLES", 1)
        listed = news.entities("place:Kabul")
        assert (2, 1) == (listed.total, listed.examined)
        assert ["cut"] == [note.kind for note in listed.notes]

    def test_wrong_arguments_are_refused(self, news: Index) -> None:
        """
        As those of a search are.
        """
        with pytest.raises(ValueError, match="limit is 0 or more"):
            news.entities(limit=-1)
        with pytest.raises(ValueError, match="kinds are person"):
            news.entities(kinds=["city"])  # type: ignore[list-item]

    def test_deleted_articles_do_not_count(self, news: Index) -> None:
        """
        Not even until their segment is merged.
        """
        news.delete(["a"])
        people = [("Angela Merkel", 1), ("Ashraf Ghani", 1), ("Joe Biden", 1)]
        assert people == names(news.entities(), "person")
        (ghani,) = news.explain_name("Ashraf Ghani").entities
        assert [("Ashraf Ghani", 1)] == [(s.text, s.count) for s in ghani.spellings]


class TestCompanions:
    def test_who_shares_a_sentence_is_listed_and_quoted(self, news: Index) -> None:
        """
        Most sentences first; the quotation is word for word.
        """
        listed = news.entities(with_name="Ghani", kinds=["person", "place"])
        assert ("Ghani", ("Ashraf Ghani",)) == (listed.with_name, listed.companions_of)
        found = {one.name: (one.sentences, one.article_id) for one in listed}
        expected = {
            "Joe Biden": (1, "a"),
            "Doha": (1, "a"),
            "Angela Merkel": (1, "b"),
            "Kabul": (1, "b"),
        }
        assert expected == found
        for one in listed:
            assert one.quote in news.get(one.article_id).body
            assert "Ghani" in one.quote
            assert one.name in one.quote

    def test_a_query_narrows_the_articles(self, news: Index) -> None:
        """
        And a name of nobody has no companions.
        """
        listed = news.entities("visit", with_name="Ghani", kinds=["person"])
        assert ["Angela Merkel"] == [one.name for one in listed]
        assert (0, 0) == (len(news.entities(with_name="Zarnik")), 0)
        nobody = news.entities(with_name="...")
        assert ["ignored"] == [note.kind for note in nobody.notes]
        assert not nobody


class TestRules:
    def test_a_merge_is_in_force_at_the_next_query(
        self, news: Index, rules: Callable[..., None]
    ) -> None:
        """
        In searches, quotations, lists, companions and explanations alike.
        """
        assert 2 == news.search('person:"Ashraf Ghani"').total
        rules("merge,Angela Merkel,,Joe Biden")
        hits = news.search('person:"Angela Merkel"')
        assert {"a", "b", "c"} == {hit.id for hit in hits}
        assert 'person:"Angela Merkel"' == hits.interpretation
        assert ["“Angela Merkel” is also “Joe Biden” (aliases.csv)"] == [
            note.message for note in hits.notes
        ]
        timeline = news.timeline('person:"Angela Merkel"', bucket="year")
        assert [1, 1, 1] == [bucket.count for bucket in timeline]
        assert ["alias"] == [note.kind for note in timeline.notes]
        marked = {
            span.cut(snippet.text)
            for hit in hits
            for snippet in hit.snippets
            for span in snippet.highlights
        }
        assert {"Joe Biden", "Angela Merkel", "Merkel"} == marked
        assert ("Joe Biden", 3) == names(news.entities(), "person")[0]
        assert ("Joe Biden", 3) == names(news.entities("-zeppelin"), "person")[0]
        (biden,) = news.explain_name("Joe Biden").entities
        reasons = {one.text: one.reason for one in biden.spellings}
        rule = "line 2 of aliases.csv merges “Angela Merkel” into “Joe Biden”"
        assert rule == reasons["Angela Merkel"]
        assert reasons["Merkel"].startswith("another spelling of “Angela Merkel”")
        assert reasons["Merkel"].endswith(rule)
        assert (rule,) == biden.rules
        assert [biden] == list(news.explain_name("Angela Merkel").entities)
        (news.path / "aliases.csv").unlink()
        assert 1 == news.search('person:"Angela Merkel"').total

    def test_a_split_parts_a_spelling_from_its_name(
        self, news: Index, rules: Callable[..., None]
    ) -> None:
        """
        The surname is an entity of its own, and both are still found by their words.
        """
        rules("split,Ghani,person,Ashraf Ghani")
        assert 2 == news.search('person:"Ashraf Ghani"').total
        assert ("Ghani", 1) in names(news.entities(), "person")
        (ghani,) = news.explain_name("Ghani").entities
        assert ("Ghani", "person") == (ghani.name, ghani.kind)
        assert "line 2 of aliases.csv splits" in ghani.spellings[0].reason

    def test_a_name_of_another_type_is_found_under_that_one(
        self, news: Index, rules: Callable[..., None]
    ) -> None:
        """
        And no longer under the first.
        """
        rules("retype,Kabul,place,org")
        assert 0 == news.search("place:Kabul").total
        assert 2 == news.search("org:Kabul").total
        assert 2 == news.search("entity:Kabul").total
        assert ("Kabul", 2) in names(news.entities(), "org")
        assert ["Kabul"] == [one.name for one in news.explain_name("Kabul").entities]
        assert not news.search("place:Kabul -place:Kabul")

    def test_a_forbidden_name_is_none(
        self, news: Index, rules: Callable[..., None]
    ) -> None:
        """
        Not found, not listed, and the explanation says why.
        """
        rules("forbid,Kabul")
        assert 0 == news.search("entity:Kabul").total
        assert 2 == news.search("Kabul").total
        assert 4 == news.search("-entity:Kabul").total
        assert "Kabul" not in {one.name for one in news.entities()}
        explained = news.explain_name("Kabul")
        assert ((), True) == (explained.entities, explained.forbidden)
        assert ("line 2 of aliases.csv forbids “Kabul”",) == explained.rules

    def test_rules_that_cannot_be_read_stop_only_who_needs_them(
        self, news: Index, rules: Callable[..., None]
    ) -> None:
        """
        Words are searched as ever.
        """
        rules("join,A,,B")
        assert 2 == news.search("Kabul").total
        with pytest.raises(AliasesError, match=r"aliases\.csv, line 2: “join” is no"):
            news.search("place:Kabul")
        with pytest.raises(AliasesError):
            news.entities()
        with pytest.raises(AliasesError):
            news.explain_name("Kabul")


class TestAlikeNames:
    @pytest.fixture
    def alike(self, index: Index) -> Index:
        index.add(
            [
                Article(id="a", body="Mr. Tor Zarnik met Joe Biden. Zarnik left."),
                Article(id="b", body="Mr. Tor Zarnik went home."),
                Article(id="d", body="Mr. Tor Zarnik stayed there."),
                Article(id="e", body="Mr. Tor Zarnik wrote a book."),
                Article(id="c", body="Mr. Tor Zarnnik met Angela Merkel in Paris."),
            ]
        )
        return index

    def test_lists_count_them_as_one(self, alike: Index) -> None:
        """
        Under the name that many more articles have, as articles write it.
        """
        for listed in (alike.entities(), alike.entities("-zeppelin")):
            assert ("Tor Zarnik", 5) == names(listed, "person")[0]
        listed = alike.entities("paris", kinds=["person"])
        zarnik = next(one for one in listed if one.name == "Tor Zarnik")
        assert (1, 5, ("Tor Zarnnik",)) == (
            *(zarnik.count, zarnik.background),
            zarnik.spellings,
        )

    def test_companions_are_those_of_all_spellings(self, alike: Index) -> None:
        """
        Also for a spelling that no article has.
        """
        for name in ("Tor Zarnik", "Tor Zarnnik", "Torr Zarnik", "Tor Zarrnik"):
            listed = alike.entities(with_name=name, kinds=["person"])
            found = {one.name for one in listed}
            assert {"Joe Biden", "Angela Merkel"} == found

    def test_the_explanation_says_it(self, alike: Index) -> None:
        """
        And names the spelling that only the query has.
        """
        (zarnik,) = alike.explain_name("Tor Zarnnik").entities
        assert "Tor Zarnik" == zarnik.name
        (other,) = [one for one in zarnik.spellings if one.text == "Tor Zarnnik"]
        assert "spelled like “Tor Zarnik”, which far more articles name" == other.reason
        (zarnik,) = alike.explain_name("Tor Zarrnik").entities
        assert ("tor zarrnik",) == zarnik.known


class TestExplanations:
    def test_a_spelling_leads_to_its_name(self, news: Index) -> None:
        """
        Whichever letter case; words of it do where no other known name has them.
        """
        for name in ("Merkel", "merkel", "ANGELA MERKEL", "Angela"):
            (merkel,) = news.explain_name(name).entities
            assert "Angela Merkel" == merkel.name
            assert ["Angela Merkel", "Merkel"] == [one.text for one in merkel.spellings]
        assert () == news.explain_name("Zarnik").entities
        assert () == news.explain_name("...").entities

    def test_all_who_bear_a_name_are_explained(
        self, index: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The most frequent first, a few at most; two people with one surname stay two.
        """
        index.add(
            [
                Article(id="a", body="Tor Zarnik spoke. Zarnik left."),
                Article(id="b", body="Mara Zarnik spoke. Zarnik left."),
                Article(id="c", body="Tor Zarnik came home. Then Zarnik slept."),
            ]
        )
        explained = index.explain_name("Zarnik")
        assert ["Tor Zarnik", "Mara Zarnik"] == [e.name for e in explained.entities]
        assert [("Tor Zarnik", 2), ("Mara Zarnik", 1)] == names(
            index.entities(), "person"
        )
        monkeypatch.setattr("searchkit.naming.explaining.MAX_EXPLAINED_ENTITIES", 1)
        explained = index.explain_name("Zarnik")
        assert (1, 1) == (len(explained.entities), explained.left_out)

    def test_spellings_that_only_the_gazetteer_has_are_told(self, news: Index) -> None:
        """
        Queries may use them.
        """
        (states,) = news.explain_name("USA").entities
        assert "United States" == states.name
        assert ("USA", "United States of America", "America") == states.known
        assert {"a", "c"} == {hit.id for hit in news.search("place:America")}
