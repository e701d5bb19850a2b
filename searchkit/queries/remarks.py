"""
Every note that the parser makes, in one place.

Each function makes one :class:`Note`: a sentence that a journalist understands, without
a full stop, which quotes the part of the query string that it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.queries.fuzzy import MAX_EDITS
from searchkit.queries.notes import Note
from searchkit.settings import MAX_QUERY_DEPTH, MAX_QUERY_LEAVES, MAX_QUERY_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from searchkit.queries.dates import ReferenceDay

#: Longest part of a query string that a sentence quotes, in code points.
_QUOTED = 40


def quoted(part: str) -> str:
    """
    Put a part of a query string in quotation marks, shortened where it is long.

    Example:
        >>> quoted("Doha agreement")
        '“Doha agreement”'
    """
    part = "".join(char if char.isprintable() else " " for char in part[: 2 * _QUOTED])
    if len(part) > _QUOTED:
        part = part[: _QUOTED - 1].rstrip() + "…"
    return f"“{part}”"


def too_long(read: str, rest: str) -> Note:
    """
    Say where reading stopped; ``rest`` was not read.
    """
    tail = read.rstrip()[-20:].lstrip()
    return Note(
        "ignored",
        f"the query is longer than {MAX_QUERY_LENGTH:,} characters, "
        f"so everything after {quoted('…' + tail)} was ignored",
        rest.strip()[:_QUOTED],
    )


def too_many_leaves(part: str) -> Note:
    """
    Say from where on words were left out.
    """
    return Note(
        "ignored",
        f"a query can have {MAX_QUERY_LEAVES} words and phrases, "
        f"so {quoted(part)} and all that follows was ignored",
        part,
    )


def too_deep() -> Note:
    """
    Say that parentheses were left out.
    """
    return Note(
        "ignored",
        f"more than {MAX_QUERY_DEPTH} parentheses stand inside each other, "
        "so some of them were ignored",
    )


def empty() -> Note:
    """
    Say that nothing was typed.
    """
    return Note("ignored", "the query is empty")


def no_words(part: str) -> Note:
    """
    Say that nothing of the query is left.
    """
    return Note("ignored", f"there is nothing to search for in {quoted(part)}", part)


def excludes_everything(part: str) -> Note:
    """
    Say that the query can match no article.
    """
    return Note("ignored", f"{quoted(part)} leaves out every article", part)


def unclosed_quotation(phrase: str) -> Note:
    """
    Say that a phrase goes on to the end of the query.
    """
    return Note(
        "ignored",
        f"the quotation mark before {quoted(phrase)} is never closed, "
        "so the phrase runs to the end",
        phrase,
    )


def empty_quotation() -> Note:
    """
    Say that the query ends with an opening quotation mark.
    """
    return Note("ignored", "a quotation mark with nothing behind it was ignored", '"')


def unclosed_parenthesis() -> Note:
    """
    Say that a group goes on to the end of the query.
    """
    return Note(
        "ignored", "a parenthesis is never closed, so the group runs to the end", "("
    )


def stray_parenthesis() -> Note:
    """
    Say that a closing parenthesis was left out.
    """
    return Note(
        "ignored", "a closing parenthesis has no opening one, so it was ignored", ")"
    )


def empty_parentheses() -> Note:
    """
    Say that a group without anything in it was left out.
    """
    return Note("ignored", "there is nothing between “(” and “)”", "()")


def lonely_operator(operator: str) -> Note:
    """
    Say that AND, OR or NOT lacks a word that it could act on.
    """
    lack = "no word after it" if operator == "NOT" else "a word on one side only"
    return Note("ignored", f"“{operator}” has {lack}, so it was ignored", operator)


def lonely_field(field: str) -> Note:
    """
    Say that nothing stands behind a field's name and colon.
    """
    return Note("ignored", f"nothing follows {quoted(field)}, so it was ignored", field)


def field_before_field(field: str, following: str) -> Note:
    """
    Say that the second of two fields in a row counts.
    """
    return Note(
        "ignored",
        f"{quoted(field)} stands before {quoted(following)}, so it was ignored",
        field,
    )


def not_a_date(value: str, field: str, *, begins: bool = False) -> Note:
    """
    Say that a filter on dates was left out.

    Args:
        value: What stands behind the field.
        field: Its name.
        begins: It may be the first word of a date.
    """
    message = f"{quoted(value)} is not a date, so {field}: was ignored"
    if begins:
        message += "; a date of several words needs quotation marks"
    return Note("ignored", message, value)


def no_reference_day(value: str, field: str) -> Note:
    """
    Say that a filter on dates was left out, because it is relative to nothing.
    """
    return Note(
        "ignored",
        f"{quoted(value)} counts from a day, and no article has a date, "
        f"so {field}: was ignored",
        value,
    )


def counted_from(value: str, days: str, reference: ReferenceDay) -> Note:
    """
    Say which days a relative date stands for.
    """
    origin = ", the newest date of publication" if reference.is_newest else ""
    return Note(
        "anchored",
        f"{quoted(value)} is {days}, counted from {reference.day.isoformat()}{origin}",
        value,
    )


def dates_swapped(value: str) -> Note:
    """
    Say that a range ran from the later to the earlier day.
    """
    return Note(
        "ignored",
        f"{quoted(value)} runs backwards, so its two dates were swapped",
        value,
    )


def braces_include(value: str) -> Note:
    """
    Say that both ends of a range in braces belong to it.
    """
    return Note(
        "ignored",
        f"{quoted(value)} was read with its first and last day included",
        value,
    )


def lone_star(field: str) -> Note:
    """
    Say that a field cannot be asked for any value.
    """
    return Note(
        "ignored",
        f"{quoted(field + ':*')} was ignored, because * needs letters before it",
        f"{field}:*",
    )


def suffix(part: str) -> Note:
    """
    Say that a sign behind a phrase or group was left out.
    """
    return Note(
        "ignored",
        f"{quoted(part)} has no meaning after a phrase or group, so it was ignored",
        part,
    )


def word_suffix(part: str) -> Note:
    """
    Say that a distance or weight behind a word was left out.
    """
    return Note(
        "ignored", f"{quoted(part)} has no meaning here, so it was ignored", part
    )


def too_short_for_fuzzy(word: str, part: str) -> Note:
    """
    Say that no similar words of so short a word are looked for.
    """
    return Note(
        "ignored",
        f"{quoted(word)} is too short for similar words, so {quoted(part)} was ignored",
        part,
    )


def too_many_edits(part: str, read: str) -> Note:
    """
    Say that words that differ so much are not looked for.
    """
    return Note(
        "ignored",
        f"no more than {MAX_EDITS} letters can differ, "
        f"so {quoted(part)} was read as {quoted(read)}",
        part,
    )


def unknown_field(name: str, part: str) -> Note:
    """
    Say that a colon made no field.
    """
    return Note(
        "literal",
        f"{quoted(name)} is not a field, so {quoted(part)} was searched as plain words",
        part,
    )


def misplaced_wildcard(part: str) -> Note:
    """
    Say that ``*`` or ``?`` inside a word or before it stands for nothing.
    """
    return Note(
        "literal",
        "only a * at the end of a word stands for letters, "
        f"so {quoted(part)} was searched as plain words",
        part,
    )


def wildcard_in_phrase(part: str) -> Note:
    """
    Say that ``*`` has no effect between quotation marks.
    """
    return Note(
        "literal",
        "a * between quotation marks stands for nothing, "
        f"so {quoted(part)} was searched as plain words",
        part,
    )


def wildcard_in_value(part: str, field: str) -> Note:
    """
    Say that a field compares whole values.
    """
    return Note(
        "literal",
        f"{field}: compares whole words, so the * in {quoted(part)} stands for nothing",
        part,
    )


def wildcard_on_last(part: str, last: str) -> Note:
    """
    Say that of a compound only the last word is a prefix.
    """
    return Note(
        "literal", f"the * in {quoted(part)} was applied to {quoted(last)} alone", part
    )


def fuzzy_on_last(sign: str, part: str, last: str) -> Note:
    """
    Say that of a compound only the last word is fuzzy.
    """
    return Note(
        "literal",
        f"the {sign} in {quoted(part)} was applied to {quoted(last)} alone",
        part,
    )


def meaningless_sign(sign: str, part: str) -> Note:
    """
    Say that a sign known from other search boxes means nothing in this one.
    """
    return Note(
        "literal",
        f"{quoted(sign)} has no meaning here, "
        f"so {quoted(part)} was searched as plain words",
        part,
    )


def stop_words(words: Sequence[str]) -> Note:
    """
    Say which very common words were skipped.

    Args:
        words: At least one, as typed, each once.
    """
    shown = [quoted(word) for word in words[:5]]
    if len(words) > len(shown):
        shown.append(f"{len(words) - len(shown)} more")
    listed = " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
    verb, kind = (
        ("was", "a common word") if len(words) == 1 else ("were", "common words")
    )
    return Note("stopwords", f"{listed} {verb} skipped as {kind}", " ".join(words))
