"""
The annotator: from an article to its mentions of people, places and the like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from searchkit.annotations.entities.classify import Classifier
from searchkit.annotations.entities.find import runs
from searchkit.annotations.entities.fold import fold
from searchkit.annotations.entities.further import with_further
from searchkit.annotations.entities.gazetteer import data_digest, load_gazetteer

if TYPE_CHECKING:
    from searchkit.annotations.entities.candidates import Candidate
    from searchkit.annotations.model import AnnotatedField, EntityMention
    from searchkit.articles.model import Article

RULES_VERSION = 2
"""Version of the rules; raised whenever a change of code may change a finding."""

_LOWER_WORD = re.compile(r"[^\W\d_A-Z]+")


class EntityAnnotator:
    """
    Finds people, organisations, places, groups and events by rules and a gazetteer.

    It implements :class:`~searchkit.annotations.model.Annotator`.  The gazetteer is
    read when the first article comes.

    Example:
        >>> from searchkit.articles.model import Article
        >>> body = "Gen. Austin Miller left Kabul. Miller flew to the U.S."
        >>> for mention in EntityAnnotator().annotate(Article(body=body)):
        ...     print(mention.type, mention.surface, "=", mention.name)
        person Austin Miller = Austin Miller
        place Kabul = Kabul
        person Miller = Austin Miller
        place U.S. = United States
    """

    @property
    def kind(self) -> Literal["entities"]:
        """
        Which list of annotations it fills.
        """
        return "entities"

    @property
    def fingerprint(self) -> str:
        """
        Name, version of the rules and hash of the data files.
        """
        return f"entities-rules-{RULES_VERSION}-{data_digest()}"

    def annotate(self, article: Article) -> list[EntityMention]:
        """
        Find all mentions in the title and the body.

        Returns:
            In order of field (title first) and span, disjoint in each field.
        """
        gazetteer = load_gazetteer()
        texts: dict[AnnotatedField, str] = {
            "title": article.title,
            "body": article.body,
        }
        lower_case = set(_LOWER_WORD.findall(article.body))
        found: dict[AnnotatedField, list[Candidate]] = {}
        for field, text in texts.items():
            classifier = Classifier(text, gazetteer, lower_case.__contains__)
            found[field] = [
                candidate
                for run in runs(text, gazetteer, headline=field == "title")
                for candidate in classifier.cut(run)
            ]
        return with_further(texts, fold(texts, found, gazetteer))
