from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchkit.engines.whoosh.engine import WhooshEngine
from tests.conformance.brute_force import BruteForceEngine

if TYPE_CHECKING:
    from pathlib import Path

    from searchkit.engines.base import Engine


@pytest.fixture(params=["whoosh", "brute force"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """
    Give every engine in turn, empty.
    """
    made: Engine = (
        WhooshEngine(tmp_path) if request.param == "whoosh" else BruteForceEngine()
    )
    made.reset()
    return made
