"""
The comparison of entity annotators: what it counts, and what it prints.
"""

from __future__ import annotations

import json
import lzma
from pathlib import Path

from click.testing import CliRunner

from scripts.bench.entities import Counts, main, measure
from searchkit.annotations.entities.training.corpora import Labelled
from searchkit.annotations.model import EntityType

TEXT = "Ann met Bob in Oslo. The Bob of Oslo left."
SPANS: tuple[tuple[int, int, EntityType], ...] = (
    *((0, 3, "person"), (8, 11, "person"), (15, 19, "place"), (32, 36, "place")),
)
CORPUS = [Labelled(TEXT, SPANS)]


def counted(*spans: tuple[int, int, str]) -> Counts:
    return measure([(lambda _: list(spans), CORPUS)])


def test_spans_and_types_are_compared() -> None:
    """
    Articles at the edges do not count, types do; a spelling counts once in a set.
    """
    counts = counted((8, 11, "person"), (15, 19, "org"), (32, 36, "place"))
    assert (2, 3, 4) == tuple(
        counter["all"] for counter in (counts.right, counts.found, counts.labelled)
    )
    assert 200 * 2 / 7 == counts.f1("all")
    assert 200 * 1 / 3 == counts.f1("person")
    assert 0.0 == counts.f1("org")
    assert (2, 3, 3) == tuple(
        counter["set"] for counter in (counts.right, counts.found, counts.labelled)
    )
    assert 10 == counts.words
    trimmed = counted((21, 28, "person"))
    assert (0, 1) == (trimmed.right["all"], trimmed.found["all"])
    assert 1 == trimmed.right["set"]


def test_a_table_is_printed(tmp_path: Path) -> None:
    """
    A corpus may be packed; each has a row with four numbers of both kinds and a speed.
    """
    path = tmp_path / "news.jsonl.xz"
    line = json.dumps({"text": TEXT, "spans": SPANS})
    path.write_bytes(lzma.compress(line.encode()))
    result = CliRunner().invoke(main, ["--test", str(path)])
    assert 0 == result.exit_code, result.output
    head, rule, row = result.output.splitlines()
    assert head.count("|") == rule.count("|") == row.count("|") == 11
    assert row.startswith("| news.jsonl.xz | searchkit | ")


def test_bad_input_is_one_sentence(tmp_path: Path) -> None:
    """
    A missing file and a broken one are named.
    """
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{\n", encoding="utf-8")
    for path, reason in ((tmp_path / "none", "No such file"), (broken, "not JSON")):
        result = CliRunner().invoke(main, ["--test", str(path)])
        assert 0 != result.exit_code
        assert str(path) in result.output
        assert reason in result.output
        assert isinstance(result.exception, SystemExit)
