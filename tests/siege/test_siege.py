"""
A short version of each siege, and proof that the sieges see what is lost.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import searchkit
from scripts.siege import faults, ioerrors, kills, readers
from scripts.siege.verify import CLASSES, judge, verify
from scripts.siege.workers import ROOT, Figures
from scripts.siege.workload import Operation, Workload, coded
from searchkit import Article

SEED = 11


def failures(figures: Figures) -> list[str]:
    """
    Return what was lost, doubled or half there, and what failed.
    """
    return [told for told in figures.findings if told.split(":")[0] in CLASSES]


def drifts(figures: Figures) -> list[str]:
    return [told for told in figures.findings if told.startswith("drifted")]


@pytest.fixture(scope="module")
def beside_a_writer(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """
    Open an index some hundred times while it is written to.
    """
    folder = tmp_path_factory.mktemp("readers")
    return readers.siege(200, SEED, folder, print)


class TestSieges:
    def test_killed_writers_lose_nothing(self, tmp_path: Path) -> None:
        """
        What was acknowledged is there, and what broke off is there in whole batches.
        """
        figures = kills.siege(25, SEED, tmp_path, print, reading=1, pairs=6)
        assert [] == failures(figures)
        assert 25 <= figures.counts["kills"]
        assert figures.counts["kills"] <= figures.counts["trials"]
        assert 0 < figures.counts["opens"]

    def test_a_failing_disk_loses_nothing(self, tmp_path: Path) -> None:
        """
        Each failing call gives one clear sentence or nothing, and a whole index.
        """
        try:
            faults.build(tmp_path)
        except faults.UnavailableError as error:
            pytest.skip(str(error))
        figures = ioerrors.siege(
            SEED, tmp_path, print, limit=25, tasks=("add", "delete")
        )
        assert [] == failures(figures)
        assert 25 == figures.counts["injections"]
        assert 0 < figures.counts["refused"]

    def test_readers_see_whole_commits(self, beside_a_writer: Figures) -> None:
        """
        No reader meets an error, or half a pair, while a writer never rests.
        """
        assert [] == failures(beside_a_writer)
        assert 200 <= beside_a_writer.counts["opens"]
        assert 0 < beside_a_writer.counts["operations"]

    def test_an_open_index_answers_from_one_commit(
        self, beside_a_writer: Figures
    ) -> None:
        """
        Until it is refreshed, all its answers agree and stay what they are.
        """
        assert [] == drifts(beside_a_writer)
        assert 0 < beside_a_writer.counts["looks"]


class TestWorkloads:
    def test_a_seed_decides_on_everything(self, tmp_path: Path) -> None:
        """
        The same seed draws the same operations, another one draws others.
        """

        def drawn(seed: str) -> list[Operation]:
            workload = Workload(tmp_path, seed)
            operations = []
            for _ in range(12):
                operations.append(workload.draw())
                workload.holds = operations[-1].after
            return operations

        assert drawn("1") == drawn("1")
        assert drawn("1") != drawn("2")

    def test_its_model_is_what_the_index_does(self, tmp_path: Path) -> None:
        """
        Undisturbed, every kind of operation ends in just what was foretold.
        """
        workload = Workload(tmp_path, str(SEED), pairs=4)
        workload.make_index()
        kinds = ("add", "add_sources", "delete", "rebuild", "discard", "add_sources")
        for kind in (*kinds, "add", "open"):
            operation = workload.make(kind)  # type: ignore[arg-type]
            operation.run(workload.index)
            found = verify(workload.index)
            assert [] == found.against(operation, ended=True)
            workload.holds = operation.after
        assert workload.holds

    def test_no_two_numbers_share_a_word(self) -> None:
        """
        Words of articles are told apart after stemming, too.
        """
        from searchkit.analysis import english_analyzer

        words = " ".join(coded(letter, n) for letter in "lrsv" for n in range(500))
        stems = [term for term, *_ in english_analyzer().terms(words)]
        assert 2000 == len(set(stems)) == len(stems)


@pytest.fixture
def workload(tmp_path: Path) -> Workload:
    """
    Make an index with some pairs.
    """
    made = Workload(tmp_path, str(SEED), pairs=8)
    made.make_index()
    operation = made.make("add")
    operation.run(made.index)
    made.holds = operation.after
    return made


class TestVerification:
    def test_what_the_engine_lost_is_missed(self, workload: Workload) -> None:
        """
        An article of the catalog that the engine has not is lost.
        """
        gone = next(iter(workload.holds))
        with searchkit.open_index(workload.index) as index:
            writer = index._engine.writer()
            writer.delete(gone)
            writer.commit(index._catalog.generation)
        kinds = Counter(one.kind for one in verify(workload.index).differences)
        assert kinds["lost"] >= 2

    def test_what_the_engine_has_more_is_seen(self, workload: Workload) -> None:
        """
        A document without an article is there once too often.
        """
        from searchkit.annotations.model import Annotations
        from searchkit.documents import document_of

        article = Article(id="left-0077", title="About lqkkx vqkx", body="of nobody")
        with searchkit.open_index(workload.index) as index:
            writer = index._engine.writer()
            writer.put(document_of(article, Annotations()))
            writer.commit(index._catalog.generation)
        found = [str(one.what) for one in verify(workload.index).differences]
        assert ["the engine has left-0077, the catalog has not"] == found

    def test_what_cannot_be_opened_is_an_error(self, workload: Workload) -> None:
        """
        An index that does not open is no reason to stop, and no loss of its own.
        """
        (workload.index / "catalog.db").write_bytes(b"no database at all" * 99)
        found = verify(workload.index)
        assert not found.is_complete
        assert {"error"} == {one.kind for one in found.differences}


class TestJudgement:
    """
    Of pairs 0, 1 and 2, of which the last is new, all are given a new revision.
    """

    before: Mapping[str, Article]
    operation: Operation

    @pytest.fixture(autouse=True)
    def _add(self) -> None:
        ids = [f"{side}-{n:04}" for n in range(3) for side in ("left", "right")]
        self.before = {i: _article(i, "vqbx") for i in ids[:4]}
        after = {i: _article(i, "vqcx") for i in ids}
        self.operation = Operation("add", self.before, after, tuple(ids))

    def kinds(self, found: Mapping[str, Article], *, ended: bool = False) -> set[str]:
        return {one.kind for one in judge(self.operation, found, ended=ended)}

    def some(self, count: int) -> dict[str, Article]:
        """
        Return what there is once ``count`` articles were written.
        """
        after = {i: self.operation.after[i] for i in self.operation.order[:count]}
        return {**self.before, **after}

    def test_whole_batches_may_be_there(self) -> None:
        """
        What broke off has done nothing, its first batch, or everything.
        """
        assert set() == set().union(*(self.kinds(self.some(n)) for n in (0, 4, 6)))
        assert set() == self.kinds(self.some(6), ended=True)

    @pytest.mark.parametrize("count", [1, 2, 3, 5])
    def test_half_a_batch_may_not(self, count: int) -> None:
        """
        A batch is there as a whole or not at all.
        """
        assert {"half"} == self.kinds(self.some(count))

    def test_later_batches_come_later(self) -> None:
        """
        A batch is not there without those before it.
        """
        rest = self.operation.order[4:]
        found = {**self.before, **{i: self.operation.after[i] for i in rest}}
        assert {"half"} == self.kinds(found)

    def test_what_was_acknowledged_is_lost_where_it_is_missing(self) -> None:
        """
        An operation that has ended is there in full.
        """
        assert {"lost"} == self.kinds(self.before, ended=True)
        assert {"lost"} == self.kinds(self.some(4), ended=True)

    def test_what_is_gone_is_lost(self) -> None:
        """
        No breaking off excuses an article that is not there at all.
        """
        found = self.some(4)
        del found["left-0001"]
        assert {"lost"} == self.kinds(found)

    def test_what_comes_from_nowhere_is_seen(self) -> None:
        """
        Neither other texts nor other articles may turn up.
        """
        title = "About lqcx vqmx"
        other = replace(self.before["left-0001"], title=title)
        assert {"half"} == self.kinds({**self.before, "left-0001": other})
        more = _article("left-0009", "vqbx")
        assert {"doubled"} == self.kinds({**self.before, "left-0009": more})

    def test_a_deletion_is_all_or_nothing(self) -> None:
        """
        Of what one call deletes, a part may not be gone.
        """
        self.operation = Operation("delete", self.before, {})
        assert set() == self.kinds(self.before) | self.kinds({}, ended=True)
        part = {i: a for i, a in self.before.items() if not i.endswith("1")}
        assert {"half"} == self.kinds(part)
        assert {"lost"} == self.kinds(self.before, ended=True)


def _article(article_id: str, revision: str) -> Article:
    return Article(id=article_id, title=f"About it {revision}", body=revision)


class TestCommands:
    @pytest.mark.parametrize("command", [["scripts/siege"], ["-m", "scripts.siege"]])
    def test_they_run_from_a_checkout(self, command: list[str]) -> None:
        """
        As a folder and as a module, the program says what it can do.
        """
        done = subprocess.run(
            [sys.executable, *command, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in ("kills", "errors", "readers", "powercuts", "all"):
            assert f"  {name}" in done.stdout

    def test_a_siege_tells_its_figures_and_cleans_up(self, tmp_path: Path) -> None:
        """
        The last line holds what was counted; without failures nothing stays behind.
        """
        options = ["--count", "2", "--readers", "0", "--folder", str(tmp_path)]
        done = subprocess.run(
            [sys.executable, "scripts/siege", "kills", "--seed", "5", *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (0, "") == (done.returncode, done.stderr)
        assert "seed 5" in done.stdout.splitlines()[0]
        assert "lost 0, doubled 0, half 0, error 0" in done.stdout.splitlines()[-1]
        assert [] == list(tmp_path.iterdir())
