"""
``searchkit stats``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from searchkit.cli.output import (
    counted,
    echo_json,
    index_option,
    json_option,
    plain,
    sized,
)
from searchkit.cli.progress import open_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from searchkit.catalog import Totals


@click.command(name="stats")
@json_option
@index_option
def command(*, as_json: bool, index_dir: Path) -> None:
    """
    Say what is in the index.

    \b
    Examples:
      searchkit stats
      searchkit stats --json | jq .articles
    """
    with open_index(index_dir) as index:
        totals = index.totals()
    if as_json:
        echo_json(asdict(totals))
        return
    for line in total_lines(totals):
        click.echo(line)


def total_lines(totals: Totals) -> Iterator[str]:
    """
    Write the counts of an index.
    """
    yield f"articles: {totals.articles:,} ({sized(totals.text_bytes)} of text)"
    if totals.first_published:
        yield f"published: {totals.first_published} to {totals.last_published}"
    yield f"without a date: {totals.undated:,}"
    entities = totals.annotations.get("entities", 0)
    times = totals.annotations.get("times", 0)
    yield (
        f"found: {counted(entities, 'mention')} of names,"
        f" {counted(times, 'time expression')}"
    )
    yield f"read from: {counted(totals.sources, 'file')}"
    if totals.collections:
        listed = (f"{plain(name)} {count:,}" for name, count in totals.collections)
        yield f"sources: {', '.join(listed)}"
    yield f"catalog: {sized(totals.size)}, {counted(totals.commits, 'commit')}"
