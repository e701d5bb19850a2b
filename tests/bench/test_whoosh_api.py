"""
The row of Whoosh's own API: what is asked, and that its answers are compared first.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from whoosh import query

from scripts.bench.corpus import Story, prepared
from scripts.bench.peers.base import NotOfferedError
from scripts.bench.peers.searchkit_engine import SearchkitPeer, tree_of
from scripts.bench.peers.whoosh_api import FORMS, WhooshReader, plain_query
from scripts.bench.protocol import ROOT
from searchkit import native
from searchkit.queries import tree as trees

STORM: dict[str, Any] = {"op": "term", "term": "storm", "word": "storms"}
SEA: dict[str, Any] = {"op": "term", "term": "sea", "word": "sea"}
PHRASE: dict[str, Any] = {
    "op": "phrase",
    "terms": ["storm", "sea"],
    "text": "storm sea",
}


class TestQueries:
    def test_terms_are_asked_as_indexed(self) -> None:
        """
        Whoosh's nodes hold terms of the body, which no parser looks at again.
        """
        both: dict[str, Any] = {"op": "and", "of": [STORM, {"op": "or", "of": [SEA]}]}
        expected = query.And(
            [query.Term("body", "storm"), query.Or([query.Term("body", "sea")])]
        )
        assert expected == plain_query(both)
        assert query.Phrase("body", ["storm", "sea"]) == plain_query(PHRASE)

    def test_trees_hold_words(self) -> None:
        """
        Our trees are those that our engine is asked.
        """
        both: dict[str, Any] = {"op": "and", "of": [STORM, PHRASE]}
        word, phrase = trees.Word("storms", "body"), trees.Phrase("storm sea", "body")
        assert trees.And((word, phrase)) == tree_of(both)

    def test_other_classes_are_refused(self) -> None:
        """
        What has no plain form is not measured.
        """
        with pytest.raises(NotOfferedError, match="prefix"):
            plain_query({"op": "prefix", "text": "sto"})


class TestReading:
    @pytest.mark.parametrize("form", FORMS)
    def test_it_answers(self, tmp_path: Path, form: str) -> None:
        """
        Both forms find the same documents, with the total where it is asked for.
        """
        texts = ["A storm at sea.", "A storm.", "The sea, the sea.", "Nothing."]
        folder = tmp_path / "index"
        folder.mkdir()
        peer = SearchkitPeer()
        stories = [Story(f"s{n}", "", text) for n, text in enumerate(texts)]
        peer.build("terms", iter(list(map(prepared, stories))), folder)
        reader = peer.open(form, folder)
        assert isinstance(reader, WhooshReader)
        for tree, expected in ((STORM, {"s0", "s1"}), (SEA, {"s0", "s2"})):
            for count in (True, False):
                found = reader.asking(tree, limit=10, count=count)()
                answer = reader.answer(found, tree)
                assert expected == set(answer.ids)
                assert sorted(answer.scores, reverse=True) == list(answer.scores)
                assert (2 if count else 0) == answer.total
        with pytest.raises(NotOfferedError):
            reader.job("storm", limit=10)
        reader.close()


class TestRuns:
    @pytest.mark.skipif(native.load() is None, reason="there is no native codec")
    def test_answers_are_compared_before_times(self, tmp_path: Path) -> None:
        """
        Codecs agree, and trees agree with our engine; that is told before any time.
        """
        figures = tmp_path / "figures.json"
        command = [sys.executable, "scripts/bench", "--folder", str(tmp_path / "work")]
        command += ["--articles", "30", "--size", "0.05", "--queries", "3"]
        command += ["--engines", "searchkit,searchkit-whoosh", "--rows", "whoosh"]
        command += ["--rounds", "1", "--warm-up", "0", "--json", str(figures)]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert 0 == done.returncode, done.stderr
        told = json.loads(figures.read_text(encoding="utf-8"))
        assert [] == told["notes"]
        found = told["profiles"]["whoosh"]
        pairs = {(item["left"], item["right"]) for item in found["agreement"]}
        assert {
            ("whoosh", "whoosh-native"),
            ("whoosh-tree", "searchkit"),
            ("whoosh", "whoosh-tree"),
        } == pairs
        for item in found["agreement"]:
            assert item["queries"] == item["agreeing"], item["examples"]
        engines = {item["engine"] for item in found["times"]}
        assert {"whoosh", "whoosh-native", "whoosh-tree"} == engines
        assert {False} == {item["count"] for item in found["times"]}
        agreement = done.stdout.index("## Agreement, profile whoosh")
        assert agreement < done.stdout.index("profile whoosh\n\nCPU time")
