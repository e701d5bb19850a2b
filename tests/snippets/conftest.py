"""
Everything about snippets is tested twice: in the pure form and in the native one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchkit import snippets
from searchkit.native import load
from searchkit.snippets import choose as pure_choose
from searchkit.snippets import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from searchkit.hits import Snippet


@pytest.fixture(scope="module", params=["pure", "native"], autouse=True)
def form(request: pytest.FixtureRequest) -> Iterator[str]:
    """
    Make what makes snippets give this form.
    """
    name = str(request.param)
    if name == "native" and load() is None:
        pytest.skip("the native extension is not compiled, or switched off")
    with pytest.MonkeyPatch.context() as patch:
        if name == "pure":
            patch.setattr(snippets, "load", lambda: None)
        yield name


@pytest.fixture(scope="module")
def choose(form: str) -> Callable[..., tuple[Snippet, ...]]:
    """
    Choose fragments in this form.
    """
    return pure_choose if form == "pure" else compiled.choose
