"""
Naming: who is in the answers, who appears beside whom, and why a name is what it is.

- ``counting`` counts the people, organisations and places in the articles that match a
  query, and puts those first that are telling: more frequent there than in the whole
  index, by the measure of ``significance``.
- ``companions`` finds who shares a sentence with a name, and quotes the sentence.
- ``explaining`` lists the spellings that were taken for a name, each with the reason.
- ``values`` are the plain values that come out of all three.

Names are canonical: those of the annotations, after the rules of ``aliases.csv``.
What is a name was decided when the articles were read; nothing is looked for anew here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchkit.naming.companions import list_companions
    from searchkit.naming.counting import list_entities
    from searchkit.naming.explaining import explain_name
    from searchkit.naming.values import (
        EntityList,
        ExplainedEntity,
        ListedEntity,
        NameExplanation,
        Spelling,
    )

__all__ = [
    "EntityList",
    "ExplainedEntity",
    "ListedEntity",
    "NameExplanation",
    "Spelling",
    "explain_name",
    "list_companions",
    "list_entities",
]

#: Where names come from: whoever wants one of them does without the others.
_LAZY = {
    "EntityList": "searchkit.naming.values",
    "ExplainedEntity": "searchkit.naming.values",
    "ListedEntity": "searchkit.naming.values",
    "NameExplanation": "searchkit.naming.values",
    "Spelling": "searchkit.naming.values",
    "explain_name": "searchkit.naming.explaining",
    "list_companions": "searchkit.naming.companions",
    "list_entities": "searchkit.naming.counting",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(_LAZY[name]), name)
