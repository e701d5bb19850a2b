"""
The lines of JSON that the extension writes of documents' stored fields.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.engines.whoosh.stored import pack_line, unpack_line
from searchkit.native import load

native: Any = load()
if native is None:
    pytest.skip("the native extension is not built", allow_module_level=True)

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.text('"\\/\b\f\n\r\t\x00\x1f\x7f\u2028é'),
)
NAMES = st.lists(TEXTS, unique=True, max_size=5)


@given(NAMES, st.data())
def test_the_lines_are_those_of_the_pure_form(
    names: list[str], data: st.DataObject
) -> None:
    """
    Strings and booleans are written byte for byte as they are in Python.

    A document has values of the first names, or of all.
    """
    value = st.one_of(TEXTS, st.booleans())
    values = st.lists(value, max_size=len(names)).map(tuple)
    documents = data.draw(st.lists(values, max_size=4))
    dictionaries = [dict(zip(names, one, strict=False)) for one in documents]
    text = native.json_lines(tuple(names), documents)
    assert [pack_line(one) for one in dictionaries] == text.split(b"\n")[:-1]
    assert dictionaries == [unpack_line(line) for line in text.split(b"\n")[:-1]]


@pytest.mark.parametrize(
    "document",
    [
        ("a", 1),
        ("a", None),
        (b"a", "b"),
        (type("Text", (str,), {})("a"),),
        ["a"],
        {"id": "a"},
        "a",
        ("a", "b", "c"),
    ],
)
def test_other_values_have_no_line(document: object) -> None:
    """
    Whatever else a document stores is left to the pure form.
    """
    assert native.json_lines(("id", "title"), [("a", "b"), document]) is None


def test_names_are_strings() -> None:
    """
    In a tuple, so that nobody changes them meanwhile.
    """
    for names in (["id"], (1,)):
        with pytest.raises(TypeError):
            native.json_lines(names, [("a",)])
