from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import english_analyzer
from searchkit.annotations.model import (
    Annotations,
    EntityMention,
    EntityType,
    TimeExpression,
)
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
    TextField,
    Word,
)
from searchkit.snippets import Match, snippet_maker
from searchkit.spans import Span


def matches_of(
    text: str,
    tree: Query,
    field: TextField = "body",
    annotations: Annotations | None = None,
    weights: dict[str, float] | None = None,
) -> list[Match]:
    maker = snippet_maker(tree, english_analyzer(), weights=weights)
    return maker.matches(text, field, annotations)


def words_of(text: str, tree: Query, field: TextField = "body") -> list[str]:
    return [match.span.cut(text) for match in matches_of(text, tree, field)]


def mention(
    text: str, surface: str, type_: EntityType, name: str = ""
) -> EntityMention:
    start = text.rindex(surface)
    span = Span(start, start + len(surface))
    return EntityMention(span, surface, type_, name or surface)


class TestWords:
    def test_every_inflection_matches(self) -> None:
        """
        A word matches all tokens with its stem, whatever their case and accents.
        """
        text = "Ministers met the MINISTER; a mínister's aide waited."
        assert ["Ministers", "MINISTER", "mínister's"] == words_of(
            text, Word("minister")
        )

    def test_part_of_a_word_does_not_match(self) -> None:
        """
        A word matches whole tokens only.
        """
        assert [] == words_of("The warden was warm.", Word("war"))

    def test_a_word_of_several_tokens_is_one_match(self) -> None:
        """
        Where the analyzer makes several tokens of a word, they stand side by side.
        """
        text = "COVID-19 spread. On day 19 covid 20 was no topic."
        assert ["COVID-19"] == words_of(text, Word("covid-19"))

    def test_dots_of_acronyms_do_not_matter(self) -> None:
        """
        ``US``, typed without dots, finds ``U.S.``.
        """
        assert ["U.S"] == words_of("The U.S. envoy left.", Word("US"))

    def test_words_without_tokens_match_nothing(self) -> None:
        """
        A word that is nothing but punctuation has nothing to look for.
        """
        assert [] == words_of("What? - Nothing!", Word("?!"))


class TestPhrases:
    def test_the_whole_stretch_is_one_match(self) -> None:
        """
        A phrase matches from its first to its last word; the words elsewhere do not.
        """
        text = "Doha hosted talks. The Doha agreement held, no other agreement did."
        assert ["Doha agreement"] == words_of(text, Phrase("doha agreements"))

    def test_stop_words_count(self) -> None:
        """
        Stop words inside a phrase must stand in the text, too.
        """
        text = "The secretary of state met a state secretary, the secretary, state."
        assert ["secretary of state"] == words_of(text, Phrase("secretary of state"))

    @pytest.mark.parametrize(
        ("phrase", "text", "expected"),
        [
            ("no no never", "no no no never", ["no no never"]),
            ("a b a c", "a b a b a c", ["a b a c"]),
            ("a a b a a a", "a a b a a b a a a", ["a a b a a a"]),
            ("ha ha", "ha ha ha ha ha", ["ha ha", "ha ha"]),
        ],
    )
    def test_phrases_that_repeat_themselves(
        self, phrase: str, text: str, expected: list[str]
    ) -> None:
        """
        A false start does not hide a match that begins inside it.
        """
        assert expected == words_of(text, Phrase(phrase))

    def test_a_phrase_of_one_word_is_a_word(self) -> None:
        """
        Quotes around one word change nothing but the reading of the query.
        """
        assert ["Talks", "talk"] == words_of("Talks and talk.", Phrase("talk"))

    @given(
        text=st.lists(st.sampled_from("abc"), max_size=40),
        phrase=st.lists(st.sampled_from("abc"), min_size=2, max_size=5),
    )
    @settings(max_examples=200)
    def test_agrees_with_looking_at_every_place(
        self, text: list[str], phrase: list[str]
    ) -> None:
        """
        The one pass finds what a search at every place finds, left to right.
        """
        expected, at = [], 0
        while at + len(phrase) <= len(text):
            if text[at : at + len(phrase)] == phrase:
                expected.append(Span(at * 2, (at + len(phrase)) * 2 - 1))
                at += len(phrase)
            else:
                at += 1
        found = matches_of(" ".join(text), Phrase(" ".join(phrase)))
        assert expected == [match.span for match in found]


class TestPrefixes:
    def test_words_that_begin_with_it_match(self) -> None:
        """
        A prefix is compared with the folded word, not with its stem.
        """
        text = "Governors, governments and Góvernance; misgovernment is none."
        assert ["Governors", "governments", "Góvernance"] == words_of(
            text, Prefix("Govern")
        )

    def test_several_prefixes_of_one_word(self) -> None:
        """
        A word that begins with two prefixes answers both leaves.
        """
        found = matches_of("Talibs", Or((Prefix("ta"), Prefix("tali"))))
        assert {"ta*", "tali*"} == {match.key for match in found}

    def test_an_empty_prefix_matches_nothing(self) -> None:
        """
        A prefix without letters would match every word; it matches none.
        """
        assert [] == words_of("Any words.", Prefix("'"))


class TestFuzzyWords:
    def test_words_within_reach_match(self) -> None:
        """
        A fuzzy word is compared with the folded word, not with its stem.
        """
        text = "Quetta, Qandahar, KANDAHÁR and Kandahar's; Kandaharis, Kndharri."
        assert ["Qandahar", "KANDAHÁR", "Kandahar's", "Kandaharis"] == words_of(
            text, Fuzzy("Kandahari", 2)
        )
        assert ["KANDAHÁR", "Kandahar's", "Kandaharis"] == words_of(
            text, Fuzzy("Kandahari", 1)
        )

    def test_several_of_one_word(self) -> None:
        """
        A word that is near two fuzzy words answers both leaves.
        """
        tree = Or((Fuzzy("Herrat", 1), Fuzzy("Heart", 2), Word("herat")))
        found = matches_of("Herat", tree)
        assert {"herrat~1", "heart~2", "herat"} == {match.key for match in found}

    def test_several_words_are_near_nothing(self) -> None:
        """
        What is no word matches nothing.
        """
        assert [] == words_of("F 16, f16", Fuzzy("F-16", 2))


class TestNames:
    TEXT = "President Joe Biden spoke in Kabul. Biden left the U.S. in May."

    def _annotations(self) -> Annotations:
        return Annotations(
            entities=(
                mention(self.TEXT, "Joe Biden", "person"),
                mention(self.TEXT, "Kabul", "place"),
                mention(self.TEXT, "Biden", "person", "Joe Biden"),
                mention(self.TEXT, "U.S.", "place", "United States"),
            )
        )

    @pytest.mark.parametrize(
        ("tree", "expected"),
        [
            (Name("person", "biden"), {"Joe Biden", "Biden"}),
            (Name("person", "JOE BIDEN"), {"Joe Biden", "Biden"}),
            (Name("place", "United States"), {"U.S."}),
            (Name("place", "states"), {"U.S."}),
            (Name("place", "u.s."), {"U.S."}),
            (Name("place", "US"), {"U.S."}),
            (Name("entity", "Kabul"), {"Kabul"}),
            (Name("person", "Kabul"), set()),
            (Name("person", "Bid"), set()),
            (Name("person", "Biden Joe"), set()),
            (Name("place", "!"), set()),
            (Name("place", " "), set()),
        ],
    )
    def test_names_match_whole_or_by_word(self, tree: Name, expected: set[str]) -> None:
        """
        The type must fit, and the words stand side by side in name or mention.
        """
        found = matches_of(self.TEXT, tree, annotations=self._annotations())
        assert expected == {match.span.cut(self.TEXT) for match in found}

    def test_names_match_mentions_only(self) -> None:
        """
        Without annotations a name has nothing to match, even where its words stand.
        """
        assert [] == matches_of(self.TEXT, Name("place", "Kabul"))

    def test_mentions_of_the_other_field_do_not_match(self) -> None:
        """
        A mention counts for the text that it stands in.
        """
        found = matches_of(
            self.TEXT, Name("place", "Kabul"), "title", self._annotations()
        )
        assert [] == found

    def test_spans_outside_the_text_are_passed_over(self) -> None:
        """
        Annotations of a longer, older version of the text do no harm.
        """
        stale = EntityMention(Span(90, 95), "Kabul", "place", "Kabul")
        found = matches_of(
            "Short.", Name("place", "Kabul"), annotations=Annotations(entities=(stale,))
        )
        assert [] == found


class TestDates:
    TEXT = "It fell in August 2021, years after 2001; it took two days."

    def _annotations(self) -> Annotations:
        august = Span(11, 22)
        year = Span(36, 40)
        days = Span(50, 58)
        return Annotations(
            times=(
                TimeExpression(
                    august,
                    august.cut(self.TEXT),
                    "DATE",
                    "2021-08",
                    Interval.parse("2021-08"),
                ),
                TimeExpression(
                    year, year.cut(self.TEXT), "DATE", "2001", Interval.parse("2001")
                ),
                TimeExpression(days, days.cut(self.TEXT), "DURATION", "P2D"),
            )
        )

    @pytest.mark.parametrize(
        ("tree", "expected"),
        [
            (DateRange("dates", date(2021, 8, 31), date(2021, 9, 5)), ["August 2021"]),
            (DateRange("dates", date(2021, 9, 1), date(2021, 9, 5)), []),
            (DateRange("dates", None, None), ["August 2021", "2001"]),
            (DateRange("dates", None, date(2001, 1, 1)), ["2001"]),
            (DateRange("dates", date(2022, 1, 1), date(2000, 1, 1)), []),
            (DateRange("published", None, None), []),
        ],
    )
    def test_time_expressions_that_overlap_match(
        self, tree: DateRange, expected: list[str]
    ) -> None:
        """
        Mentioned dates match by overlap; the date of publication highlights nothing.
        """
        found = matches_of(self.TEXT, tree, annotations=self._annotations())
        assert expected == [match.span.cut(self.TEXT) for match in found]


class TestTrees:
    def test_what_is_negated_is_not_matched(self) -> None:
        """
        Words that an article must not have are no reason to show it.
        """
        tree = And((Word("talks"), Not(Or((Word("war"), Phrase("peace plan"))))))
        assert ["talks"] == words_of("War, talks, a peace plan.", tree)

    def test_a_field_restricts_its_leaf(self) -> None:
        """
        A word for the title is not looked for in the body, and the other way round.
        """
        tree = And((Word("talks", "title"), Prefix("wa", "body"), Word("end")))
        text = "Talks end war."
        assert ["Talks", "end"] == words_of(text, tree, "title")
        assert ["end", "war"] == words_of(text, tree, "body")

    @pytest.mark.parametrize(
        "tree", [Everything(), Nothing(), Exact("source", "Daily News")]
    )
    def test_leaves_without_words_match_nothing(self, tree: Query) -> None:
        """
        Leaves that say nothing of the text leave it alone.
        """
        assert [] == words_of("Daily News reported it.", tree)

    def test_matches_stand_in_order(self) -> None:
        """
        Matches of all leaves come in one list, in order of their spans.
        """
        text = "The Doha agreement was signed in Doha."
        tree = Or((Phrase("doha agreement"), Word("doha"), Word("agreement")))
        assert ["Doha", "Doha agreement", "agreement", "Doha"] == words_of(text, tree)


class TestWeights:
    def test_phrases_and_names_weigh_more_than_words(self) -> None:
        """
        Without weights given, a word counts 1, and phrases and names count more.
        """
        text = "Talks in Kabul on the peace plan."
        annotations = Annotations(entities=(mention(text, "Kabul", "place"),))
        tree = And((Word("talk"), Phrase("the peace plan"), Name("place", "kabul")))
        found = matches_of(text, tree, annotations=annotations)
        assert {"talk": 1.0, "the peac plan": 3.0, "place:kabul": 2.0} == {
            match.key: match.weight for match in found
        }

    def test_given_weights_are_taken(self) -> None:
        """
        The weight of a term counts for itself and inside phrases.
        """
        tree = And((Word("talk"), Phrase("peace talks"), Prefix("wa")))
        weights = {"talk": 4.0, "peac": 2.0, "wa*": 0.5}
        found = matches_of("Peace talks, war.", tree, weights=weights)
        assert {"talk": 4.0, "peac talk": 9.0, "wa*": 0.5} == {
            match.key: match.weight for match in found
        }


@given(
    text=st.text(max_size=200),
    words=st.lists(st.text(max_size=12), min_size=1, max_size=4),
)
@settings(max_examples=150)
def test_any_text_and_any_words(text: str, words: list[str]) -> None:
    """
    Nothing fails, and every match is a stretch of the text.
    """
    leaves: list[Query] = []
    for word in words:
        leaves += [Word(word), Phrase(f"{word} {word}"), Prefix(word)]
    for match in matches_of(text, And(tuple(leaves))):
        assert 0 <= match.span.start < match.span.end <= len(text)
        assert match.weight > 0
