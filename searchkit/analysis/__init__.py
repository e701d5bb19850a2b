"""
Analysis: from text to tokens and sentences.

A *token* is an occurrence of a word in a text: its *term* (folded and stemmed, what
posting lists are kept for), its *word* (folded only), its *position* (how many tokens
stand before it; phrases use it) and its *span* (code points; highlights use it).

- ``english`` is the analyzer: tokenize, fold, stem.
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
    EnglishAnalyzer,
    Token,
    fold,
)
from searchkit.analysis.sentences import paragraphs, sentences, sentences_of_paragraph
from searchkit.analysis.stopwords import STOP_WORDS

__all__ = [
    "ANALYZER_FINGERPRINT",
    "STOP_WORDS",
    "EnglishAnalyzer",
    "Token",
    "english_analyzer",
    "fold",
    "paragraphs",
    "sentences",
    "sentences_of_paragraph",
]

_local = threading.local()


def english_analyzer() -> EnglishAnalyzer:
    """
    Return the analyzer of the running thread, made on its first call.
    """
    try:
        analyzer: EnglishAnalyzer = _local.english
    except AttributeError:
        analyzer = _local.english = EnglishAnalyzer()
    return analyzer
