"""
Shared by the tests of entities: find mentions in a text, in a short form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from searchkit.annotations.entities import EntityAnnotator
from searchkit.articles.model import Article

Short: TypeAlias = tuple[str, str, str]
Find: TypeAlias = Callable[..., list[Short]]


@pytest.fixture(scope="session")
def find() -> Find:
    """
    Return a function from a body, and a title, to (type, surface, name) in order.
    """
    annotator = EntityAnnotator()

    def mentions(body: str = "", title: str = "") -> list[Short]:
        article = Article(title=title, body=body, id="x")
        return [(m.type, m.surface, m.name) for m in annotator.annotate(article)]

    return mentions
