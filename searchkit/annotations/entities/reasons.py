"""
Reasons: why a mention was taken for an entity, in words.

The annotator keeps the result alone, type and canonical name; which of its rules has
led there is worked out again from the two names, in the order in which they are
strongest.  It is a reading of the rules of ``docs/specs/entities.md`` and changes
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.annotations.entities.aliases import Identity, folded_name, holds
from searchkit.annotations.entities.fold import abbreviates
from searchkit.annotations.entities.known import known_spellings

if TYPE_CHECKING:
    from searchkit.annotations.entities.aliases import Rule
    from searchkit.annotations.model import EntityType


def reason(type_: EntityType, name: str, surface: str) -> str:
    """
    Say why some words were taken for an entity of one article.

    Args:
        type_: The type of the mention.
        name: Its canonical name, as it was found.
        surface: Its words.

    Returns:
        A clause.

    Example:
        >>> reason("place", "United States", "U.S.")
        'another spelling of “United States” in the gazetteer'
        >>> reason("person", "Tor Zarnik", "Zarnik")
        'the last name of “Tor Zarnik”, whom the article names in full'
    """
    if surface == name:
        return "the name itself"
    short, full = folded_name(surface), folded_name(name)
    if short == full:
        return "the same words, but for letter case, diacritics or punctuation"
    known = known_spellings(Identity(type_, full))
    if short in map(folded_name, known):
        return f"another spelling of “{name}” in the gazetteer"
    if abbreviates(surface, name):
        return f"the first letters of “{name}”, which the article has in full"
    if type_ == "person":
        if full.endswith(f" {short}"):
            return f"the last name of “{name}”, whom the article names in full"
        if full.startswith(f"{short} "):
            return f"the first name of “{name}”, whom the article names in full"
        if set(short.split()) > set(full.split()):
            return f"a longer form of “{name}”, which the article has as well"
        if set(short.split()) < set(full.split()):
            return f"a shorter form of “{name}”, which the article has as well"
    if holds(full, short):
        return f"a part of “{name}”, which the article has in full"
    return f"taken for “{name}” by what the article says of both"


def rule_reason(rule: Rule, name: str = "") -> str:
    """
    Say what a rule has done.

    Args:
        rule: Of the file, or one that follows from two spellings.
        name: The canonical name as it is written, where the rule has it folded.
    """
    if not rule.line:
        value = name if folded_name(name) == rule.value else rule.value
        return f"spelled like “{value}”, which far more articles name"
    kind = f" ({rule.type})" if rule.type else ""
    match rule.action:
        case "merge":
            what = f"merges “{rule.name}”{kind} into “{rule.value}”"
        case "split":
            what = f"splits “{rule.name}”{kind} off from “{rule.value}”"
        case "retype":
            what = f"makes “{rule.name}”{kind} a name of type {rule.value}"
        case _:
            what = f"forbids “{rule.name}”{kind}"
    return f"line {rule.line} of aliases.csv {what}"
