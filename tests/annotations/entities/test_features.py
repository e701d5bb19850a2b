"""
Features, and the lists that they look words up in.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.annotations.entities.features import expand, lists_with, shape
from searchkit.annotations.entities.gazetteer import DATA_FILES, comparable
from searchkit.annotations.entities.listed import LISTED_FILES, load_listed

SLOTS = ("first", "last", "middle", "only", "-2", "-1", "+1", "+2", "shape", "opens")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *[("Kabul", "Aa"), ("McDonald", "AaAa"), ("NATO", "AA"), ("F-16", "A-0")],
        *[("e-mail", "a-a"), ("2020", "0"), ("O'Neill-Smith", "A'Aa-A"), ("", "")],
    ],
)
def test_the_shape_of_a_word(word: str, expected: str) -> None:
    """
    Runs of capitals, small letters and digits, six signs at most.
    """
    assert expected == shape(word)


@given(st.sampled_from(SLOTS), st.text(max_size=12).map(comparable))
def test_every_slot_has_features_that_a_file_can_hold(slot: str, value: str) -> None:
    """
    No tab and no line break is in a feature, and none begins as a comment does.
    """
    found = expand(slot, value)
    assert found
    assert found == expand(slot, value)
    for feature in found:
        assert not feature.startswith("#")
        assert feature == " ".join(feature.split()) or slot not in {"first", "last"}
        assert {"\t", "\n", "\r"}.isdisjoint(feature)


def test_a_word_is_looked_up_in_every_list() -> None:
    """
    A name of many kinds has a feature for each; an invented one has one for none.
    """
    assert {"listed given", "listed family", "listed place"} <= set(
        lists_with("Jackson")
    )
    assert "known place" in lists_with("Kabul")
    assert "title" in lists_with("General")
    assert () == lists_with("Zqorbvik")
    assert "only@none" in expand("only", "Zqorbvik")


@pytest.mark.parametrize(
    ("names", "some", "least"),
    [
        ("family_names", {"Okonkwo", "Smith", "Nguyen", "Kowalski"}, 30_000),
        ("given_names", {"Fatima", "Olga", "John", "Priya"}, 15_000),
        ("places", {"Lagos", "Springfield", "Rio de Janeiro", "Texas"}, 25_000),
    ],
)
def test_the_lists_are_of_the_world(names: str, some: set[str], least: int) -> None:
    """
    Each has names of many countries, in comparable form, without what is no name.
    """
    found: frozenset[str] = getattr(load_listed(), names)
    assert some <= found
    assert least < len(found)
    wrong = [
        name
        for name in found
        if name != comparable(name) or not name[0].isupper() or len(name) < 2
    ]
    assert [] == wrong
    assert [] == [name for name in found if any(c.isdigit() for c in name)]


def test_the_lists_belong_to_the_fingerprint() -> None:
    """
    A changed list or model makes articles be annotated anew.
    """
    assert {*LISTED_FILES, "weights.txt"} <= set(DATA_FILES)
