"""
``searchkit rebuild``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from searchkit.cli.output import counted, index_option
from searchkit.cli.progress import progress_bar
from searchkit.opening import open_damaged_index

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="rebuild")
@click.option(
    "--discard",
    is_flag=True,
    help="Delete the old index unopened: for a folder from a stranger.",
)
@index_option
def command(*, discard: bool, index_dir: Path) -> None:
    """
    Make the index anew from the catalog.

    No file of articles is read again.  It mends a damaged index, and is needed after an
    upgrade that analyses text in another way.

    \b
    Examples:
      searchkit rebuild
      searchkit rebuild --discard --index ~/downloads/somebodys-index
    """
    started = time.monotonic()
    with (
        open_damaged_index(index_dir) as index,
        progress_bar(of_bytes=False) as show,
    ):
        written = index.rebuild(discard=discard, progress=show)
    seconds = time.monotonic() - started
    click.echo(f"{counted(written, 'article')} indexed anew in {seconds:.1f} s")
