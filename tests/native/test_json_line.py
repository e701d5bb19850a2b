"""
The line of JSON that the extension writes of a document's stored fields.
"""

from __future__ import annotations

from types import MappingProxyType
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
DOCUMENTS = st.dictionaries(TEXTS, st.one_of(TEXTS, st.booleans()))


@given(document=DOCUMENTS)
def test_the_line_is_that_of_the_pure_form(document: dict[str, str | bool]) -> None:
    """
    Strings and booleans are written byte for byte as they are in Python.
    """
    line = native.json_line(document)
    assert pack_line(document) == line
    assert document == unpack_line(line)


@pytest.mark.parametrize(
    "document",
    [
        {"id": "a", "count": 1},
        {"id": None},
        {"id": b"a"},
        {1: "a"},
        {"id": type("Text", (str,), {})("a")},
        MappingProxyType({"id": "a"}),
        [("id", "a")],
    ],
)
def test_other_values_have_no_line(document: object) -> None:
    """
    Whatever else a document stores is left to the pure form.
    """
    assert native.json_line(document) is None
