"""
``searchkit show``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from searchkit.cli.output import (
    echo_json,
    index_option,
    is_coloured,
    json_option,
    plain,
    terminal_width,
    wrapped,
)
from searchkit.cli.progress import open_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from searchkit.annotations.model import Annotations
    from searchkit.articles.model import Article


@click.command(name="show")
@click.argument("article_id", metavar="ID")
@click.option("--annotations", is_flag=True, help="List dates and entities, too.")
@json_option
@index_option
def command(
    *, article_id: str, annotations: bool, as_json: bool, index_dir: Path
) -> None:
    """
    Print the article with this ID, or with an id that begins so.

    \b
    Examples:
      searchkit show ud5xkq2v
      searchkit show ud5xkq2v --annotations
      searchkit show ud5xkq2v --json | jq .body
    """
    with open_index(index_dir) as index:
        article = index.get(article_id)
        found = index.annotations(article.id)
    if as_json:
        values = article_to_json(article, found)
        echo_json(values)
        return
    width = terminal_width()
    for line in article_lines(article, coloured=is_coloured()):
        click.echo(wrapped(line, "", width))
    if annotations:
        for line in annotation_lines(found):
            click.echo(line)


def article_lines(article: Article, *, coloured: bool) -> Iterator[str]:
    """
    Write an article for people: title, what is known of it, paragraphs.
    """
    title = plain(article.title or "(no title)")
    yield click.style(title, bold=True) if coloured else title
    for label, value in (
        ("Published", article.published or "unknown"),
        ("Source", article.source),
        ("Author", ", ".join(article.authors)),
        ("URL", article.url),
        ("Path", article.path),
        ("Id", article.id),
    ):
        if value:
            yield f"{label}: {plain(value)}"
    for line in article.body.splitlines():
        if line.strip():
            yield ""
            yield plain(line)


def annotation_lines(annotations: Annotations) -> Iterator[str]:
    """
    Write the annotations of an article, a line for each distinct one.
    """
    yield ""
    yield "Dates:"
    times: dict[tuple[str, ...], int] = {}
    for time in annotations.times:
        days = str(time.interval) if time.interval else "no place on the calendar"
        key = time.surface, time.value, days
        times[key] = times.get(key, 0) + 1
    for (surface, value, days), count in times.items():
        often = f"  ({count} times)" if count > 1 else ""
        yield f"  {plain(surface)}  {value}  {days}{often}"
    yield "Entities:"
    names: dict[tuple[str, str], list[str]] = {}
    for entity in annotations.entities:
        names.setdefault((entity.type, entity.name), []).append(entity.surface)
    for (type_, name), surfaces in names.items():
        forms = ", ".join(dict.fromkeys(form for form in surfaces if form != name))
        also = f"  also as {plain(forms)}" if forms else ""
        often = f"  ({len(surfaces)} times)" if len(surfaces) > 1 else ""
        yield f"  {type_}  {plain(name)}{often}{also}"


def article_to_json(article: Article, annotations: Annotations) -> dict[str, Any]:
    """
    Turn an article into JSON values; offsets count code points, ends are exclusive.
    """
    return {
        "id": article.id,
        "title": article.title,
        "published": article.published,
        "source": article.source,
        "url": article.url,
        "authors": list(article.authors),
        "path": article.path,
        "body": article.body,
        "times": [
            {
                "field": time.field,
                "span": list(time.span),
                "surface": time.surface,
                "type": time.type,
                "value": time.value,
                "first": time.interval.first.isoformat() if time.interval else None,
                "last": time.interval.last.isoformat() if time.interval else None,
                "precision": time.precision,
                "relative": time.relative,
                "approximate": time.approximate,
            }
            for time in annotations.times
        ],
        "entities": [
            {
                "field": entity.field,
                "span": list(entity.span),
                "surface": entity.surface,
                "type": entity.type,
                "name": entity.name,
            }
            for entity in annotations.entities
        ],
    }
