from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchkit import native
from searchkit.engines.whoosh.engine import WhooshEngine
from tests.conformance.brute_force import BruteForceEngine

if TYPE_CHECKING:
    from pathlib import Path

    from searchkit.engines.base import Engine

NO_EXTENSION = "the native extension is missing or switched off"

codecs = pytest.mark.parametrize(
    "is_native",
    [
        pytest.param(
            True,
            marks=pytest.mark.skipif(native.load() is None, reason=NO_EXTENSION),
            id="native",
        ),
        pytest.param(False, id="whoosh"),
    ],
)
"""Runs a test on both codecs, as the argument ``is_native``."""


@pytest.fixture(params=["native", "whoosh", "brute force"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """
    Give every engine in turn, empty.
    """
    made: Engine
    match request.param:
        case "native":
            if native.load() is None:
                pytest.skip(NO_EXTENSION)
            made = WhooshEngine(tmp_path, is_native=True)
        case "whoosh":
            made = WhooshEngine(tmp_path, is_native=False)
        case _:
            made = BruteForceEngine()
    made.reset()
    return made
