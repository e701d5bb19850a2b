"""
``searchkit backup``.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

import searchkit
from searchkit.cli.output import counted, index_option, plain, sized
from searchkit.cli.progress import progress_bar


@click.command(name="backup")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--verify",
    is_flag=True,
    help="Look whether FILE, made before, is whole; change nothing.",
)
@index_option
def command(*, file: Path, verify: bool, index_dir: Path) -> None:
    """
    Put the index into one FILE, a zip archive.

    It holds the articles with all that was found in them, and the state of the files
    that they were read from; the rest of the index is made from that again.  Others may
    search and index meanwhile.  The archive is read back before it gets its name, and
    no file is ever overwritten.  `searchkit restore` puts it back.

    \b
    Examples:
      searchkit backup /media/disk/news-2021-09.zip
      searchkit backup --verify /media/disk/news-2021-09.zip
    """
    with progress_bar(of_bytes=False) as show:
        if verify:
            backup = searchkit.verify_backup(file, progress=show)
        else:
            backup = searchkit.back_up_index(index_dir, file, progress=show)
    articles = counted(backup.articles, "article")
    name = plain(str(file))
    if verify:
        made = datetime.fromisoformat(backup.made)
        click.echo(f"{name} is whole: {articles}, made {made:%Y-%m-%d %H:%M} UTC")
    else:
        click.echo(f"{articles} backed up to {name} ({sized(backup.size)}), verified")
