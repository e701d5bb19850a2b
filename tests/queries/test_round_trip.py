"""
Properties of every query string and every tree.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import STOP_WORDS
from searchkit.fields import NAME_FIELD
from searchkit.queries import leaves, parse, parser
from searchkit.queries.dates import ReferenceDay
from searchkit.queries.tree import (
    And,
    DateRange,
    Everything,
    Exact,
    Fuzzy,
    Name,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
    all_of,
    any_of,
    negated,
)
from searchkit.settings import MAX_QUERY_LEAVES, MAX_QUERY_LENGTH

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from searchkit.queries.tree import Clock

PIECES = (
    *("AND", "OR", "NOT", "and", "or", "to", "the", "kabul", "Taliban's", "U.S.", "x"),
    *("title:", "body:", "entity:", "people:", "place:", "dates:", "published:"),
    *("dates-within:", "none", "yesterday", '"last week"', "last", "since", "week"),
    *("source:", "url:", "id:", "foo:", "http://a.b/c", "12:30", "2020", "2020-02-30"),
    *("2020..2021", "2021..2020", "..", "[", "]", "{", "}", " TO ", "1980s", "Feb"),
    *("29", ">", "<=", "(", ")", "((", "))", '"', "“", "”", "„", "«", "»", "'", "*"),
    *("**", "?", "~", "^", "\\", "-", "--", "+", "~2", "^3", ":", "::", ",", ".", "…"),
    *(" ", " ", " ", " ", "\t", "\x00", "\ud800", "🙂", "é", "e\u0301", "\u0301", "京"),
    *("/", "|", "&", ";", "=", "a/b", "9/11", "1,2", "AND/OR", "x&yzw", "kabul&herat"),
    *("ʹ", "½", "ﷺ", "İ", "ß", "\u200d", "\u202e", "1,250.75", "3.14", "_", "-yor*"),
    *("~1", "kabul~", "herat~2", "al-Kabul~1"),
)
syntax_heavy = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
any_text = st.text(st.characters(codec=None), max_size=60)

names = st.from_regex(r"[A-Za-zé][a-z0-9]{2,8}", fullmatch=True).filter(
    lambda word: word.lower() not in STOP_WORDS
)
compounds = st.from_regex(
    r"[A-Z][a-z]{2,5}(-[0-9]{1,2}|'s|&Co)?", fullmatch=True
).filter(lambda word: word.lower() not in STOP_WORDS)
phrases = st.lists(
    st.sampled_from(("the", "OR", "a:b", "(x", "-y", "Doha")), min_size=1
)
texts = phrases.map(" ".join).map(lambda text: f"Q {text}")
days = st.dates()
text_fields = st.sampled_from((None, "title", "body"))


def date_range(
    clock: Clock, first: date | None, last: date | None, *, within: bool
) -> DateRange:
    if first and last and last < first:
        first, last = last, first
    return DateRange(clock, first, last, within)


leaf: SearchStrategy[Query] = st.one_of(
    st.builds(Word, compounds, text_fields),
    st.builds(Phrase, texts, text_fields),
    st.builds(Prefix, names, text_fields),
    st.builds(Fuzzy, names, st.sampled_from((1, 2)), text_fields),
    st.builds(Name, st.sampled_from(tuple(NAME_FIELD)), texts),
    st.builds(Exact, st.sampled_from(("id", "source", "url")), texts),
    st.builds(
        date_range,
        st.sampled_from(("dates", "published")),
        st.none() | days,
        st.none() | days,
        within=st.booleans(),
    ),
    st.just(Everything()),
)
trees: SearchStrategy[Query] = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(all_of),
        st.lists(inner, min_size=2, max_size=4).map(any_of),
        inner.map(negated),
    ),
    max_leaves=25,
)


def is_normal(tree: Query) -> bool:
    match tree:
        case And(children) | Or(children):
            bad = (type(tree), Everything, Nothing)
            return len(children) > 1 and all(
                is_normal(child) and not isinstance(child, bad) for child in children
            )
        case Not(child):
            return is_normal(child) and not isinstance(
                child, Not | Everything | Nothing
            )
        case _:
            return True


def check(text: str) -> None:
    parsed = parse(text, reference=lambda: ReferenceDay(date(2020, 3, 4)))
    printed = str(parsed.tree)
    assert parsed.tree == parse(printed).tree
    assert is_normal(parsed.tree)
    assert text == parsed.text
    assert len(printed) <= MAX_QUERY_LENGTH
    assert len(list(leaves(parsed.tree))) <= MAX_QUERY_LEAVES
    assert isinstance(parsed.tree, Nothing) <= bool(parsed.notes)
    for note in parsed.notes:
        assert note.message.isprintable()
        assert not note.message.endswith(".")
    (printed + "".join(map(str, parsed.notes))).encode()


@settings(max_examples=200, deadline=None)
@given(any_text)
def test_any_text_is_a_query_that_prints_as_itself(text: str) -> None:
    """
    Every string parses, to a normal tree that parses from its printed form again.
    """
    check(text)


@settings(max_examples=200, deadline=None)
@given(syntax_heavy)
def test_any_heap_of_syntax_is_a_query_that_prints_as_itself(text: str) -> None:
    """
    Signs of the grammar in any order are a query with the same properties.
    """
    check(text)


@settings(max_examples=200, deadline=None)
@given(st.text("aé京ʹ½ﷺ\u0301\u200d1.,'’_-*:\"", max_size=10))
def test_any_odd_word_is_a_query_that_prints_as_itself(text: str) -> None:
    """
    Letters, marks and separators that analysis treats apart make no difference.
    """
    check(f"{text}*")
    check(f"{text}~1")


@settings(max_examples=200, deadline=None)
@given(st.text("abz019é\u0301/,:;&|_+=~^.'*?<[{-", max_size=14))
def test_any_compound_is_a_query_that_prints_as_itself(text: str) -> None:
    """
    Words that signs join are parted into such as are not parted again.
    """
    check(text)
    check(f"-{text}")
    check(f"title:{text} OR {text}")
    check(f"{text}~")
    check(f"-{text}~2^3")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=600, max_size=1500).map("".join))
def test_long_queries_print_as_themselves(text: str) -> None:
    """
    The same holds where limits cut a query.
    """
    check(text)


@settings(max_examples=200, deadline=None)
@given(trees)
def test_any_tree_is_read_as_printed(tree: Query) -> None:
    """
    A normal tree made by hand is what its printed form parses to.
    """
    assert tree == parse(str(tree)).tree


PLAIN = st.one_of(
    st.sampled_from("the a of peace Doha 1986 OR AND NOT or x² 東京 ٣ ª é ß".split()),
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=5),
)


@given(
    st.lists(PLAIN, max_size=12),
    st.lists(st.sampled_from(list(" \t\n\u00a0\u3000")), min_size=12, max_size=12),
)
def test_plain_words_need_no_grammar(words: list[str], blanks: list[str]) -> None:
    """
    A query of words alone means the same however it is read.
    """
    text = "".join(f"{word}{blank}" for word, blank in zip(words, blanks, strict=False))
    readable = parser._readable(text)
    if (plain := parser._plain(readable)) is not None:
        assert parser._Parser(readable, lambda: None).parse() == plain
