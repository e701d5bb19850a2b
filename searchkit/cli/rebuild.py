"""
``searchkit rebuild``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from searchkit.cli.output import counted, index_option
from searchkit.index import open_damaged_index

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="rebuild")
@index_option
def command(*, index_dir: Path) -> None:
    """
    Make the index anew from the catalog.

    No file of articles is read again.  It mends a damaged index, and is needed after an
    upgrade that analyses text in another way.

    \b
    Example:
      searchkit rebuild
    """
    started = time.monotonic()
    with open_damaged_index(index_dir) as index:
        written = index.rebuild()
    seconds = time.monotonic() - started
    click.echo(f"{counted(written, 'article')} indexed anew in {seconds:.1f} s")
