from __future__ import annotations

import pytest

from searchkit.queries import leaves, parse
from searchkit.queries.tree import And, Not, Nothing, Or, Phrase, Word
from searchkit.settings import MAX_QUERY_DEPTH, MAX_QUERY_LEAVES, MAX_QUERY_LENGTH


def test_superfluous_parentheses_do_not_count() -> None:
    """
    Any number of parentheses around one thing is that thing.
    """
    assert Word("kabul") == parse("(" * 1200 + "kabul" + ")" * 1200).tree
    assert parse("(" * 1200 + "kabul" + ")" * 1200).notes == ()


@pytest.mark.parametrize("opening", ["(x OR (y ", "-(x ", "(x -(y OR "])
def test_groups_that_are_too_deep_are_opened(opening: str) -> None:
    """
    Deeper groups lose parentheses with a note, and what is left prints as itself.
    """
    parsed = parse(opening * 60 + "z")
    printed = str(parsed.tree)
    assert parsed.tree == parse(printed).tree
    assert any("inside each other" in note.message for note in parsed.notes)
    depth = deepest = 0
    for char in printed:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    assert MAX_QUERY_DEPTH - 2 <= deepest <= MAX_QUERY_DEPTH + 1


def test_as_many_groups_as_allowed_stay() -> None:
    """
    At the limit, nothing is taken apart.
    """
    levels = MAX_QUERY_DEPTH // 2
    parsed = parse("x (y OR (" * levels + "u v" + "))" * levels)
    assert parsed.notes == ()
    assert str(parsed.tree).count("(") == MAX_QUERY_DEPTH


def test_words_beyond_the_limit_are_set_aside() -> None:
    """
    The first words of a query with too many are searched, with a note.
    """
    words = [f"w{number}" for number in range(MAX_QUERY_LEAVES + 10)]
    parsed = parse(" ".join(words))
    assert words[:MAX_QUERY_LEAVES] == str(parsed.tree).split()
    (note,) = parsed.notes
    assert f"w{MAX_QUERY_LEAVES}" == note.text


def test_of_words_joined_by_signs_as_many_as_allowed_are_read() -> None:
    """
    The limit holds inside a value too; but words left out together stay together.
    """
    words = [f"w{number}" for number in range(MAX_QUERY_LEAVES + 10)]
    parsed = parse(",".join(words))
    assert words[:MAX_QUERY_LEAVES] == str(parsed.tree).split()
    assert [f"w{MAX_QUERY_LEAVES}"] == [note.text for note in parsed.notes]
    parsed = parse(f"kabul -{','.join(words)}")
    assert And((Word("kabul"), Not(Phrase(" ".join(words))))) == parsed.tree
    assert () == parsed.notes


def test_a_denied_value_beyond_the_limit_is_set_aside_whole() -> None:
    """
    Some words of it would leave out more articles than all of them.
    """
    words = " ".join(f"w{number}" for number in range(MAX_QUERY_LEAVES - 1))
    parsed = parse(f"{words} -new-yor*")
    assert words == str(parsed.tree)
    assert ["new-yor*"] == [note.text for note in parsed.notes]


def test_as_many_words_as_allowed_need_no_note() -> None:
    """
    At the limit, nothing is set aside.
    """
    parsed = parse("(" + " OR ".join(f"w{n}" for n in range(MAX_QUERY_LEAVES)) + ")")
    assert isinstance(parsed.tree, Or)
    assert parsed.notes == ()


def test_long_queries_are_cut_between_words() -> None:
    """
    What stands behind the longest query string is set aside with a note.
    """
    long_word = "x" * (MAX_QUERY_LENGTH - 20)
    parsed = parse(f"{long_word} kabul aaaaaaaaaaaaaaaaaaaaaaaaaaaa herat")
    assert f"{long_word} kabul" == str(parsed.tree)
    (note,) = parsed.notes
    assert note.text == "aaaaaaaaaaaaaaaaaaaaaaaaaaaa herat"


def test_blanks_do_not_make_a_query_long() -> None:
    """
    Nothing is set aside where only blanks are cut.
    """
    assert parse("kabul" + " " * MAX_QUERY_LENGTH * 2).notes == ()


def test_a_tree_is_never_longer_than_a_query_may_be() -> None:
    """
    Printed, a tree that spells out many dates stays within the limit.
    """
    values = " OR ".join(f"2{n:03d}0101..2{n + 1:03d}0202" for n in range(120))
    parsed = parse(f"published:({values})")
    assert len(str(parsed.tree)) <= MAX_QUERY_LENGTH
    assert parsed.tree == parse(str(parsed.tree)).tree
    assert 100 < len(list(leaves(parsed.tree))) < 120
    assert "longer than" in parsed.notes[0].message


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1200,
        "(" * 1200 + "x" + ")" * 1200,
        "-" * 10_000 + "x",
        "-" * 4_000 + "x",
        "- " * 2_000 + "x",
        "-(" * 2_000 + "x",
        "NOT " * 1_000 + "x",
        '"' * 4_000,
        "“" * 4_001,
        '"a ' * 1_300,
        "title:" * 600,
        "dates:" + "[" * 4_000,
        "dates:[" * 500,
        "dates:" + "2020 .. " * 500,
        "url:" + "(" * 4_000,
        "url:a" + "(b" * 2_000,
        "*a" * 2_000,
        "a*" * 2_000,
        "a:" * 2_000,
        "a." * 2_000 + "*",
        "a," * 2_000,
        "a/" * 2_000 + "*",
        "title:" + "a/" * 2_000,
        "a" + "." * 4_000 + "1",
        "a" + "~1" * 2_000 + "b",
        "a" + "~1." * 1_300,
        "ab:/" * 1_000,
        "x OR (y " * 500,
        "dates:x " * 500,
        "the " * 1_000,
        "!-" * 2_000,
        "a" * 10_000_000,
        "\n" * 10_000_000,
    ],
    ids=lambda text: f"{text[:12]}… {len(text)}",
)
@pytest.mark.usefixtures("it_ends")
def test_hostile_queries_are_read(text: str) -> None:
    """
    No string takes long or exhausts the stack.
    """
    parsed = parse(text)
    assert parsed.tree == parse(str(parsed.tree)).tree


def test_ten_thousand_minus_signs_are_cut_with_a_note() -> None:
    """
    Signs without a word in the part that is read vanish, and notes say so.
    """
    parsed = parse("-" * 10_000 + "x")
    assert Nothing() == parsed.tree
    assert [note.kind for note in parsed.notes] == ["ignored", "ignored"]


def test_many_negations_cancel_out() -> None:
    """
    Any number of negations that fits is read.
    """
    assert Not(Word("x")) == parse("-" * 3_001 + "x").tree
    assert Word("x") == parse("NOT " * 1_000 + "x").tree


def test_a_long_phrase_is_kept() -> None:
    """
    A phrase may be as long as the query, its marks included.
    """
    text = "x" * (MAX_QUERY_LENGTH - 2)
    assert Phrase(text) == parse(f'"{text}"').tree
