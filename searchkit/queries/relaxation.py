"""
Relaxation: a weaker query for when no article has all the words.

What a person set apart on purpose stays required: phrases, fields, filters, negations,
groups, and words with a plus.  Of the plain words one is enough; ranking puts the
articles with the most of them first.
"""

from __future__ import annotations

from searchkit.queries.tree import And, Fuzzy, Prefix, Query, Word, all_of, any_of


def relaxed(tree: Query) -> Query | None:
    """
    Join the plain words of a query by OR.

    Args:
        tree: A normal tree.

    Returns:
        A normal tree that matches more; ``None`` where fewer than two different plain
        words, prefixes or fuzzy words stand side by side at the top.

    Example:
        >>> from searchkit.queries import parse
        >>> print(relaxed(parse("ceasefire Kunduz hospital dates:2015").tree))
        (ceasefire OR Kunduz OR hospital) dates:2015
    """
    if not isinstance(tree, And):
        return None
    plain = list(dict.fromkeys(child for child in tree.children if _is_plain(child)))
    if len(plain) < 2:
        return None
    others = [child for child in tree.children if not _is_plain(child)]
    return all_of([any_of(plain), *others])


def _is_plain(query: Query) -> bool:
    return isinstance(query, Word | Prefix | Fuzzy) and query.field is None
