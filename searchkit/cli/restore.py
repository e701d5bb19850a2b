"""
``searchkit restore``.
"""

from __future__ import annotations

import time
from pathlib import Path

import click

import searchkit
from searchkit.cli.output import counted, index_option, plain
from searchkit.cli.progress import progress_bar


@click.command(name="restore")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@index_option
def command(*, file: Path, index_dir: Path) -> None:
    """
    Make an index from FILE, which `searchkit backup` has made.

    The index folder may hold other files, and no index: move an old one away first.
    Everything is looked at before anything is put into place.  Files that have not
    changed since are not read again by the next `searchkit index`.

    \b
    Examples:
      searchkit restore /media/disk/news-2021-09.zip
      searchkit restore news.zip --index ~/news
    """
    started = time.monotonic()
    with progress_bar(of_bytes=False) as show:
        backup = searchkit.restore_index(file, index_dir, progress=show)
    seconds = time.monotonic() - started
    articles = counted(backup.articles, "article")
    name = plain(str(index_dir))
    click.echo(f"{articles} restored to {name} in {seconds:.1f} s")
