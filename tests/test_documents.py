from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis import ANALYZER_FINGERPRINT
from searchkit.annotations.model import Annotations, EntityMention, TimeExpression
from searchkit.articles.model import Article
from searchkit.documents import (
    DOCUMENT_FINGERPRINT,
    MAX_NAME_WORDS,
    Document,
    document_of,
    name_terms,
    name_words,
)
from searchkit.engines.whoosh.manifest import FINGERPRINT, SCHEMA_VERSION
from searchkit.fields import (
    FIELD,
    FIELDS,
    NAME_FIELD,
    TEXT_FIELDS,
    FieldKind,
    schema_fingerprint,
)
from searchkit.intervals import Interval
from searchkit.spans import Span


class TestNames:
    def test_names_are_compared_by_folded_words(self) -> None:
        """
        Case, diacritics, possessives and the dots of acronyms do not matter.
        """
        assert ["us", "central", "command"] == name_words("U.S. Central COMMAND")
        assert ["recep", "tayyip", "erdogan"] == name_words("Recep Tayyip Erdoğan’s")
        assert ["al", "qaida"] == name_words("al-Qa'ida")

    def test_terms_are_all_runs_of_words(self) -> None:
        """
        Every stretch of each name, and none that skips a word or joins two names.
        """
        expected = {"new", "york", "new york", "nyc"}
        assert expected == name_terms("New York", "NYC")

    @given(st.lists(st.text(max_size=60), max_size=3))
    def test_a_query_of_a_few_words_finds_the_name(self, names: list[str]) -> None:
        """
        Whatever a name is, each run of up to six of its words is a term.
        """
        terms = name_terms(*names)
        for name in names:
            words = name_words(name)
            for start in range(len(words)):
                for end in range(
                    start + 1, min(start + MAX_NAME_WORDS, len(words)) + 1
                ):
                    assert " ".join(words[start:end]) in terms
        assert all(terms)

    def test_long_names_give_few_terms(self) -> None:
        """
        Runs are limited, so that a name of n words has at most 6 n terms.
        """
        assert len(name_terms(" ".join(f"w{n}" for n in range(1000)))) <= 6000


def mention(surface: str, name: str, kind: str = "place") -> EntityMention:
    return EntityMention(Span(0, len(surface)), surface, kind, name)  # type: ignore[arg-type]


def time(value: str, interval: Interval | None) -> TimeExpression:
    return TimeExpression(Span(0, 4), "then", "DATE", value, interval)


class TestDocuments:
    def test_an_article_becomes_a_document(self) -> None:
        """
        Text, identity and date come from the article.
        """
        article = Article(
            title="Talks", body="In Doha.", published="2020-02", source="Gazette"
        )
        expected = Document(
            article.id,
            title="Talks",
            body="In Doha.",
            published=Interval.parse("2020-02"),
            published_value="2020-02",
            source="Gazette",
        )
        assert expected == document_of(article, Annotations())

    def test_mentions_are_counted_under_all_their_names(self) -> None:
        """
        A mention counts for its form in the text and for the canonical name.

        It counts once for each term, in the field of its type and in that of all; its
        key stands in the former alone.
        """
        annotations = Annotations(
            entities=(
                mention("U.S.", "United States"),
                mention("U.S.", "United States"),
                mention("United States", "United States"),
                mention("Miller", "Miller", "person"),
            )
        )
        names = document_of(Article(body="x"), annotations).names
        places = {"us": 2, "united": 3, "states": 3, "united states": 3}
        keys = {"|united states|us": 2, "|united states|united states": 1}
        assert places | keys == names["place"]
        assert {"miller": 1, "|miller|miller": 1} == names["person"]
        assert places | {"miller": 1} == names["entities"]
        assert {"place", "person", "entities"} == set(names)

    def test_dates_without_days_are_left_out(self) -> None:
        """
        Intervals are counted; durations and what cannot be resolved have none.
        """
        day, year = Interval.parse("2020-02-29"), Interval.parse("2020")
        times = (
            time("2020-02-29", day),
            time("2020-02-29", day),
            time("2020", year),
            time("P3D", None),
        )
        document = document_of(Article(body="x"), Annotations(times=times))
        assert {day: 2, year: 1} == document.dates

    def test_names_go_to_fields_of_names(self) -> None:
        """
        Each type of entity has a field of its own in the schema.
        """
        for name in NAME_FIELD.values():
            assert FieldKind.NAMES is FIELD[name].kind


class TestFields:
    def test_fields_are_declared_once(self) -> None:
        """
        Names are unique, and text is looked up in the fields of text.
        """
        assert len(FIELDS) == len(FIELD)
        assert ("title", "body") == TEXT_FIELDS

    def test_the_fingerprint_tells_versions_apart(self) -> None:
        """
        The same versions give the same fingerprint, others another.
        """
        assert schema_fingerprint("a", "b") == schema_fingerprint("a", "b")
        different = {
            schema_fingerprint(*v) for v in ([], ["a"], ["a", "b"], ["b", "a"])
        }
        assert 4 == len(different)
        assert all(len(one) == 16 for one in different)

    def test_the_pinned_fingerprint_is_that_of_the_schema(self) -> None:
        """
        Whoever changes what terms are has to change it.

        So no index with other terms is searched.
        """
        made = schema_fingerprint(
            ANALYZER_FINGERPRINT, DOCUMENT_FINGERPRINT, SCHEMA_VERSION
        )
        assert made == FINGERPRINT
