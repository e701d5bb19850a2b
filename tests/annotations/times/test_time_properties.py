"""
What holds for any text whatever.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.annotations.times import annotate_text, interval_of

WORDS = """
    last next this the a of in on 1 12 31 45 1999 2020 1900s 80s ' 's - – / , . may May
    March Mar. Friday Sun. week weeks year years ago earlier later early mid end to from
    between and quarter third Q3 half century BC AD Christmas Eve New Year's Day Easter
    fall spring every several today tonight 10:30 pm a.m. GMT 9/11 2020-02-30 31/12/99
    twenty nineteen ninety-six hundred fiscal latest period day decade 9999 1000 2100
""".split()

texts = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join),
    st.lists(st.sampled_from([*WORDS, "\n\n", "é", "\u2028"]), max_size=40).map(
        "".join
    ),
)
dates = st.one_of(
    st.none(),
    st.sampled_from(["0001", "0001-01-01", "9999-12-31", "9999", "2020-02", "2020"]),
    st.dates().map(lambda day: day.isoformat()),
)


@settings(max_examples=200, deadline=None)
@given(texts, dates)
def test_any_text(text: str, published: str | None) -> None:
    """
    Any text has expressions that are inside it, in order, disjoint and well formed.
    """
    end = 0
    for found in annotate_text(text, published):
        assert end <= found.span.start < found.span.end <= len(text)
        assert found.surface == found.span.cut(text)
        assert found.interval is None or found.interval.is_ordered
        assert found.value
        end = found.span.end


@settings(max_examples=100, deadline=None)
@given(texts, dates)
def test_value_gives_the_interval(text: str, published: str | None) -> None:
    """
    The days lie inside those of the value, and are the same unless narrowed.
    """
    for found in annotate_text(text, published):
        if found.interval is not None:
            whole = interval_of(found.value)
            assert whole is not None
            assert whole.covers(found.interval)
            assert found.approximate or found.interval == whole


@settings(max_examples=50, deadline=None)
@given(texts, dates)
def test_same_twice(text: str, published: str | None) -> None:
    """
    The same text gives the same expressions.
    """
    assert annotate_text(text, published) == annotate_text(text, published)


@pytest.mark.parametrize(
    "unit",
    [
        "1 ",
        "1-",
        "May ",
        "in May ",
        "the last ",
        "20 years ",
        "a few of a ",
        "2001 to ",
        "Q1 ",
        "on Friday ",
        "New Year's ",
        "\n \n",
        "9",
        "x",
        "1/1/",
        "early the ",
    ],
)
@pytest.mark.usefixtures("it_ends")
def test_hostile_repeats(unit: str) -> None:
    """
    Time grows with the length of a text, however it repeats itself.
    """
    text = unit * (100_000 // len(unit))
    for time in annotate_text(text, "2020-06-17"):
        assert time.surface == time.span.cut(text)
