"""
``searchkit upgrade``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from searchkit.cli.output import counted, index_option
from searchkit.cli.progress import progress_bar
from searchkit.upgrading import upgrade_index

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="upgrade")
@index_option
def command(*, index_dir: Path) -> None:
    """
    Bring an index of an older release to this one.

    No file of articles is read again.  Older releases cannot open the index afterwards:
    make a backup first if you still need them.

    \b
    Examples:
      searchkit backup before.zip && searchkit upgrade
    """
    with progress_bar(of_bytes=False) as show:
        upgrade = upgrade_index(index_dir, progress=show)
    if not upgrade.is_needed:
        click.echo(f"nothing to do: the index has format {upgrade.after}")
        return
    if upgrade.before != upgrade.after:
        click.echo(f"catalog upgraded from format {upgrade.before} to {upgrade.after}")
    if upgrade.indexed is not None:
        click.echo(f"{counted(upgrade.indexed, 'article')} indexed anew")
