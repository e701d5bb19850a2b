"""
Labelled corpora: how they are read, and what is said of those that cannot be.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchkit.annotations.entities.training.corpora import (
    Labelled,
    read_corpus,
    read_texts,
)
from searchkit.errors import ArticleError


def marked(labelled: Labelled) -> list[tuple[str, str]]:
    return [(labelled.text[start:end], kind) for start, end, kind in labelled.spans]


def conll(text: str, tmp_path: Path) -> list[Labelled]:
    path = tmp_path / "corpus.txt"
    path.write_text(text, encoding="utf-8")
    return read_corpus(path)


def test_conll_becomes_running_text(tmp_path: Path) -> None:
    """
    Tokens are put together as they were written, and tags become spans.
    """
    text = (
        "-DOCSTART- O\n\nTor I-PER\nZarnik I-PER\n's O\naide O\n( O\nin O\n"
        "Kabul B-LOC\n) O\nquit O\n. O\n\nThe O\nUN I-ORG\nand O\nKabul I-LOC\n"
        "Oslo B-LOC\nmet O\n\n-DOCSTART- O\n\nNo O\nnames I-MISC\n"
    )
    first, second = conll(text, tmp_path)
    assert first.text == "Tor Zarnik's aide (in Kabul) quit.\nThe UN and Kabul Oslo met"
    assert marked(first) == [
        *[("Tor Zarnik", "person"), ("Kabul", "place")],
        *[("UN", "org"), ("Kabul", "place"), ("Oslo", "place")],
    ]
    assert second == Labelled("No names")


def test_quotes_are_closed(tmp_path: Path) -> None:
    """
    An opening quote stands before its word, a closing one behind it.
    """
    (labelled,) = conll('He O\nsaid O\n" O\nyes O\n" O\nto O\nher O\n', tmp_path)
    assert labelled.text == 'He said "yes" to her'


def test_sentences_without_articles_are_gathered(tmp_path: Path) -> None:
    """
    Twelve sentences make an article where none is marked.
    """
    articles = conll("It O\nrained O\n. O\n\n" * 30, tmp_path)
    assert [12, 12, 6] == [one.text.count("rained") for one in articles]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Kabul", "line 2"),
        ("plain text of an article", "line 2"),
        ("a E-PER", "line 2"),
    ],
)
def test_conll_without_tags_is_refused(line: str, place: str, tmp_path: Path) -> None:
    """
    A text that nobody has labelled is not taken for one without names.
    """
    with pytest.raises(ArticleError, match=f"{place}: no token with its tag"):
        conll(f"In O\n{line}\n", tmp_path)


def test_json_lines_have_spans(tmp_path: Path) -> None:
    """
    Types of other schemes are mapped, and those that are no entities left out.
    """
    path = tmp_path / "corpus.jsonl"
    record = {
        "text": "Ann met Bob in Oslo.",
        "spans": [[15, 19, "GPE"], [0, 3, "PERSON"], [8, 11, "DATE"]],
    }
    path.write_text(f"\ufeff{json.dumps(record)}\n\n", encoding="utf-8")
    (labelled,) = read_corpus(path)
    assert [("Ann", "person"), ("Oslo", "place")] == marked(labelled)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: not a JSON object"),
        ('{"text": "a"}', 'line 2: "text" or "spans" is missing'),
        ('{"text": 1, "spans": []}', 'line 2: "text" or "spans" is missing'),
        ('{"text": "a", "spans": [7]}', "line 2: a span is no"),
        ('{"text": "a", "spans": [{}]}', "line 2: a span is no"),
        ('{"text": "a", "spans": [[0]]}', "line 2: a span is no"),
        ('{"text": "a", "spans": [[0, 2, "PER"]]}', "line 2: the span 0-2 is not in"),
        ('{"text": "a", "spans": [[1, 1, "PER"]]}', "line 2: the span 1-1 is not in"),
    ],
)
def test_bad_json_lines_are_named(line: str, reason: str, tmp_path: Path) -> None:
    """
    One sentence says which line of which file, and what is wrong.
    """
    path = tmp_path / "corpus.jsonl"
    path.write_text(f'{{"text": "", "spans": []}}\n{line}\n', encoding="utf-8")
    with pytest.raises(ArticleError, match=reason) as caught:
        read_corpus(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["corpus.txt", "corpus.jsonl"])
def test_other_encodings_are_refused(name: str, tmp_path: Path) -> None:
    """
    Bytes that are not UTF-8 give one sentence with the line.
    """
    path = tmp_path / name
    path.write_bytes(b"\n\xff\xfe O\n")
    with pytest.raises(ArticleError, match="line 2: not UTF-8"):
        read_corpus(path)


def test_texts_are_title_and_body(tmp_path: Path) -> None:
    """
    What a teacher gets are paragraphs; lines without any text are passed over.
    """
    path = tmp_path / "articles.jsonl"
    records = [{"title": "T", "body": "B"}, {"text": "X"}, {"id": 1}, {"title": None}]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    assert ["T\n\nB", "X"] == list(read_texts(path))
