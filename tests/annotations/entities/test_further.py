"""
Groups and events: their lists, and how they stand to other names.
"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from searchkit.annotations import EntityMention
from searchkit.annotations.entities import EntityAnnotator, events, groups
from searchkit.annotations.entities.further import with_further
from searchkit.annotations.entities.gazetteer import load_gazetteer, spellings
from searchkit.articles.model import Article
from searchkit.spans import Span

ANNOTATOR = EntityAnnotator()

#: Words that the rules turn on, and some that they do not.
WORDS = st.sampled_from(
    "Afghan Afghans North Korean South African Israeli-Palestinian Dutch in French"
    " speaks war War Wars of the The on for Cup World II Act Treaty Versailles"
    " Hurricane Zelda Battle Operation Kabul Ashraf Ghani Ministry and , . : “ ” ( )"
    " 's ’ - \n 2014 Ä É Nobel Prize Academy Award Geneva Conventions Polish"
    " non-Muslims".split(" ")
)


def named(body: str) -> list[tuple[str, str, str]]:
    found = ANNOTATOR.annotate(Article(id="x", body=body))
    return [(mention.type, mention.surface, mention.name) for mention in found]


class TestNames:
    def test_adjectives_and_plurals_are_one(self) -> None:
        """
        A people goes by the plural that it is called by.
        """
        names = [name for _, _, name in named("A Pole, two Poles and Polish ships.")]
        assert ["Poles"] * 3 == names

    def test_spellings_of_events_are_one(self) -> None:
        """
        By the name in the list.
        """
        found = named(
            "After the Second World War came WWII films, and World War Two’s."
        )
        assert {"World War II"} == {name for _, _, name in found}
        assert 3 == len(found)

    def test_an_event_takes_in_the_names_inside_it(self) -> None:
        """
        No place is left of a treaty that bears its name.
        """
        found = named("The Treaty of Versailles was signed at Versailles.")
        assert [
            ("event", "Treaty of Versailles", "Treaty of Versailles"),
            ("place", "Versailles", "Versailles"),
        ] == found

    def test_headlines_have_listed_events_only(self) -> None:
        """
        Capital letters say nothing there.
        """
        title = "Mayor Wins Big Zarnik Cup As World Cup Ends"
        found = ANNOTATOR.annotate(Article(id="x", title=title))
        assert ["World Cup"] == [mention.surface for mention in found]


def test_no_spelling_is_in_two_lists() -> None:
    """
    What the gazetteer knows as a place is no event, and so on.
    """
    known = set(load_gazetteer().entries)
    lists = [
        [spelling for name, aliases in spellings(file) for spelling in (name, *aliases)]
        for file in (groups.GROUPS_FILE, events.EVENTS_FILE)
    ]
    for listed in lists:
        assert sorted(listed) == sorted(set(listed))
        assert set() == known & set(listed)
    assert set() == set(lists[0]) & set(lists[1])


@given(st.lists(WORDS, max_size=25), st.lists(WORDS, max_size=8))
def test_mentions_stay_disjoint_and_in_order(body: list[str], title: list[str]) -> None:
    """
    Each stands in the text, whatever overlaps, and adding twice adds nothing.
    """
    texts = {"title": " ".join(title), "body": " ".join(body)}
    found = ANNOTATOR.annotate(
        Article(id="x", title=texts["title"], body=texts["body"])
    )
    article = Article(id="x", title=texts["title"], body=texts["body"])
    at = {"title": article.title, "body": article.body}
    for mention in found:
        assert mention.surface == mention.span.cut(at[mention.field]) != ""
    order = [(mention.field == "body", mention.span) for mention in found]
    assert order == sorted(order)
    for one, other in pairwise(found):
        assert one.field != other.field or one.span.end <= other.span.start
    assert found == with_further({"title": at["title"], "body": at["body"]}, found)


@given(st.lists(WORDS, max_size=25), st.data())
def test_other_names_come_first(words: list[str], data: st.DataObject) -> None:
    """
    A group never takes from a person, organisation or place; an event takes it whole.
    """
    body = " ".join(words)
    size = len(body)
    start = data.draw(st.integers(0, max(0, size - 1)))
    end = data.draw(st.integers(start, size))
    own = EntityMention(Span(start, end), body[start:end], "place", "Somewhere")
    mentions = [own] if start < end else []
    found = with_further({"title": "", "body": body}, mentions)
    for mention in mentions:
        inside = [one for one in found if one.span.overlaps(mention.span)]
        assert [mention] == inside or (
            len(inside) == 1
            and inside[0].type == "event"
            and inside[0].span.covers(mention.span)
        )
