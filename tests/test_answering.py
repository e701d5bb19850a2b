"""
Answers: what comes first, what is said about it, what is quoted.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from searchkit import Article, Hits, Index
from searchkit.annotations.model import Annotations
from searchkit.intervals import Interval


def names(hits: Hits) -> list[str]:
    """
    Name hits by their files; articles of JSON Lines by their titles.
    """
    paths = [Path(hit.path) for hit in hits]
    return [
        hit.title if path.suffix == ".jsonl" else path.name
        for hit, path in zip(hits, paths, strict=True)
    ]


def notes(hits: Hits) -> list[tuple[str, str]]:
    return [(note.kind, note.text) for note in hits.notes]


def dates(annotations: Annotations) -> list[Interval]:
    return [time.interval for time in annotations.times if time.interval]


class TestSeeds:
    """
    On the sample articles, the one that a person would look for comes first.
    """

    @pytest.mark.parametrize(
        ("query", "best"),
        [
            ('"Doha agreement"', "2020-02-29-doha-agreement-signed.txt"),
            ("doha agreement", "2020-02-29-doha-agreement-signed.txt"),
            (
                "withdrawal dates:2021-09-11",
                "2021-04-14-biden-sets-withdrawal-date.txt",
            ),
            ("place:Kabul taliban", "2021-08-15-taliban-enter-kabul.txt"),
            ("dates:1980s soviet", "the-soviet-war-of-the-1980s.txt"),
            ("dohaa agrement", "2020-02-29-doha-agreement-signed.txt"),
            ('"to be or not to be"', "hamlet-on-every-stage.txt"),
            ('"The Who"', "2020-02-14-the-who-live-at-leeds.html"),
            ("Erdogan", "2023-05-29-erdogan-wins-run-off.txt"),
            ("ERDOĞAN", "2023-05-29-erdogan-wins-run-off.txt"),
            ("kunduz hospital dates:2015", "2015-12-kunduz-and-the-end-of-isaf.txt"),
            ("soviet war", "the-soviet-war-of-the-1980s.txt"),
            ("herat earthquake", "herat-earthquakes.html"),
            ("gravitational waves", "gravitational-waves-explained.txt"),
        ],
    )
    def test_the_expected_article_comes_first(
        self, seeds: Index, query: str, best: str
    ) -> None:
        """
        See ``seeds/README.md`` for why.
        """
        assert best == names(seeds.search(query))[0]

    def test_a_phrase_finds_those_that_have_it(self, seeds: Index) -> None:
        """
        Seven articles speak of the Doha agreement, others of Doha alone.
        """
        phrase = seeds.search('"Doha agreement"', limit=50)
        assert 7 == phrase.total
        for hit in phrase:
            text = f"{hit.title}\n{seeds.get(hit.id).body}".lower()
            assert "doha agreement" in text
        assert seeds.search("doha", limit=0).total >= 14

    def test_a_date_finds_only_articles_that_mention_it(self, seeds: Index) -> None:
        """
        Each hit for a day has a mention whose days include it.
        """
        hits = seeds.search("dates:2021-09-11", limit=50)
        assert hits.total > 0
        day = date(2021, 9, 11)
        for hit in hits:
            mentions = dates(seeds.annotations(hit.id))
            assert any(one.first <= day <= one.last for one in mentions)

    def test_a_place_finds_only_articles_that_name_it(self, seeds: Index) -> None:
        """
        ``place:Kabul`` asks the annotations, not the words.
        """
        hits = seeds.search("place:Kabul taliban", limit=50)
        for hit in hits:
            entities = seeds.annotations(hit.id).entities
            places = {one.name for one in entities if one.type == "place"}
            assert any("Kabul" in name for name in places)

    def test_letters_are_compared_without_their_marks(self, seeds: Index) -> None:
        """
        Typed with or without, composed or not, a name finds the same articles.
        """
        forms = ["Erdogan", "Erdoğan", unicodedata.normalize("NFD", "Erdoğan")]
        first, *others = [[h.id for h in seeds.search(form)] for form in forms]
        assert all(first == other for other in others)


class TestKinderReadings:
    def test_misspelt_words_are_corrected_and_said(self, seeds: Index) -> None:
        """
        The interpretation has the words that were searched for.
        """
        hits = seeds.search("dohaa agrement")
        assert [("corrected", "dohaa"), ("corrected", "agrement")] == notes(hits)
        assert "doha agreement" == hits.interpretation
        assert seeds.search("doha agreement").total == hits.total
        assert "“dohaa”" in str(hits.notes[0])
        assert "“doha”" in str(hits.notes[0])

    def test_words_that_some_article_has_are_never_corrected(
        self, index: Index
    ) -> None:
        """
        A rare word is not taken for a frequent one.
        """
        index.add([Article(title=f"Taliban {n}") for n in range(5)])
        index.add([Article(title="Talibon is a town")])
        assert ["Talibon is a town"] == [h.title for h in index.search("talibon")]
        hits = index.search("talibon 3")
        assert [("relaxed", "")] == notes(hits)

    def test_where_no_article_has_all_words_some_will_do(self, seeds: Index) -> None:
        """
        The best for any of the words are shown, and that is said.
        """
        hits = seeds.search("ghani baradar zeppelin")
        assert [("missing", "zeppelin"), ("relaxed", "")] == notes(hits)
        assert "ghani OR baradar OR zeppelin" == hits.interpretation
        assert "2020-02-29-doha-agreement-signed.txt" == names(hits)[0]
        assert seeds.search(hits.interpretation).total == hits.total

    def test_the_total_is_that_of_what_is_shown(self, seeds: Index) -> None:
        """
        Pages of a relaxed answer go on where the last one ended.
        """
        whole = [hit.id for hit in seeds.search("ghani zeppelin", limit=100)]
        pages = [
            hit.id
            for offset in range(0, len(whole), 3)
            for hit in seeds.search("ghani zeppelin", limit=3, offset=offset)
        ]
        assert whole == pages
        assert len(whole) == seeds.search("ghani zeppelin", limit=0).total > 3

    def test_an_exact_answer_is_never_changed(self, seeds: Index) -> None:
        """
        As soon as one article matches as it stands, there is nothing to remark.
        """
        for query in ("kabul", "kunduz hospital dates:2015", "kabul -zeppelin"):
            assert [] == notes(seeds.search(query))

    @pytest.mark.parametrize(
        "query",
        [
            "kabul dates:1066",
            "kabul taliban published:1066",
            "kabul place:Atlantis",
            "kabul title:zeppelins",
            "kabul source:Nobody",
            '"kabul zeppelin" doha',
            "kabul +zeppelin",
            "zeppelin",
        ],
    )
    def test_filters_phrases_and_demands_are_never_loosened(
        self, seeds: Index, query: str
    ) -> None:
        """
        Rather than an article that does not fulfil them, nothing is found.
        """
        hits = seeds.search(query)
        assert (0, []) == (hits.total, list(hits))
        assert "relaxed" not in {note.kind for note in hits.notes}

    def test_a_relaxed_answer_keeps_its_filters(self, seeds: Index) -> None:
        """
        Every article of it fulfils what was not a plain word.
        """
        strict = {
            hit.id for hit in seeds.search("dates:2020 -kabul place:Doha", limit=50)
        }
        query = "ghani zeppelin doha dates:2020 -kabul place:Doha"
        hits = seeds.search(query, limit=50)
        assert ("relaxed", "") in notes(hits)
        assert hits.total > 0
        assert {hit.id for hit in hits} <= strict

    def test_a_relaxed_answer_keeps_to_the_window(self, seeds: Index) -> None:
        """
        Dates given apart from the query are filters, too.
        """
        hits = seeds.search("ghani zeppelin kabul", published_to="1999", limit=50)
        assert ("relaxed", "") in notes(hits)
        assert hits.total > 0
        assert all((hit.published or "9") < "2000" for hit in hits)

    def test_fuzzy_words_are_taken_as_they_are(self, seeds: Index) -> None:
        """
        A fuzzy word that finds nothing is neither replaced nor said to be missing.
        """
        hits = seeds.search("agrxxment~1")
        assert (0, ()) == (hits.total, hits.notes)
        hits = seeds.search("agrxxment~1 kabul")
        assert [("relaxed", "")] == notes(hits)
        assert "agrxxment~1 OR kabul" == hits.interpretation

    @pytest.mark.parametrize(
        ("query", "words"), [("ka*", "most frequent"), ("kabul~2", "most similar")]
    )
    def test_words_that_were_left_out_are_said(
        self,
        seeds: Index,
        monkeypatch: pytest.MonkeyPatch,
        query: str,
        words: str,
    ) -> None:
        """
        What stands for more words than are looked up has a note.
        """
        for module in ("evaluate", "native_searcher"):
            name = f"searchkit.engines.whoosh.{module}.MAX_EXPANSIONS"
            monkeypatch.setattr(name, 1)
        (note,) = seeds.search(query).notes
        assert ("expanded", query) == (note.kind, note.text)
        message = f"“{query}” stands for very many words; the {words} were used"
        assert message == str(note)

    def test_what_is_denied_is_taken_as_it_is(self, seeds: Index) -> None:
        """
        A misspelt word after NOT keeps nothing out, and is not made to.
        """
        hits = seeds.search("kabul NOT talibna", limit=50)
        assert [] == notes(hits)
        assert {hit.id for hit in hits} == {
            hit.id for hit in seeds.search("kabul", limit=50)
        }

    def test_very_many_unknown_words_take_no_time_to_speak_of(
        self, seeds: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Similar words are looked for a few times for one query, not for each word.
        """
        from searchkit import answering
        from searchkit.queries import spelling

        looked_up: list[str] = []
        original = spelling.closest

        def closest(word: str, vocabulary: object) -> str | None:
            looked_up.append(word)
            return original(word, vocabulary)  # type: ignore[arg-type]

        monkeypatch.setattr(answering, "closest", closest)
        words = [f"qx{chr(97 + n // 26)}{chr(97 + n % 26)}zzw" for n in range(100)]
        hits = seeds.search(" ".join(words))
        assert 0 == hits.total
        assert 100 == len([note for note in hits.notes if note.kind == "missing"])
        assert len(set(looked_up)) <= 10

    def test_the_interpretation_means_the_same(self, seeds: Index) -> None:
        """
        Put back into the box, it finds the same articles in the same order.
        """
        for query in (
            "dohaa agrement",
            "ghani baradar zeppelin",
            "place:Kabul taliban",
            "dates:1980s soviet",
            'talib* ("doha agreement" OR geneva) -1996',
            '"The Who"',
        ):
            hits = seeds.search(query, limit=50)
            again = seeds.search(hits.interpretation, limit=50)
            assert [(h.id, h.score) for h in hits] == [(h.id, h.score) for h in again]
            assert hits.interpretation == again.interpretation


class TestSnippets:
    @pytest.mark.parametrize(
        "query",
        [
            '"Doha agreement"',
            "withdrawal dates:2021-09-11",
            "place:Kabul taliban",
            "dates:1980s soviet",
            "dohaa agrement",
            '"to be or not to be"',
            "Erdogan",
            "ghani baradar zeppelin",
            "talib* -soviet",
            "*",
        ],
    )
    def test_every_quotation_is_exact(self, seeds: Index, query: str) -> None:
        """
        A snippet is the body at its span; highlights lie inside it.
        """
        hits = seeds.search(query, limit=50)
        assert hits
        for hit in hits:
            article = seeds.get(hit.id)
            assert (article.title, article.path) == (hit.title, hit.path)
            for snippet in hit.snippets:
                start, end = snippet.span
                assert article.body[start:end] == snippet.text != ""
                for span in snippet.highlights:
                    assert 0 <= span.start < span.end <= len(snippet.text)
            for span in hit.title_highlights:
                assert 0 <= span.start < span.end <= len(hit.title)

    def test_what_matched_is_highlighted(self, seeds: Index) -> None:
        """
        Corrected words are highlighted as they stand in the text.
        """
        hit = seeds.search("dohaa agrement")[0]
        marked = {
            snippet.text[span.start : span.end].lower()
            for snippet in hit.snippets
            for span in snippet.highlights
        }
        assert {"doha", "agreement"} <= marked

    def test_what_is_spelt_nearly_so_is_highlighted(self, seeds: Index) -> None:
        """
        Words that a fuzzy word stands for are marked, and no others.
        """
        hit = seeds.search("kandahr~1", limit=1)[0]
        marked = {
            highlight.cut(snippet.text)
            for snippet in hit.snippets
            for highlight in snippet.highlights
        }
        assert {"Kandahar"} == marked

    def test_names_and_dates_are_highlighted_too(self, seeds: Index) -> None:
        """
        What a filter asked for is shown.
        """
        hit = seeds.search("withdrawal dates:2021-09-11")[0]
        titles = [hit.title[span.start : span.end] for span in hit.title_highlights]
        assert "11 September 2021" in titles
