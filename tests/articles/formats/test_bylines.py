from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.articles.formats.bylines import clean_names, split_byline


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Ann Poe", ["Ann Poe"]),
        ("By Ann Poe and Joe Roe", ["Ann Poe", "Joe Roe"]),
        ("Ann Poe, Joe Roe, and Kim Loe", ["Ann Poe", "Joe Roe", "Kim Loe"]),
        ("Ann Poe & Joe Roe", ["Ann Poe", "Joe Roe"]),
        ("Poe, Ann; Roe, Joe", ["Poe, Ann", "Roe, Joe"]),
        ("Ann Poe, Jr.", ["Ann Poe, Jr."]),
        ("Byron Poe", ["Byron Poe"]),
        ("Ann Poe; Ann Poe; ; ", ["Ann Poe"]),
        ("https://quay.example/ann", []),
        ("", []),
    ],
)
def test_names_are_parted(byline: str, names: list[str]) -> None:
    """
    Names are parted where another one begins, and stay as they are printed.
    """
    assert names == split_byline(byline)


@given(st.text("ab ,;&|", max_size=60))
def test_names_are_clean(byline: str) -> None:
    """
    Whatever the line, names are not empty, not repeated, and come out as they go in.
    """
    names = split_byline(byline)
    assert names == clean_names(names)
    assert all(names)
    assert len(set(names)) == len(names)


def test_names_are_limited() -> None:
    """
    A list of thousands of names, or a name as long as a page, is cut or dropped.
    """
    assert 50 == len(split_byline("; ".join(f"A {n}" for n in range(5000))))
    assert [] == clean_names(["x" * 1000])
