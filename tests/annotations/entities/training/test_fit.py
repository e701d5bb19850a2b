"""
Training: from labels to weights, the same every time.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from searchkit.annotations.entities import EntityAnnotator
from searchkit.annotations.entities.training.__main__ import main
from searchkit.annotations.entities.training.corpora import Labelled
from searchkit.annotations.entities.training.fit import PENALTY, Example, examples, fit
from searchkit.annotations.entities.training.invented import invented_articles
from searchkit.annotations.entities.training.score import Score, score, trim
from searchkit.annotations.entities.weights import (
    LABELS,
    Model,
    load_model,
    parse_weights,
    read_model,
)

CONLL = (
    "They O\nleft O\nZarnik I-LOC\nfor O\nVortuna I-LOC\n. O\n\n"
    "She O\nmet O\nKolvar I-PER\nof O\nDrexim I-ORG\n. O\n\n"
)
ROOT = Path(__file__).parents[4]


def train(tmp_path: Path, *options: str) -> tuple[int, Path]:
    """
    Run the command on a tiny corpus.
    """
    corpus, output = tmp_path / "corpus.txt", tmp_path / "weights.txt"
    corpus.write_text(CONLL * 4, encoding="utf-8")
    arguments = ["--corpus", str(corpus), "--output", str(output), *options]
    return main(arguments), output


class TestCommand:
    def test_it_writes_weights_that_can_be_used(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """
        The file names its sources, and the annotator takes it.
        """
        status, output = train(tmp_path, "--invented", "1", "--folds", "2")
        assert 0 == status
        lines = output.read_text(encoding="utf-8").splitlines()
        assert "# Corpora: corpus.txt; 1 copies of the invented articles." in lines
        assert "all folds: precision" in capsys.readouterr().out
        annotator = EntityAnnotator(model=read_model(output))
        assert score(annotator, [Labelled("It rained.")]) == Score()

    def test_the_same_input_gives_the_same_file(self, tmp_path: Path) -> None:
        """
        Byte for byte, whatever the seed of Python's hashes.
        """
        files = []
        for seed in ("1", "2"):
            folder = tmp_path / seed
            folder.mkdir()
            corpus, output = folder / "corpus.txt", folder / "weights.txt"
            corpus.write_text(CONLL * 4, encoding="utf-8")
            subprocess.run(
                [
                    *(sys.executable, "-m", "searchkit.annotations.entities.training"),
                    *("--invented", "1", "--corpus", str(corpus)),
                    *("--output", str(output)),
                ],
                check=True,
                capture_output=True,
                cwd=ROOT,
                env={**os.environ, "PYTHONHASHSEED": seed},
            )
            files.append(output.read_bytes())
        assert files[0] == files[1]
        assert len(files[0]) > 10_000

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--corpus", "missing.txt"], "error: missing.txt: No such file"),
            (["--test", "missing.txt"], "error: missing.txt: No such file"),
            (["--invented", "0"], "error: there is no name in the texts"),
            (["--corpus", "bad.txt"], "error: bad.txt, line 1: no token with its tag"),
            (["--corpus", "bad.jsonl"], "error: bad.jsonl, line 1: not JSON"),
            (
                ["--output", "none/w.txt", "--invented", "1"],
                "error: none/w.txt: No such",
            ),
        ],
    )
    def test_bad_input_is_one_sentence(
        self,
        arguments: list[str],
        message: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """
        The status is 2, nothing is written, and no traceback is shown.
        """
        monkeypatch.chdir(tmp_path)
        for name in ("bad.txt", "bad.jsonl"):
            (tmp_path / name).write_text("just words\n", encoding="utf-8")
        assert 2 == main(["--output", "weights.txt", *arguments])
        error = capsys.readouterr().err
        assert message in error
        assert "Traceback" not in error
        assert not (tmp_path / "weights.txt").exists()

    def test_a_bad_option_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        """
        Numbers below nought are no counts.
        """
        with pytest.raises(SystemExit) as caught:
            main(["--folds", "-1"])
        assert 2 == caught.value.code
        assert "--folds" in capsys.readouterr().err


class TestFit:
    DATA: tuple[Example, ...] = (
        *[(["a", "b"], 0)] * 3,
        *[(["a"], 1)] * 2,
        *[(["b", "c"], 3)] * 4,
        (["rare"], 2),
    )

    def test_the_loss_is_least(self) -> None:
        """
        At the weights found, the gradient of the penalised likelihood is nought.
        """
        weights = fit(self.DATA)
        slopes = {
            (name, label): 2 * PENALTY * weights[name][label]
            for name in weights
            for label in range(len(LABELS))
        }
        for features, label in self.DATA:
            known = [name for name in features if name in weights]
            powers = [
                math.exp(sum(weights[name][k] for name in known))
                for k in range(len(LABELS))
            ]
            for k, power in enumerate(powers):
                for name in known:
                    slopes[name, k] += power / sum(powers) - (k == label)
        assert max(map(abs, slopes.values())) < 1e-3

    def test_a_feature_of_one_candidate_is_left_out(self) -> None:
        """
        What occurred once says nothing of what is to come.
        """
        assert {"a", "b", "c"} == set(fit(self.DATA))

    def test_it_learns_what_the_labels_say(self) -> None:
        """
        The label that a feature goes with has the highest weight.
        """
        weights = fit(self.DATA)
        assert weights["c"].index(max(weights["c"])) == LABELS.index("none")
        assert weights["a"].index(max(weights["a"])) in {0, 1}

    def test_a_candidate_has_the_label_that_it_overlaps_most(self) -> None:
        """
        A candidate without any is none.
        """
        text = "They left Zarnik for Vortuna."
        found = examples([Labelled(text, ((10, 16, "place"),))])
        assert [LABELS.index("place"), LABELS.index("none")] == [
            label for _, label in found
        ]


class TestInvented:
    def test_names_are_where_they_are_said_to_be(self) -> None:
        """
        Every open place is filled, and every span is a name with a capital or particle.
        """
        articles = list(invented_articles(1))
        assert len(articles) > 50
        for article in articles:
            assert {"{", "}"}.isdisjoint(article.text)
            for start, end, kind in article.spans:
                name = article.text[start:end]
                assert name == name.strip() != ""
                assert kind in LABELS

    def test_each_copy_has_other_names(self) -> None:
        """
        The same seed gives the same articles, and no two copies are alike.
        """
        twice = list(invented_articles(2))
        half = len(twice) // 2
        assert twice == list(invented_articles(2))
        assert twice[:half] != twice[half:]
        assert twice[:half] == list(invented_articles(1))
        assert twice[:half] != list(invented_articles(1, seed=2))


class TestScore:
    def test_edges_do_not_count(self) -> None:
        """
        Articles, quotes, possessives and punctuation are set aside on both sides.
        """
        text = 'the "Gambia"\'s'
        start, end = trim(text, 0, len(text))
        assert "Gambia" == text[start:end]
        assert (0, 3) == trim("the", 0, 3)

    def test_right_found_and_labelled_are_counted(self) -> None:
        """
        A finding counts as right with its span and its type only.
        """
        text = "They left Kabul for Oslo."
        corpus = [Labelled(text, ((10, 15, "place"), (20, 24, "org")))]
        result = score(EntityAnnotator(), corpus)
        assert Score(1, 2, 2) == result
        assert (0.5, 0.5, 0.5) == (result.precision, result.recall, result.f1)
        assert (0.0, 0.0, 0.0) == (Score().precision, Score().recall, Score().f1)


def test_the_shipped_weights_know_what_they_were_trained_on() -> None:
    """
    They type the invented articles far better than a model that knows nothing.
    """
    articles = list(invented_articles(1, seed=7))[:40]
    shipped = score(EntityAnnotator(model=load_model()), articles)
    empty = score(EntityAnnotator(model=Model(parse_weights(""))), articles)
    assert shipped.f1 > 0.8
    assert shipped.f1 > empty.f1 + 0.05
