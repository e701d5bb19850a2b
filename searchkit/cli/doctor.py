"""
``searchkit doctor``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from searchkit.checkups import adopt_documents, check_index, repair_index
from searchkit.cli.output import (
    counted,
    echo_json,
    index_option,
    is_coloured,
    json_option,
    plain,
)
from searchkit.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.checkups import Checkup
    from searchkit.findings import Finding

#: Names of what a finding concerns that are printed.
_NAMED = 5


@click.command(name="doctor")
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
@click.option(
    "--adopt",
    is_flag=True,
    help="Import documents that another program has added to the index.",
)
@json_option
@index_option
@click.pass_context
def command(
    ctx: click.Context, *, repair: bool, adopt: bool, as_json: bool, index_dir: Path
) -> None:
    """
    Examine the whole index, and say what is wrong and what helps.

    Every article and every file is read through.  Nothing is changed, and others may
    search and write meanwhile.

    With --repair the index is made anew from the catalog where it is damaged, what can
    still be read of a damaged catalog is saved, and what writers have left is tidied
    away.  What is nowhere else is never deleted.

    \b
    Examples:
      searchkit doctor
      searchkit doctor --repair
      searchkit doctor --json | jq -r '.findings[].code'

    Exit status: 0 no errors (warnings may be), 1 errors were found, or are left after
    --repair, 2 the index could not be examined, or not be repaired since another
    process writes to it.
    """
    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    with progress_bar(of_bytes=False) as show:
        if repair:
            outcome = repair_index(index_dir, adopt=adopt, progress=show)
            done, left, checkup = outcome.done, outcome.left, outcome.after
        else:
            if adopt:
                report = adopt_documents(index_dir, progress=show)
                done = (
                    f"imported: {report.added:,} added, {report.updated:,} updated",
                )
            checkup = check_index(index_dir, progress=show)
    if as_json:
        record = {**checkup.to_record(), "done": list(done), "left": list(left)}
        echo_json(record)
    else:
        for line in (*done, *(f"left: {sentence}" for sentence in left)):
            click.echo(plain(line))
        for line in checkup_lines(checkup, coloured=is_coloured()):
            click.echo(line)
    ctx.exit(1 if checkup.errors else 0)


def checkup_lines(checkup: Checkup, *, coloured: bool = False) -> Iterator[str]:
    """
    Write a checkup for people: each finding, what helps, and the sum of it.
    """
    yield plain(f"examined: {checkup.path}: the catalog, the files of the index, both")
    folder = Path(checkup.path)
    for finding in checkup.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        mark = f"{finding.severity}:"
        mark = click.style(mark, fg=colour, bold=True) if coloured else mark
        yield f"{mark} {plain(_finding_text(finding, folder))}"
    yield from (f"help: run `{command}`" for command in checkup.commands)
    yield _summary(checkup)


def _finding_text(finding: Finding, folder: Path) -> str:
    path = Path(finding.path)
    where = finding.path
    if path == folder:
        where = ""
    elif path.is_relative_to(folder):
        where = str(path.relative_to(folder))
    text = f"{where}: {finding.message}" if where else finding.message
    # A message may name them itself.
    names = [name for name in finding.details if name not in finding.message]
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        text += f" ({', '.join(names[:_NAMED])}{more})"
    return text


def _summary(checkup: Checkup) -> str:
    parts = []
    if checkup.errors:
        parts.append(counted(len(checkup.errors), "error"))
    if checkup.warnings:
        parts.append(counted(len(checkup.warnings), "warning"))
    if parts:
        return ", ".join(parts)
    counts = []
    if checkup.articles is not None:
        counts.append(counted(checkup.articles, "article"))
    if checkup.documents is not None:
        counts.append(counted(checkup.documents, "document"))
    return f"no problems found ({', '.join(counts)})" if counts else "no problems found"
