"""
Annotations are the same whoever makes them: this process, or workers beside it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

import searchkit
from searchkit import Article
from searchkit.annotations import Annotations, EntityMention, default_annotators
from searchkit.articles.model import Article as ArticleModel
from searchkit.indexing import Progress, annotating, usual_processes, workers
from searchkit.indexing.annotating import Annotating
from searchkit.settings import MAX_PROCESSES
from searchkit.spans import Span

Write = Callable[..., Path]

ARTICLES = [
    Article(
        id=f"id-{n:02}",
        title=f"Ministers met in Kabul in {2000 + n}",
        body=f"Chancellor Angela Merkel arrived in Doha on Monday.  It was cold, "
        f"as in the winter of {1980 + n} at Geneva.  Émile Zola’s house: {'🙂' * n}\n",
        published=f"2010-05-{n + 1:02}" if n % 3 else None,
    )
    for n in range(20)
]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """
    Record the workers that are started; all have ended at the end.
    """
    processes: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            processes.append(self)

    monkeypatch.setattr("searchkit.indexing.workers.subprocess.Popen", Recorded)
    yield processes
    assert [] == [one.pid for one in processes if one.poll() is None]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Have workers started for little text, and given little at a time.
    """
    monkeypatch.setattr(annotating, "WORTHWHILE", 300)
    monkeypatch.setattr(annotating, "CHUNK", 400)


def annotated_here(article: ArticleModel) -> Annotations:
    found: dict[str, Any] = {
        one.kind: tuple(one.annotate(article)) for one in default_annotators()
    }
    return Annotations(**found)


@pytest.mark.usefixtures("eager")
class TestWorkers:
    """
    Where there is much to do, workers do it.
    """

    def test_they_find_what_this_process_would(
        self, started: list[subprocess.Popen[bytes]]
    ) -> None:
        """
        Every annotation of every article, whichever worker had it.
        """
        machine = Annotating(default_annotators(), processes=2)
        promises = [machine.begin(article) for article in ARTICLES]
        found = [promise.result() for promise in promises]
        machine.close()
        assert [annotated_here(article) for article in ARTICLES] == found
        assert any(one.times and one.entities for one in found)
        assert 1 <= len(started) <= 2

    def test_an_index_is_the_same(
        self, tmp_path: Path, started: list[subprocess.Popen[bytes]]
    ) -> None:
        """
        As if one process had made it alone.
        """
        kept = []
        for processes in (1, 3):
            folder = tmp_path / str(processes)
            with searchkit.create_index(folder) as index:
                report = index.add(ARTICLES, processes=processes)
                kept.append([index.annotations(one.id) for one in ARTICLES])
                assert (20, 0) == (report.added, report.updated)
            assert (processes > 1) == bool(started)
        assert kept[0] == kept[1]

    def test_the_death_of_workers_is_made_up_for(
        self, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        What they have not answered is annotated here, and no more are started.
        """
        original = workers._receive

        def receive(process: subprocess.Popen[bytes]) -> Any:
            answer = original(process)
            process.kill()
            return answer

        monkeypatch.setattr(workers, "_receive", receive)
        machine = Annotating(default_annotators(), processes=2)
        promises = [machine.begin(article) for article in ARTICLES]
        found = [promise.result() for promise in promises]
        count = len(started)
        later = [machine.begin(article).result() for article in ARTICLES]
        machine.close()
        assert [annotated_here(article) for article in ARTICLES] == found == later
        assert 1 <= count == len(started)

    @pytest.mark.parametrize(
        "answer", [b"", b"nonsense\n", b"[]\n", b'[{"times": 3}]\n', b"[{}]\n"]
    )
    def test_a_wrong_answer_is_none(
        self,
        answer: bytes,
        started: list[subprocess.Popen[bytes]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """
        Articles are annotated here then.
        """
        hello = "{k.kind: k.fingerprint for k in default_annotators()}"
        monkeypatch.setattr(
            workers,
            "PROGRAM",
            "import sys, json; sys.path[:] = sys.argv[1:];"
            "from searchkit.annotations import default_annotators;"
            f"print(json.dumps({hello}), flush=True); sys.stdin.readline();"
            f"sys.stdout.buffer.write({answer!r}); sys.stdout.flush()",
        )
        machine = Annotating(default_annotators(), processes=2)
        promises = [machine.begin(article) for article in ARTICLES]
        found = [promise.result() for promise in promises]
        machine.close()
        assert [annotated_here(article) for article in ARTICLES] == found
        assert started

    def test_other_annotators_are_not_theirs(
        self, started: list[subprocess.Popen[bytes]]
    ) -> None:
        """
        A worker that has other ones than the caller is asked for nothing.
        """
        machine = Annotating([Always()], processes=2)
        promises = [machine.begin(article) for article in ARTICLES]
        assert [MENTIONS] * 20 == [one.result().entities for one in promises]
        machine.close()
        assert started

    @pytest.mark.parametrize("executable", ["", None, "/nowhere/python"])
    def test_without_an_interpreter_there_are_none(
        self, executable: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        As in programs that have Python inside.
        """
        monkeypatch.setattr(sys, "executable", executable)
        machine = Annotating(default_annotators(), processes=2)
        promises = [machine.begin(article) for article in ARTICLES]
        assert annotated_here(ARTICLES[3]) == promises[3].result()
        machine.close()

    def test_the_interrupt_key_ends_them(
        self,
        tmp_path: Path,
        started: list[subprocess.Popen[bytes]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """
        None is left behind, and the next run does what this one has not.
        """

        def interrupted(_: annotating.Promise) -> Annotations:
            raise KeyboardInterrupt

        with searchkit.create_index(tmp_path / "index") as index:
            with monkeypatch.context() as patch:
                patch.setattr(annotating.Promise, "result", interrupted)
                with pytest.raises(KeyboardInterrupt):
                    index.add(ARTICLES, processes=2)
            assert started
            assert [] == [one.pid for one in started if one.poll() is None]
            assert 20 == index.add(ARTICLES, processes=2).added

    def test_a_script_without_a_guard_may_use_them(self, tmp_path: Path) -> None:
        """
        Workers do not run the script that has started them.
        """
        script = tmp_path / "script.py"
        script.write_text(
            "import searchkit, sys\n"
            "from searchkit.indexing import annotating\n"
            "annotating.WORTHWHILE = annotating.CHUNK = 300\n"
            "print('begins')\n"
            "texts = [f'In May {1900 + n} Ban Ki-moon met me.' for n in range(50)]\n"
            "with searchkit.create_index(sys.argv[1]) as index:\n"
            "    report = index.add((searchkit.Article(body=t) for t in texts),\n"
            "                       processes=2)\n"
            "print(report.added, report.dates)\n",
            encoding="utf-8",
        )
        ended = subprocess.run(
            [sys.executable, script, tmp_path / "index"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "begins\n50 50\n" == ended.stdout


def test_little_text_starts_no_worker(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    """
    Starting them would take longer than the work.
    """
    with searchkit.create_index(tmp_path / "index") as index:
        assert 20 == index.add(ARTICLES, processes=8).added
    assert [] == started


def test_one_process_for_each_core() -> None:
    """
    And no more than memory is for.
    """
    assert 1 <= usual_processes() <= MAX_PROCESSES


class Always:
    """
    Finds the same in all articles.
    """

    kind: Literal["entities"] = "entities"
    fingerprint = "always"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def annotate(self, article: ArticleModel) -> Sequence[EntityMention]:
        """
        Find one.
        """
        self.asked.append(article.id)
        return MENTIONS


MENTIONS = (EntityMention(Span(0, 3), "Min", "org", "Min", "title"),)


class TestAnnotatingAnew:
    """
    New annotators annotate again what others have, while ``index`` runs.
    """

    def test_what_is_new_comes_first(
        self,
        tmp_path: Path,
        news: Path,
        write: Write,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """
        So that it can be found before the rest is through, which may take long.
        """
        write("old.jsonl", *({"id": one.id, "body": one.body} for one in ARTICLES))
        steps: list[Progress] = []
        with searchkit.create_index(tmp_path / "index") as index:
            index.add_sources([str(news)])
            only = Always()
            monkeypatch.setattr(
                "searchkit.annotations.default_annotators",
                lambda: (*default_annotators()[:1], only),
            )
            write("new.jsonl", {"id": "new", "body": "Talks went on."})
            report = index.add_sources([str(news)], progress=steps.append)
            assert (1, 0, 20) == (report.added, report.updated, report.unchanged)
            assert 20 == report.reannotated
            assert "new" == only.asked[0]
            assert {one.id for one in ARTICLES} == set(only.asked[1:])
            assert MENTIONS == index.annotations("id-07").entities
            assert 20 == index.search("entity:Min", limit=0).total - 1
        again = [step for step in steps if step.stage == "annotating"]
        assert [(n, 20) for n in range(1, 21)] == [(s.done, s.total) for s in again]
        assert again == steps[-20:]

    def test_only_what_is_outdated_is_made_again(
        self,
        tmp_path: Path,
        news: Path,
        write: Write,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """
        Dates stay as they are while there is a new annotator for entities.
        """
        from searchkit.annotations.times import TimeAnnotator

        write("old.jsonl", *({"id": one.id, "body": one.body} for one in ARTICLES))
        with searchkit.create_index(tmp_path / "index") as index:
            index.add_sources([str(news)])
            times = index.annotations("id-07").times
            monkeypatch.setattr(
                "searchkit.annotations.default_annotators",
                lambda: (*default_annotators()[:1], Always()),
            )
            monkeypatch.setattr(TimeAnnotator, "annotate", _not_to_be_called)
            assert 20 == index.add_sources([str(news)]).reannotated
            assert times == index.annotations("id-07").times != ()
            assert 0 == index.add_sources([str(news)]).reannotated

    def test_an_article_that_a_script_adds_again_is_annotated_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        At once, since no reading of files comes before.
        """
        with searchkit.create_index(tmp_path / "index") as index:
            index.add(ARTICLES)
            monkeypatch.setattr(
                "searchkit.annotations.default_annotators",
                lambda: (*default_annotators()[:1], Always()),
            )
            assert 1 == index.add(ARTICLES[7:8]).updated
            assert MENTIONS == index.annotations("id-07").entities
            assert MENTIONS != index.annotations("id-08").entities


def _not_to_be_called(*_: Any) -> Any:
    raise AssertionError("what was known was made again")
