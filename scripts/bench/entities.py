"""
How many names our annotator finds, beside pipelines of spaCy in the same run.

::

    python -m scripts.bench.entities [--test FILE] [--trained-on FILE] [--spacy NAME]

FILE is a labelled corpus, CoNLL or JSON Lines with ``text`` and ``spans``, packed by xz
or not.  A corpus that the shipped weights were trained on is given as ``--trained-on``:
ours is then scored by cross-validation, each quarter under weights from the other three
and the invented articles.  NAME is an installed pipeline of spaCy or its folder; all of
them may be given several times.

Counted are spans with their type, once as they stand ("norm": articles, possessives and
punctuation at the edges do not count) and once for each distinct spelling of an article
("set").  Speed is words, parted by white space, per second of CPU time.
"""

from __future__ import annotations

import gc
import lzma
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import click

from searchkit.annotations.entities import EntityAnnotator
from searchkit.annotations.entities.spacy_pipeline import (
    SPACY_TYPES,
    SpacyEntityAnnotator,
)
from searchkit.annotations.entities.training.corpora import (
    LABELLED,
    Labelled,
    read_corpus,
)
from searchkit.annotations.entities.training.fit import examples, fit
from searchkit.annotations.entities.training.invented import invented_articles
from searchkit.annotations.entities.training.score import trim
from searchkit.annotations.entities.weights import (
    Model,
    parse_weights,
    render_weights,
)
from searchkit.articles.model import Article
from searchkit.errors import SearchkitError

Found: TypeAlias = list[tuple[int, int, str]]
Finder: TypeAlias = Callable[[str], Found]

#: Parts of a cross-validation, and copies of the invented articles, as for the weights.
FOLDS, COPIES = 4, 2
MEASURES = {"norm": "all", "set": "set", "PER": "person", "ORG": "org", "LOC": "place"}
COLUMNS = (
    *("corpus", "annotator", "norm P", "norm R", "norm F1", "set F1"),
    *("PER", "ORG", "LOC", "words/s"),
)


class Counts(NamedTuple):
    """
    What was counted, and in how many seconds.
    """

    right: Counter[str]
    found: Counter[str]
    labelled: Counter[str]
    words: int
    seconds: float

    def f1(self, measure: str) -> float:
        """
        Return the harmonic mean of precision and recall, in per cent.
        """
        total = self.found[measure] + self.labelled[measure]
        return 200 * self.right[measure] / total if total else 0.0

    def row(self, corpus: str, annotator: str) -> str:
        """
        Return a row of the table.
        """
        right = self.right["all"]
        precision = 100 * right / max(1, self.found["all"])
        recall = 100 * right / max(1, self.labelled["all"])
        numbers = [precision, recall, *map(self.f1, MEASURES.values())]
        cells = [f"{number:.1f}" for number in numbers]
        speed = f"{self.words / self.seconds:,.0f}"
        return f"| {' | '.join([corpus, annotator, *cells, speed])} |"


def measure(parts: Iterable[tuple[Finder, list[Labelled]]]) -> Counts:
    """
    Score what finds names on texts; each part has a finder of its own.
    """
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    labelled: Counter[str] = Counter()
    words, seconds = 0, 0.0
    for find, texts in parts:
        find("Warm up in Paris.")
        for one in texts:
            start = time.process_time()
            spans = find(one.text)
            seconds += time.process_time() - start
            words += len(one.text.split())
            ours, gold = (
                {(*trim(one.text, first, last), kind) for first, last, kind in known}
                for known in (spans, one.spans)
            )
            for counter, names in (
                (right, ours & gold),
                (found, ours),
                (labelled, gold),
            ):
                counter["all"] += len(names)
                counter.update(kind for _, _, kind in names)
            distinct = [
                {(_plain(one.text[a:b]), kind) for a, b, kind in names}
                for names in (ours, gold)
            ]
            right["set"] += len(distinct[0] & distinct[1])
            found["set"] += len(distinct[0])
            labelled["set"] += len(distinct[1])
    return Counts(right, found, labelled, words, seconds)


def _plain(name: str) -> str:
    return re.sub(r"\W+", " ", name.lower()).strip()


def ours(annotator: EntityAnnotator) -> Finder:
    """
    Return our findings of the types that corpora label, as spans with types.
    """
    return lambda text: [
        (*one.span, one.type)
        for one in annotator.annotate(Article(body=text))
        if one.type in LABELLED
    ]


def spacys(pipeline: str) -> Finder:
    """
    Return what a pipeline of spaCy finds itself, with types of ours.
    """
    annotator = SpacyEntityAnnotator(pipeline)

    def find(text: str) -> Found:
        return [
            (start, end, SPACY_TYPES[label])
            for start, end, label in annotator.entities(text)
            if label in SPACY_TYPES
        ]

    return find


def cross_validated(corpus: list[Labelled]) -> Iterable[tuple[Finder, list[Labelled]]]:
    """
    Yield each part of a corpus with our annotator under weights from the others.
    """
    invented = examples(invented_articles(COPIES))
    for fold in range(FOLDS):
        first, last = len(corpus) * fold // FOLDS, len(corpus) * (fold + 1) // FOLDS
        weights = fit(examples(corpus[:first] + corpus[last:]) + invented)
        model = Model(parse_weights(render_weights(weights)))
        yield ours(EntityAnnotator(model=model)), corpus[first:last]


def read(path: Path) -> list[Labelled]:
    """
    Read a corpus, packed or not.
    """
    if path.suffix != ".xz":
        return read_corpus(path)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.stem
        plain.write_bytes(lzma.decompress(path.read_bytes()))
        return read_corpus(plain)


@click.command()
@click.option("--test", multiple=True, type=click.Path(path_type=Path))
@click.option("--trained-on", multiple=True, type=click.Path(path_type=Path))
@click.option("--spacy", multiple=True, help="A pipeline, or its folder.")
def main(
    test: tuple[Path, ...], trained_on: tuple[Path, ...], spacy: tuple[str, ...]
) -> None:
    """
    Score the annotators on each corpus, and print a table.
    """
    try:
        finders = {name: spacys(name) for name in spacy}
        shipped = ours(EntityAnnotator())
        gc.freeze()  # what a pipeline holds shall not slow the others down
        click.echo(f"| {' | '.join(COLUMNS)} |")
        click.echo("|---" * len(COLUMNS) + "|")
        for path in (*test, *trained_on):
            corpus = read(path)
            parts = (
                cross_validated(corpus) if path in trained_on else [(shipped, corpus)]
            )
            click.echo(measure(parts).row(path.name, "searchkit"))
            for name, finder in finders.items():
                counts = measure([(finder, corpus)])
                click.echo(counts.row(path.name, Path(name).name))
    except SearchkitError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error


if __name__ == "__main__":
    main()
