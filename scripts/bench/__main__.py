"""
The benchmark from the command line: ``python scripts/bench --articles 2000``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# A folder that is run stands first on the path, and its modules would go by two names.
sys.path[:] = [place for place in sys.path if Path(place).resolve() != HERE]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import click  # noqa: E402 - the path comes first

from scripts.bench.contestants import NAMES  # noqa: E402
from scripts.bench.queries import CLASSES  # noqa: E402
from scripts.bench.report import as_json, markdown  # noqa: E402
from scripts.bench.suite import ROWS, NothingToMeasureError, Options, Suite  # noqa: E402

_FOLDER = Path(tempfile.gettempdir()) / "searchkit-bench"
_SEEDS = ROOT / "seeds"


def _chosen(
    context: click.Context, parameter: click.Parameter, value: str
) -> tuple[str, ...]:
    """
    Read a list of names parted by commas.
    """
    del context
    able = {"engines": NAMES, "groups": CLASSES, "rows": ROWS}[str(parameter.name)]
    wanted = [name.strip() for name in value.split(",") if name.strip()]
    if wanted == ["all"]:
        return able
    for name in wanted:
        if name not in able:
            raise click.BadParameter(f"{name} is none of {', '.join(able)}")
    return tuple(name for name in able if name in wanted)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, exists=True),
    default=_SEEDS,
    help="Articles: JSON Lines with id, title and body, also .gz; or anything that"
    " searchkit reads.  [default: seeds/]",
)
@click.option("--articles", type=click.IntRange(1), help="Only so many of them.")
@click.option(
    "--times",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Multiply them: copies with sentences dropped and swapped.",
)
@click.option(
    "--size",
    type=click.FloatRange(0, min_open=True),
    help="Multiply them to so many million bytes of text.  [default for seeds/: 8]",
)
@click.option(
    "--engines",
    default="all",
    show_default=True,
    callback=_chosen,
    help=f"Parted by commas: {', '.join(NAMES)}.",
)
@click.option(
    "--classes",
    "groups",
    default="all",
    show_default=True,
    callback=_chosen,
    help=f"Parted by commas: {', '.join(CLASSES)}.",
)
@click.option(
    "--rows",
    default="all",
    show_default=True,
    callback=_chosen,
    help=f"Parted by commas: {', '.join(ROWS)}.",
)
@click.option(
    "--queries",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Queries of each class.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Times that each query is put to each engine.",
)
@click.option(
    "--repeat",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Calls in a row each time; no more once they have taken 20 ms.",
)
@click.option(
    "--take",
    type=click.Choice(["min", "median"]),
    default="min",
    show_default=True,
    help="Which of these calls counts.",
)
@click.option(
    "--builds",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Times that text is indexed, to see the spread.",
)
@click.option("--anew", is_flag=True, help="Index again what an earlier run has.")
@click.option(
    "--warm-up",
    type=click.FloatRange(0),
    default=10.0,
    show_default=True,
    help="Seconds of queries before Lucene is measured; a tenth for the others.",
)
@click.option("--seed", default=7, show_default=True, help="Of all chance.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=_FOLDER,
    help="Where corpora and indexes are kept.  [default: in the system's folder for"
    " temporary files]",
)
@click.option(
    "--jars",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder with Lucene's libraries.  [default: Maven fetches them]",
)
@click.option(
    "--json",
    "figures",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all figures there, too.",
)
def main(
    *,
    corpus: Path,
    articles: int | None,
    times: int,
    size: float | None,
    engines: tuple[str, ...],
    groups: tuple[str, ...],
    rows: tuple[str, ...],
    queries: int,
    rounds: int,
    repeat: int,
    take: str,
    builds: int,
    anew: bool,
    warm_up: float,
    seed: int,
    folder: Path,
    jars: Path | None,
    figures: Path | None,
) -> None:
    """
    Measure searchkit beside Tantivy, SQLite FTS5 and Lucene.

    All engines index one text and answer the same queries, each in a process of its
    own, interleaved.  Their answers are compared before any time is taken.  What cannot
    be run here is left out with a sentence.

    \b
    Rows:
      index    raw text to an index: speed, memory, size
      add      the same by Index.add, with the catalog
      search   top 10 of the bare profile, without and with the exact total
      default  the same with title, body and proximity, searchkit alone
      job      query string to 10 hits with snippets
      cold     one query of the command line, as a whole process
      threads  a set of queries with 1 and 2 threads
      whoosh   top 10 by Whoosh's own searcher: on its codec, on native segments,
               and on these with TreeQuery (engines searchkit, searchkit-whoosh)

    The report is printed as Markdown on standard output, progress on standard error.
    """  # noqa: D301 - Click keeps the lines after a backspace as they are
    if size is None and times == 1 and corpus == _SEEDS:
        size = 8.0
    options = Options(
        corpus=corpus,
        articles=articles,
        times=times,
        size=size,
        engines=engines,
        groups=groups,
        rows=rows,
        queries=queries,
        rounds=rounds,
        repeat=repeat,
        take=take,
        builds=builds,
        anew=anew,
        warm_up=warm_up,
        seed=seed,
        folder=folder,
        jars=jars,
    )
    try:
        outcome = Suite(options, lambda text: click.echo(text, err=True)).run()
    except NothingToMeasureError as error:
        raise click.ClickException(str(error)) from error
    click.echo(markdown(outcome, options), nl=False)
    if figures is not None:
        told = json.dumps(as_json(outcome, options), indent=1, ensure_ascii=False)
        figures.write_text(told + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
