"""
``searchkit entities``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from searchkit.cli.output import (
    counted,
    echo_json,
    index_option,
    json_option,
    plain,
    published_options,
    say,
    terminal_width,
    today_option,
    wrapped,
)
from searchkit.cli.progress import open_index
from searchkit.cli.query import QUIET, QueryCommand, plain_words
from searchkit.index import LISTED_KINDS
from searchkit.settings import DEFAULT_LIMIT, MAX_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from searchkit.annotations.model import EntityType
    from searchkit.naming import (
        EntityList,
        ExplainedEntity,
        ListedEntity,
        NameExplanation,
    )

_HEADINGS = {
    "person": "people",
    "org": "organisations",
    "place": "places",
    "group": "groups",
    "event": "events",
}


@click.command(name="entities", cls=QueryCommand)
@click.argument("words", metavar="[QUERY]", nargs=-1)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(list(_HEADINGS)),
    multiple=True,
    metavar="KIND",
    help="What to list: person, org, place, group or event; may be given more than"
    " once.  [default: the first three]",
)
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(0, MAX_LIMIT),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Names of each kind to show.",
)
@click.option(
    "--with",
    "with_name",
    metavar="NAME",
    help="List who shares a sentence with this name, and quote one.",
)
@click.option(
    "--why",
    "why",
    metavar="NAME",
    help="List the spellings that are taken for this name, and say why.",
)
@published_options
@today_option
@json_option
@index_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    words: tuple[str, ...],
    kinds: tuple[EntityType, ...],
    limit: int,
    with_name: str | None,
    why: str | None,
    published_from: str | None,
    published_to: str | None,
    today: str | None,
    as_json: bool,
    index_dir: Path,
) -> None:
    """
    List the people, organisations and places in the articles that match QUERY.

    The most telling come first: those that are more frequent there than in the whole
    index.  Without QUERY, all articles are looked at, and those that most of them name
    come first.  Names are canonical; aliases.csv in the index folder can correct them.

    \b
    Examples:
      searchkit entities
      searchkit entities '"Doha agreement"' --kind person
      searchkit entities --with "Ashraf Ghani" --from 2021
      searchkit entities --why "United States"
      searchkit entities kunduz --json | jq '.entities[].name'

    Exits with 0 when there is a name to show, 1 when there is none, 2 on an error.
    """
    if why is not None:
        if words or with_name is not None:
            raise click.UsageError("--why NAME takes neither a query nor --with")
        with open_index(index_dir) as index:
            explanation = index.explain_name(why)
        _show_explanation(explanation, as_json=as_json)
        ctx.exit(0 if explanation.entities else 1)
    with open_index(index_dir) as index:
        listed = index.entities(
            plain_words(words),
            kinds=kinds or LISTED_KINDS,
            limit=limit,
            with_name=with_name,
            published_from=published_from,
            published_to=published_to,
            today=today,
        )
    if as_json:
        echo_json(list_to_json(listed))
    else:
        say(str(note) for note in listed.notes if note.kind not in QUIET)
        for line in list_lines(listed, width=terminal_width()):
            click.echo(line)
        say([summary(listed)])
    ctx.exit(0 if listed else 1)


def list_lines(listed: EntityList, *, width: int | None) -> Iterator[str]:
    """
    Write a list for people.

    Args:
        listed: What to show.
        width: Of the terminal, in characters; ``None`` for no line breaks.

    Yields:
        Lines, an empty one between two kinds.
    """
    heading = ""
    rank = 0
    for entity in listed:
        if _HEADINGS[entity.kind] != heading:
            if heading:
                yield ""
            heading, rank = _HEADINGS[entity.kind], 0
            yield f"{heading}:"
        rank += 1
        number = f"{rank:>3}. "
        indent = " " * len(number)
        line = wrapped(plain(_about(entity)), indent, width)
        yield number + line.removeprefix(indent)
        if entity.quote:
            yield wrapped(plain(entity.quote), indent + "| ", width)
        where = " · ".join(part for part in (entity.article_id, entity.title) if part)
        yield wrapped(plain(where), indent, width)


def _about(entity: ListedEntity) -> str:
    parts = [entity.name]
    if entity.sentences:
        parts.append(f"{counted(entity.sentences, 'sentence')} together")
    if entity.significance is None:
        parts.append(counted(entity.count, "article"))
    else:
        parts.append(
            f"{counted(entity.count, 'article')} here, {entity.background:,} in all"
        )
        parts.append(f"significance {entity.significance:.1f}")
    others = [f"“{one}”" for one in entity.spellings if one != entity.name]
    if others:
        parts.append(f"also {', '.join(others)}")
    return " · ".join(parts)


def summary(listed: EntityList) -> str:
    """
    Say in one line where the names come from.
    """
    if not listed.total:
        if listed.with_name is not None:
            return f"no article that matches names “{plain(listed.with_name)}”"
        return "no article matches"
    where = counted(listed.examined, "article")
    if listed.with_name is not None:
        whom = ", ".join(f"“{name}”" for name in listed.companions_of[:3])
        if len(listed.companions_of) > len(listed.companions_of[:3]):
            whom += " and others"
        return f"{where} with {whom or 'nobody of that name'}"
    measure = "the most telling first"
    if all(entity.significance is None for entity in listed):
        measure = "the most frequent first: there is nothing to compare with"
    return f"names of {where}, {measure}" if listed else f"no names in {where}"


def list_to_json(listed: EntityList) -> dict[str, Any]:
    """
    Turn a list into JSON values.
    """
    return {
        "query": listed.query,
        "interpretation": listed.interpretation,
        "notes": [
            {"kind": note.kind, "message": note.message, "text": note.text}
            for note in listed.notes
        ],
        "total": listed.total,
        "examined": listed.examined,
        "with": listed.with_name,
        "companions_of": list(listed.companions_of),
        "entities": [
            {
                "kind": entity.kind,
                "name": entity.name,
                "count": entity.count,
                "background": entity.background,
                "significance": entity.significance,
                "spellings": list(entity.spellings),
                "article": {"id": entity.article_id, "title": entity.title},
                "sentences": entity.sentences,
                "quote": entity.quote,
            }
            for entity in listed
        ],
    }


def _show_explanation(explanation: NameExplanation, *, as_json: bool) -> None:
    if as_json:
        echo_json(explanation_to_json(explanation))
        return
    for line in explanation_lines(explanation, width=terminal_width()):
        click.echo(line)
    remarks = list(explanation.rules) if not explanation.entities else []
    if explanation.left_out:
        more = counted(explanation.left_out, "rarer entity", "rarer entities")
        remarks.append(f"{more} with this spelling left out")
    if explanation.forbidden:
        remarks.append("mentions of it are left out by a rule of aliases.csv")
    if not explanation.entities:
        remarks.append(f"no entity is called “{plain(explanation.name)}”")
    say(remarks)


def explanation_lines(
    explanation: NameExplanation, *, width: int | None
) -> Iterator[str]:
    """
    Write an explanation for people; arguments as for :func:`list_lines`.
    """
    for number, entity in enumerate(explanation.entities):
        if number:
            yield ""
        yield from _entity_lines(entity, width)


def _entity_lines(entity: ExplainedEntity, width: int | None) -> Iterator[str]:
    yield plain(f"{entity.name} ({entity.kind})")
    for one in entity.spellings:
        about = f"“{one.text}” · {counted(one.count, 'article')} · {one.reason}"
        yield wrapped(plain(about), "  ", width)
    if entity.left_out:
        yield f"  and {counted(entity.left_out, 'rarer spelling')}"
    if entity.known:
        listed = ", ".join(f"“{one}”" for one in entity.known)
        yield wrapped(
            plain(f"also known as {listed}, which no article has"), "  ", width
        )
    for rule in entity.rules:
        yield wrapped(plain(f"rule: {rule}"), "  ", width)


def explanation_to_json(explanation: NameExplanation) -> dict[str, Any]:
    """
    Turn an explanation into JSON values.
    """
    return {
        "name": explanation.name,
        "rules": list(explanation.rules),
        "forbidden": explanation.forbidden,
        "left_out": explanation.left_out,
        "entities": [
            {
                "kind": entity.kind,
                "name": entity.name,
                "rules": list(entity.rules),
                "left_out": entity.left_out,
                "known": list(entity.known),
                "spellings": [
                    {
                        "text": one.text,
                        "found_as": one.found_as,
                        "count": one.count,
                        "reason": one.reason,
                        "article": one.article_id,
                    }
                    for one in entity.spellings
                ],
            }
            for entity in explanation.entities
        ],
    }
