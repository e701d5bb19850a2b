"""
Stop words: words too common to tell one article from another.

They are indexed like any other, so that ``"The Who"`` is found as a phrase; the query
parser leaves them out where they stand alone among other words.
"""

from __future__ import annotations

STOP_WORDS: frozenset[str] = frozenset(
    """
    a an and are as at be been but by did do does for from had has have he her his how
    i if in into is it its my no not of on or our she so such that the their then there
    these they this to was we were what when where which will with would you your
    """.split()
)
"""English function words, folded; question words are among them, names are not."""
