"""
Analysis: from text to tokens and sentences.

A *token* is an occurrence of a word in a text: its *term* (folded and stemmed, what
posting lists are kept for), its *word* (folded only), its *position* (how many tokens
stand before it; phrases use it) and its *span* (code points; highlights use it).

- ``english`` is the analyzer: tokenize, fold, stem.  Its steps are ``surfaces`` and
  ``folding``; ``compiled`` is its native form.
- ``sentences`` finds paragraphs and sentences.
- ``stopwords`` lists the words that queries leave out.
- ``unicode_data`` holds frozen Unicode tables.

Analysis knows nothing of articles, fields or engines, and never fails on any text.
Traps: the position of a token is not its number among the *query's* words, where stop
words are skipped; and a term is no word: do not show it to people.

    >>> from searchkit.analysis import english_analyzer
    >>> [token.term for token in english_analyzer().tokens("Ghani's ministers fled")]
    ['ghani', 'minist', 'fled']
"""

from __future__ import annotations

import threading

from searchkit.analysis.english import (
    ANALYZER_FINGERPRINT,
    Analyzer,
    EnglishAnalyzer,
    Token,
)
from searchkit.analysis.folding import fold, folded_alone
from searchkit.analysis.sentences import paragraphs, sentences, sentences_of_paragraph
from searchkit.analysis.stopwords import STOP_WORDS
from searchkit.native import load

__all__ = [
    "ANALYZER_FINGERPRINT",
    "STOP_WORDS",
    "Analyzer",
    "EnglishAnalyzer",
    "Token",
    "analyzer",
    "english_analyzer",
    "fold",
    "folded_alone",
    "paragraphs",
    "sentences",
    "sentences_of_paragraph",
]

_local = threading.local()


def english_analyzer() -> Analyzer:
    """
    Return the English analyzer of the running thread, made on its first call.

    It is the native form where the extension is there, else the pure one.
    """
    try:
        english: Analyzer = _local.english
    except AttributeError:
        english = _local.english = analyzer("english")
    return english


def analyzer(language: str) -> Analyzer:
    """
    Return the running thread's analyzer for a language, made on its first call.

    Args:
        language: A Snowball stemmer by its name, such as ``german``; the list is
            ``Stemmer.algorithms()``.

    Returns:
        The native form where the extension is there, else the pure one.

    Raises:
        ValueError: There is no such stemmer.

    Example:
        >>> [term for term, _ in analyzer("german").terms("Die Häuser, das Haus")]
        ['die', 'haus', 'das', 'haus']
    """
    made: dict[str, Analyzer] = _local.__dict__.setdefault("analyzers", {})
    if language not in made:
        made[language] = _make(language)
    return made[language]


def _make(language: str) -> Analyzer:
    if load() is None:
        return Analyzer(language)
    from searchkit.analysis.compiled import NativeAnalyzer  # noqa: PLC0415 - may lack

    return NativeAnalyzer(language)
