"""
Time expressions: from words in an article to days on the calendar.

An article says "last Tuesday"; a reader asks for 5 March 2024.  A *time expression* is
the span of the words, its *value* their normal form as in TIMEX3 (``2024-03-05``), its
*interval* the calendar days that the value covers.  An expression is *relative* where
its value needs the *anchor*: the article's publication date.

The way of a text through the modules:

1. ``tokens`` cuts it into words, and gives each a class of one character: month, day,
   unit, "last" …  (``vocabulary`` and ``holidays`` hold the words);
2. ``find`` looks for the sequences of classes that ``grammar`` lists, by one regular
   expression over the class string;
3. ``normalize`` reads each of these as a value, and leaves relative ones open, with a
   note of what is missing (``readings``);
4. ``ranges`` joins "from March" and "June 2020" to one stretch;
5. ``anchor`` closes what is open, with the help of ``tense``;
6. ``values`` turns the value into an interval.

The machine's clock is never read: an old article indexed today means what it meant when
it appeared.  Without a publication date relative expressions stay open, and no date
filter finds them.  The language is English.  Not found are hours without a mark of the
hour ("at nine"), dates that hang on an event ("the day after the vote"), and numeric
dates whose day and month might be the other way round ("03/04/2020").

The grammar is written down in ``docs/specs/time-expressions.md``.

    >>> from searchkit.annotations.times import TimeAnnotator
    >>> from searchkit.articles.model import Article
    >>> article = Article(
    ...     body="They met last Tuesday, and from March to June 2020.",
    ...     published="2024-03-07",
    ... )
    >>> [found.value for found in TimeAnnotator().annotate(article)]
    ['2024-03-05', '2020-03/2020-06']
"""

from __future__ import annotations

from searchkit.annotations.times.annotator import TimeAnnotator, annotate_text
from searchkit.annotations.times.values import interval_of

__all__ = ["TimeAnnotator", "annotate_text", "interval_of"]
