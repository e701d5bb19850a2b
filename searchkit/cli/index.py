"""
``searchkit index``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

import searchkit
from searchkit import native
from searchkit.cli.output import counted, index_option, say, say_error, sized
from searchkit.cli.progress import open_index, progress_bar
from searchkit.opening import index_exists
from searchkit.settings import MAX_PROCESSES

if TYPE_CHECKING:
    from pathlib import Path

    from searchkit.indexing import IndexingReport

_NOT_COMPILED = (
    "note: the native extension was not compiled, so that all takes longer; with a C++"
    " compiler, `pip install --force-reinstall --no-deps searchkit` makes up for it"
)

#: Failures and warnings that are printed one by one.
_SHOWN = 50


@click.command(name="index")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--prune", is_flag=True, help="Delete articles whose files are gone.")
@click.option(
    "--annotate/--no-annotate",
    default=True,
    help="Find dates and entities (default); decided when the index is made.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that find them.  [default: one for each core, at most"
    f" {MAX_PROCESSES}]",
)
@index_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    paths: tuple[str, ...],
    prune: bool,
    annotate: bool,
    processes: int | None,
    index_dir: Path,
) -> None:
    """
    Read articles from files and folders, and make them searchable.

    PATH is a file, a folder with all below it, a quoted glob pattern, or - for standard
    input.  Plain text (.txt), HTML (.html) and JSON Lines (.jsonl) are read, packed
    with gzip or not.  What has not changed since the last time is skipped.

    \b
    Examples:
      searchkit index seeds/
      searchkit index --index ~/archive '2024-*.html' wire.jsonl.gz
      searchkit index --prune articles/
      zcat dump.jsonl.gz | searchkit index -

    A file that cannot be read is reported at the end and does not stop the rest; the
    exit status is then 2.
    """
    if index_exists(index_dir):
        opened = open_index(index_dir)
        chosen = ctx.get_parameter_source("annotate") is not ParameterSource.DEFAULT
        if chosen and annotate != opened.is_annotated:
            made = "without" if annotate else "with"
            say([f"warning: the index was made {made} annotations, and stays so"])
    else:
        opened = searchkit.create_index(index_dir, annotate=annotate)
        if native.is_missing():
            say([_NOT_COMPILED])
    with opened as index, progress_bar() as show:
        report = index.add_sources(
            paths, prune=prune, processes=processes, progress=show
        )
    print_report(report)
    ctx.exit(2 if report.failures else 0)


def print_report(report: IndexingReport) -> None:
    """
    Print what a run of indexing did: failures and warnings first, then counts.
    """
    for failure in report.failures[:_SHOWN]:
        say_error(str(failure))
    if len(report.failures) > _SHOWN:
        say([f"… and {len(report.failures) - _SHOWN:,} more like these"])
    hints = dict.fromkeys(error.hint for error in report.failures if error.hint)
    say(f"hint: {hint}" for hint in hints)
    say(f"warning: {warning}" for warning in report.warnings[:_SHOWN])
    if len(report.warnings) > _SHOWN:
        say([f"… and {len(report.warnings) - _SHOWN:,} more warnings"])
    for line in report_lines(report):
        click.echo(line)


def report_lines(report: IndexingReport) -> list[str]:
    """
    Write the counts of a run.
    """
    outcomes = [
        f"{report.added:,} added",
        f"{report.updated:,} updated",
        f"{report.unchanged:,} unchanged",
    ]
    for count, word in (
        (report.duplicates, "duplicates"),
        (report.deleted, "deleted"),
    ):
        if count:
            outcomes.append(f"{count:,} {word}")
    outcomes.append(f"{len(report.failures):,} failed")
    lines = [f"articles: {', '.join(outcomes)}"]
    if report.added or report.updated:
        entities = counted(report.entities, "mention")
        times = counted(report.dates, "time expression")
        rate = sized(report.text_bytes / max(report.seconds, 1e-3))
        size = sized(report.text_bytes)
        lines += [
            f"found: {entities} of names, {times}",
            f"text: {size} in {report.seconds:.1f} s ({rate}/s)",
        ]
    if report.reannotated:
        again = counted(report.reannotated, "article")
        lines.append(f"annotated again, by new rules: {again}")
    if report.skipped:
        lines.append(f"skipped: {counted(report.skipped, 'file')} of other kinds")
    return lines
