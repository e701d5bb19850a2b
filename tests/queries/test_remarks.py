from __future__ import annotations

from datetime import date

import pytest

from searchkit.queries import parse
from searchkit.queries.dates import ReferenceDay
from searchkit.queries.notes import Note


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            "kabul dates:banana",
            "ignored",
            "“banana” is not a date, so dates: was ignored",
        ),
        (
            "kabul dates:last week",
            "ignored",
            (
                "“last” is not a date, so dates: was ignored;"
                " a date of several words needs quotation marks"
            ),
        ),
        (
            'kabul published:"last week"',
            "ignored",
            (
                "“last week” counts from a day, and no article has a date,"
                " so published: was ignored"
            ),
        ),
        (
            "kabul published:2020..2021-13",
            "ignored",
            "“2021-13” is not a date, so published: was ignored",
        ),
        (
            "dates:2021..2020",
            "ignored",
            "“2021..2020” runs backwards, so its two dates were swapped",
        ),
        (
            "dates:{2020 TO 2021}",
            "ignored",
            "“{2020 TO 2021}” was read with its first and last day included",
        ),
        (
            "foo:bar",
            "literal",
            "“foo:” is not a field, so “foo:bar” was searched as plain words",
        ),
        ("kabul title:", "ignored", "nothing follows “title:”, so it was ignored"),
        (
            "Title:body:kabul",
            "ignored",
            "“Title:” stands before “body:”, so it was ignored",
        ),
        (
            "kabul title:*",
            "ignored",
            "“title:*” was ignored, because * needs letters before it",
        ),
        (
            "te*t",
            "literal",
            (
                "only a * at the end of a word stands for letters, "
                "so “te*t” was searched as plain words"
            ),
        ),
        (
            '"tali* leader"',
            "literal",
            (
                "a * between quotation marks stands for nothing, "
                "so “tali* leader” was searched as plain words"
            ),
        ),
        (
            "place:Kab*",
            "literal",
            "place: compares whole words, so the * in “Kab*” stands for nothing",
        ),
        (
            "source:Reut*",
            "literal",
            "source: compares whole words, so the * in “Reut*” stands for nothing",
        ),
        ("new-yor*", "literal", "the * in “new-yor*” was applied to “yor*” alone"),
        (
            "kabul=herat",
            "literal",
            "“=” has no meaning here, so “kabul=herat” was searched as plain words",
        ),
        (
            "taliban^2",
            "ignored",
            "“^2” has no meaning here, so it was ignored",
        ),
        (
            "us~2",
            "ignored",
            "“us” is too short for similar words, so “~2” was ignored",
        ),
        (
            "title:taliban~7",
            "ignored",
            "no more than 2 letters can differ, so “taliban~7” was read as “taliban~2”",
        ),
        (
            "al-Zawahri~",
            "literal",
            "the ~ in “al-Zawahri~” was applied to “Zawahri~” alone",
        ),
        (
            'kabul "',
            "ignored",
            "a quotation mark with nothing behind it was ignored",
        ),
        (
            '"kabul"~3',
            "ignored",
            "“~3” has no meaning after a phrase or group, so it was ignored",
        ),
        ("kabul OR", "ignored", "“OR” has a word on one side only, so it was ignored"),
        ("NOT", "ignored", "“NOT” has no word after it, so it was ignored"),
        (
            'kabul "fall of',
            "ignored",
            (
                "the quotation mark before “fall of” is never closed, "
                "so the phrase runs to the end"
            ),
        ),
        (
            "(kabul",
            "ignored",
            "a parenthesis is never closed, so the group runs to the end",
        ),
        (
            "kabul)",
            "ignored",
            "a closing parenthesis has no opening one, so it was ignored",
        ),
        ("kabul ()", "ignored", "there is nothing between “(” and “)”"),
        (
            "x OR (y " * 30 + ")" * 30,
            "ignored",
            (
                "more than 24 parentheses stand inside each other, "
                "so some of them were ignored"
            ),
        ),
        (
            "kabul " * 129,
            "ignored",
            (
                "a query can have 128 words and phrases, "
                "so “kabul” and all that follows was ignored"
            ),
        ),
        (
            "x" * 4090 + " kabul herat",
            "ignored",
            (
                "the query is longer than 4,096 characters, "
                "so everything after “…xxxxxxxxxxxxxx kabul” was ignored"
            ),
        ),
        ("", "ignored", "the query is empty"),
        ("!?!", "ignored", "there is nothing to search for in “!?!”"),
        ("-*", "ignored", "“-*” leaves out every article"),
        ("the kabul", "stopwords", "“the” was skipped as a common word"),
        (
            "the fall of the city",
            "stopwords",
            "“the” and “of” were skipped as common words",
        ),
        (
            "kabul the of and to in on at",
            "stopwords",
            "“the”, “of”, “and”, “to”, “in” and 2 more were skipped as common words",
        ),
    ],
)
def test_notes_are_sentences_that_quote(text: str, kind: str, message: str) -> None:
    """
    Whatever is set aside or read literally is told in one sentence that quotes it.
    """
    assert [(kind, message)] == [(x.kind, x.message) for x in parse(text).notes]


def test_long_parts_are_quoted_in_part() -> None:
    """
    A sentence stays short; the note carries the whole part.
    """
    value = "b" * 100
    (note,) = parse(f"kabul dates:{value}").notes
    assert f"“{'b' * 39}…” is not a date, so dates: was ignored" == note.message
    assert value == note.text


def test_the_same_remark_is_made_once() -> None:
    """
    Equal notes are not repeated.
    """
    notes = parse("kabul dates:banana dates:banana").notes
    assert (
        Note("ignored", "“banana” is not a date, so dates: was ignored", "banana"),
    ) == notes


@pytest.mark.parametrize(
    ("reference", "origin"),
    [
        (ReferenceDay(date(2020, 3, 4)), ""),
        (
            ReferenceDay(date(2020, 3, 4), is_newest=True),
            ", the newest date of publication",
        ),
    ],
)
def test_what_a_relative_date_means_is_told(
    reference: ReferenceDay, origin: str
) -> None:
    """
    Its days, the day that it was counted from, and whose choice that was.
    """
    (note,) = parse('kabul dates:"last week"', reference=lambda: reference).notes
    assert note.kind == "anchored"
    assert note.message == (
        "“last week” is 2020-02-24..2020-03-01, counted from 2020-03-04" + origin
    )


def test_notes_stand_in_the_order_of_the_query() -> None:
    """
    What comes first in the query is told first; skipped words come last.
    """
    notes = parse("the kabul dates:banana te*t foo:bar").notes
    assert [note.text for note in notes] == ["banana", "te*t", "foo:bar", "the"]
