"""
The annotator: from an article to its mentions of people, places and the like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from searchkit.annotations.entities.classify import Classifier
from searchkit.annotations.entities.find import runs
from searchkit.annotations.entities.fold import fold
from searchkit.annotations.entities.further import with_further
from searchkit.annotations.entities.gazetteer import data_digest, load_gazetteer
from searchkit.annotations.entities.joined import joined_words
from searchkit.annotations.entities.judge import judge
from searchkit.annotations.entities.weights import load_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.annotations.entities.candidates import Candidate
    from searchkit.annotations.entities.weights import Model
    from searchkit.annotations.model import AnnotatedField, EntityMention
    from searchkit.articles.model import Article

RULES_VERSION = 5
"""Version of the rules; raised whenever a change of code may change a finding."""

Found: TypeAlias = (
    "tuple[dict[AnnotatedField, str], dict[AnnotatedField, list[Candidate]],"
    " Callable[[str], bool]]"
)
"""Texts and candidates by field, and the test whether a word is in lower case."""

_LOWER_WORD = re.compile(r"[^\W\d_A-Z]+")


class EntityAnnotator:
    """
    Finds people, places and the like by rules, a gazetteer and a small model.

    It implements :class:`~searchkit.annotations.model.Annotator`.  The gazetteer and
    the model are read when the first article comes.

    Args:
        model: Weights of one's own (see :func:`~.weights.read_model`); ``None`` for
            those that searchkit brings.

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

    def __init__(self, *, model: Model | None = None) -> None:
        self._model = model

    @property
    def kind(self) -> Literal["entities"]:
        """
        Which list of annotations it fills.
        """
        return "entities"

    @property
    def fingerprint(self) -> str:
        """
        Name, version of the rules, hash of the data files, and of one's own weights.
        """
        own = f"-{self._model.digest}" if self._model else ""
        return f"entities-{RULES_VERSION}-{data_digest()}{own}"

    def annotate(self, article: Article) -> list[EntityMention]:
        """
        Find all mentions in the title and the body.

        Returns:
            In order of field (title first) and span, disjoint in each field.
        """
        texts, found, in_lower_case = candidates_of(article.title, article.body)
        judge(texts, found, in_lower_case, self._model or load_model())
        return with_further(texts, fold(texts, found, load_gazetteer()))


def candidates_of(title: str, body: str) -> Found:
    """
    Let the rules find the candidates of an article.

    Returns:
        The texts and the candidates by field, title first, and what tells whether a
        word occurs in lower case in the body.
    """
    gazetteer = load_gazetteer()
    texts: dict[AnnotatedField, str] = {"title": title, "body": body}
    in_lower_case = set(_LOWER_WORD.findall(body)).__contains__
    joined = joined_words(body, gazetteer)
    found: dict[AnnotatedField, list[Candidate]] = {}
    for field, text in texts.items():
        classifier = Classifier(text, gazetteer, in_lower_case)
        found[field] = [
            candidate
            for run in runs(text, gazetteer, headline=field == "title", joined=joined)
            for candidate in classifier.cut(run)
        ]
    return texts, found, in_lower_case
