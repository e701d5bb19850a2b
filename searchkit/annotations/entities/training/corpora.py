"""
Corpora: text with its entities marked, in three formats.

- CoNLL: one token a line, its tag last, sentences parted by empty lines, articles by
  ``-DOCSTART-``.  Tags are ``O`` or a type after ``I-`` or ``B-``.
- JSON Lines with ``text`` and ``spans``, a list of ``[start, end, type]``.
- JSON Lines with ``text``, or ``title`` and ``body``, and no spans: material for a
  teacher (``searchkit.annotations.entities.training.teacher``).

Types are those of CoNLL, of OntoNotes and our own; any other type is no entity.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from searchkit.errors import ArticleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from searchkit.annotations.model import EntityType

TYPES: dict[str, EntityType] = {
    **dict.fromkeys(("PER", "PERSON"), "person"),
    **dict.fromkeys(("ORG", "ORGANIZATION", "ORGANISATION"), "org"),
    **dict.fromkeys(
        ("LOC", "LOCATION", "GPE", "FAC", "FACILITY", "PLACE"), "place"
    ),
}  # fmt: skip
"""Names of types in corpora, in capitals, and ours."""

LABELLED = frozenset(TYPES.values())
"""The types that corpora have, and that the model decides about."""

_TAG = re.compile(r"O|[IB]-\S+")
#: Sentences of a CoNLL file without ``-DOCSTART-`` that are taken for one article.
_SENTENCES = 12
_NO_SPACE_BEFORE = frozenset(
    [",", ".", ";", ":", "?", "!", ")", "]", "%", "'s", "n't", "''", "'"]
)
_NO_SPACE_AFTER = frozenset(["(", "[", "$", "``", "#"])


@dataclass(frozen=True, slots=True)
class Labelled:
    """
    A text with its entities.

    Attributes:
        text: Any text.
        spans: Start, end and type of each entity, disjoint.
    """

    text: str
    spans: tuple[tuple[int, int, EntityType], ...] = ()


def read_corpus(path: Path) -> list[Labelled]:
    """
    Read a corpus whose entities are marked.

    Args:
        path: ``.jsonl`` for JSON Lines, any other name for CoNLL.

    Raises:
        ArticleError: A line cannot be read.
    """
    lines = _lines(path)
    if path.suffix == ".jsonl":
        return [
            _labelled(record, path, number) for number, record in _records(lines, path)
        ]
    return list(_conll(lines, path))


def read_texts(path: Path) -> Iterator[str]:
    """
    Read the texts of JSON Lines, title and body as paragraphs of one.

    Raises:
        ArticleError: A line is no JSON object.
    """
    for _, record in _records(_lines(path), path):
        parts = [record.get(field) for field in ("title", "body", "text")]
        text = "\n\n".join(part for part in parts if isinstance(part, str) and part)
        if text:
            yield text


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise ArticleError(str(path), "not UTF-8", _at(number)) from error


def _records(lines: Iterable[str], path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            reason = f"not JSON: {error}"
            raise ArticleError(str(path), reason, _at(number)) from error
        if not isinstance(record, dict):
            raise ArticleError(str(path), "not a JSON object", _at(number))
        yield number, record


def _at(number: int) -> str:
    return f"line {number}"


def _labelled(record: dict[str, Any], path: Path, number: int) -> Labelled:
    text, spans = record.get("text"), record.get("spans")
    if not isinstance(text, str) or not isinstance(spans, list):
        raise ArticleError(str(path), '"text" or "spans" is missing', _at(number))
    found: list[tuple[int, int, EntityType]] = []
    for span in spans:
        try:
            start, end, name = int(span[0]), int(span[1]), str(span[2])
        except (TypeError, ValueError, IndexError, KeyError) as error:
            reason = f"a span is no [start, end, type]: {span!r}"
            raise ArticleError(str(path), reason, _at(number)) from error
        if not 0 <= start < end <= len(text):
            reason = f"the span {start}-{end} is not in the text"
            raise ArticleError(str(path), reason, _at(number))
        if kind := TYPES.get(name.upper()):
            found.append((start, end, kind))
    return Labelled(text, tuple(sorted(found)))


def _conll(lines: Iterable[str], path: Path) -> Iterator[Labelled]:
    article: list[list[tuple[str, str]]] = []
    sentence: list[tuple[str, str]] = []
    marked = False
    for number, line in enumerate((*lines, ""), 1):
        fields = line.split()
        if fields and fields[0] != "-DOCSTART-":
            if len(fields) == 1 or not _TAG.fullmatch(fields[-1]):
                raise ArticleError(str(path), "no token with its tag", _at(number))
            sentence.append((fields[0], fields[-1]))
            continue
        if sentence:
            article.append(sentence)
            sentence = []
        if fields:
            marked = True
        if article and (fields or (not marked and len(article) == _SENTENCES)):
            yield _join(article)
            article = []
    if article:
        yield _join(article)


def _join(sentences: Iterable[list[tuple[str, str]]]) -> Labelled:
    """
    Put the tokens of an article together as they were written, as far as it is known.
    """
    text = ""
    spans: list[list[Any]] = []
    for sentence in sentences:
        text += "\n" if text else ""
        before = ""
        quoted = False
        running = ""
        for token, tag in sentence:
            tight = not before or token in _NO_SPACE_BEFORE or before in _NO_SPACE_AFTER
            if token == '"':  # noqa: S105 - no password
                tight = tight or quoted
                quoted = not quoted
            elif before == '"':
                tight = tight or quoted
            text += "" if tight else " "
            start = len(text)
            text += token
            kind = TYPES.get(tag.partition("-")[2].upper(), "")
            if kind and kind == running and not tag.startswith("B-"):
                spans[-1][1] = len(text)
            elif kind:
                spans.append([start, len(text), kind])
            running, before = kind, token
    return Labelled(text, tuple((start, end, kind) for start, end, kind in spans))
