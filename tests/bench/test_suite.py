"""
A short run of the whole benchmark, and its report.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scripts.bench.agreement import PairAgreement
from scripts.bench.building import Built, Figures
from scripts.bench.contestants import Contestant
from scripts.bench.corpus import Corpus
from scripts.bench.protocol import ROOT
from scripts.bench.report import as_json, markdown
from scripts.bench.rounds import Times
from scripts.bench.suite import Options, Outcome, Profile

OPTIONS = Options(
    corpus=Path("articles.jsonl"),
    articles=None,
    times=1,
    size=None,
    engines=("searchkit", "fts5"),
    groups=("rare",),
    rows=("index", "search"),
    queries=2,
    rounds=2,
    repeat=1,
    take="min",
    builds=1,
    anew=False,
    warm_up=0.0,
    seed=7,
    folder=Path("work"),
    jars=None,
)


def times(of: Mapping[str, list[float]]) -> Times:
    return Times(dict(of), dict(of))


@pytest.fixture
def outcome() -> Outcome:
    """
    Make up what a run has found.
    """
    corpus = Corpus(Path("documents.txt"), "0123456789abcdef", 10, 2.0, 1234)
    contestants = [
        Contestant(name, ("none",), folder=Path("work"), version="1.0")
        for name in ("searchkit", "fts5")
    ]
    figures = Figures(cpu=4e9, wall=5e9, peak=100.0, size=3.0)
    pair = PairAgreement("rare", "searchkit", "fts5", 2, 1, None, ("rare 2: totals",))
    return Outcome(
        corpus,
        contestants,
        groups={"rare 1": "rare", "rare 2": "rare"},
        builds={("searchkit", "raw"): Built(Path("i"), (figures,), was_kept=False)},
        profiles={
            "bare": Profile(
                [pair],
                {
                    ("fts5", False): times(
                        {"rare 1": [8e3, 8e3], "rare 2": [8e3, 8e3]}
                    ),
                    ("searchkit", False): times(
                        {"rare 1": [1e3, 1e3], "rare 2": [3e3, 3e3]}
                    ),
                },
            )
        },
        notes=["lucene is left out: there is no Java."],
    )


class TestReports:
    def test_it_says_what_was_measured_on_what(self, outcome: Outcome) -> None:
        """
        Corpus, versions and options stand before any figure.
        """
        head = markdown(outcome, OPTIONS).partition("## ")[0]
        for told in ("0123456789abcdef", "fts5 1.0", "seed 7", "Python", "commit"):
            assert told in head

    def test_disagreement_is_told_before_times(self, outcome: Outcome) -> None:
        """
        The share of queries on which engines agree comes first, with examples.
        """
        told = markdown(outcome, OPTIONS)
        assert "| searchkit, fts5 | totals | 50.00 % | 1 of 2 |" in told
        assert told.index("rare 2: totals") < told.index("## Top 10")

    def test_times_stand_side_by_side(self, outcome: Outcome) -> None:
        """
        Percentiles, sums and ratios are in the order of the engines.
        """
        told = markdown(outcome, OPTIONS)
        assert "| rare | 2 | 2 / 3 | 8 / 8 |" in told
        assert "| rare | 0.00 (0.00 ±0 %) | 0.02 (0.02 ±0 %) ×4.00 |" in told
        assert "| searchkit | 0.50 | 0.40 | one build | 100 | 3.0 | now |" in told

    def test_what_was_left_out_is_told(self, outcome: Outcome) -> None:
        """
        Engines that could not run are in the notes.
        """
        assert "- lucene is left out" in markdown(outcome, OPTIONS)

    def test_programs_read_the_same_figures(self, outcome: Outcome) -> None:
        """
        All of it can be written as JSON, in nanoseconds.
        """
        told: Any = json.loads(json.dumps(as_json(outcome, OPTIONS)))
        taken = {item["engine"]: item for item in told["profiles"]["bare"]["times"]}
        assert 2e3 == taken["searchkit"]["cpu"]["p50"]
        assert 16e3 == taken["fts5"]["cpu"]["total"]
        assert 1 == told["profiles"]["bare"]["agreement"][0]["agreeing"]


class TestRuns:
    def bench(self, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "scripts/bench", "--folder", str(folder), *options]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )

    def test_engines_are_asked_and_agree(self, tmp_path: Path) -> None:
        """
        On the seeds, searchkit and FTS5 find as many documents for each query.
        """
        figures = tmp_path / "figures.json"
        done = self.bench(
            tmp_path / "work",
            *("--articles", "30", "--size", "0.05", "--queries", "3"),
            *("--engines", "searchkit,fts5", "--rows", "index,search"),
            *("--rounds", "1", "--warm-up", "0", "--json", str(figures)),
        )
        assert (0, True) == (done.returncode, "# Benchmark" in done.stdout), done.stderr
        told = json.loads(figures.read_text(encoding="utf-8"))
        if "fts5" not in told["engines"]:
            pytest.skip("this SQLite has no FTS5")
        assert [] == told["notes"]
        pairs = told["profiles"]["bare"]["agreement"]
        assert 10 < len(pairs)
        assert [] == [example for pair in pairs for example in pair["examples"]]
        asked = {item["class"] for item in told["profiles"]["bare"]["times"]}
        assert asked.issuperset(pair["group"] for pair in pairs)

    def test_a_wrong_name_is_refused(self, tmp_path: Path) -> None:
        """
        An engine that there is not is named, with those that there are.
        """
        done = self.bench(tmp_path, "--engines", "fts5,sphinx")
        assert 2 == done.returncode
        assert "sphinx is none of searchkit, searchkit-whoosh" in done.stderr

    def test_an_empty_corpus_is_refused(self, tmp_path: Path) -> None:
        """
        Without an article there is nothing to measure, in one sentence.
        """
        empty = tmp_path / "empty.jsonl"
        empty.write_text("", encoding="utf-8")
        done = self.bench(tmp_path / "work", "--corpus", str(empty))
        assert 1 == done.returncode
        assert "Error: there is no article in" in done.stderr
