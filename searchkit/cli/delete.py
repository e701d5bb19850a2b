"""
``searchkit delete``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from searchkit.cli.output import counted, index_option
from searchkit.cli.progress import open_index

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="delete")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@index_option
def command(*, ids: tuple[str, ...], index_dir: Path) -> None:
    """
    Delete the articles with these IDs.

    Enough of an id's beginning to tell it from all others will do.  When one of the
    ids fits no article, nothing is deleted.  An article whose file is still there comes
    back when that file changes and is indexed again.

    \b
    Examples:
      searchkit delete ud5xkq2v
      searchkit query 'source:"Old Wire"' --json | jq -r '.hits[].id' \\
        | xargs searchkit delete
    """
    with open_index(index_dir) as index:
        whole = [index.get(article_id).id for article_id in ids]
        deleted = index.delete(whole)
    click.echo(f"{counted(deleted, 'article')} deleted")
