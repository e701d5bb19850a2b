"""
Further: what articles name besides people, organisations and places.

Groups (``groups``) and events (``events``) are looked for after all else is settled, in
what is left of the text: "the French Foreign Ministry" is an organisation, and
"French" in it no group.  An event takes in what is a part of its name: of "the Treaty
of Versailles" nothing is left for the place.

A text is walked over once, from capital letter to capital letter; only words that the
lists of groups and events have are looked at more closely.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from searchkit.annotations.entities import events, groups
from searchkit.annotations.model import EntityMention
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from searchkit.annotations.model import AnnotatedField, EntityType

#: A capitalised word; hyphens part, as in "Israeli-Palestinian".
_WORD = re.compile(r"[A-Z][^\W\d_]*")


def with_further(
    texts: Mapping[AnnotatedField, str], mentions: Sequence[EntityMention]
) -> list[EntityMention]:
    """
    Add the groups and events that an article names to its other mentions.

    Args:
        texts: The texts of the article by field, in the order of the result.
        mentions: Of people, organisations and places, in order of field and span.

    Returns:
        Mentions in order of field and span, disjoint in each field.
    """
    found: list[EntityMention] = []
    for field, text in texts.items():
        own = [mention for mention in mentions if mention.field == field]
        found += _merged(own, list(_named(text, field)))
    return found


def _named(text: str, field: AnnotatedField) -> Iterator[EntityMention]:
    """
    Find groups and events, whatever else stands there; spans may overlap.
    """
    words = _listed_words()
    for match in _WORD.finditer(text):
        kinds = words.get(match[0])
        if kinds is None or (match.start() and text[match.start() - 1].isalnum()):
            continue
        for kind in kinds:
            at = match.start()
            named = (
                groups.group_at(text, at, match.end())
                if kind == "group"
                else events.event_at(text, at, match.end(), prose=field == "body")
            )
            if named is not None:
                start, end, name = named
                yield EntityMention(
                    Span(start, end), text[start:end], kind, name, field
                )


@lru_cache(maxsize=1)
def _listed_words() -> Mapping[str, tuple[EntityType, ...]]:
    """
    Return the words by which groups and events are found.
    """
    words: dict[str, tuple[EntityType, ...]] = dict.fromkeys(
        groups.last_words(), ("group",)
    )
    for word in events.telling_words():
        words[word] = ("event", *words.get(word, ()))
    return words


def _merged(
    own: Sequence[EntityMention], further: Sequence[EntityMention]
) -> list[EntityMention]:
    """
    Settle what overlaps: the longer event, then what was there, then groups.
    """
    kept = list(own)
    by_length = sorted(
        (one for one in further if one.type == "event"),
        key=lambda one: (one.span.start - one.span.end, one.span.start),
    )
    for event in by_length:
        touching = [one for one in kept if one.span.overlaps(event.span)]
        if any(one.span == event.span and one.type == "org" for one in touching):
            continue  # "Zarnik Games" is a maker of them
        if all(event.span.covers(one.span) and one.type != "event" for one in touching):
            kept = [one for one in kept if one not in touching]
            kept.append(event)
    kept.sort(key=lambda one: one.span)
    places = [(one.span.start, one.span.end) for one in kept]
    for group in further:
        if group.type == "group" and not _is_taken(places, group.span):
            kept.append(group)
    return sorted(kept, key=lambda one: one.span)


def _is_taken(places: Sequence[tuple[int, int]], span: Span) -> bool:
    at = bisect_left(places, (span.end, 0))
    return at > 0 and places[at - 1][1] > span.start
