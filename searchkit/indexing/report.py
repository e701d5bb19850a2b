"""
What a run of indexing tells, while it goes on and when it is through.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from searchkit.articles import ReadWarning
    from searchkit.errors import ArticleError


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far a run of indexing is.

    Attributes:
        done: How much is through: of sources about how many bytes, of a rebuilding
            and of annotating how many articles.
        total: How much there is, likewise; 0 where it is not known.
        articles: Articles seen so far.
        stage: ``annotating`` while articles are annotated again that other annotators
            have annotated, after all reading.
    """

    done: int
    total: int
    articles: int
    stage: Literal["reading", "annotating"] = "reading"


@dataclass(slots=True)
class IndexingReport:
    """
    What a run of indexing did.

    Attributes:
        added: Articles that are new.
        updated: Articles that were there with other content.
        unchanged: Articles that were there already.
        duplicates: Articles that came twice in this run with the same text.
        deleted: Articles that no source has any more.
        reannotated: Articles that were there, and were annotated again, since there
            are other annotators now.
        entities: Mentions of entities found in what was added and updated.
        dates: Time expressions found there.
        text_bytes: UTF-8 bytes of the bodies of what was added and updated.
        seconds: Time that the run took.
        skipped: Files in folders that no reader takes.
        failures: What could not be read, and why.
        warnings: What was set aside of articles that were read.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    deleted: int = 0
    reannotated: int = 0
    entities: int = 0
    dates: int = 0
    text_bytes: int = 0
    seconds: float = 0.0
    skipped: int = 0
    failures: list[ArticleError] = field(default_factory=list)
    warnings: list[ReadWarning] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """
        How many articles the run has looked at.
        """
        return self.added + self.updated + self.unchanged + self.duplicates
