r"""
Train the model that types the entities which the rules leave open.

The weights that searchkit ships are made by

    python -m searchkit.annotations.entities.training --corpus wikigold.conll.txt

where the corpus is wikigold (Balasuriya et al., 2009; CC BY 4.0); invented articles of
searchkit's own are added to it.  To adapt the model to your articles, label some as a
corpus, or let a pipeline of spaCy label them, and write weights of your own:

    python -m searchkit.annotations.entities.training --corpus wikigold.conll.txt \
        --teach articles.jsonl --teacher en_core_web_md --output weights.txt

The same texts and options give the same file, byte for byte.  docs/entities-model.md
tells more.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.annotations.entities.annotator import EntityAnnotator
from searchkit.annotations.entities.spacy_pipeline import DEFAULT_PIPELINE
from searchkit.annotations.entities.training.corpora import (
    Labelled,
    read_corpus,
    read_texts,
)
from searchkit.annotations.entities.training.fit import Example, examples, fit
from searchkit.annotations.entities.training.invented import invented_articles
from searchkit.annotations.entities.training.score import Score, score
from searchkit.annotations.entities.training.teacher import label_with_spacy
from searchkit.annotations.entities.weights import (
    WEIGHTS_FILE,
    Model,
    parse_weights,
    render_weights,
)
from searchkit.errors import SearchkitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PACKAGE = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Read the arguments, train, write and score.

    Args:
        arguments: Those of the command line where ``None``.

    Returns:
        The exit status: 0, or 2 after an error.
    """
    parser = argparse.ArgumentParser(
        prog="train-entities",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--corpus",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="labelled text: CoNLL, or .jsonl with text and spans",
    )
    parser.add_argument(
        "--teach",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="articles without labels, .jsonl; the teacher labels them",
    )
    parser.add_argument(
        "--teacher",
        default=DEFAULT_PIPELINE,
        metavar="PIPELINE",
        help="the spaCy pipeline that labels them (default: %(default)s)",
    )
    parser.add_argument(
        "--invented",
        type=_count,
        default=2,
        metavar="N",
        help="copies of our invented articles (default: %(default)s)",
    )
    parser.add_argument(
        "--folds",
        type=_count,
        default=0,
        metavar="N",
        help="first score the corpora by N-fold cross-validation",
    )
    parser.add_argument(
        "--test",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="labelled text to score the new weights on",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=PACKAGE / WEIGHTS_FILE,
        metavar="FILE",
        help="where to write the weights (default: those that searchkit uses)",
    )
    args = parser.parse_args(arguments)
    try:
        return train(args)
    except SearchkitError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
    except EmptyError:
        print("error: there is no name in the texts to learn from", file=sys.stderr)
        print("hint: Name a corpus with --corpus.", file=sys.stderr)
    return 2


class EmptyError(Exception):
    """
    There is nothing to learn from.
    """


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def train(args: argparse.Namespace) -> int:
    """
    Train on what the arguments name.
    """
    corpus = [labelled for path in args.corpus for labelled in read_corpus(path)]
    tests = [(path.name, read_corpus(path)) for path in args.test]
    extra = list(invented_articles(args.invented))
    if args.teach:
        texts = (text for path in args.teach for text in read_texts(path))
        extra += label_with_spacy(texts, args.teacher)
    if args.folds > 1:
        cross_validate(corpus, extra, args.folds)
    data = examples([*corpus, *extra])
    print(f"{len(data):,} candidates", file=sys.stderr)
    sources = ", ".join(path.name for path in [*args.corpus, *args.teach]) or "none"
    comments = [
        "Weights of the entity model: feature, then person, org, place and none,",
        "in hundredths.  Written by scripts/train-entities; docs/entities-model.md.",
        f"Corpora: {sources}; {args.invented} copies of the invented articles.",
    ]
    text = learned(data, comments)
    args.output.write_text(text, encoding="utf-8")
    print(f"wrote {args.output}")
    annotator = EntityAnnotator(model=Model(parse_weights(text)))
    for name, labelled in tests:
        print(f"{name}: {show(score(annotator, labelled))}")
    return 0


def learned(data: list[Example], comments: Iterable[str] = ()) -> str:
    """
    Return the file of the weights that examples give.
    """
    if not data:
        raise EmptyError
    return render_weights(fit(data, progress=report), comments)


def cross_validate(corpus: list[Labelled], extra: list[Labelled], folds: int) -> None:
    """
    Print the score of each part of the corpus under weights from the others.
    """
    common = examples(extra)
    total = Score()
    for fold in range(folds):
        first, last = len(corpus) * fold // folds, len(corpus) * (fold + 1) // folds
        text = learned(examples(corpus[:first] + corpus[last:]) + common)
        annotator = EntityAnnotator(model=Model(parse_weights(text)))
        result = score(annotator, corpus[first:last])
        print(f"fold {fold + 1}: {show(result)}")
        total = Score(*(a + b for a, b in zip(total, result, strict=True)))
    print(f"all folds: {show(total)}")


def report(step: int, loss: float) -> None:
    """
    Tell how far the fitting has come.
    """
    if step % 10 == 0:
        print(f"step {step}: loss {loss:.1f}", file=sys.stderr)


def show(result: Score) -> str:
    """
    Return a score as precision, recall and F1 in percent.
    """
    percent = (100 * x for x in (result.precision, result.recall, result.f1))
    return "precision {:.1f}, recall {:.1f}, F1 {:.1f}".format(*percent)


if __name__ == "__main__":
    sys.exit(main())
