"""
spaCy: its entity recogniser behind our interface.

:class:`SpacyEntityAnnotator` lets a pipeline of spaCy find and type the names, and
folds them as our own findings are folded: acronyms, surnames and the gazetteer's
spellings become one canonical name.  It needs the extra ``searchkit[spacy]`` and a
pipeline that is installed beside it; nothing is downloaded.  It is many times slower
than :class:`~searchkit.annotations.entities.EntityAnnotator`, whose scores
``docs/entities-model.md`` compares with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from searchkit.annotations.entities.annotator import RULES_VERSION
from searchkit.annotations.entities.candidates import Candidate, Weight
from searchkit.annotations.entities.fold import fold
from searchkit.annotations.entities.further import with_further
from searchkit.annotations.entities.gazetteer import (
    comparable,
    data_digest,
    load_gazetteer,
)
from searchkit.errors import EntityModelError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.annotations.model import AnnotatedField, EntityMention, EntityType
    from searchkit.articles.model import Article

DEFAULT_PIPELINE = "en_core_web_sm"
"""The pipeline that is used unless another one is named."""

SPACY_TYPES: dict[str, EntityType] = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "org",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
}
"""spaCy's labels that are entities of ours."""

#: Parts of a pipeline that find no entities.
_UNUSED = ["parser", "tagger", "lemmatizer", "attribute_ruler", "senter"]
_LEAD = re.compile(r"(?:the|a|an)(?:\s+|\Z)", re.IGNORECASE)
_EDGE = " \t\r\n\u00a0\"'“”‘’()[],;:–—-"
_POSSESSIVE = re.compile(r"['’][sS]?\Z")
#: spaCy takes memory in proportion to a text; a longer one is cut into such parts.
_LONGEST_PART = 100_000


class SpacyEntityAnnotator:
    """
    Finds people, organisations and places with a pipeline of spaCy.

    It implements :class:`~searchkit.annotations.model.Annotator`.

    Args:
        pipeline: Name or folder of an installed pipeline with an entity recogniser.

    Raises:
        MissingExtraError: spaCy is not installed.
        EntityModelError: The pipeline is not, or has no entity recogniser.

    Example::

        annotator = SpacyEntityAnnotator("en_core_web_md")
        for mention in annotator.annotate(article):
            print(mention.type, mention.surface, "=", mention.name)
    """

    def __init__(self, pipeline: str = DEFAULT_PIPELINE) -> None:
        self._nlp = _load(pipeline)

    @property
    def kind(self) -> Literal["entities"]:
        """
        Which list of annotations it fills.
        """
        return "entities"

    @property
    def fingerprint(self) -> str:
        """
        The pipeline and its version, that of our rules, and the hash of the data.
        """
        meta = self._nlp.meta
        pipeline = f"{meta.get('lang')}_{meta.get('name')}-{meta.get('version')}"
        return f"entities-spacy-{pipeline}-{RULES_VERSION}-{data_digest()}"

    def annotate(self, article: Article) -> list[EntityMention]:
        """
        Find all mentions in the title and the body.

        Returns:
            In order of field (title first) and span, disjoint in each field.
        """
        texts: dict[AnnotatedField, str] = {
            "title": article.title,
            "body": article.body,
        }
        found = {field: self.candidates(text) for field, text in texts.items()}
        return with_further(texts, fold(texts, found, load_gazetteer()))

    def candidates(self, text: str) -> list[Candidate]:
        """
        Find the names in one text, before they are folded.
        """
        gazetteer = load_gazetteer()
        candidates = []
        for first, last, label in self.entities(text):
            type_ = SPACY_TYPES.get(label)
            start, end = _trim(text, first, last)
            if type_ is None or start >= end:
                continue
            key = comparable(text[start:end])
            entry = gazetteer.entries.get(key)
            known = entry is not None and entry.type == type_
            candidates.append(
                Candidate(
                    start,
                    end,
                    key,
                    type_,
                    Weight.KNOWN if known else Weight.CUED,
                    entry.name if entry and known else None,
                )
            )
        return candidates

    def entities(self, text: str) -> Iterator[tuple[int, int, str]]:
        """
        Find start, end and label of each entity, as the pipeline gives them.
        """
        for start, end in _parts(text):
            for entity in self._nlp(text[start:end]).ents:
                first, last = entity.start_char + start, entity.end_char + start
                yield first, last, str(entity.label_)


def _load(pipeline: str) -> Any:
    """
    Load what finds entities, and nothing else that the pipeline has.
    """
    try:
        import spacy  # noqa: PLC0415 - an extra, and costly
    except ImportError as error:
        raise MissingExtraError("spacy", "finding entities with spaCy") from error
    try:
        nlp = spacy.load(pipeline, exclude=_UNUSED)
    except OSError as error:
        raise EntityModelError(
            pipeline,
            "spaCy has no such pipeline",
            f"Install it with `python -m spacy download {pipeline}`.",
        ) from error
    if not any("doc.ents" in nlp.get_pipe_meta(one).assigns for one in nlp.pipe_names):
        raise EntityModelError(pipeline, "the pipeline has no entity recogniser")
    _drop_unheard(nlp)
    return nlp


def _drop_unheard(nlp: Any) -> None:
    """
    Leave out vectors of words in context that served the excluded parts alone.
    """
    if "tok2vec" in nlp.pipe_names:
        heard_by = set(nlp.get_pipe("tok2vec").listening_components)
        if not heard_by & set(nlp.pipe_names):
            nlp.disable_pipe("tok2vec")


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """
    Cut a text that is too long, at the end of a line or else at a space.
    """
    start = 0
    while start < len(text):
        end = min(start + _LONGEST_PART, len(text))
        if end < len(text):
            gap = max(text.rfind("\n", start, end), start)
            gap = gap if gap > start else text.rfind(" ", start, end)
            end = gap + 1 if gap > start else end
        yield start, end
        start = end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """
    Leave out articles, quotes and possessives at the edges of a name.

    An acronym in brackets that are not closed goes as well: "World Bank (WB".
    """
    bracket = text.find("(", start + 1, end)
    if bracket > 0 and text.find(")", bracket, end) < 0:
        end = bracket
    while start < end and text[start] in _EDGE:
        start += 1
    if lead := _LEAD.match(text, start, end):
        start = lead.end()
    while start < end and text[end - 1] in _EDGE:
        end -= 1
    if tail := _POSSESSIVE.search(text[start:end]):
        end = start + tail.start()
    return start, end
