"""
The corpus of the benchmark: multiplied, made ready, written and read again.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.bench.corpus import (
    BREAK,
    ENTITIES,
    FIELD,
    Prepared,
    Story,
    entity_of,
    multiplied,
    prepare,
    prepared,
    published_of,
    read_prepared,
    read_stories,
    shaken,
)
from searchkit.analysis import english_analyzer, sentences

SENTENCES = [f"This is sentence {number} of the story." for number in range(40)]
STORY = Story("a", "Title", " ".join(SENTENCES))
OTHER = Story("b", "Other", "A dove came in on Monday. Nobody saw it leave.")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """
    Write three articles down, one of them without a body.
    """
    path = tmp_path / "articles.jsonl.gz"
    articles = [
        {"id": "a", "title": "Talks", "body": "Talks began\nin Doha."},
        {"id": "b", "title": "Nothing", "body": " … "},
        {"id": "c", "title": "Rates", "body": "The U.S. bank\x1fraised 3.5 rates."},
    ]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(article) + "\n" for article in articles)
    return path


class TestMultiplying:
    def test_the_originals_come_first(self) -> None:
        """
        One time is the stories themselves, and more begin with them.
        """
        assert [STORY, OTHER] == list(multiplied([STORY, OTHER], 1, 7))
        assert [STORY, OTHER] == list(multiplied([STORY, OTHER], 3, 7))[:2]

    def test_copies_have_ids_of_their_own(self) -> None:
        """
        No two stories share an id.
        """
        ids = [story.id for story in multiplied([STORY, OTHER], 4, 7)]
        assert ["a", "b", "a-1", "b-1", "a-2", "b-2", "a-3", "b-3"] == ids

    def test_a_copy_has_sentences_of_its_original(self) -> None:
        """
        Sentences are dropped and swapped, and none is made.
        """
        copy = shaken(STORY, 1, 7)
        told = [span.cut(copy.body) for span in sentences(copy.body)]
        assert set(told) < set(SENTENCES)
        assert len(set(told)) == len(told)
        assert told != sorted(told, key=SENTENCES.index)

    def test_the_seed_decides(self) -> None:
        """
        The same seed shakes alike, whatever else there is; another one does not.
        """
        alone = list(multiplied([STORY], 2, 7))[1]
        beside = list(multiplied([OTHER, STORY], 2, 7))[3]
        assert alone == beside
        assert alone != list(multiplied([STORY], 2, 8))[1]

    def test_something_is_left_of_a_single_sentence(self) -> None:
        """
        No copy is empty.
        """
        short = Story("s", "", "One sentence only.")
        bodies = {copy.body for copy in multiplied([short], 60, 7)}
        assert {"One sentence only."} == bodies


class TestMadeUpFacets:
    def test_places_are_not_equally_frequent(self) -> None:
        """
        The first place is the most frequent one, and all of them occur.
        """
        drawn = Counter(entity_of(str(number)) for number in range(4000))
        assert ENTITIES[0] == drawn.most_common(1)[0][0]
        assert set(ENTITIES) == set(drawn)

    def test_days_spread_over_twenty_years(self) -> None:
        """
        Every year of the twenty has articles, and no other has.
        """
        years = {published_of(str(number)).year for number in range(2000)}
        assert set(range(2000, 2020)) == years

    def test_an_id_has_one_day_and_one_place(self) -> None:
        """
        Both come from the id and nothing else.
        """
        assert published_of("a") == published_of("a")
        assert published_of("a") != published_of("b")
        assert entity_of("a") == entity_of("a")


class TestPreparedDocuments:
    @given(st.text(st.characters(exclude_characters=FIELD + BREAK + "\r\x85")))
    def test_a_line_keeps_the_document(self, body: str) -> None:
        """
        What is written as a line is read as the same document.
        """
        document = prepared(Story("a", "Title", body))
        line = document.to_line()
        assert 1 == line.count("\n")
        assert document == Prepared.from_line(line)

    def test_terms_are_those_of_the_analyzer(self) -> None:
        """
        Terms and words stand in the order of the text.
        """
        document = prepared(Story("a", "", "The U.S. withdrew 3.14 ministers"))
        expected = english_analyzer().terms("The U.S. withdrew 3.14 ministers")
        assert [term for term, _ in expected] == document.terms.split(" ")
        assert [word for _, word in expected] == document.words.split(" ")
        assert "the us withdrew 3.14 minist" == document.terms

    def test_every_term_is_one_piece(self) -> None:
        """
        A character that decomposes into several words is one term all the same.
        """
        text = "before \N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM} after"
        tokens = english_analyzer().terms(text)
        assert len(tokens) == len(prepared(Story("a", "", text)).terms.split(" "))


class TestPreparing:
    def prepare(self, source: Path, folder: Path, **changes: Any) -> Any:
        options: dict[str, Any] = {"limit": None, "times": 1, "size": None, "seed": 7}
        self.told: list[str] = []
        return prepare(source, folder, **options | changes, say=self.told.append)

    def test_articles_without_a_body_are_left_out(self, source: Path) -> None:
        """
        What has no word in its body is no story; control characters are blanks.
        """
        stories = list(read_stories(source))
        assert ["a", "c"] == [story.id for story in stories]
        assert "The U.S. bank raised 3.5 rates." == stories[1].body

    def test_what_is_written_is_read(self, source: Path, tmp_path: Path) -> None:
        """
        The prepared file holds all documents, and is counted rightly.
        """
        corpus = self.prepare(source, tmp_path / "work")
        documents = list(read_prepared(corpus.path))
        assert [prepared(story) for story in read_stories(source)] == documents
        assert 2 == corpus.documents
        assert sum(len(d.terms.split()) for d in documents) == corpus.tokens
        size = sum(len((d.title + d.body).encode()) for d in documents)
        assert size == pytest.approx(corpus.megabytes * 1e6)

    def test_it_is_prepared_once(self, source: Path, tmp_path: Path) -> None:
        """
        The same wish finds what is there; another one has another digest.
        """
        first = self.prepare(source, tmp_path / "work")
        assert 1 == len(self.told)
        assert first == self.prepare(source, tmp_path / "work")
        assert [] == self.told
        other = self.prepare(source, tmp_path / "work", times=2)
        assert first.digest != other.digest
        assert 4 == other.documents

    def test_a_size_is_reached(self, source: Path, tmp_path: Path) -> None:
        """
        A corpus of a size is multiplied until it has it, and not much further.
        """
        corpus = self.prepare(source, tmp_path / "work", size=0.002)
        assert 0.002 <= corpus.megabytes < 0.0021
